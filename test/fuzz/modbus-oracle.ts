// What bytes on a Modbus line hold, said a second time and in another way than the product does: frames by looking at every
// place.

export interface Ask {
  unit: number;
  /** 3 holding, 4 input. */
  code: number;
  address: number;
  count: number;
}

/** CRC-16/MODBUS from its definition: x^16 + x^15 + x^2 + 1, most significant bit first, on mirrored bytes. */
export function sumOf(bytes: Uint8Array): [low: number, high: number] {
  let sum = 0xffff;
  for (const byte of bytes) {
    sum ^= (mirrored[byte] ?? 0) << 8;
    for (let bit = 0; bit < 8; bit += 1) sum = ((sum << 1) ^ (sum & 0x8000 ? 0x8005 : 0)) & 0xffff;
  }
  return [mirrored[sum >> 8] ?? 0, mirrored[sum & 0xff] ?? 0];
}

const mirrored = Array.from({ length: 256 }, (_, byte) =>
  Number.parseInt(byte.toString(2).padStart(8, '0').split('').reverse().join(''), 2),
);

/** Register bytes of every answer to `ask` that lies anywhere in an RTU stream. */
export function* heldByRtu(bytes: Uint8Array, { unit, code, count }: Ask): Generator<Uint8Array> {
  const length = 3 + 2 * count;
  for (let at = 0; at + length + 2 <= bytes.length; at += 1) {
    if (bytes[at] !== unit || bytes[at + 1] !== code || bytes[at + 2] !== 2 * count) continue;
    const [low, high] = sumOf(bytes.subarray(at, at + length));
    if (bytes[at + length] === low && bytes[at + length + 1] === high) yield bytes.slice(at + 3, at + length);
  }
}

/** The same for Modbus TCP, where an answer names the transaction that it is for. */
export function* heldByTcp(
  bytes: Uint8Array,
  { unit, code, count }: Ask,
  transaction: readonly [number, number],
): Generator<Uint8Array> {
  const body = 3 + 2 * count;
  const head = [...transaction, 0, 0, body >> 8, body & 0xff, unit, code, 2 * count];
  for (let at = 0; at + 6 + body <= bytes.length; at += 1)
    if (head.every((byte, offset) => bytes[at + offset] === byte)) yield bytes.slice(at + 9, at + 6 + body);
}
