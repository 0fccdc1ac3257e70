// Reads numbers one after another out of bytes that may end too soon.

export interface Cursor {
  /** Numbers are little-endian, as in Bluetooth. Past the end each is 0, and `short` is true from then on. */
  u8(): number;
  u16(): number;
  u24(): number;
  u32(): number;
  i8(): number;
  i16(): number;
  i24(): number;
  i32(): number;
  /** `size` bytes, 0 to 6, signed or not. */
  int(size: number, signed: boolean): number;
  bytes(count: number): Uint8Array;
  skip(count: number): void;
  /** Bytes not read yet. */
  readonly left: number;
  /** More was read than there is: nothing that was read may be used. */
  readonly short: boolean;
}

export function cursor(bytes: Uint8Array): Cursor {
  let at = 0;
  let short = false;

  function take(count: number): Uint8Array {
    if (bytes.length - at < count) {
      short = true;
      at = bytes.length;
      return none;
    }
    at += count;
    return bytes.subarray(at - count, at);
  }

  function int(size: number, signed: boolean): number {
    const taken = take(size);
    let value = 0;
    for (let index = taken.length - 1; index >= 0; index -= 1) value = value * 256 + (taken[index] as number);
    return signed && value >= 2 ** (8 * size - 1) ? value - 2 ** (8 * size) : value;
  }

  return {
    u8: () => int(1, false),
    u16: () => int(2, false),
    u24: () => int(3, false),
    u32: () => int(4, false),
    i8: () => int(1, true),
    i16: () => int(2, true),
    i24: () => int(3, true),
    i32: () => int(4, true),
    int,
    bytes: take,
    skip: (count) => void take(count),
    get left() {
      return bytes.length - at;
    },
    get short() {
      return short;
    },
  };
}

const none = new Uint8Array();
