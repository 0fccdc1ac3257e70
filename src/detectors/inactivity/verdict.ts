// What became of an alarm, and what follows from it for the home's budget and for what is known of its pauses.

import { msSince } from '#base/instant.ts';
import type { AlertOutcome } from '#contract/alert.ts';
import type { HomeView } from '#contract/detector.ts';
import { MINUTE, type Moment } from '#contract/time.ts';
import { type Budget, dayBegins, falseAlarm, genuineAlarm, newBudget } from '../budget.ts';
import { forget, type Memory } from './gaps.ts';
import { learn } from './lessons.ts';
import { alarmBudget, type Limit } from './limit.ts';
import type { Silence } from './silence.ts';

/** The silence of an alarm that ended by itself: when it began, and its length in minutes. */
export type Ended = { day: number; minute: number; minutes: number };

type Alarm = Parameters<typeof learn>[0] & { limit: Limit | null; budget?: Budget; ended?: Ended | null };

/**
 * After a sign of life: a day begins, or help was called and whoever was silent moves again by themselves. Whoever comes by
 * the door may have come to help.
 */
export function afterSign(
  { silence, stage, limit, budget: before = newBudget, ended = null }: Alarm,
  at: Moment,
  byDoor: boolean,
  { day, dated }: Silence,
): { budget: Budget; ended: Ended | null } {
  const budget = dated ? dayBegins(before, day, alarmBudget) : before;
  if (stage !== 'raised' || byDoor || !silence) return { budget, ended };
  const minutes = (msSince(silence, at) ?? 0) / MINUTE;
  return { budget: counted(budget, limit), ended: { day: silence.day, minute: silence.minute, minutes } };
}

/** What a person says of the last alarm. Of a real one, nothing was usual; a false one counts once. */
export function verdict(
  alarm: Alarm,
  outcome: AlertOutcome | undefined,
  at: Moment,
  view: HomeView,
): { budget: Budget; ended: null; memory: Memory } {
  const { budget = newBudget, memory, ended = null, stage, limit } = alarm;
  if (outcome === 'genuine')
    return { budget: genuineAlarm(budget), ended: null, memory: ended ? forget(memory, ended) : memory };
  if (outcome !== 'false-alarm' || stage !== 'raised') return { budget, ended: null, memory };
  return { budget: counted(budget, limit), ended: null, memory: learn(alarm, at, false, view) };
}

/** A price had no part in an alarm of the fixed rule, or of the door. */
const counted = (budget: Budget, limit: Limit | null): Budget =>
  limit?.by === 'learned' ? falseAlarm(budget, alarmBudget) : budget;
