// How long this silence may last: as learned, or by the rule where that is not to be trusted yet.

import type { Presence } from '#contract/presence.ts';
import type { Budget, BudgetRule } from '../budget.ts';
import { doorPlace, eachPause, LEARNING_DAYS, type Memory, OUT } from './gaps.ts';
import { NIGHT_LIMIT_MIN, OUT_LIMIT_MIN, ruleMinutes } from './rule.ts';
import { tolerance } from './tolerance.ts';

export type Limit = {
  minutes: number;
  /** `unprotected`: nobody can tell who is at home. `door`, `trip`: what began so is known to be short. `guest`: they may have left alone. */
  by: 'learned' | 'rule' | 'unprotected' | 'door' | 'guest' | 'trip';
  out: boolean;
  /** The longest usual pause here at this hour, minutes; 0 where none is known. */
  longestMinutes: number;
};

/** What a false alarm is worth, in minutes of exposure times minutes of waiting; frozen on the development homes. */
export const falseAlarmCost = { low: 900_000, normal: 450_000, high: 225_000 } as const;

/**
 * One alarm without cause in four weeks. Each raises the price by half a doubling, and never beyond twice what the
 * sensitivity says; quiet days never bring it below half of that.
 */
export const alarmBudget: BudgetRule = { perDay: 1 / 28, step: 0.5, least: -1, most: 1 };

/**
 * What a false alarm is worth in this home by now. Quiet weeks make it call sooner for those who are in: of an absence they
 * say nothing, and somebody who goes out for once is not in danger.
 */
export function priceOf(
  sensitivity: keyof typeof falseAlarmCost,
  { level }: Pick<Budget, 'level'>,
  place: number | null,
): number {
  return falseAlarmCost[sensitivity] * factorOf(place === OUT ? Math.max(level, 0) : level);
}

/** How many times its first price an alarm without cause is worth. */
export const factorOf = (level: number): number => 2 ** level;

/** Until then, a pause longer than the rule allows is allowed again, and a little more. */
const AGAIN = 1.25;

export function limitOf(
  memory: Memory,
  { minute, place, dated }: { minute: number; place: number | null; dated: boolean },
  presence: Presence,
  falseAlarm: number,
): Limit {
  const out = place === OUT && presence !== 'unknown';
  // At an hour that nobody knows, the limit of the night: else an old clock would call help every night.
  const rule = !dated ? NIGHT_LIMIT_MIN : out ? OUT_LIMIT_MIN : ruleMinutes(minute);
  if (presence === 'unknown') return { minutes: rule, by: 'unprotected', out: false, longestMinutes: 0 };
  if (!dated || place === null) return { minutes: rule, by: 'rule', out, longestMinutes: 0 };
  const learned = tolerance(memory, minute, place, falseAlarm);
  if (memory.days.length > LEARNING_DAYS) return { ...learned, by: 'learned', out };
  // What was heard once already may happen again.
  const minutes = Math.max(rule, Math.round(learned.longestMinutes * AGAIN));
  return { minutes, by: minutes > rule ? 'learned' : 'rule', out, longestMinutes: learned.longestMinutes };
}

/** Somebody up at night is back in bed within minutes. */
const TRIP_LIMIT_MIN = 80;
/** Local time of day in which somebody is only up for a moment, hours. */
const isNight = (minute: number) => minute >= 23 * 60 || minute < 6 * 60;
/** Who sits there for longer now and then is on no trip. */
const LONGEST_TRIP_MIN = 45;
/** A pause of the night this long is sleep, and after so many it is known where the bed is. */
const SLEEP_MIN = 120;
const NIGHTS_KNOWN = 5;

/** A silence that began up at night, at a place where nobody ever stays: the bathroom, the kitchen. */
export const onTrip = (limit: Limit, memory: Memory, minute: number, place: number): Limit =>
  limit.by === 'learned' && limit.minutes > TRIP_LIMIT_MIN && isTrip(memory, minute, place)
    ? { ...limit, minutes: TRIP_LIMIT_MIN, by: 'trip' }
    : limit;

/** The bed is known, and elsewhere. */
function isTrip(memory: Memory, minute: number, place: number): boolean {
  if (place === OUT || !isNight(minute)) return false;
  let nights = 0;
  let long = false;
  eachPause(memory, (began, at, minutes) => {
    if (at === OUT || !isNight(began)) return;
    if (at === place) long ||= minutes > LONGEST_TRIP_MIN;
    else if (minutes >= SLEEP_MIN) nights += 1;
  });
  return !long && nights >= NIGHTS_KNOWN;
}

/**
 * Whoever came home is heard within minutes, and nobody leaves the door open. Who is tired by a guest may sleep for two
 * hours, and who went along is back, as a rule.
 */
const doorLimitMin = { back: 85, open: 30, guest: 145 } as const;
/** But where such silences were longer: a fifth more than the longest. */
const LONGER = 1.2;

export type DoorWay = keyof typeof doorLimitMin;

/**
 * Of a silence that began at the door to the outside, somebody perhaps inside.
 * @param outMinutes the limit of an absence that began so: however long such silences were, it is never later
 */
export function doorLimit(memory: Memory, way: DoorWay, outMinutes: number): Limit {
  const place = memory.places.indexOf(doorPlace(way));
  let longestMinutes = 0;
  eachPause(memory, (_, at, minutes) => {
    if (at === place) longestMinutes = Math.max(longestMinutes, minutes);
  });
  // Until the home is known, whoever used the door is out.
  const least = memory.days.length > LEARNING_DAYS ? doorLimitMin[way] : OUT_LIMIT_MIN;
  const minutes = Math.min(Math.max(least, Math.round(longestMinutes * LONGER)), outMinutes);
  return { minutes, by: way === 'guest' ? 'guest' : 'door', out: false, longestMinutes };
}
