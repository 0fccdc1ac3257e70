// Frames cut out of any stream: of fixed length, and with a length of their own.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LengthPrefixedFrame, nothing, type Splitter, splitFixed, splitLengthPrefixed } from '#wire/frames.ts';

const LEAD = 0xa5;
const byte = fc.integer({ min: 0, max: 255 });
const sum = (bytes: readonly number[] | Uint8Array): number => {
  let total = 0;
  for (const each of bytes) total += each;
  return total & 0xff;
};

/** Cuts a stream into chunks of these sizes, over and over, and frames out of them. */
function cutAll(split: Splitter, stream: readonly number[], sizes: readonly number[]) {
  let rest: Uint8Array = nothing;
  let skipped = 0;
  const frames: number[][] = [];
  for (let at = 0, turn = 0; at < stream.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    const cut = split(rest, Uint8Array.from(stream.slice(at, at + size)));
    frames.push(...cut.frames.map((each) => [...each]));
    ({ rest } = cut);
    skipped += cut.skipped;
    at += size;
  }
  return { frames, skipped, rest: [...rest] };
}
const whole = [100_000];
const chunkSizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 });

describe('fixed-length frames', () => {
  /** Lead, two bytes, and a closing byte that is their sum. */
  const frame = (a: number, b: number) => [LEAD, a, b, (a + b) & 0xff];
  const split: Splitter = (rest, chunk) =>
    splitFixed(rest, chunk, { lead: LEAD, length: 4, valid: (f) => sum(f.subarray(1, 3)) === f[3] });

  it('are the same whatever the chunk boundaries, and no byte is unaccounted for', () => {
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 60 }), chunkSizes, (stream, chunks) => {
        const cut = cutAll(split, stream, whole);
        expect(cutAll(split, stream, chunks)).toEqual(cut);
        expect(cut.frames.length * 4 + cut.skipped + cut.rest.length).toBe(stream.length);
      }),
    );
  });

  it('are read one and all from a clean stream', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(byte, byte), { maxLength: 10 }), (pairs) => {
        const frames = pairs.map(([a, b]) => frame(a, b));
        expect(cutAll(split, frames.flat(), [3])).toEqual({ frames, skipped: 0, rest: [] });
      }),
    );
  });

  it('go on at the next byte after a broken one, for a good one may begin within', () => {
    expect(cutAll(split, [LEAD, 1, ...frame(2, 3)], whole)).toEqual({ frames: [frame(2, 3)], skipped: 2, rest: [] });
  });

  it('need no lead where something else says which bytes are one', () => {
    const bare: Splitter = (rest, chunk) =>
      splitFixed(rest, chunk, { length: 3, valid: (f) => sum(f.subarray(0, 2)) === f[2] });
    expect(cutAll(bare, [9, 1, 2, 3, 4, 5, 9], [2])).toEqual({
      frames: [
        [1, 2, 3],
        [4, 5, 9],
      ],
      skipped: 1,
      rest: [],
    });
  });
});

describe('length-prefixed frames', () => {
  interface Layout {
    lead: number[];
    /** Bytes between lead and length field. */
    gap: number;
    width: 1 | 2 | 3 | 4;
    endian: 'big' | 'little';
    /** Whether the field counts the whole frame, or only the payload. */
    counts: 'frame' | 'payload';
  }
  const LONGEST_PAYLOAD = 12;
  const layout: fc.Arbitrary<Layout> = fc.record({
    lead: fc.constantFrom([], [LEAD], [0xaa, 0x55]),
    gap: fc.integer({ min: 0, max: 2 }),
    width: fc.constantFrom(1, 2, 3, 4),
    endian: fc.constantFrom('big', 'little'),
    counts: fc.constantFrom('frame', 'payload'),
  });
  /** What stands around the payload: lead, gap and field before it, a sum behind it. */
  const around = ({ lead, gap, width }: Layout) => lead.length + gap + width + 1;

  function frameOf(given: Layout, payload: readonly number[]): number[] {
    const { lead, gap, width, endian, counts } = given;
    const number = payload.length + (counts === 'frame' ? around(given) : 0);
    const field = Array.from({ length: width }, (_, at) => Math.floor(number / 256 ** (width - 1 - at)) % 256);
    const head = [...lead, ...new Array<number>(gap).fill(7), ...(endian === 'big' ? field : field.toReversed())];
    return [...head, ...payload, sum([...head, ...payload])];
  }

  function splitterOf(given: Layout, valid = (f: Uint8Array) => sum(f.subarray(0, -1)) === f.at(-1)): Splitter {
    const { lead, gap, width, endian, counts } = given;
    const format: LengthPrefixedFrame = {
      lead,
      length: { at: lead.length + gap, width, endian, offset: counts === 'frame' ? 0 : around(given) },
      maximum: around(given) + LONGEST_PAYLOAD,
      valid,
    };
    return (rest, chunk) => splitLengthPrefixed(rest, chunk, format);
  }

  const payload = fc.array(byte, { maxLength: LONGEST_PAYLOAD });
  /** Likely beginnings of frames among anything. */
  const noise = fc.array(fc.oneof(byte, fc.constantFrom(0, 1, 2, 8, 0x55, LEAD, 0xaa)), { maxLength: 60 });

  it('are read one and all from a clean stream, whatever their layout and the chunk boundaries', () => {
    fc.assert(
      fc.property(layout, fc.array(payload, { maxLength: 6 }), chunkSizes, (given, payloads, chunks) => {
        const frames = payloads.map((each) => frameOf(given, each));
        expect(cutAll(splitterOf(given), frames.flat(), chunks)).toEqual({ frames, skipped: 0, rest: [] });
      }),
    );
  });

  it('are the same whatever the chunk boundaries in a stream of anything, and no byte is unaccounted for', () => {
    fc.assert(
      fc.property(layout, noise, payload, noise, chunkSizes, (given, before, good, behind, chunks) => {
        const stream = [...before, ...frameOf(given, good), ...behind];
        const cut = cutAll(splitterOf(given), stream, whole);
        expect(cutAll(splitterOf(given), stream, chunks)).toEqual(cut);
        expect(cut.frames.flat().length + cut.skipped + cut.rest.length).toBe(stream.length);
        expect(cut.rest.length).toBeLessThan(around(given) + LONGEST_PAYLOAD);
      }),
    );
  });

  it('are found again after any damage, once as many bytes have come as the longest has', () => {
    const marked = (f: Uint8Array) => f.at(-2) === 0xee && f.at(-1) === 0xee;
    fc.assert(
      fc.property(layout, noise, (given, before) => {
        // Only the last frame is marked, so that nothing in the noise before it passes for one.
        const wanted = [...frameOf(given, [1, 2, 3, 0xee]).slice(0, -1), 0xee];
        const stream = [...before.filter((each) => each !== 0xee), ...wanted, ...new Array<number>(40).fill(0)];
        const { frames } = cutAll(splitterOf(given, marked), stream, [5]);
        // Where noise fits before it as the head of a longer frame, that one holds it.
        expect(frames.map((frame) => frame.slice(-wanted.length))).toEqual([wanted]);
      }),
    );
  });

  const plain: Layout = { lead: [LEAD], gap: 0, width: 2, endian: 'big', counts: 'payload' };

  it('do not wait for a length beyond the maximum', () => {
    const good = frameOf(plain, [1]);
    expect(cutAll(splitterOf(plain), [LEAD, 0, 13, ...good], whole)).toEqual({ frames: [good], skipped: 3, rest: [] });
    // One that could be is waited for.
    expect(cutAll(splitterOf(plain), [LEAD, 0, 12, ...good], whole)).toMatchObject({ frames: [], skipped: 0 });
  });

  it('are never shorter than what holds their length field', () => {
    const counting: Layout = { ...plain, counts: 'frame' };
    const good = frameOf(counting, [1]);
    const always = splitterOf(counting, () => true);
    expect(cutAll(always, [LEAD, 0, 0, ...good], whole)).toEqual({ frames: [good], skipped: 3, rest: [] });
    expect(cutAll(always, [LEAD, 0, 2, ...good], whole)).toEqual({ frames: [good], skipped: 3, rest: [] });
  });

  it('go on at the next byte after a broken one, for a good one may begin within', () => {
    const good = frameOf(plain, [1, 2]);
    expect(cutAll(splitterOf(plain), [LEAD, 0, 3, ...good], whole)).toEqual({
      frames: [good],
      skipped: 3,
      rest: [],
    });
  });
});
