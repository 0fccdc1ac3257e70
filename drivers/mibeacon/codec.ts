// Xiaomi MiBeacon, service data of FE95: `control(2) product(2) count [address 6] [capability 1-2] objects`, from version 4 on
// encrypted as `cipher… count(3) tag(4)`. iot.mi.com, "BLE MiBeacon protocol"; objects: "object definition" there.

import type { Odd } from '#driver-kit/not-understood.ts';
import { openCcm } from '#wire/ccm.ts';
import { cursor } from '#wire/cursor.ts';
import { type MiReading, objectRow } from './objects.ts';

export const MIBEACON_UUID = 'fe95';

export interface MiPacket {
  kind: 'packet';
  encrypted: boolean;
  product: number;
  /** 8 bits in a plain packet; in an encrypted one 32, which its tag vouches for. */
  count: number;
  readings: MiReading[];
  /** How many objects mean nothing: not listed, or of a length or value that they cannot have. */
  unread: number;
  /** Which those are; undefined for none. */
  odd?: Odd[] | undefined;
}

export type MiBeacon =
  | MiPacket
  | { kind: 'unreadable'; why: 'no-mibeacon' | 'too-short' | 'legacy' | 'no-key' | 'wrong-key' };

/** Of the protocol's versions these are known. */
const VERSIONS = { first: 2, last: 5 };
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
  if (version < VERSIONS.first || version > VERSIONS.last || has(BIT.mesh))
    return { kind: 'unreadable', why: 'no-mibeacon' };
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

function readObjects(bytes: Uint8Array): Pick<MiPacket, 'readings' | 'unread' | 'odd'> {
  const read = cursor(bytes);
  const readings: MiReading[] = [];
  const odd: Odd[] = [];
  while (read.left > 0) {
    const id = read.u16();
    const object = id.toString(16).padStart(4, '0');
    const body = read.bytes(read.u8());
    const row = objectRow(id);
    const found = read.short
      ? { reason: 'cut-short' as const }
      : (row?.read(body) ?? { reason: 'unknown-object' as const });
    if (Array.isArray(found)) readings.push(...found);
    else odd.push({ object, ...found, ...(row?.quantity && { quantity: row.quantity }) });
  }
  return { readings, unread: odd.length, ...(odd.length > 0 && { odd }) };
}

/** Why an advert is not a MiBeacon of a sensor. */
export function oddFrame(bytes: Uint8Array): Odd {
  const control = cursor(bytes).u16();
  if (bytes.length < 2) return { reason: 'cut-short', length: bytes.length };
  const version = control >> 12;
  if (version < VERSIONS.first || version > VERSIONS.last)
    return { reason: 'unknown-version', version: version.toString(16) };
  return (control >> BIT.mesh) & 1 ? { reason: 'mesh' } : { reason: 'cut-short', length: bytes.length };
}
