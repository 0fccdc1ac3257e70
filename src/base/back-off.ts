// How long to wait before the next attempt: doubling from one failure to the next, up to a longest wait.

export interface Waits {
  /** After the first failure, in ms. */
  firstMs: number;
  /** No wait is longer, in ms. */
  longestMs: number;
}

/** The wait in ms after `failures` failures in a row that came before this one: 0 gives the first. */
export const waitAfter = (failures: number, { firstMs, longestMs }: Waits): number =>
  Math.min(longestMs, firstMs * 2 ** Math.min(Math.max(0, failures), 30));

/**
 * A wait shortened by up to `share` of it, so that many who lost the same thing do not come back all at once. Never
 * lengthened: what is documented as the longest wait stays the longest.
 * @param random in [0, 1)
 */
export const spread = (waitMs: number, share: number, random: number): number => waitMs * (1 - share * random);

export interface BackOff {
  /** The wait before the next attempt, in ms. */
  next(): number;
  /** After a success: the next wait is the first again. */
  reset(): void;
}

export function backOff(waits: Waits): BackOff {
  let failures = 0;
  return {
    next() {
      failures += 1;
      return waitAfter(failures - 1, waits);
    },
    reset() {
      failures = 0;
    },
  };
}
