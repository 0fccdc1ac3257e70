// A healthy device for the tests that every driver passes: from 20 to 20.99 °C.

import type { BenchDevice } from '#fakes/bench-device.ts';
import { SERVICE } from './codec.ts';
import { sampleBle } from './driver.ts';

function advert(message: number): Uint8Array {
  const hundredths = 2_000 + (message % 100);
  return Uint8Array.of(0x01, message & 0xff, hundredths & 0xff, hundredths >> 8, 90);
}

export const devices: readonly BenchDevice[] = [
  {
    ...{ driver: sampleBle, kind: 'temperature', wire: 'adverts' },
    adverts: (message) => [{ serviceData: [{ uuid: SERVICE, bytes: advert(message) }] }],
  },
];
