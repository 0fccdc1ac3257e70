// Frames of sample-serial: `A5 kind high low checksum`, 9600 8N1; checksum = low byte of kind + high + low.
// This layout is a placeholder that works: put in its place what the data sheet says, and name the sheet and clause here.

import { type Splitter, splitFixed } from '#wire/frames.ts';

const FRAME_BYTES = 5;
const LEAD = 0xa5;
const KIND = { temperature: 0x01, broken: 0x02 } as const;

export type Message =
  | { kind: 'temperature' /** °C, in steps of 0.1 */; celsius: number }
  /** The device's own fault. */
  | { kind: 'broken' };

export const split: Splitter = (rest, chunk) =>
  splitFixed(rest, chunk, { lead: LEAD, length: FRAME_BYTES, valid: (frame) => checksum(frame) === frame[4] });

/** A valid frame's meaning; `undefined` for one that the data sheet does not list. */
export function decode([, kind, high = 0, low = 0]: Uint8Array): Message | undefined {
  const tenths = (((high << 8) | low) << 16) >> 16;
  if (kind === KIND.temperature) return { kind: 'temperature', celsius: tenths / 10 };
  return kind === KIND.broken ? { kind: 'broken' } : undefined;
}

const checksum = ([, kind = 0, high = 0, low = 0]: Uint8Array): number => (kind + high + low) & 0xff;
