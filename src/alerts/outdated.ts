// Commands that come late: one that waited on its way, or was sent again, must not end a call that its sender never knew of.

import { elapsed } from '#base/instant.ts';
import type { Alert } from '#contract/alert.ts';
import type { Command, CommandAnswer } from '#contract/command.ts';
import { HOUR, type Moment, SECOND } from '#contract/time.ts';

/** A command that is older is refused. One that names its alert, or declares what lasts for days, makes sense for longer. */
const LONGEST_AGE = { named: 24 * HOUR, other: HOUR };
/** In hospital, or with a guest, somebody is for days; who has gone out may be back within the hour. */
const LASTING: readonly Command['act'][] = ['hospital', 'visitor'];
/** Clocks set by network time, the platform's and the gateway's, differ by no more. Only for an alert that is named. */
const CLOCKS_DIFFER_MS = 5 * SECOND;

/** Made too long ago. Without a trusted clock of our own nobody can tell, and `hadSeen` alone decides. */
export function isStale({ act, madeAt, alertId }: Pick<Command, 'act' | 'madeAt' | 'alertId'>, now: Moment): boolean {
  if (madeAt === undefined || !now.wallTrusted) return false;
  const longest = alertId !== undefined || LASTING.includes(act) ? LONGEST_AGE.named : LONGEST_AGE.other;
  return now.wall - madeAt > longest;
}

/**
 * Whether the sender of the command can have known of the alert's newest call. A command that names the rev which it
 * answers says so itself; else the clocks tell. Where they cannot (the gateway has no time), an alert that is named was
 * known, and one that is not named was not.
 */
export function hadSeen(
  { madeAt, alertId, rev }: Command,
  alert: Pick<Alert, 'callRev' | 'calledAt'>,
  now: Moment,
): boolean {
  if (alertId !== undefined && rev !== undefined) return rev >= alert.callRev;
  // It was given in the home, just now.
  if (madeAt === undefined) return true;
  const { calledAt } = alert;
  if (!now.wallTrusted || (calledAt.bootId !== now.bootId && !calledAt.wallTrusted)) return alertId !== undefined;
  // By their ages: the gateway's clock may have been set since the call.
  return now.wall - madeAt <= elapsed(calledAt, now) + (alertId === undefined ? 0 : CLOCKS_DIFFER_MS);
}

export const outdated = ({ id }: Command): CommandAnswer => ({ commandId: id, done: false, refused: 'outdated' });
