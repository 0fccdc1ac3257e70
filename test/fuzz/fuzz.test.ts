// The short form of `npm run fuzz`.

import { describe, expect, it } from 'vitest';
import { fuzzWinsen } from './winsen.ts';

describe('hostile bytes', () => {
  it.each([1, 2, 3])(
    'never make winsen-gas say what they do not hold, and the next good frame is read (seed %i)',
    (seed) => {
      const { problems, samples } = fuzzWinsen(5_000, seed);
      expect(problems).toEqual([]);
      expect(samples).toBeGreaterThan(1_000);
    },
  );
});
