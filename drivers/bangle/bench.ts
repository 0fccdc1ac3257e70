// A healthy watch for the tests that every driver passes: it lies still, at 50 Hz, and its key is held down now and then.

import type { BenchDevice } from '#fakes/bench-device.ts';
import { places } from '#wire/gatt/uuids.ts';
import { RX, TX } from './codec.ts';
import { bangle } from './driver.ts';

const line = (text: string) => ({ place: TX, bytes: new TextEncoder().encode(`${text}\r\n`) });

export const devices: readonly BenchDevice[] = [
  {
    ...{ driver: bangle, kind: 'wearable', everyMs: 100, wire: 'gatt' },
    characteristics: () => [
      { ...RX, properties: ['write', 'write-without-response'] },
      { ...TX, properties: ['notify'] },
      { ...places.heartRate, properties: ['notify'] },
    ],
    says: (message) => [
      line(`HWA${5 * (message + 1)},${Array.from({ length: 5 }, () => '0,0,1000').join()}`),
      ...(message % 100 === 0 ? [line('HWP64'), line('HWHELD')] : []),
      // With contact of the skin, 72 beats a minute.
      ...(message % 10 === 0 ? [{ place: places.heartRate, bytes: Uint8Array.of(0x06, 72) }] : []),
    ],
  },
];
