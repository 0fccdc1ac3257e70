// How detectors remember an instant. The monotonic clock starts anew at every boot, and state outlives one: an instant
// is kept with the boot it belongs to, and what lies between two boots has no length that anybody knows.

import type { Moment, MonoMs } from '#contract/time.ts';

/** Of a moment, what a duration needs; plain JSON. */
export type Instant = { mono: MonoMs; bootId: string };

export const instantOf = ({ mono, bootId }: Moment): Instant => ({ mono, bootId });

/** Milliseconds from `then` to `now`, never negative; undefined across a boot. */
export const msSince = (then: Instant, now: Moment): number | undefined =>
  then.bootId === now.bootId ? Math.max(0, now.mono - then.mono) : undefined;
