// Adverts of sample-ble, service data of FFF0: `version count temperature(2) battery`, little-endian.
// This layout is a placeholder that works: put in its place what the data sheet says, and name the sheet and clause here.

import type { Odd } from '#driver-kit/not-understood.ts';
import { cursor } from '#wire/cursor.ts';

/** In small letters: four digits of the Bluetooth SIG's number, or 128 bits with hyphens. */
export const SERVICE = 'fff0';
const VERSION = 1;
const BYTES = 5;
/** What the device sends while its sensing element is broken. */
const BROKEN = -0x8000;

export interface Packet {
  kind: 'packet';
  encrypted: false;
  /** Counts measurements, 8 bits. */
  count: number;
  /** °C, in steps of 0.01; undefined while the sensor is broken. */
  celsius: number | undefined;
  /** % */
  battery: number;
}

export function decode(bytes: Uint8Array): Packet | { kind: 'unreadable'; why: 'no-packet' } {
  if (bytes[0] !== VERSION || bytes.length !== BYTES) return { kind: 'unreadable', why: 'no-packet' };
  const read = cursor(bytes.subarray(1));
  const count = read.u8();
  const hundredths = read.i16();
  return {
    ...{ kind: 'packet', encrypted: false, count },
    celsius: hundredths === BROKEN ? undefined : hundredths / 100,
    battery: read.u8(),
  };
}

/** Why bytes are no packet. */
export const oddFrame = (bytes: Uint8Array): Odd =>
  bytes[0] === VERSION
    ? { reason: 'unknown-length', length: bytes.length }
    : { reason: 'unknown-version', version: String(bytes[0]) };
