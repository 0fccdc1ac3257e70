// The two packets of a visit at a broker: CONNECT out, CONNACK in; and MQTT's bytes over a WebSocket.
// MQTT 5.0 sections 3.1, 3.2; MQTT 3.1.1 sections 3.1, 3.2; RFC 6455 section 5.2.

export interface Hello {
  /** 4 is MQTT 3.1.1. */
  version: 5 | 4;
  clientId: string;
  username?: string | undefined;
  password?: string | undefined;
}

/** A clean session of no length and without a will: the broker keeps nothing of this visit. */
export function encodeConnect({ version, clientId, username, password }: Hello): Buffer {
  const flags = 0x02 | (username === undefined ? 0 : 0x80) | (password === undefined ? 0 : 0x40);
  const body = Buffer.concat([
    field('MQTT'),
    Buffer.from([version, flags, 0, 30]),
    ...(version === 5 ? [Buffer.from([0])] : []),
    ...[clientId, username, password].flatMap((text) => (text === undefined ? [] : [field(text)])),
  ]);
  return Buffer.concat([Buffer.from([0x10, ...lengthBytes(body.length)]), body]);
}

export const DISCONNECT = Buffer.from([0xe0, 0]);

export type Answer = 'more' | 'foreign' | { reason: number; grants?: Grants };

/** What a CONNACK of MQTT 5 grants (section 3.2.2.3); what it does not mention is granted. */
export interface Grants {
  /** Bytes of the largest packet. */
  packet?: number;
  qos?: number;
  retain?: boolean;
}

/** What the broker's first bytes say: a reason (0 is welcome) with what is granted, not yet all of it, or nothing of MQTT. */
export function decodeAnswer(bytes: Uint8Array): Answer {
  const [kind] = bytes;
  if (kind === undefined) return 'more';
  if (kind !== 0x20) return 'foreign';
  const length = varint(bytes, 1);
  if (length === 'foreign' || length === 'more') return length;
  const { value, at } = length;
  if (value < 2 || value > LONGEST_CONNACK) return 'foreign';
  const reason = bytes[at + 1];
  if (reason === undefined || bytes.length < at + value) return 'more';
  return { reason, grants: grantsIn(bytes.subarray(at + 2, at + value)) };
}

/** One that is longer is none. */
const LONGEST_CONNACK = 16_384;

function varint(bytes: Uint8Array, from: number): { value: number; at: number } | 'more' | 'foreign' {
  let value = 0;
  for (let at = from; at < from + 4; at += 1) {
    const byte = bytes[at];
    if (byte === undefined) return 'more';
    value += (byte & 0x7f) << (7 * (at - from));
    if ((byte & 0x80) === 0) return { value, at: at + 1 };
  }
  return 'foreign';
}

/** Lengths of the properties that a CONNACK may have; `text` begins with two bytes of length, `pair` is two of those (section 2.2.2.2). */
const lengths: ReadonlyMap<number, number | 'text' | 'pair'> = new Map<number, number | 'text' | 'pair'>([
  ...([0x24, 0x25, 0x28, 0x29, 0x2a].map((id) => [id, 1]) as [number, number][]),
  ...([0x13, 0x21, 0x22].map((id) => [id, 2]) as [number, number][]),
  ...([0x11, 0x27].map((id) => [id, 4]) as [number, number][]),
  ...([0x12, 0x15, 0x16, 0x1a, 0x1c, 0x1f].map((id) => [id, 'text']) as [number, 'text'][]),
  [0x26, 'pair'],
]);

/** What can be read of it; MQTT 3.1.1 has none. */
function grantsIn(bytes: Uint8Array): Grants {
  const grants: Grants = {};
  const length = varint(bytes, 0);
  if (typeof length === 'string') return grants;
  const view = new DataView(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, length.at + length.value));
  for (let at = length.at; at < view.byteLength; ) {
    const id = view.getUint8(at);
    const kind = lengths.get(id);
    const size = kind === undefined ? undefined : sizeOf(view, at + 1, kind);
    if (size === undefined || at + 1 + size > view.byteLength) return grants;
    if (id === 0x27) grants.packet = view.getUint32(at + 1);
    if (id === 0x24) grants.qos = view.getUint8(at + 1);
    if (id === 0x25) grants.retain = view.getUint8(at + 1) !== 0;
    at += 1 + size;
  }
  return grants;
}

function sizeOf(view: DataView, at: number, kind: number | 'text' | 'pair'): number | undefined {
  if (typeof kind === 'number') return kind;
  if (at + 2 > view.byteLength) return undefined;
  const first = 2 + view.getUint16(at);
  if (kind === 'text') return first;
  const second = sizeOf(view, at + first, 'text');
  return second === undefined ? undefined : first + second;
}

function field(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function lengthBytes(length: number): number[] {
  const bytes: number[] = [];
  let rest = length;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>= 7;
  } while (rest > 0);
  return bytes;
}

/** @param key 16 random bytes in base64 */
export const upgradeRequest = (host: string, path: string, key: string): string =>
  [
    `GET ${path || '/'} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Protocol: mqtt',
    `Sec-WebSocket-Key: ${key}`,
    '',
    '',
  ].join('\r\n');

/** One whole binary frame, masked as a client has to. @param mask 4 random bytes */
export function frame(payload: Uint8Array, mask: Uint8Array): Buffer {
  const { length } = payload;
  const head = length < 126 ? [0x82, 0x80 | length] : [0x82, 0x80 | 126, length >> 8, length & 0xff];
  return Buffer.from([...head, ...mask, ...payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))]);
}

/** The payloads of the whole data frames in `bytes`, joined; what a server sends is not masked. */
export function unframe(bytes: Uint8Array): Buffer {
  const parts: Uint8Array[] = [];
  for (let at = 0; at + 2 <= bytes.length; ) {
    const [kind = 0, short = 0, high = 0, low = 0] = bytes.subarray(at);
    // Longer than 64 KiB: no answer to a CONNECT.
    if ((short & 0x7f) === 127) break;
    const start = at + ((short & 0x7f) === 126 ? 4 : 2);
    const length = (short & 0x7f) === 126 ? (high << 8) | low : short & 0x7f;
    if (start + length > bytes.length) break;
    if ((kind & 0x0f) <= 2) parts.push(bytes.subarray(start, start + length));
    at = start + length;
  }
  return Buffer.concat(parts);
}
