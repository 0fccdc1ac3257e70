// InfiniTime (PineTime): motion service, doc/MotionService.md, and the alert that its firmware shows.

import type { GattPlace } from '#contract/ble-port.ts';
import type { MotionFrame } from '#driver-kit/motion/stream.ts';
import { cursor } from '#wire/cursor.ts';
import { cutText } from '#wire/gatt/alerts.ts';

export const MOTION: GattPlace = {
  service: '00030000-78fc-48fe-8e23-433b3a1942d0',
  characteristic: '00030002-78fc-48fe-8e23-433b3a1942d0',
};

/** BMA421 and BMA425 at ±2 g with 12 bits, as the firmware sets them (src/drivers/Bma421.cpp). */
const COUNTS_PER_G = 1_024;
export const RANGE_G = 2;

/** `X Y Z`, 16 bits each: one sample, without time or number. Undefined for any other length. */
export function decodeMotion(bytes: Uint8Array): MotionFrame | undefined {
  if (bytes.length !== 6) return undefined;
  const read = cursor(bytes);
  return { xyz: [[read.i16() / COUNTS_PER_G, read.i16() / COUNTS_PER_G, read.i16() / COUNTS_PER_G]] };
}

const SIMPLE_ALERT = 0;
/** The firmware's longest message, header left out. */
const LONGEST = 100;

/** New Alert as this firmware reads it: category, count, a zero, then title, a zero, text. It vibrates and shows it. */
export const notification = (title: string, text: string): Uint8Array =>
  Uint8Array.of(SIMPLE_ALERT, 1, 0, ...cutText(`${title}\0${text}`, LONGEST));
