// What is remembered of a home's pauses: each one between two signs of life, with the time of day and the place it began.

import type { LocalTime } from '#contract/local-time.ts';
import { MINUTE } from '#contract/time.ts';

/** Plain JSON, and small: some 20 kB after eight weeks of an ordinary home. */
export type Memory = {
  /** Names of places: rooms, or devices where no room is given. The first is the way out. */
  places: string[];
  /** Four numbers each, oldest first: day, minute of the day, index of the place, length in minutes. */
  pauses: number[];
  /** By place and hour of the day, 24 numbers each: spells of five minutes with a sign of life; older days count less. */
  busy: number[];
  /** The spell that was counted last: its number by the monotonic clock, and its place. */
  spell: [number, number];
  /** Local days on which somebody was up and doing, oldest first. */
  days: number[];
};

export interface Pause extends LocalTime {
  place: number;
  minutes: number;
}

/** This many days have to be known before the rule gives way. */
export const LEARNING_DAYS = 10;
/** Where the exit door was used last: whoever is silent then is out, as a rule. */
export const OUT = 0;
/** What is older says little about the habits of today. */
export const WINDOW_DAYS = 56;
/** Shorter pauses are part of one and the same doing. */
export const SHORTEST_PAUSE_MIN = 5;
/** Bounds the state, whatever a sensor does: about 75 kB. */
const MOST_PAUSES = 4_000;
const STRIDE = 4;

export const newMemory = (): Memory => ({
  places: ['exit'],
  pauses: [],
  busy: [],
  spell: [0, 0],
  days: [],
});

export function placeOf(memory: Memory, name: string): { memory: Memory; place: number } {
  const known = memory.places.indexOf(name, 1);
  if (known > 0) return { memory, place: known };
  // More places than any home has: they share the last one.
  if (memory.places.length >= MOST_PLACES) return { memory, place: MOST_PLACES - 1 };
  return { memory: { ...memory, places: [...memory.places, name] }, place: memory.places.length };
}
const MOST_PLACES = 200;

/** Of silences that began at the door, somebody perhaps inside: a place of its own for each kind. */
export const doorPlace = (kind: string): string => `${OF_DOOR}${kind}`;
export const isOfDoor = (name: string): boolean => name.startsWith(OF_DOOR);
const OF_DOOR = 'the door, ';

export function remember(memory: Memory, { day, minute, place, minutes }: Pause): Memory {
  if (minutes < SHORTEST_PAUSE_MIN) return memory;
  const pauses = [...memory.pauses, day, minute, place, Math.round(minutes)];
  return { ...memory, pauses: pauses.slice(-MOST_PAUSES * STRIDE) };
}

/** This pause was none of the usual ones after all, whichever place it was remembered at. */
export function forget(memory: Memory, pause: Omit<Pause, 'place'>): Memory {
  const isIt = (at: number) =>
    memory.pauses[at] === pause.day &&
    memory.pauses[at + 1] === pause.minute &&
    memory.pauses[at + 3] === Math.round(pause.minutes);
  const pauses: number[] = [];
  for (let at = 0; at < memory.pauses.length; at += STRIDE)
    if (!isIt(at)) pauses.push(...memory.pauses.slice(at, at + STRIDE));
  return { ...memory, pauses };
}

/** Somebody is up and doing at this place. */
export function stir(memory: Memory, at: { mono: number; minute: number; place: number }): Memory {
  const slot = Math.floor(at.mono / SPELL_MS);
  if (memory.spell[0] === slot && memory.spell[1] === at.place) return memory;
  const busy = [...memory.busy];
  while (busy.length < memory.places.length * HOURS) busy.push(0);
  const index = at.place * HOURS + Math.floor(at.minute / 60);
  busy[index] = Math.round(((busy[index] ?? 0) + 1) * 100) / 100;
  return { ...memory, busy, spell: [slot, at.place] };
}
const SPELL_MS = 5 * MINUTE;
export const HOURS = 24;
/** What a day taught about busy hours is multiplied by this with each day after: half is left after four weeks. */
const FADE = 0.975;

/** A day on which something was heard; what is too old, or dated by a clock that ran ahead, is forgotten with it. */
export function beginDay(memory: Memory, day: number): Memory {
  if (memory.days.at(-1) === day) return memory;
  const fits = (other: number) => other > day - WINDOW_DAYS && other <= day;
  const pauses: number[] = [];
  for (let i = 0; i < memory.pauses.length; i += STRIDE) {
    const [on] = memory.pauses.slice(i, i + 1);
    // A clock that was a day behind has taught nothing wrong: the time of day is what counts.
    if (on !== undefined && on > day - WINDOW_DAYS && on <= day + 1) pauses.push(...memory.pauses.slice(i, i + STRIDE));
  }
  const busy = memory.busy.map((count) => Math.round(count * FADE * 100) / 100);
  return { ...memory, pauses, busy, days: [...memory.days.filter((other) => fits(other) && other !== day), day] };
}

export function eachPause({ pauses }: Memory, visit: (minute: number, place: number, minutes: number) => void): void {
  for (let i = 0; i < pauses.length; i += STRIDE)
    visit(pauses[i + 1] as number, pauses[i + 2] as number, pauses[i + 3] as number);
}
