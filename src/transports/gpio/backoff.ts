// How long to wait before the next attempt: doubling up to a cap, back to the first after a success.

export interface Backoff {
  /** The wait before the next attempt, in ms. */
  next(): number;
  reset(): void;
}

export function backoff(firstMs: number, capMs: number): Backoff {
  let wait = firstMs;
  return {
    next() {
      const now = wait;
      wait = Math.min(capMs, wait * 2);
      return now;
    },
    reset() {
      wait = firstMs;
    },
  };
}
