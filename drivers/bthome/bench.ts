// Healthy devices for the tests that every driver passes: a sensor of everything in plain, an encrypted detector.

import type { BenchDevice } from '#fakes/bench-device.ts';
import { ADDRESS, hex } from '#fakes/driver-bench.ts';
import { sealCcm } from '#wire/ccm.ts';
import { BTHOME_UUID } from './codec.ts';
import { bthome } from './driver.ts';

const advert = (bytes: Uint8Array) => ({ serviceData: [{ uuid: BTHOME_UUID, bytes }] });
const plain = (message: number, objects: string) => advert(Uint8Array.of(0x40, 0x00, message & 0xff, ...hex(objects)));

const KEY = '231d39c1d7cc1ab1aee224cd096db932';
function sealed(message: number, objects: string) {
  const counter = Uint8Array.of(message & 0xff, (message >> 8) & 0xff, (message >> 16) & 0xff, 0);
  const nonce = Uint8Array.of(...hex(ADDRESS.replaceAll(':', '')), 0xd2, 0xfc, 0x41, ...counter);
  const { text, tag } = sealCcm({ key: hex(KEY), nonce }, hex(objects), 4);
  return advert(Uint8Array.of(0x41, ...text, ...counter, ...tag));
}

export const devices: readonly BenchDevice[] = [
  {
    ...{ driver: bthome, kind: 'temperature', wire: 'adverts' },
    adverts: (message) => [
      // Battery, temperature, humidity, power, on.
      plain(3 * message, '0161 02CA09 03BF13 0B021B00 1001'),
      // Gas, water, motion, occupancy, smoke, CO, door.
      plain(3 * message + 1, '1C00 2000 2101 2301 2900 1700 1A01'),
      // A press.
      plain(3 * message + 2, '3A01'),
    ],
  },
  {
    ...{ driver: bthome, kind: 'smoke', bindkey: KEY, wire: 'adverts' },
    adverts: (message) => [sealed(message, message % 5 === 4 ? '2901' : '2900')],
  },
];
