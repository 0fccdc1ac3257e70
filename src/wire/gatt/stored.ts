// Measurements that a meter kept until it was connected. Its clock is seldom right and has no zone, but differences on it
// hold: the newest of a burst is taken for measured now, the others as much earlier as they are apart.

import type { Cancel, Clock, Moment, MonoMs, WallMs } from '#contract/time.ts';
import { later } from '#contract/time.ts';

/** A burst is over when nothing came for so long, ms. */
const QUIET_MS = 1_500;
/** Records told before that are remembered: many meters send all they have at each connection. */
const REMEMBERED = 200;

export interface Stored<What> {
  /** `key` tells a record from all others of the device. */
  add(key: string, time: number, what: What): void;
  /** Tells what waits, at once. */
  flush(): void;
}

export function storedMeasurements<What>(
  clock: Clock,
  tell: (what: What, at: Moment, key: string) => void,
): Stored<What> {
  let waiting: { key: string; time: number; what: What }[] = [];
  let told: string[] = [];
  let cancel: Cancel = () => {};

  function flush(): void {
    cancel();
    const burst = waiting.toSorted((a, b) => a.time - b.time);
    waiting = [];
    const newest = burst.at(-1)?.time ?? 0;
    for (const { key, time, what } of burst) tell(what, earlier(clock.now(), (newest - time) * 1_000), key);
  }

  return {
    add(key, time, what) {
      if (told.includes(key)) return;
      told = [...told, key].slice(-REMEMBERED);
      waiting.push({ key, time, what });
      cancel();
      cancel = clock.at(later(clock.now().mono, QUIET_MS), 'stored measurements', flush);
    },
    flush,
  };
}

/** `ms` before `at`; the monotonic clock knows nothing before the boot. */
const earlier = (at: Moment, ms: number): Moment => ({
  ...at,
  mono: Math.max(0, at.mono - ms) as MonoMs,
  wall: (at.wall - ms) as WallMs,
});
