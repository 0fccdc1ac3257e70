// How long this silence may last: as learned, or by the rule where that is not to be trusted yet.

import type { Presence } from '#contract/presence.ts';
import { type Memory, OUT } from './gaps.ts';
import { NIGHT_LIMIT_MIN, OUT_LIMIT_MIN, ruleMinutes } from './rule.ts';
import { tolerance } from './tolerance.ts';

export type Limit = {
  minutes: number;
  /** `unprotected`: nobody can tell who is at home. */
  by: 'learned' | 'rule' | 'unprotected';
  out: boolean;
  /** The longest usual pause here at this hour, minutes; 0 where none is known. */
  longestMinutes: number;
};

/** What a false alarm is worth, in minutes of exposure times minutes of waiting; frozen on the development homes. */
export const falseAlarmCost = { low: 900_000, normal: 450_000, high: 225_000 } as const;

/** This many days have to be known before the rule gives way. */
export const LEARNING_DAYS = 10;
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
