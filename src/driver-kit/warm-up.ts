// The minutes in which a gas sensor speaks but cannot vouch yet, and what its level is worth meanwhile.
//
// They are counted once, from the start, since nobody knows when the sensor got its power; and again only after a
// power-up that the sensor itself shows. A lost line is not lost power: otherwise a line that drops every three minutes
// would put the sensor off for ever.

import type { Quality } from '#contract/reading.ts';
import { type Clock, later, type MonoMs, SECOND } from '#contract/time.ts';

/** What the row of a model says of its warm-up. */
export interface WarmUpRow<Large = number> {
  /**
   * Seconds from power-on to a level that can be trusted; for a sensor that reports its own warm-up, the longest that
   * it may take.
   */
  seconds: number;
  /** A level that warns even while the sensor warms up, once it has lasted. */
  large: Large;
}

/**
 * Sensors overshoot for seconds when power comes, and fall back. A level that is still large after this long is more
 * likely gas, which does not leave a room within half a minute.
 */
export const STANDS_MS = 30 * SECOND;

export interface WarmUp {
  active(): boolean;
  /**
   * The sensor has shown that it just got its power. What it said before still holds: gas does not go with the power.
   */
  restart(): void;
  /**
   * What a level that was just read is worth: `good`; while the sensor warms up `bad`, or `uncertain` for one that has stood at
   * `large` or above, over whatever gaps of the line.
   * @param saysSo the sensor itself reports that it warms up
   */
  quality(level: number, saysSo?: boolean): Quality;
}

export function warmUp({ clock, ms, large }: { clock: Clock; ms: number; large: number }): WarmUp {
  const now = () => clock.now().mono;
  let until = later(now(), ms);
  let largeSince: MonoMs | undefined;
  const active = () => now() < until;
  return {
    active,
    restart() {
      until = later(now(), ms);
    },
    quality(level, saysSo = false) {
      largeSince = level < large ? undefined : (largeSince ?? now());
      if (!saysSo && !active()) return 'good';
      return largeSince !== undefined && now() - largeSince >= STANDS_MS ? 'uncertain' : 'bad';
    },
  };
}
