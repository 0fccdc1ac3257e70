// Whether water is used, from what a meter counts. Pure: state, a reading and its time in, new state out.
//
// A total is believed as far as a pipe can pass it. One that goes backwards or leaps is doubted; when the meter
// confirms it, the meter was exchanged or set back, and counting continues from there. What passed meanwhile is never
// made up.

import { HOUR, type MonoMs } from '#contract/time.ts';

export interface WaterState {
  /** The last total that was believed. */
  base: { total: number; at: MonoMs } | null;
  /** A total that was not believed, and how often the meter has confirmed it. */
  suspect: { total: number; at: MonoMs; times: number } | null;
  /** Readings in a row that were not believed. */
  doubts: number;
  /** When water was last seen to be used. */
  usedAt: MonoMs | null;
}
export const waterAtStart: WaterState = { base: null, suspect: null, doubts: 0, usedAt: null };

export interface Limits {
  /** More than this the pipe cannot pass, l/h. */
  mostLitresPerHour: number;
  /** Less than this does not count as use, l/h. */
  leastLitresPerHour: number;
  /** m³ of one step of the total, which may come at any moment. */
  countM3: number;
  /**
   * After this long without proof of flow, the flow has ended, ms; 0 for a meter that gives its flow at each reading.
   */
  idleMs: number;
  /** When two readings are further apart, what passed between them did not pass now, ms. */
  freshMs: number;
}

export type Doubt = 'total-backwards' | 'total-jumped' | 'flow-impossible';

export interface WaterStep {
  water: WaterState;
  flowing: boolean;
  /** Why this reading was not believed. */
  doubt: Doubt | undefined;
  /** Counting continues from this total: the meter confirmed it. */
  rebased: boolean;
}

/** How often a meter has to confirm a doubted total. */
const STANDS_BY = 3;
/** Rounding errors of floats, m³. */
const ROUNDING = 0.000_001;

/** @param seen total in m³, flow in l/h: either or both */
export function water(
  before: WaterState,
  seen: { total: number | undefined; flow: number | undefined },
  at: MonoMs,
  limits: Limits,
): WaterStep {
  const { total, flow } = seen;
  const runs = flow !== undefined && flow >= limits.leastLitresPerHour;
  const doubt: Doubt | undefined =
    flow !== undefined && Math.abs(flow) > limits.mostLitresPerHour
      ? 'flow-impossible'
      : total !== undefined && before.base
        ? doubtOf(before.base, total, at, limits)
        : undefined;
  if (doubt !== undefined) {
    const suspect =
      doubt === 'flow-impossible' || total === undefined ? null : suspected(before.suspect, total, at, limits);
    if (suspect && suspect.times >= STANDS_BY) {
      const anew = { ...waterAtStart, base: { total: suspect.total, at }, usedAt: runs ? at : null };
      return { water: anew, flowing: runs, doubt: undefined, rebased: true };
    }
    const doubted = { ...before, suspect, doubts: before.doubts + 1 };
    return { water: doubted, flowing: isFlowing(doubted, at, limits), doubt, rebased: false };
  }
  const used = runs || rose(before.base, total, at, limits);
  const next: WaterState = {
    base: total === undefined ? before.base : { total, at },
    suspect: null,
    doubts: 0,
    usedAt: used ? at : before.usedAt,
  };
  return { water: next, flowing: isFlowing(next, at, limits), doubt: undefined, rebased: false };
}

function doubtOf(base: { total: number; at: MonoMs }, total: number, at: MonoMs, limits: Limits): Doubt | undefined {
  const rise = total - base.total;
  if (rise < -ROUNDING) return 'total-backwards';
  const most = litresIn(limits.mostLitresPerHour, at - base.at) / 1_000 + limits.countM3;
  return rise > most + ROUNDING ? 'total-jumped' : undefined;
}

function suspected(suspect: WaterState['suspect'], total: number, at: MonoMs, limits: Limits): WaterState['suspect'] {
  const stands = suspect !== null && doubtOf(suspect, total, at, limits) === undefined;
  return { total, at, times: stands ? suspect.times + 1 : 1 };
}

/** More has passed since the last reading than what does not count as use. */
function rose(base: WaterState['base'], total: number | undefined, at: MonoMs, limits: Limits): boolean {
  if (!base || total === undefined || at - base.at > limits.freshMs) return false;
  return (total - base.total) * 1_000 > litresIn(limits.leastLitresPerHour, at - base.at);
}

const litresIn = (litresPerHour: number, ms: number): number => (litresPerHour * ms) / HOUR;

const isFlowing = ({ usedAt }: WaterState, at: MonoMs, { idleMs }: Limits): boolean =>
  usedAt !== null && (at === usedAt || at - usedAt < idleMs);
