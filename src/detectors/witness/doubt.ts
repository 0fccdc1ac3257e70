// A sensor that is not believed: what it and the others say meanwhile, and when it behaves again.

import { MINUTE, type MonoMs } from '#contract/time.ts';
import { type Doubt, isRest, SILENT_MS } from './alone.ts';

/** Plain JSON. */
export type Doubted = {
  deviceId: string;
  by: Doubt['by'] | 'never-rests';
  /** Since when it had spoken alone, and the rule then; null once another is heard, and where somebody came by the door. */
  alone: { since: MonoMs; ruleMs: number } | null;
  /** For so many times the rule: its habit, should it have been right. */
  times: number;
  /** When it spoke last, and when another did. */
  self: MonoMs | null;
  other: MonoMs | null;
  /** How often one of them was heard soon after the other. */
  turns: number;
  /** It has rested since: a door for half an hour, another for two hours. */
  rested: boolean;
};

/** Whoever passes one sensor and then another does it within this. */
const TOGETHER_MS = 5 * MINUTE;
const TURNS = 2;
/** The door opens and closes for one passage. */
const PASSAGE_MS = 2 * MINUTE;

export const newDoubt = (deviceId: string, by: Doubted['by'], alone: Doubted['alone']): Doubted => ({
  ...{ deviceId, by, alone },
  ...{ times: 0, self: null, other: null, turns: 0, rested: false },
});

/** It spoke. */
export function selfHeard(one: Doubted, at: MonoMs): Doubted {
  const { self, other, by } = one;
  const quietMs = self === null ? 0 : at - self;
  // What the wind moves has company by chance only.
  const isWind = by === 'door' && quietMs > PASSAGE_MS && !isRest(quietMs);
  const rested = !isWind && (one.rested || (by === 'door' ? isRest(quietMs) : quietMs > SILENT_MS));
  return { ...one, self: at, rested, turns: isWind ? 0 : one.turns + turn(self, other, at) };
}

/** Another spoke. */
export function otherHeard(one: Doubted, at: MonoMs, isExit: boolean): Doubted {
  // Whoever comes by the door comes to help.
  const times = one.alone && !isExit ? (at - one.alone.since) / one.alone.ruleMs : one.times;
  return { ...one, alone: null, times, other: at, turns: one.turns + turn(one.other, one.self, at) };
}

/** It follows the other soon, and is the first to do so. */
const turn = (mine: MonoMs | null, theirs: MonoMs | null, at: MonoMs): number =>
  theirs !== null && at - theirs <= TOGETHER_MS && (mine === null || mine < theirs) ? 1 : 0;

/**
 * Whether it is believed again. One that was only alone: as soon as another is heard. A beat: with others heard beside it,
 * or broken. A door: rested, and with movement. One that never rests has to rest.
 */
export function behaves({ by, other, turns, rested }: Doubted): boolean {
  switch (by) {
    case 'alone':
      return other !== null;
    case 'beat':
      return turns >= TURNS || rested;
    case 'door':
      return rested && turns > 0;
    case 'never-rests':
      return false;
  }
}
