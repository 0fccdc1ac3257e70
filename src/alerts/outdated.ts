// Commands of yesterday: one that waited on its way, or was sent again, must not end a call that its sender never heard of.

import type { Alert } from '#contract/alert.ts';
import type { Command, CommandAnswer } from '#contract/command.ts';
import { HOUR, type Moment, SECOND } from '#contract/time.ts';

/** Older than this, a command is refused whatever it is about: nobody waits so long for it to be carried out. */
export const LONGEST_AGE_MS = HOUR;
/** The platform's clock and the box's differ by no more, both being set by network time. */
const CLOCKS_DIFFER_MS = 5 * SECOND;

/** Made too long ago. With no trusted clock of our own nobody can tell: then `hadSeen` is all there is. */
export const isStale = ({ madeAt }: Pick<Command, 'madeAt'>, now: Moment): boolean =>
  madeAt !== undefined && now.wallTrusted && now.wall - madeAt > LONGEST_AGE_MS;

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
  if (!now.wallTrusted || !alert.calledAt.wallTrusted) return alertId !== undefined;
  return madeAt >= alert.calledAt.wall - CLOCKS_DIFFER_MS;
}

export const outdated = ({ id }: Command): CommandAnswer => ({ commandId: id, done: false, refused: 'outdated' });
