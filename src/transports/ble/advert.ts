// What an advert says: a list of fields, each with its length and type (Core Specification Supplement 11, part A).

import type { Advert } from '#contract/ble-port.ts';
import { uuidFrom } from './uuid.ts';

export type AdvertContent = Pick<Advert, 'name' | 'services' | 'serviceData' | 'manufacturer'>;

/** Bytes of a UUID in a list of services, by field type; complete and incomplete lists. */
const LISTS: Record<number, number> = { 2: 2, 3: 2, 4: 4, 5: 4, 6: 16, 7: 16 };
/** Bytes of the UUID before service data, by field type. */
const DATA: Record<number, number> = { 22: 2, 32: 4, 33: 16 };
const SHORT_NAME = 0x08;
const NAME = 0x09;
const MANUFACTURER = 0xff;

/** Reads what it can; a field that runs over the end, and everything after it, is left out. */
export function readAdvert(fields: Uint8Array): AdvertContent {
  const services: string[] = [];
  const serviceData: { uuid: string; bytes: Uint8Array }[] = [];
  let name: string | undefined;
  let manufacturer: Advert['manufacturer'];
  for (let at = 0; at + 1 < fields.length; ) {
    const length = fields[at] ?? 0;
    // A length of nought ends the list early.
    if (length === 0 || at + 1 + length > fields.length) break;
    const type = fields[at + 1] ?? 0;
    const bytes = fields.slice(at + 2, at + 1 + length);
    at += 1 + length;
    const size = LISTS[type];
    const before = DATA[type];
    if (size !== undefined)
      for (let from = 0; from + size <= bytes.length; from += size)
        services.push(uuidFrom(bytes.subarray(from, from + size)));
    else if (before !== undefined && bytes.length >= before)
      serviceData.push({ uuid: uuidFrom(bytes.subarray(0, before)), bytes: bytes.slice(before) });
    else if (type === NAME || (type === SHORT_NAME && name === undefined)) name = Buffer.from(bytes).toString('utf8');
    else if (type === MANUFACTURER && bytes.length >= 2)
      manufacturer = { company: (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8), bytes: bytes.slice(2) };
  }
  return { name, services, serviceData, manufacturer };
}
