// How long a pause may last before it is alarming: where one more minute of waiting costs more than it saves in false alarms.
//
// Every pause of the last eight weeks speaks for those like it, the more the nearer its time of day and place. Waiting
// costs by how much of the day people are exposed to it, and the more the longer it lasts; a false alarm costs what the
// sensitivity says. The tolerance is the wait with the least cost of both.

import { eachPause, type Memory, OUT } from './gaps.ts';

export interface Tuning {
  /** What one false alarm is worth, in minutes of exposure times minutes of waiting. */
  falseAlarm: number;
}

export interface Tolerance {
  minutes: number;
  /** The longest pause that was heard here at this time of day, and was over by then; 0 for none. */
  longestMinutes: number;
}

/** Time of day at which pauses speak for each other: standard deviation, minutes. */
const NEAR_MIN = 75;
/** Pauses of other places count so much less where nothing is known of this one … */
const ELSEWHERE = 0.3;
/** … and ever less once so many were heard here. */
const KNOWN_HERE = 5;
/** Steepness of the tail: a pause half as long again as one heard is one in 26. */
const TAIL = 8;
/** A long pause ends by the clock as much as by its length: sleep begun later ends earlier, by this part. */
const BY_THE_CLOCK = 0.5;
const LONG_MIN = 150;
/** A wait this long counts double, and so on: a few very long ones are worse than many short ones. */
const DOUBLE_MIN = 300;
const SHORTEST_MIN = 90;
const LONGEST_MIN = 1_440;
const STEP = 1.04;
/** Worth of one pseudo-day of which nothing is known: minutes of exposure, false alarms by the rule's own pauses. */
const UNKNOWN_EXPOSURE_MIN = 100;
const UNKNOWN_PAUSES = 0.15;
/** Exposure of one pause: after so long without a sign somebody is resting, or out of sight. */
const EXPOSED_MIN = 20;
/** Longest pause that counts as usual in an explanation begins within this of the same time of day. */
const SAME_HOUR_MIN = 90;

/** @param minute of the day and @param place where the pause began. @param ruleMinutes the day and night rule's limit there. */
export function tolerance(
  memory: Memory,
  minute: number,
  place: number,
  ruleMinutes: number,
  { falseAlarm }: Tuning,
): Tolerance {
  const here: number[] = [];
  const lengths: number[] = [];
  const away: number[] = [];
  let known = 0;
  let longestMinutes = 0;
  let exposedHere = 0;
  let exposedElsewhere = 0;
  eachPause(memory, (began, at, minutes) => {
    // Who went out and who stays in have nothing to learn from each other.
    if ((at === OUT) !== (place === OUT)) return;
    const apart = circular(began - minute);
    const near = Math.exp(-0.5 * (apart / NEAR_MIN) ** 2);
    if (near < NEGLIGIBLE) return;
    const exposed = near * Math.min(EXPOSED_MIN, minutes);
    if (at === place) {
      known += near;
      exposedHere += exposed;
      if (Math.abs(apart) <= SAME_HOUR_MIN) longestMinutes = Math.max(longestMinutes, minutes);
    } else exposedElsewhere += exposed;
    here.push(at === place ? near : 0);
    away.push(at === place ? 0 : near);
    lengths.push(Math.max(1, minutes + (minutes > LONG_MIN ? BY_THE_CLOCK * apart : 0)));
  });
  const elsewhere = (ELSEWHERE * KNOWN_HERE) / (KNOWN_HERE + known);
  const weights = here.map((weight, i) => weight + elsewhere * (away[i] as number));
  const perWeek = 7 / (memory.days.length + 1);
  const exposure = (exposedHere + elsewhere * exposedElsewhere + UNKNOWN_EXPOSURE_MIN) * perWeek;
  const alarms = (wait: number) =>
    weights.reduce((sum, weight, i) => sum + weight * outlasts(lengths[i] as number, wait), 0) +
    UNKNOWN_PAUSES * outlasts(ruleMinutes * RULE_PAUSE, wait);
  let best = { minutes: SHORTEST_MIN, cost: Number.POSITIVE_INFINITY };
  for (let wait = SHORTEST_MIN; wait <= LONGEST_MIN; wait *= STEP) {
    const cost = exposure * wait * (1 + wait / DOUBLE_MIN) + falseAlarm * perWeek * alarms(wait);
    if (cost < best.cost) best = { minutes: wait, cost };
  }
  return { minutes: Math.round(best.minutes), longestMinutes };
}

/** The rule's limit is meant to lie above what is usual. */
const RULE_PAUSE = 0.75;
const NEGLIGIBLE = 0.02;
const DAY_MIN = 1_440;

/** Likelihood that a pause like one of `minutes` lasts longer than `wait`. */
const outlasts = (minutes: number, wait: number) => 1 / (1 + (wait / minutes) ** TAIL);

/** Minutes between two times of day, -720 to 720. */
const circular = (minutes: number) => ((minutes + DAY_MIN * 1.5) % DAY_MIN) - DAY_MIN / 2;
