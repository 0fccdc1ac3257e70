// BTHome v2 service data: `info [address] payload`, or encrypted `info [address] cipher counter(4) tag(4)`.
// https://bthome.io/format and https://bthome.io/encryption

import type { Odd } from '#driver-kit/not-understood.ts';
import { openCcm } from '#wire/ccm.ts';
import { type Cursor, cursor } from '#wire/cursor.ts';
import { type ObjectRow, objects, quantityOf } from './objects.ts';

/** The service's number in adverts, assigned to BTHome by the Bluetooth SIG. */
export const BTHOME_UUID = 'fcd2';

export interface BthomeObject {
  name: string;
  /** In the unit of the table; true or false for binary objects. */
  value: number | boolean;
}

export interface BthomePacket {
  kind: 'packet';
  encrypted: boolean;
  /** The device advertises only when something happens: silence is healthy. */
  triggerBased: boolean;
  /** For an encrypted packet, which its tag vouches for. */
  counter: number | undefined;
  packetId: number | undefined;
  objects: BthomeObject[];
  /** Bytes after an object that the table does not list, or half an object: nothing can be read in them. */
  unread: number;
  /** Why those, and which objects have a value that the table does not list; undefined for none. */
  odd?: Odd[] | undefined;
}

export type Bthome = BthomePacket | { kind: 'unreadable'; why: 'not-bthome-2' | 'too-short' | 'no-key' | 'wrong-key' };

const VERSION = 2;
const ENCRYPTED = 0x01;
const ADDRESS_INCLUDED = 0x02;
const TRIGGER_BASED = 0x04;
const COUNTER_AND_TAG = 8;

/**
 * @param address of the device, six bytes, most significant first
 * @param key its bind key, 16 bytes
 */
export function decodeBthome(bytes: Uint8Array, address: Uint8Array, key: Uint8Array | undefined): Bthome {
  const [info] = bytes;
  if (info === undefined) return { kind: 'unreadable', why: 'too-short' };
  if (info >> 5 !== VERSION) return { kind: 'unreadable', why: 'not-bthome-2' };
  const withAddress = (info & ADDRESS_INCLUDED) !== 0;
  if (withAddress && bytes.length < 7) return { kind: 'unreadable', why: 'too-short' };
  // The address in the packet is the one that the nonce was made with; it is least significant first there.
  const own = withAddress ? bytes.slice(1, 7).reverse() : address;
  const body = bytes.subarray(withAddress ? 7 : 1);
  const packet = { kind: 'packet', triggerBased: (info & TRIGGER_BASED) !== 0 } as const;
  if ((info & ENCRYPTED) === 0) return { ...packet, encrypted: false, counter: undefined, ...readObjects(body) };
  if (body.length < COUNTER_AND_TAG) return { kind: 'unreadable', why: 'too-short' };
  if (!key) return { kind: 'unreadable', why: 'no-key' };
  const counter = body.subarray(-COUNTER_AND_TAG, -4);
  const nonce = Uint8Array.of(...own, 0xd2, 0xfc, info, ...counter);
  const plain = openCcm({ key, nonce }, body.subarray(0, -COUNTER_AND_TAG), body.subarray(-4));
  if (!plain) return { kind: 'unreadable', why: 'wrong-key' };
  return { ...packet, encrypted: true, counter: cursor(counter).u32(), ...readObjects(plain) };
}

/** The version that the first byte states, where it is not the version that is read here. */
export const oddFrame = (bytes: Uint8Array): Odd =>
  bytes[0] !== undefined && bytes[0] >> 5 !== VERSION
    ? { reason: 'unknown-version', version: (bytes[0] >> 5).toString(16) }
    : { reason: 'cut-short', length: bytes.length };

function readObjects(bytes: Uint8Array): Pick<BthomePacket, 'objects' | 'packetId' | 'unread' | 'odd'> {
  const read = cursor(bytes);
  const found: BthomeObject[] = [];
  const odd: Odd[] = [];
  let packetId: number | undefined;
  let unread = 0;
  while (read.left > 0) {
    const before = read.left;
    const id = read.u8();
    const row = objects.get(id);
    const name = { object: hex(id), ...(row && { quantity: quantityOf.get(row.name) }) };
    const raw = !row ? 0 : row.size === 0 ? skipped(read) : read.int(row.size, row.signed === true);
    if (!row || read.short) {
      odd.push({ ...name, reason: row ? 'cut-short' : 'unknown-object' });
      unread = before;
      break;
    }
    if (row.name === 'packet-id') packetId = raw;
    else if (!isListed(row, raw)) odd.push({ ...name, reason: 'unknown-code', code: hex(raw) });
    else if (row.size > 0) found.push({ name: row.name, value: row.binary ? raw === 1 : raw / (row.per ?? 1) });
  }
  return { objects: found, packetId, unread, ...(odd.length > 0 && { odd }) };
}

/** An object that begins with its own length. */
function skipped(read: Cursor): number {
  read.skip(read.u8());
  return 0;
}

/** Anything but 0 and 1 is no answer to a yes-or-no question, and a button has its own list. */
function isListed({ name, binary }: ObjectRow, raw: number): boolean {
  if (name === 'button') return raw === NOT_PRESSED || buttonOf(raw) !== undefined;
  return !binary || raw <= 1;
}

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

const NOT_PRESSED = 0;

/** What a button says; undefined for "nothing pressed" and for what the format does not list. */
export function buttonOf(value: number): 'press' | 'long' | undefined {
  switch (value) {
    case 0x01:
    case 0x02:
    case 0x03:
      return 'press';
    // Long, long double and long triple press; 80 still held, FE the same in early firmware of Shelly BLU.
    case 0x04:
    case 0x05:
    case 0x06:
    case 0x80:
    case 0xfe:
      return 'long';
    default:
      return undefined;
  }
}
