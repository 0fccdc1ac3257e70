// Xiaomi MiBeacon, service data of FE95: `control(2) product(2) count [address 6] [capability 1-2] objects`, from version 4 on
// encrypted as `cipher… count(3) tag(4)`. iot.mi.com, "BLE MiBeacon protocol"; objects: "object definition" there.

import { openCcm } from '#wire/ccm.ts';
import { type Cursor, cursor } from '#wire/cursor.ts';

export const MIBEACON_UUID = 'fe95';

export type MiReading =
  | { kind: 'button'; long: boolean }
  | { kind: 'contact'; open: boolean }
  | { kind: 'motion' | 'water' | 'smoke' | 'battery-low' | 'removed'; on: boolean }
  | { kind: 'temperature' | 'humidity' | 'battery'; value: number };

export interface MiPacket {
  kind: 'packet';
  encrypted: boolean;
  product: number;
  /** 8 bits of a plain packet; of an encrypted one 32, vouched for by its tag. */
  count: number;
  readings: MiReading[];
  /** Objects that are not listed, or not of their length. */
  unread: number;
}

export type MiBeacon =
  | MiPacket
  | { kind: 'unreadable'; why: 'no-mibeacon' | 'too-short' | 'legacy' | 'no-key' | 'wrong-key' };

/** Bits of the control field. */
const BIT = { encrypted: 3, address: 4, capability: 5, object: 6, mesh: 7 } as const;
/** Of the capability: one more byte follows. */
const WITH_IO = 0x20;
const AAD = Uint8Array.of(0x11);
const COUNT_AND_TAG = 7;

/**
 * @param address of the device, six bytes, most significant first
 * @param key its bind key, 16 bytes
 */
export function decodeMiBeacon(bytes: Uint8Array, address: Uint8Array, key: Uint8Array | undefined): MiBeacon {
  const read = cursor(bytes);
  const control = read.u16();
  const product = read.u16();
  const low = read.u8();
  if (read.short) return { kind: 'unreadable', why: 'too-short' };
  const has = (bit: number) => ((control >> bit) & 1) === 1;
  const version = control >> 12;
  if (version < 2 || has(BIT.mesh)) return { kind: 'unreadable', why: 'no-mibeacon' };
  const own = has(BIT.address) ? read.bytes(6).toReversed() : address;
  if (has(BIT.capability) && (read.u8() & WITH_IO) !== 0) read.skip(1);
  if (read.short) return { kind: 'unreadable', why: 'too-short' };
  const body = bytes.subarray(bytes.length - read.left);
  const packet = { kind: 'packet', product, encrypted: has(BIT.encrypted) } as const;
  if (!has(BIT.object)) return { ...packet, encrypted: false, count: low, readings: [], unread: 0 };
  if (!packet.encrypted) return { ...packet, count: low, ...readObjects(body) };
  if (version < 4) return { kind: 'unreadable', why: 'legacy' };
  if (body.length < COUNT_AND_TAG) return { kind: 'unreadable', why: 'too-short' };
  if (!key) return { kind: 'unreadable', why: 'no-key' };
  const high = body.subarray(-COUNT_AND_TAG, -4);
  const nonce = Uint8Array.of(...own.toReversed(), ...bytes.subarray(2, 5), ...high);
  const plain = openCcm({ key, nonce, aad: AAD }, body.subarray(0, -COUNT_AND_TAG), body.subarray(-4));
  if (!plain) return { kind: 'unreadable', why: 'wrong-key' };
  return { ...packet, count: cursor(high).u24() * 256 + low, ...readObjects(plain) };
}

function readObjects(bytes: Uint8Array): Pick<MiPacket, 'readings' | 'unread'> {
  const read = cursor(bytes);
  const readings: MiReading[] = [];
  let unread = 0;
  while (read.left >= 3) {
    const id = read.u16();
    const body = read.bytes(read.u8());
    if (read.short) return { readings, unread: unread + 1 };
    const found = objects.get(id)?.(body);
    if (found) readings.push(...found);
    else unread += 1;
  }
  return { readings, unread };
}

type ObjectReader = (body: Uint8Array) => MiReading[] | undefined;

/** An object of so many bytes; undefined for another length. */
const sized =
  (size: number, meaning: (read: Cursor) => MiReading[] | undefined): ObjectReader =>
  (body) =>
    body.length === size ? meaning(cursor(body)) : undefined;

const flag = (kind: 'water' | 'smoke' | 'battery-low' | 'removed'): ObjectReader =>
  sized(1, (read) => [{ kind, on: read.u8() > 0 }]);
const level = (
  kind: 'temperature' | 'humidity' | 'battery',
  size: number,
  signed: boolean,
  per: number,
): ObjectReader => sized(size, (read) => [{ kind, value: read.int(size, signed) / per }]);
const real = (kind: 'temperature' | 'humidity'): ObjectReader =>
  sized(4, (read) => {
    const bytes = read.bytes(4);
    const value = new DataView(bytes.buffer, bytes.byteOffset).getFloat32(0, true);
    return Number.isFinite(value) ? [{ kind, value: Math.round(value * 100) / 100 }] : undefined;
  });
const moved = (size: number): ObjectReader => sized(size, () => [{ kind: 'motion', on: true }]);
/** Seconds without movement: told at once after some, then at growing pauses. Up to 30 the maker's app shows movement. */
const idle = (size: number): ObjectReader =>
  sized(size, (read) => [{ kind: 'motion', on: read.int(size, false) <= 30 }]);
const contact = (...codes: [code: number, open: boolean][]): ObjectReader =>
  sized(1, (read) => {
    const said = read.u8();
    const found = codes.find(([code]) => code === said);
    return found ? [{ kind: 'contact', open: found[1] }] : undefined;
  });

const objects: ReadonlyMap<number, ObjectReader> = new Map<number, ObjectReader>([
  // Motion: plain, with light, with illuminance; and how long there was none.
  [0x0003, moved(1)],
  [0x000f, moved(3)],
  [0x4a08, moved(4)],
  [0x1017, idle(4)],
  [0x4818, idle(2)],
  [0x101b, sized(4, () => [{ kind: 'motion', on: false }])],
  // 07 and 1019: opened, closed, left open; 07 also pried open. 4804 state, 4A12 event.
  [0x0007, contact([0, true], [1, false], [2, true], [4, true])],
  [0x1019, contact([0, true], [1, false], [2, true])],
  [0x4804, contact([1, true], [2, false])],
  [0x4a12, contact([1, true], [2, false])],
  [0x1014, flag('water')],
  [0x1015, flag('smoke')],
  [0x4a01, flag('battery-low')],
  [0x4a0f, flag('removed')],
  [0x1004, level('temperature', 2, true, 10)],
  [0x1006, level('humidity', 2, false, 10)],
  [
    0x100d,
    sized(4, (read) => [
      { kind: 'temperature', value: read.i16() / 10 },
      { kind: 'humidity', value: read.u16() / 10 },
    ]),
  ],
  [0x4c01, real('temperature')],
  [0x4c08, real('humidity')],
  [0x4c02, level('humidity', 1, false, 1)],
  [0x100a, level('battery', 1, false, 1)],
  [0x4803, level('battery', 1, false, 1)],
  [0x4c03, level('battery', 1, false, 1)],
  // 1001: which, value, and 0 single, 1 double, 2 long, 3 triple. 4E0C, 0D, 0E: click, double, long.
  [
    0x1001,
    sized(3, (read) => {
      read.skip(2);
      const press = read.u8();
      return press <= 3 ? [{ kind: 'button', long: press === 2 }] : undefined;
    }),
  ],
  [0x4e0c, sized(1, (read) => [{ kind: 'button', long: read.u8() === 8 }])],
  [0x4e0d, sized(1, () => [{ kind: 'button', long: false }])],
  [0x4e0e, sized(1, () => [{ kind: 'button', long: true }])],
]);
