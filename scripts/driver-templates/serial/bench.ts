// A healthy device for the tests that every driver passes.

import type { BenchDevice } from '#fakes/bench-device.ts';
import { sampleSerial } from './driver.ts';

/** From 20 to 29.9 °C. */
function frame(message: number): Uint8Array {
  const tenths = 200 + (message % 100);
  const [high, low] = [tenths >> 8, tenths & 0xff];
  return Uint8Array.of(0xa5, 0x01, high, low, (0x01 + high + low) & 0xff);
}

export const devices: readonly BenchDevice[] = [
  { driver: sampleSerial, kind: 'temperature', wire: 'serial', says: frame },
];
