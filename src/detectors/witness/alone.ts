// One sensor speaks, and no other: for how long, on which beat, and whether that can still be somebody's life.
//
// Real life repeats, and somebody sits in one room for hours. So it takes both to disbelieve a sensor early: a beat that no
// person keeps, and the silence of all others for as long as the rule lets a home be silent. A sensor without a beat is
// believed for longer, by what it is used to.

import { later, MINUTE, type MonoMs } from '#contract/time.ts';
import { NIGHT_LIMIT_MIN, OUT_LIMIT_MIN } from '../inactivity/rule.ts';

/** What one sensor has said since another was last heard. Plain JSON. */
export type Spell = {
  deviceId: string;
  /** It is a door to the outside. */
  exit: boolean;
  /** When another was last heard. */
  other: MonoMs;
  /** The same, or when it spoke first after nobody had been heard for long: monotonic, and by the clock on the wall. */
  since: MonoMs;
  wall: number;
  dated: boolean;
  /** That was the door to the outside: somebody came in, and a guest may sit in one room with the resident. */
  byDoor: boolean;
  /** When it first spoke with nobody else having been heard for a while; null until it does. */
  from: MonoMs | null;
  /** When it spoke last. */
  spoke: MonoMs;
  /** Its last sign of somebody, which is no return to rest, and the newest times between two, seconds. */
  last: MonoMs;
  gaps: number[];
  /** Stretches of five minutes in which it spoke: all, those without a rest between, and the last of them. */
  moves: number;
  run: number;
  slot: number;
  /** When it had spoken in enough of them. */
  enough: MonoMs | null;
};

/** Nobody else is heard for so long after any sign of life. */
const FOLLOWED_WITHIN_MS = 15 * MINUTE;
/** A sensor that has been silent for so long itself hides nothing: how long that may last is known. */
export const SILENT_MS = 120 * MINUTE;
/** One visit to a room is a sign of life like any other, though nobody is heard after it. */
const VISIT_MS = 15 * MINUTE;
/** Whoever wakes from a long nap is heard by one sensor first; so long they may take to get up. */
const GETS_UP_MS = 30 * MINUTE;
/** Twice as long as it has ever been the only one to speak is still its habit. */
const LONGER = 2;
/** But no habit hides a silent home for longer than this many times the rule, or than an absence may last. */
const MOST_TIMES = 2;

const MOST_GAPS = 12;
const FEWEST_GAPS = 6;
/** So much of a beat may be off it, and by so much. */
const OFF_BEAT = 0.2;
const BEAT_WITHIN = 0.15;
const BEAT_WITHIN_S = 2;

const SLOT_MS = 5 * MINUTE;
/** A door that nobody is seen to walk through, so often within so long and without a rest, moves by itself. */
const RESTLESS_MOVES = 6;
const RESTLESS_MS = 45 * MINUTE;
/** Whoever is out and looks in has been gone for longer. */
const RESTS_MS = 30 * MINUTE;
/** And so often in as long as the rule lets a home be silent; whoever came in last may yet be heard. */
const MOVES = 4;
const COMES_IN_MS = 15 * MINUTE;

export const newSpell = (
  self: Pick<Spell, 'deviceId' | 'exit'>,
  heard: Pick<Spell, 'other' | 'since' | 'wall' | 'dated' | 'byDoor'>,
  at: MonoMs,
): Spell => ({
  ...self,
  ...heard,
  from: unfollowed(heard.since, at),
  spoke: at,
  last: at,
  gaps: [],
  moves: 1,
  run: 1,
  slot: slotOf(at),
  enough: null,
});

const unfollowed = (since: MonoMs, at: MonoMs): MonoMs | null => (at - since >= FOLLOWED_WITHIN_MS ? at : null);

/** It speaks again. @param onset of somebody: no return to rest */
export function spokeAgain(before: Spell, at: MonoMs, onset: boolean): Spell {
  const spell = moved(before, at);
  const from = spell.from ?? unfollowed(spell.since, at);
  if (!onset) return { ...spell, from, spoke: at };
  const gaps = [...spell.gaps, Math.round((at - spell.last) / 1_000)].slice(-MOST_GAPS);
  return { ...spell, from, spoke: at, last: at, gaps };
}

function moved(spell: Spell, at: MonoMs): Spell {
  const slot = slotOf(at);
  if (slot === spell.slot) return spell;
  const moves = spell.moves + 1;
  const run = isRest((slot - spell.slot) * SLOT_MS) ? 1 : spell.run + 1;
  return { ...spell, slot, moves, run, enough: moves === MOVES ? at : spell.enough };
}
const slotOf = (at: MonoMs): number => Math.floor(at / SLOT_MS);

/** Of a door: nothing for so long is no wind. */
export const isRest = (ms: number): boolean => ms > RESTS_MS;

/** Times between its signs that no person keeps. */
export function onBeat(gaps: readonly number[]): boolean {
  if (gaps.length < FEWEST_GAPS) return false;
  const sorted = gaps.toSorted((a, b) => a - b);
  const middle = sorted[gaps.length >> 1] as number;
  const within = Math.max(BEAT_WITHIN_S, middle * BEAT_WITHIN);
  return sorted.filter((gap) => Math.abs(gap - middle) > within).length <= gaps.length * OFF_BEAT;
}

/** What is known of the sensor and its home. */
export interface Known {
  /** The rule for a silence that began when this did, minutes. */
  ruleMin: number;
  /** The longest it has spoken alone, in times of the rule; undefined until the home is known. */
  usual: number | undefined;
}

export interface Doubt {
  /** When it is believed no longer, if nobody else is heard. */
  at: MonoMs;
  by: 'beat' | 'alone' | 'door';
}

/** Undefined while it hides nothing. */
export const doubtOf = (spell: Spell, known: Known): Doubt | undefined =>
  spell.exit ? doorDoubt(spell, known) : roomDoubt(spell, known);

function doorDoubt({ since, moves, run, enough }: Spell, { ruleMin }: Known): Doubt | undefined {
  if (run >= RESTLESS_MOVES) return { at: later(since, RESTLESS_MS), by: 'door' };
  if (moves < MOVES || enough === null) return undefined;
  return { at: latest(later(since, ruleMin * MINUTE - ASKS_MS), later(enough, COMES_IN_MS)), by: 'door' };
}

function roomDoubt({ since, from, spoke, gaps, byDoor }: Spell, { ruleMin, usual }: Known): Doubt | undefined {
  if (from === null || spoke - from < VISIT_MS) return undefined;
  const isBeat = onBeat(gaps);
  const habit = usual === undefined ? NIGHT_LIMIT_MIN : Math.min(ruleMin * MOST_TIMES, ruleMin * usual * LONGER);
  const usualMin = byDoor ? DAY_MIN : Math.min(habit, OUT_LIMIT_MIN);
  const minutes = Math.max(ruleMin, byDoor ? NIGHT_LIMIT_MIN : 0, isBeat ? 0 : usualMin);
  const at = latest(later(since, minutes * MINUTE - ASKS_MS), later(from, GETS_UP_MS));
  return at - spoke > SILENT_MS ? undefined : { at, by: isBeat ? 'beat' : 'alone' };
}
/** Whoever came in by the door may sit in one room with the resident for long, and nobody is heard in an empty home. */
const DAY_MIN = 1_440;
const latest = (a: MonoMs, b: MonoMs): MonoMs => (a > b ? a : b);
/** It is asked aloud first, and that is to be over in time. */
const ASKS_MS = 15 * MINUTE;
