// Winsen's 9-byte UART frames: `FF b1 b2 b3 b4 b5 b6 b7 checksum`, 9600 8N1; checksum = two's complement of b1 + … + b7.

import { type Split, splitFixed } from '#wire/frames.ts';

const FRAME_BYTES = 9;
const LEAD = 0xff;

/** Commands, in byte 2 of what is sent and byte 1 of the answer. */
const COMMAND = { mode: 0x78, read: 0x86, zero: 0x87, span: 0x88 } as const;

export type Message =
  /** Answer to a read (manual MH-441D, 6.2): the two concentration bytes as they came. */
  | { kind: 'reply'; high: number; low: number }
  /** Active upload (manual ZE03, table 4; ZE15-CO): the same, with what the module states about its scale. */
  | { kind: 'upload'; high: number; low: number; gas: number; unit: number; decimals: number; fullScale: number }
  /** Answer to a switch of mode. */
  | { kind: 'switched'; done: boolean }
  /** A command of our own: some RS-485 adapters receive what they send. It says nothing about the gas. */
  | { kind: 'echo' };

/**
 * Accepts only frames that mean something: now and then a stray lead byte before a frame makes nine bytes whose
 * checksum is right.
 */
export const split = (rest: Uint8Array, chunk: Uint8Array): Split<Uint8Array> =>
  splitFixed(rest, chunk, {
    lead: LEAD,
    length: FRAME_BYTES,
    valid: (frame) => checksum(frame) === frame[8] && decode(frame) !== undefined,
  });

/** A valid frame's meaning; `undefined` for one that no manual lists. */
export function decode(frame: Uint8Array): Message | undefined {
  const [, b1 = 0, b2 = 0, b3 = 0, b4 = 0, b5 = 0, b6 = 0, b7 = 0] = frame;
  if (b1 === COMMAND.read) return { kind: 'reply', high: b2, low: b3 };
  if (b1 === COMMAND.mode) return { kind: 'switched', done: b2 === 1 };
  // No module has the number 0 or 255, and no gas has that code.
  if (b1 === 0 || b1 === LEAD) return undefined;
  if (b2 === COMMAND.mode || b2 === COMMAND.read || b2 === COMMAND.zero || b2 === COMMAND.span) return { kind: 'echo' };
  const fullScale = word(b6, b7);
  // Gas and unit codes are small and never zero; otherwise a frame of zeroes would pass for a reading of zero.
  if (b2 === 0 || b2 > 0x0f || b3 > 3 || fullScale === 0) return undefined;
  return { kind: 'upload', high: b4, low: b5, gas: b1, unit: b2, decimals: b3, fullScale };
}

/** `address` is the sensor's number, 1 unless it was changed. */
export const readCommand = (address: number): Uint8Array => command(address, COMMAND.read, 0);

/** `code` is the model's own code for the mode. */
export const modeCommand = (address: number, code: number): Uint8Array => command(address, COMMAND.mode, code);

export const word = (high: number, low: number): number => (high << 8) | low;

function command(address: number, code: number, argument: number): Uint8Array {
  const frame = Uint8Array.of(LEAD, address, code, argument, 0, 0, 0, 0, 0);
  frame[8] = checksum(frame);
  return frame;
}

function checksum(frame: Uint8Array): number {
  let sum = 0;
  for (let i = 1; i < 8; i += 1) sum += frame[i] ?? 0;
  return -sum & 0xff;
}
