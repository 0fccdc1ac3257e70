// Cuts frames out of byte streams, whatever the chunk boundaries. After a bad frame the search goes on at the next byte,
// so that a good frame which begins inside a broken one is found.

/** What a framer makes of a chunk. `skipped` counts bytes that belong to no valid frame: they are reported, never hidden. */
export interface Split<Frame> {
  frames: Frame[];
  /** Bytes that may be the beginning of a frame; to be passed in with the next chunk. */
  rest: Uint8Array;
  skipped: number;
}

/** @param rest from the split before; {@link nothing} at the start of a stream */
export type Splitter = (rest: Uint8Array, chunk: Uint8Array) => Split<Uint8Array>;

export const nothing = new Uint8Array();

export interface FixedFrame {
  /** The byte that every frame begins with; none for frames that are known by `valid` alone. */
  lead?: number;
  /** Bytes of a whole frame, the lead included. */
  length: number;
  valid(frame: Uint8Array): boolean;
}

/** Frames that all have the same length. */
export const splitFixed = (rest: Uint8Array, chunk: Uint8Array, { lead, length, valid }: FixedFrame) =>
  splitBy(rest, chunk, { valid, lengthOf: (bytes) => (lead === undefined || bytes[0] === lead ? length : 0) });

export interface LengthPrefixedFrame {
  /** Bytes that every frame begins with; none for a stream whose frames begin with anything. */
  lead?: readonly number[];
  length: {
    /** Where the length field begins, counted from the first byte of the frame. */
    at: number;
    /** How many bytes it has. */
    width: 1 | 2 | 3 | 4;
    endian: 'big' | 'little';
    /** What the field leaves out (lead, itself, a checksum): field + `offset` is the number of bytes of the whole frame. */
    offset: number;
  };
  /** Bytes of the longest whole frame. A length field that says more is damaged, and no byte is waited for. */
  maximum: number;
  valid(frame: Uint8Array): boolean;
}

/**
 * Frames that state their own length. A damaged length below `maximum` shows once that many bytes have come; the good
 * frames among them are cut out then. A line that falls silent in between is up to the caller, who knows the time.
 */
export function splitLengthPrefixed(
  rest: Uint8Array,
  chunk: Uint8Array,
  { lead = [], length: { at, width, endian, offset }, maximum, valid }: LengthPrefixedFrame,
): Split<Uint8Array> {
  const head = Math.max(lead.length, at + width);
  return splitBy(rest, chunk, {
    valid,
    lengthOf(bytes) {
      if (lead.some((byte, index) => index < bytes.length && bytes[index] !== byte)) return 0;
      if (bytes.length < at + width) return undefined;
      const field = bytes.subarray(at, at + width);
      const length = numberOf(endian === 'big' ? field : field.toReversed()) + offset;
      return length >= head && length <= maximum ? length : 0;
    },
  });
}

interface FrameRule {
  /** Bytes of the frame that `bytes` begin with: 0 where none can begin, undefined while too few have come to say. */
  lengthOf(bytes: Uint8Array): number | undefined;
  valid(frame: Uint8Array): boolean;
}

function splitBy(rest: Uint8Array, chunk: Uint8Array, { lengthOf, valid }: FrameRule): Split<Uint8Array> {
  const bytes = rest.length === 0 ? chunk : concat(rest, chunk);
  const frames: Uint8Array[] = [];
  let start = 0;
  let skipped = 0;
  while (start < bytes.length) {
    const length = lengthOf(bytes.subarray(start));
    if (length === undefined || length > bytes.length - start) break;
    const frame = bytes.subarray(start, start + length);
    if (length > 0 && valid(frame)) {
      frames.push(frame);
      start += length;
    } else {
      start += 1;
      skipped += 1;
    }
  }
  return { frames, rest: bytes.slice(start), skipped };
}

/** Most significant byte first. */
const numberOf = (bytes: Uint8Array): number => bytes.reduce((number, byte) => number * 256 + byte, 0);

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
