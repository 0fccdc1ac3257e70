// What is done about a radio that hears nothing: harder things the longer it lasts, each once, until adverts come again.

import type { MonoMs } from '#contract/time.ts';

export type Rung = 'rescan' | 'reset' | 'restart';

/** After how many ms without an advert each rung is taken. */
export type Rungs = Readonly<Record<Rung, number>>;

export const RUNGS: Rungs = { rescan: 30_000, reset: 60_000, restart: 120_000 };

/** Silence is borne so many times as long; a new scan costs nothing, and is not put off. */
export const stretched = ({ rescan, reset, restart }: Rungs, by: number): Rungs => ({
  rescan,
  reset: reset * by,
  restart: restart * by,
});

/**
 * While connections bring data the radio is not deaf, and a reset would cut them: everything but a new scan waits so many
 * times longer.
 */
const WITH_CONNECTIONS = 10;

export interface Ladder {
  heardAt: MonoMs;
  /** Rungs that were taken since. */
  taken: readonly Rung[];
}

export const heard = (at: MonoMs): Ladder => ({ heardAt: at, taken: [] });

/** Takes the rung that is due by now, if any. Past the last one it begins anew from the first: silence is never given up. */
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
