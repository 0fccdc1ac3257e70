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

export type Answer = 'more' | 'foreign' | { reason: number };

/** What the broker's first bytes say: a reason (0 is welcome), not yet all of it, or nothing of MQTT. */
export function decodeAnswer(bytes: Uint8Array): Answer {
  const [kind] = bytes;
  if (kind === undefined) return 'more';
  if (kind !== 0x20) return 'foreign';
  let at = 1;
  for (let byte = 0x80; (byte & 0x80) !== 0; at += 1) {
    if (at > 4) return 'foreign';
    const next = bytes[at];
    if (next === undefined) return 'more';
    byte = next;
  }
  const reason = bytes[at + 1];
  return reason === undefined ? 'more' : { reason };
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
