// How long a pause may last before it is alarming: where one more minute of waiting costs more than it saves in false alarms.
//
// Every pause of the last eight weeks speaks for those like it, the more the nearer its time of day and place. Waiting
// costs by how much of the day somebody is up and doing at such a time and place, and the more the longer it lasts; a
// false alarm costs what the sensitivity says. The tolerance is the wait with the least cost of both. How it was found,
// and on which homes: docs/decisions/018-inactivity.md.

import { eachPause, HOURS, isOfDoor, type Memory, OUT } from './gaps.ts';

export interface Tolerance {
  minutes: number;
  /** The longest pause that was heard here at this time of day; 0 for none. */
  longestMinutes: number;
}

/** Chosen by trial on the development homes; how well others do is in `docs/inactivity.md`. */
export const chosen = {
  /** Time of day at which pauses speak for each other: standard deviation, minutes. */
  nearMin: 75,
  /** Pauses of other places count this much less where nothing is known of this one. */
  elsewhere: 0.25,
  /** Steepness of the tail: at 8, a pause half as long again as one heard is one in 26. */
  tail: 8,
  /** A night's sleep ends by the clock more than by its length: begun later, it ends nearly as early, by this part. */
  byTheClock: 0.75,
  /** What is as long as a night's sleep, minutes; a nap is not. */
  nightMin: 300,
  /** A wait this long counts double, one of twice the length three times: a few very long ones are worse than many short. */
  doubleMin: 450,
};
export type Settings = typeof chosen;

/** Pauses of other places count less and less once this many were heard here. */
const KNOWN_HERE = 2;
const SHORTEST_MIN = { in: 75, out: 150 };
const LONGEST_MIN = 1_440;
const STEP = 1.04;
/** Somebody is up and doing for this long a day, whatever the sensors see of it. */
const AWAKE_MIN = 400;
/** One unknown day is added to those that are known: this much exposure, and now and then a pause of these lengths. */
const UNKNOWN_EXPOSURE_MIN = 50;
const UNKNOWN_PAUSES = 0.15;
const UNKNOWN_LENGTHS_MIN = { day: 120, night: 450, out: 300 };
/** The longest pause that an explanation calls usual began within this of the same time of day. */
const SAME_HOUR_MIN = 90;
/**
 * A habit: a dozen pauses here at this hour, each at least half as long as the longest. It does not suddenly take nearly
 * twice as long. Where fewer are known, or one stands out, the tail says what may come.
 */
const habit = { pauses: 12, part: 0.5, longer: 1.8 };

/**
 * @param minute of the day and @param place where the pause began.
 * @param falseAlarm what one is worth, in minutes of exposure times minutes of waiting.
 */
export function tolerance(memory: Memory, minute: number, place: number, falseAlarm: number): Tolerance {
  const { waits, longestMinutes } = weighed(memory, minute, place, chosen);
  return { minutes: cheapest(waits, falseAlarm), longestMinutes };
}

/** A wait that could be the limit, what it costs by itself, and how many false alarms it leaves. */
export interface Wait {
  minutes: number;
  waiting: number;
  alarms: number;
}

export function cheapest(waits: readonly Wait[], falseAlarm: number): number {
  let best = { minutes: LONGEST_MIN, cost: Number.POSITIVE_INFINITY };
  for (const { minutes, waiting, alarms } of waits) {
    const cost = waiting + falseAlarm * alarms;
    if (cost < best.cost) best = { minutes, cost };
  }
  return Math.round(best.minutes);
}

export function weighed(
  memory: Memory,
  minute: number,
  place: number,
  settings: Settings,
): { waits: Wait[]; longestMinutes: number } {
  const { weights, lengths, elsewhere, longestMinutes, mostMinutes } = alike(memory, minute, place, settings);
  const exposure =
    exposureAt(memory, minute, place, elsewhere, settings.nearMin) * memory.days.length + UNKNOWN_EXPOSURE_MIN;
  weights.push(UNKNOWN_PAUSES);
  lengths.push(UNKNOWN_LENGTHS_MIN[place === OUT ? 'out' : minute >= 22 * 60 || minute < 6 * 60 ? 'night' : 'day']);
  const falls = lengths.map((minutes) => minutes ** -settings.tail);
  const waits: Wait[] = [];
  for (const wait of waitsTo(mostMinutes, place)) {
    const far = wait ** settings.tail;
    let alarms = 0;
    // Each by the likelihood that a pause like it lasts longer than `wait`.
    for (let i = 0; i < weights.length; i += 1) alarms += (weights[i] as number) / (1 + far * (falls[i] as number));
    waits.push({ minutes: wait, waiting: exposure * wait * (1 + wait / settings.doubleMin), alarms });
  }
  return { waits, longestMinutes };
}

function* waitsTo(mostMinutes: number, place: number): Generator<number> {
  for (let wait = SHORTEST_MIN[place === OUT ? 'out' : 'in']; wait < mostMinutes; wait *= STEP) yield wait;
  yield mostMinutes;
}

/** The pauses that speak for one here and now, and by how much each does. */
function alike(memory: Memory, minute: number, place: number, settings: Settings) {
  const weights: number[] = [];
  const lengths: number[] = [];
  const others: number[] = [];
  /** Lengths of those of this place and hour. */
  const here: number[] = [];
  const ofDoor = memory.places.map(isOfDoor);
  let known = 0;
  eachPause(memory, (began, at, minutes) => {
    // Those who went out and those who stay in have nothing to learn from each other, nor from those nobody knows of.
    if ((at === OUT) !== (place === OUT) || ofDoor[at]) return;
    const apart = circular(began - minute);
    const near = nearness(apart, settings.nearMin);
    if (near === 0) return;
    if (at !== place) others.push(weights.length);
    else {
      known += near;
      if (Math.abs(apart) <= SAME_HOUR_MIN) here.push(minutes);
    }
    weights.push(near);
    lengths.push(Math.max(5, minutes + (minutes > settings.nightMin ? settings.byTheClock * apart : 0)));
  });
  const elsewhere = (settings.elsewhere * KNOWN_HERE) / (KNOWN_HERE + known);
  for (const i of others) weights[i] = elsewhere * (weights[i] as number);
  return { weights, lengths, elsewhere, ...longest(here, place) };
}

/** The longest pause that was heard at this place and hour, and the longest wait that is worth a thought. */
function longest(here: readonly number[], place: number): { longestMinutes: number; mostMinutes: number } {
  const longestMinutes = here.reduce((most, minutes) => Math.max(most, minutes), 0);
  const isHabit = here.filter((minutes) => minutes >= habit.part * longestMinutes).length >= habit.pauses;
  if (!isHabit || place === OUT) return { longestMinutes, mostMinutes: LONGEST_MIN };
  const mostMinutes = Math.min(LONGEST_MIN, Math.max(SHORTEST_MIN.in, habit.longer * longestMinutes));
  return { longestMinutes, mostMinutes };
}

/** Minutes a day that somebody is up and doing at such a time and place. */
function exposureAt({ busy }: Memory, minute: number, place: number, elsewhere: number, nearMin: number): number {
  let here = 0;
  let all = 0;
  for (let i = 0; i < busy.length; i += 1) {
    const count = busy[i] as number;
    all += count;
    const at = Math.floor(i / HOURS);
    if (count === 0 || (at === OUT) !== (place === OUT)) continue;
    here += nearness(circular((i % HOURS) * 60 + 30 - minute), nearMin) * count * (at === place ? 1 : elsewhere);
  }
  return all === 0 ? 0 : (here / all) * AWAKE_MIN;
}

const nearness = (apart: number, nearMin: number): number => {
  const near = Math.exp(-0.5 * (apart / nearMin) ** 2);
  return near < NEGLIGIBLE ? 0 : near;
};
const NEGLIGIBLE = 0.02;

const DAY_MIN = 1_440;
/** Minutes between two times of day, -720 to 720. */
const circular = (minutes: number) => ((minutes + DAY_MIN * 1.5) % DAY_MIN) - DAY_MIN / 2;
