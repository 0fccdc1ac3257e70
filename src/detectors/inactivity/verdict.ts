// What became of an alarm, and what follows from it for the home's budget and for what is known of its pauses.

import { msSince } from '#base/instant.ts';
import type { AlertOutcome } from '#contract/alert.ts';
import type { HomeView } from '#contract/detector.ts';
import { MINUTE, type Moment } from '#contract/time.ts';
import { type Budget, dayBegins, falseAlarm, genuineAlarm, newBudget } from '../budget.ts';
import { forget, LEARNING_DAYS, type Memory } from './gaps.ts';
import { learn, type Sign } from './lessons.ts';
import { alarmBudget, type Limit } from './limit.ts';
import type { Silence } from './silence.ts';

/** An alarm that nobody has resolved, and whose silence is over: when that began, its length, and the budget's level before. */
export type Ended = { day: number; minute: number; minutes: number; level: number };

type Alarm = Parameters<typeof learn>[0] & { limit: Limit | null; budget?: Budget; ended?: Ended | null };

/** After a sign of life: a day begins, or help was called and whoever was silent moves again by themselves. */
export function afterSign(
  { memory, silence, stage, limit, budget: before = newBudget, ended = null }: Alarm,
  at: Moment,
  sign: Sign,
  { day, dated }: Silence,
): { budget: Budget; ended: Ended | null } {
  // Until the home is known the rule holds, and no day of it says anything of the price.
  const counts = dated && memory.days.length > LEARNING_DAYS;
  const budget = counts ? dayBegins(before, day, alarmBudget) : before;
  if (stage !== 'raised' || !silence) return { budget, ended };
  const minutes = (msSince(silence, at) ?? 0) / MINUTE;
  const over = { day: silence.day, minute: silence.minute, minutes, level: budget.level };
  return { budget: sign === 'movement' ? counted(budget, limit) : budget, ended: over };
}

/** What a person says of the last alarm. Of a real one, nothing was usual; a false one counts once. */
export function verdict(
  alarm: Alarm,
  outcome: AlertOutcome | undefined,
  at: Moment,
  view: HomeView,
): { budget: Budget; ended: null; memory: Memory } {
  const { budget = newBudget, memory, stage, limit } = alarm;
  const isRaised = stage === 'raised';
  const ended = isRaised ? null : (alarm.ended ?? null);
  if (outcome === 'genuine')
    return { budget: genuineAlarm(budget, ended?.level), ended: null, memory: ended ? forget(memory, ended) : memory };
  if (outcome !== 'false-alarm' || !isRaised) return { budget, ended: null, memory };
  return { budget: counted(budget, limit), ended: null, memory: learn(alarm, at, 'movement', view) };
}

/** A price had no part in an alarm of the fixed rule, or of the door. */
const counted = (budget: Budget, limit: Limit | null): Budget =>
  limit?.by === 'learned' ? falseAlarm(budget, alarmBudget) : budget;
