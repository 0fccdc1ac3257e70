// A healthy watch for the tests that every driver passes: it lies still on a wrist, at 25 Hz.

import type { BenchDevice } from '#fakes/bench-device.ts';
import { places } from '#wire/gatt/uuids.ts';
import { MOTION } from './codec.ts';
import { infinitime } from './driver.ts';

export const devices: readonly BenchDevice[] = [
  {
    ...{ driver: infinitime, kind: 'wearable', everyMs: 40, wire: 'gatt' },
    characteristics: () => [
      { ...MOTION, properties: ['read', 'notify'] },
      { ...places.heartRate, properties: ['notify'] },
      { ...places.battery, properties: ['read', 'notify'], value: Uint8Array.of(64) },
      { ...places.newAlert, properties: ['write'] },
    ],
    says: (message) => [
      { place: MOTION, bytes: Uint8Array.of(0, 0, 0, 0, 0, 4) },
      // With contact of the skin, 72 beats a minute.
      ...(message % 25 === 0 ? [{ place: places.heartRate, bytes: Uint8Array.of(0x06, 72) }] : []),
    ],
  },
];
