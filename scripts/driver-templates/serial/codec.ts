// Frames of sample-serial: `A5 high low checksum`, 9600 8N1; checksum = low byte of high + low.
// This layout is a placeholder that works: put in its place what the data sheet says, and name the sheet and clause here.

import { type Split, splitFixed } from '#wire/frames.ts';

export const FRAME_BYTES = 4;
const LEAD = 0xa5;
/** What the device sends while its sensing element is broken. */
const BROKEN = 0x8000;

export type Message =
  | { kind: 'temperature' /** Cel, in steps of 0.1 */; celsius: number }
  /** The device's own fault. */
  | { kind: 'broken' };

export const split = (rest: Uint8Array, chunk: Uint8Array): Split<Uint8Array> =>
  splitFixed(rest, chunk, { lead: LEAD, length: FRAME_BYTES, valid: (frame) => checksum(frame) === frame[3] });

/** A valid frame's meaning; `undefined` for one that the data sheet does not list. */
export function decode(frame: Uint8Array): Message | undefined {
  const [, high = 0, low = 0] = frame;
  const counts = (high << 8) | low;
  if (counts === BROKEN) return { kind: 'broken' };
  const tenths = counts > BROKEN ? counts - 0x1_0000 : counts;
  return tenths < -600 || tenths > 10_000 ? undefined : { kind: 'temperature', celsius: tenths / 10 };
}

const checksum = ([, high = 0, low = 0]: Uint8Array): number => (high + low) & 0xff;
