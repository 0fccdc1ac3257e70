// What is done about a radio that hears nothing: harder things the longer it lasts, each once, until an advert comes again.

import type { MonoMs } from '#contract/time.ts';

export type Rung = 'rescan' | 'reset' | 'restart';

/** After how many ms without an advert each rung is taken. */
export type Rungs = Readonly<Record<Rung, number>>;

export const RUNGS: Rungs = { rescan: 30_000, reset: 60_000, restart: 120_000 };

/** The same with so many times the patience; a new scan costs nothing, and is not put off. */
export const stretched = ({ rescan, reset, restart }: Rungs, by: number): Rungs => ({
  rescan,
  reset: reset * by,
  restart: restart * by,
});

/**
 * While connections bring data the radio works, and a reset would cut them: everything but a new scan waits so many times
 * longer.
 */
const WITH_CONNECTIONS = 10;

export interface Ladder {
  heardAt: MonoMs;
  /** What was done since. */
  taken: readonly Rung[];
}

export const heard = (at: MonoMs): Ladder => ({ heardAt: at, taken: [] });

/** What is due by now, if anything. After the last rung it begins again with the first: a silent radio is never given up. */
export function climb(ladder: Ladder, now: MonoMs, rungs: Rungs, connected: boolean): { ladder: Ladder; rung?: Rung } {
  const quiet = now - ladder.heardAt;
  const rung = (['rescan', 'reset', 'restart'] as const).find(
    (name) =>
      !ladder.taken.includes(name) && quiet >= rungs[name] * (connected && name !== 'rescan' ? WITH_CONNECTIONS : 1),
  );
  if (rung === undefined) return { ladder };
  if (rung === 'restart') return { ladder: heard(now), rung };
  return { ladder: { ...ladder, taken: [...ladder.taken, rung] }, rung };
}
