// Waits double, never above the longest, and a spread only shortens them.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backOff, spread, waitAfter } from '#base/back-off.ts';

const waits = fc
  .record({ firstMs: fc.integer({ min: 1, max: 60_000 }), times: fc.integer({ min: 1, max: 1_000 }) })
  .map(({ firstMs, times }) => ({ firstMs, longestMs: firstMs * times }));

describe('a back-off', () => {
  it('doubles up to its longest wait, and begins anew after a success', () => {
    const wait = backOff({ firstMs: 1_000, longestMs: 5_000 });
    expect([1, 2, 3, 4, 5].map(() => wait.next())).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
    wait.reset();
    expect(wait.next()).toBe(1_000);
  });

  it('is finite, never shrinks and never passes its longest wait, after however many failures', () => {
    fc.assert(
      fc.property(waits, fc.nat(), (given, failures) => {
        const now = waitAfter(failures, given);
        expect(now).toBeGreaterThanOrEqual(given.firstMs);
        expect(now).toBeLessThanOrEqual(given.longestMs);
        expect(waitAfter(failures + 1, given)).toBeGreaterThanOrEqual(now);
      }),
    );
  });

  it('is the same asked for step by step', () => {
    fc.assert(
      fc.property(waits, fc.integer({ min: 0, max: 50 }), (given, failures) => {
        const wait = backOff(given);
        for (let failure = 0; failure < failures; failure += 1) wait.next();
        expect(wait.next()).toBe(waitAfter(failures, given));
      }),
    );
  });
});

it('a spread shortens a wait by its share at most, and never lengthens it', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (wait, share, random) => {
        expect(spread(wait, share, random)).toBeLessThanOrEqual(wait);
        expect(spread(wait, share, random)).toBeGreaterThanOrEqual(wait * (1 - share) - 1e-6);
      },
    ),
  );
  expect(spread(1_000, 0.4, 0.5)).toBe(800);
});
