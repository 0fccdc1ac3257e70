// Healthy devices for the tests that every driver passes: sensors of everything in plain, an encrypted smoke detector.

import type { BenchDevice } from '#fakes/bench-device.ts';
import { ADDRESS, hex } from '#fakes/driver-bench.ts';
import { sealCcm } from '#wire/ccm.ts';
import { MIBEACON_UUID } from './codec.ts';
import { mibeacon } from './driver.ts';

const advert = (bytes: Uint8Array) => ({ serviceData: [{ uuid: MIBEACON_UUID, bytes }] });
const plain = (message: number, objects: string) =>
  advert(Uint8Array.of(0x40, 0x50, 0x97, 0x09, message & 0xff, ...hex(objects)));

const KEY = '231d39c1d7cc1ab1aee224cd096db932';
function sealed(message: number, objects: string) {
  const head = Uint8Array.of(0x48, 0x50, 0x97, 0x09, message & 0xff);
  const high = Uint8Array.of((message >> 8) & 0xff, (message >> 16) & 0xff, 0);
  const nonce = Uint8Array.of(...hex(ADDRESS.replaceAll(':', '')).toReversed(), ...head.subarray(2), ...high);
  const { text, tag } = sealCcm({ key: hex(KEY), nonce, aad: Uint8Array.of(0x11) }, hex(objects), 4);
  return advert(Uint8Array.of(...head, ...text, ...high, ...tag));
}

export const devices: readonly BenchDevice[] = [
  {
    ...{ driver: mibeacon, kind: 'temperature', wire: 'adverts' },
    adverts: (message) => [
      // Temperature and humidity, battery.
      plain(4 * message, '0D10 04 FE000902 0A10 01 61'),
      // Water, smoke, gas.
      plain(4 * message + 1, '1410 01 00 1510 01 00 1610 01 00'),
      // Motion, contact.
      plain(4 * message + 2, '0300 01 01 1910 01 00'),
      // A press.
      plain(4 * message + 3, '0110 03 000000'),
    ],
  },
  {
    ...{ driver: mibeacon, kind: 'smoke', bindkey: KEY, wire: 'adverts' },
    adverts: (message) => [sealed(message, message % 5 === 4 ? '1510 01 01' : '1510 01 00')],
  },
];
