// A growing byte buffer and its reader, for the history's records.

export interface Writer {
  readonly length: number;
  byte(value: number): void;
  /** 0 to 2^53. */
  varint(value: number): void;
  /** -2^51 to 2^51. */
  zigzag(value: number): void;
  float64(value: number): void;
  utf8(text: string): void;
  /** What was written, in a buffer of its own; the writer starts over. */
  take(): Uint8Array;
}

export function byteWriter(): Writer {
  let buffer = Buffer.allocUnsafeSlow(4_096);
  let at = 0;

  function room(bytes: number): void {
    if (at + bytes <= buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(buffer.length * 2, at + bytes));
    buffer.copy(larger, 0, 0, at);
    buffer = larger;
  }

  function varint(value: number): void {
    room(8);
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) buffer[at++] = (rest % 0x80) | 0x80;
    buffer[at++] = rest;
  }

  return {
    get length() {
      return at;
    },
    byte(value) {
      room(1);
      buffer[at++] = value;
    },
    varint,
    zigzag: (value) => varint(value < 0 ? -2 * value - 1 : 2 * value),
    float64(value) {
      room(8);
      at = buffer.writeDoubleLE(value, at);
    },
    utf8(text) {
      const bytes = Buffer.byteLength(text);
      varint(bytes);
      room(bytes);
      at += buffer.write(text, at, 'utf8');
    },
    take() {
      const taken = new Uint8Array(buffer.subarray(0, at));
      at = 0;
      return taken;
    },
  };
}

/** Each throws a RangeError when the bytes end too soon. */
export interface Reader {
  done(): boolean;
  byte(): number;
  varint(): number;
  zigzag(): number;
  float64(): number;
  utf8(): string;
}

export function byteReader(bytes: Uint8Array): Reader {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;

  function byte(): number {
    const value = buffer[at];
    if (value === undefined) throw new RangeError('the bytes are over too soon');
    at += 1;
    return value;
  }

  function varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      if (scale > 2 ** 49) throw new RangeError('a number too large');
      const next = byte();
      value += (next & 0x7f) * scale;
      if (next < 0x80) return value;
    }
  }

  return {
    done: () => at >= buffer.length,
    byte,
    varint,
    zigzag() {
      const value = varint();
      return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
    },
    float64() {
      const value = buffer.readDoubleLE(at);
      at += 8;
      return value;
    },
    utf8() {
      const length = varint();
      if (at + length > buffer.length) throw new RangeError('the bytes are over too soon');
      const text = buffer.toString('utf8', at, at + length);
      at += length;
      return text;
    },
  };
}
