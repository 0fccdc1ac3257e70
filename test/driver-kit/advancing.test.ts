// Counters that must advance.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { advancing } from '#driver-kit/advancing.ts';

it('tells new from repeated and from old', () => {
  const counter = advancing(2 ** 32);
  expect([7, 7, 8, 10, 9, 9, 10, 11].map(counter.hear)).toEqual([
    'new',
    'repeat',
    'new',
    'new',
    'back',
    'repeat',
    'back',
    'new',
  ]);
});

it('takes a wrapped counter for an advance', () => {
  const counter = advancing(2 ** 32);
  expect([2 ** 32 - 2, 3, 4].map(counter.hear)).toEqual(['new', 'new', 'new']);
});

it.each([8, 16, 24, 32])('wraps at %i bits: from the end to the beginning is an advance, and no way back', (bits) => {
  const size = 2 ** bits;
  const counter = advancing(size);
  expect([size - 2, size - 1, 0, 1].map((count) => counter.hear(count))).toEqual(['new', 'new', 'new', 'new']);
  expect(counter.hear(size - 1)).toBe('new');
  // Over a gap of the radio as well, and only so.
  fc.assert(
    fc.property(fc.integer({ min: 0, max: size / 2 }), fc.integer({ min: 1, max: size / 8 }), (from, step) => {
      const going = advancing(size, from + size / 2 - 1);
      expect(going.hear((from + size / 2 - 1 + Math.min(step, 32)) % size)).toBe('new');
      const back = advancing(size, size / 4 + from / 2);
      expect(back.hear(Math.floor(size / 4 + from / 2) - step)).toBe('back');
    }),
  );
});

it('calls new only what is above everything before it', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50_000)), (heard) => {
      const counter = advancing(2 ** 32);
      let highest = -1;
      for (const count of heard) {
        expect(counter.hear(count) === 'new').toBe(count > highest);
        highest = Math.max(highest, count);
      }
    }),
  );
});
