// Missing answers in a row, and when they make a line worth opening anew.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countMisses } from '#base/misses.ts';

const missMany = (misses: ReturnType<typeof countMisses>, many: number) =>
  Array.from({ length: many }, () => misses.miss()).flatMap((reopens, at) => (reopens ? [at + 1] : []));

describe('missing answers', () => {
  it('make a line worth opening anew at the fifth, then ever more rarely, at last every sixtieth time', () => {
    expect(missMany(countMisses(), 400)).toEqual([5, 10, 20, 40, 80, 140, 200, 260, 320, 380]);
  });

  it('mean a silent device from the fifth on, until one answers', () => {
    const misses = countMisses();
    missMany(misses, 4);
    expect([misses.count, misses.silent]).toEqual([4, false]);
    misses.miss();
    expect([misses.count, misses.silent]).toEqual([5, true]);
    misses.reset();
    expect([misses.count, misses.silent]).toEqual([0, false]);
  });

  it('count anew after each answer, however long it was silent before', () => {
    fc.assert(
      fc.property(fc.nat({ max: 500 }), (before) => {
        const misses = countMisses();
        missMany(misses, before);
        misses.reset();
        expect(missMany(misses, 50)).toEqual([5, 10, 20, 40]);
      }),
    );
  });
});
