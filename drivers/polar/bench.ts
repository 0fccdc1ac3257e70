// A healthy sensor for the tests that every driver passes: it lies still, at 50 Hz.

import type { BenchDevice } from '#fakes/bench-device.ts';
import { hex } from '#fakes/driver-bench.ts';
import { places } from '#wire/gatt/uuids.ts';
import { CONTROL, DATA } from './codec.ts';
import { polar } from './driver.ts';

/** To the requests of its settings and of the stream. */
const answers: Record<number, string> = {
  1: 'F0 01 02 00 00 00 04 C800 6400 3200 1900 01 01 1000 02 03 0800 0400 0200',
  2: 'F0 02 02 00 00',
};

/** Ten samples of 1 g, with the sensor's time of the last, ns. */
function motion(message: number): Uint8Array {
  const time = new DataView(new ArrayBuffer(8));
  time.setBigUint64(0, BigInt(message + 1) * 200_000_000n, true);
  const samples = Array.from({ length: 10 }, () => [0, 0, 0, 0, 0xe8, 3]).flat();
  return Uint8Array.of(2, ...new Uint8Array(time.buffer), 1, ...samples);
}

export const devices: readonly BenchDevice[] = [
  {
    ...{ driver: polar, kind: 'wearable', everyMs: 200, wire: 'gatt' },
    characteristics: (say) => [
      {
        ...CONTROL,
        properties: ['read', 'write', 'indicate'],
        written(bytes) {
          const answer = answers[bytes[0] ?? 0];
          if (answer) say(CONTROL, hex(answer));
        },
      },
      { ...DATA, properties: ['notify'] },
      { ...places.heartRate, properties: ['notify'] },
      { ...places.battery, properties: ['read'], value: Uint8Array.of(90) },
    ],
    says: (message) => [
      { place: DATA, bytes: motion(message) },
      // With contact of the skin, 72 beats a minute.
      { place: places.heartRate, bytes: Uint8Array.of(0x06, 72) },
    ],
  },
];
