// Counters that must advance.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { advancing } from '#wire/advancing.ts';

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
