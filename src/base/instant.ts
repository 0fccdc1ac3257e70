// How a remembered instant is kept, and how long ago it was. The monotonic clock starts over at every boot, and what is
// remembered outlives one: so an instant is kept with the boot it belongs to, and where possible with its wall time.

import { type Moment, type MonoMs, shifted, type WallMs } from '#contract/time.ts';

/** What a duration within one boot needs; plain JSON. */
export type Instant = { mono: MonoMs; bootId: string };
/** A whole moment, as state keeps it: plain JSON, which an interface is not to the compiler. */
export type Stamp = Pick<Moment, keyof Moment>;

export const instantOf = ({ mono, bootId }: Moment): Instant => ({ mono, bootId });

/**
 * Milliseconds from `then` to `now`, never negative. Across a boot it is known only where both have a wall time that is
 * trusted; undefined where nobody can know.
 */
export function msSince(then: Instant & { wall?: WallMs; wallTrusted?: boolean }, now: Moment): number | undefined {
  if (then.bootId === now.bootId) return Math.max(0, now.mono - then.mono);
  return then.wall !== undefined && then.wallTrusted && now.wallTrusted ? Math.max(0, now.wall - then.wall) : undefined;
}

/** The same, with no time at all where nobody can know: what was on goes on, and what waited waits its whole time. */
export const elapsed = (then: Stamp, now: Moment): number => msSince(then, now) ?? 0;

/** An instant of an earlier boot, by the clock of this one. */
export const rebased = (then: Stamp, now: Moment): Stamp =>
  then.bootId === now.bootId ? then : shifted(now, -elapsed(then, now));
