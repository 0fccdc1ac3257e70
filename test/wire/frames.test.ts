// Fixed-length frames cut out of any stream.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nothing, splitFixed } from '#wire/frames.ts';

const LEAD = 0xa5;
/** Lead, two bytes, and a closing byte that is their sum. */
const format = { lead: LEAD, length: 4, valid: (f: Uint8Array) => (((f[1] ?? 0) + (f[2] ?? 0)) & 0xff) === f[3] };
const frame = (a: number, b: number) => [LEAD, a, b, (a + b) & 0xff];
const byte = fc.integer({ min: 0, max: 255 });

function cutAll(stream: readonly number[], sizes: readonly number[]) {
  let rest: Uint8Array = nothing;
  let skipped = 0;
  const frames: number[][] = [];
  for (let at = 0, turn = 0; at < stream.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    const cut = splitFixed(rest, Uint8Array.from(stream.slice(at, at + size)), format);
    frames.push(...cut.frames.map((each) => [...each]));
    ({ rest } = cut);
    skipped += cut.skipped;
    at += size;
  }
  return { frames, skipped, rest: [...rest] };
}

describe('fixed-length frames', () => {
  it('are the same whatever the chunk boundaries, and no byte is unaccounted for', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 60 }), sizes, (stream, chunks) => {
        const whole = cutAll(stream, [1_000]);
        expect(cutAll(stream, chunks)).toEqual(whole);
        expect(whole.frames.length * 4 + whole.skipped + whole.rest.length).toBe(stream.length);
      }),
    );
  });

  it('are read one and all from a clean stream', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(byte, byte), { maxLength: 10 }), (pairs) => {
        const frames = pairs.map(([a, b]) => frame(a, b));
        expect(cutAll(frames.flat(), [3])).toEqual({ frames, skipped: 0, rest: [] });
      }),
    );
  });

  it('go on at the next byte after a broken one, for a good one may begin within', () => {
    expect(cutAll([LEAD, 1, ...frame(2, 3)], [100])).toEqual({ frames: [frame(2, 3)], skipped: 2, rest: [] });
  });
});
