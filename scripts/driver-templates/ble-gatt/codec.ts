// Measurement of sample-ble-gatt: `temperature(2)`, little-endian.
// This layout is a placeholder that works: put in its place what the data sheet says, and name the sheet and clause here.

import { cursor } from '#wire/cursor.ts';

/** In small letters: four digits of the Bluetooth SIG's number, or 128 bits with hyphens. */
export const MEASUREMENT = {
  service: '00000001-7fe5-4d10-8d12-0a9c1c2d3e4f',
  characteristic: '00000002-7fe5-4d10-8d12-0a9c1c2d3e4f',
};
const BYTES = 2;
/** What the device sends while its sensing element is broken. */
const BROKEN = -0x8000;

export interface Measurement {
  /** °C, in steps of 0.01; undefined while the sensor is broken. */
  celsius: number | undefined;
}

/** Undefined for bytes that break the layout. */
export function decode(bytes: Uint8Array): Measurement | undefined {
  if (bytes.length !== BYTES) return undefined;
  const hundredths = cursor(bytes).i16();
  return { celsius: hundredths === BROKEN ? undefined : hundredths / 100 };
}
