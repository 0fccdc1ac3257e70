// Whether a connection holds. One that is lost now and then is the air; one that is lost again and again is a fault.

import { type Cancel, type Clock, later, MINUTE, type MonoMs } from '#contract/time.ts';

/** This many in this time, of connections that did not last. */
const MANY = 4;
const WITHIN_MS = 5 * MINUTE;
/** A connection that lasted this long holds. */
const HOLDS_MS = MINUTE;

export interface LinkWatch {
  connected(): void;
  /** Also called for a connection attempt that failed. */
  disconnected(): void;
  stop(): void;
}

export function linkWatch(clock: Clock, unstable: (active: boolean, losses: number) => void): LinkWatch {
  let losses: MonoMs[] = [];
  let cancel: Cancel = () => {};
  return {
    connected() {
      cancel();
      cancel = clock.at(later(clock.now().mono, HOLDS_MS), 'connection holds', () => {
        losses = [];
        unstable(false, 0);
      });
    },
    disconnected() {
      cancel();
      const now = clock.now().mono;
      losses = [...losses.filter((at) => now - at < WITHIN_MS), now].slice(-MANY);
      if (losses.length >= MANY) unstable(true, losses.length);
    },
    stop: () => cancel(),
  };
}
