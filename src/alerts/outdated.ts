// Commands of yesterday: one that waited on its way, or was sent again, must not end a call that its sender never heard of.

import { elapsed } from '#base/instant.ts';
import type { Alert } from '#contract/alert.ts';
import type { Command, CommandAnswer } from '#contract/command.ts';
import { HOUR, type Moment, SECOND } from '#contract/time.ts';

/** Older than this, a command is refused whatever it is about. One that says what it is about keeps its sense for longer. */
const LONGEST_AGE = { named: 24 * HOUR, other: HOUR };
/** Who is in hospital or has a guest is so for days; who has gone out may be back. */
const LASTING: readonly Command['act'][] = ['hospital', 'visitor'];
/** The platform's clock and the box's differ by no more, both being set by network time. Only for an alert that is named. */
const CLOCKS_DIFFER_MS = 5 * SECOND;

/** Made too long ago. With no trusted clock of our own nobody can tell: then `hadSeen` is all there is. */
export function isStale({ act, madeAt, alertId }: Pick<Command, 'act' | 'madeAt' | 'alertId'>, now: Moment): boolean {
  if (madeAt === undefined || !now.wallTrusted) return false;
  const longest = alertId !== undefined || LASTING.includes(act) ? LONGEST_AGE.named : LONGEST_AGE.other;
  return now.wall - madeAt > longest;
}

/**
 * Whether the newest call of the alert can have been known to who made the command. A command that names the rev it is
 * an answer to says so itself; else the clocks tell. Where they cannot (the box has no time), an alert that is named was
 * known, and one that is not named was not.
 */
export function hadSeen(
  { madeAt, alertId, rev }: Command,
  alert: Pick<Alert, 'callRev' | 'calledAt'>,
  now: Moment,
): boolean {
  if (alertId !== undefined && rev !== undefined) return rev >= alert.callRev;
  // Said in the home, now.
  if (madeAt === undefined) return true;
  const { calledAt } = alert;
  if (!now.wallTrusted || (calledAt.bootId !== now.bootId && !calledAt.wallTrusted)) return alertId !== undefined;
  // By ages: the box's clock may have been set since the call.
  return now.wall - madeAt <= elapsed(calledAt, now) + (alertId === undefined ? 0 : CLOCKS_DIFFER_MS);
}

export const outdated = ({ id }: Command): CommandAnswer => ({ commandId: id, done: false, refused: 'outdated' });
