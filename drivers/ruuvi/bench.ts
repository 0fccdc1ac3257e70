// A healthy tag for the tests that every driver passes.

import type { BenchDevice } from '#fakes/bench-device.ts';
import { ADDRESS, hex } from '#fakes/driver-bench.ts';
import { RUUVI_COMPANY } from './codec.ts';
import { ruuvi } from './driver.ts';

/** The data format's own example, with movement and sequence number counted on at each message. */
const advert = (message: number) =>
  Uint8Array.of(
    ...hex('0512FC5394C37C0004FFFC040CAC36'),
    message % 0xff,
    (message >> 8) & 0x7f,
    message & 0xff,
    ...hex(ADDRESS.replaceAll(':', '')),
  );

export const devices: readonly BenchDevice[] = [
  {
    ...{ driver: ruuvi, kind: 'temperature', wire: 'adverts' },
    adverts: (message) => [{ manufacturer: { company: RUUVI_COMPANY, bytes: advert(message) } }],
  },
];
