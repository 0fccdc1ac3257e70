// Answers that failed to come, counted in a row, and after which of them a line is worth reopening.

/**
 * After this many in a row, and then ever more rarely: an adapter may hang, but a device that is gone is not back after
 * a reopening either.
 */
const FIRST_REOPEN = 5;
const MOST_BETWEEN_REOPENS = 60;

export interface Misses {
  /** In a row, so far. */
  readonly count: number;
  /** So many that the device counts as silent. */
  readonly silent: boolean;
  /** One more; true when the line is to be reopened. */
  miss(): boolean;
  /** An answer came. */
  reset(): void;
}

export function countMisses(): Misses {
  let count = 0;
  let reopenAt = FIRST_REOPEN;
  return {
    get count() {
      return count;
    },
    get silent() {
      return count >= FIRST_REOPEN;
    },
    miss() {
      count += 1;
      if (count < reopenAt) return false;
      reopenAt += Math.min(count, MOST_BETWEEN_REOPENS);
      return true;
    },
    reset() {
      count = 0;
      reopenAt = FIRST_REOPEN;
    },
  };
}
