// Leaves a slave alone that keeps failing, so that its time-outs cost its neighbours little.

import { waitAfter } from '#base/back-off.ts';
import { later, type MonoMs, SECOND } from '#contract/time.ts';

/** Failures in a row after which a slave is lost. */
export const STRIKES_LOST = 3;
const REST = { firstMs: 5 * SECOND, longestMs: 60 * SECOND };

export interface Breaker {
  /** Failures in a row. */
  readonly strikes: number;
  /** Whether a question would only cost time now. */
  resting(now: MonoMs): boolean;
  /** From the third failure on the slave rests: 5, 10, 20, 40, then 60 s from one try to the next. */
  strike(now: MonoMs): void;
  reset(): void;
}

export function breaker(): Breaker {
  let strikes = 0;
  let until = Number.NEGATIVE_INFINITY as MonoMs;
  return {
    get strikes() {
      return strikes;
    },
    resting: (now) => now < until,
    strike(now) {
      strikes += 1;
      const tries = strikes - STRIKES_LOST;
      if (tries >= 0) until = later(now, waitAfter(tries, REST));
    },
    reset() {
      strikes = 0;
      until = Number.NEGATIVE_INFINITY as MonoMs;
    },
  };
}
