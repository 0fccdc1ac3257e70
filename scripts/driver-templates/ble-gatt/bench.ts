// A healthy device for the tests that every driver passes: from 20 to 20.99 °C.

import type { BenchDevice } from '#fakes/bench-device.ts';
import { places } from '#wire/gatt/uuids.ts';
import { MEASUREMENT } from './codec.ts';
import { sampleBleGatt } from './driver.ts';

function measurement(message: number): Uint8Array {
  const hundredths = 2_000 + (message % 100);
  return Uint8Array.of(hundredths & 0xff, hundredths >> 8);
}

export const devices: readonly BenchDevice[] = [
  {
    ...{ driver: sampleBleGatt, kind: 'temperature', wire: 'gatt' },
    characteristics: () => [
      { ...MEASUREMENT, properties: ['notify'] },
      { ...places.battery, properties: ['read'], value: Uint8Array.of(90) },
    ],
    says: (message) => [{ place: MEASUREMENT, bytes: measurement(message) }],
  },
];
