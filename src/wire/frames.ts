// Cuts frames out of byte streams, whatever the chunk boundaries.

/** What a framer makes of a chunk. `skipped` counts bytes that belong to no valid frame: they are reported, never hidden. */
export interface Split<Frame> {
  frames: Frame[];
  rest: Uint8Array;
  skipped: number;
}

export interface FixedFrame {
  lead: number;
  /** Bytes of a whole frame, the lead included. */
  length: number;
  valid(frame: Uint8Array): boolean;
}

export const nothing = new Uint8Array();

/**
 * Fixed-length frames that begin with `lead` and pass `valid`. After a bad one the search goes on at the next byte, so
 * that a lead byte inside a broken frame is not lost. Bytes that can begin no frame are not kept in `rest`.
 */
export function splitFixed(
  rest: Uint8Array,
  chunk: Uint8Array,
  { lead, length, valid }: FixedFrame,
): Split<Uint8Array> {
  const bytes = rest.length === 0 ? chunk : concat(rest, chunk);
  const frames: Uint8Array[] = [];
  let start = 0;
  let skipped = 0;
  while (start < bytes.length) {
    if (bytes[start] !== lead) {
      start += 1;
      skipped += 1;
      continue;
    }
    if (bytes.length - start < length) break;
    const frame = bytes.subarray(start, start + length);
    if (valid(frame)) {
      frames.push(frame);
      start += length;
    } else {
      start += 1;
      skipped += 1;
    }
  }
  return { frames, rest: bytes.slice(start), skipped };
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
