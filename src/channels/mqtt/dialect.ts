// Which MQTT to speak: 5 first, 3.1.1 with a broker that refuses it, and 5 again after a while.

import { later, type MonoMs } from '#contract/time.ts';
import { type DisconnectReason, speaksOtherVersion } from './disconnect.ts';
import type { UplinkTimes } from './times.ts';

export interface Dialect {
  /** 4 is how MQTT 3.1.1 calls itself on the wire. */
  version: 5 | 4;
  /** In 3.1.1: whether the broker said so itself or let us in with it, and until when it is remembered. */
  proven: boolean;
  until?: MonoMs | undefined;
  /** In 5: attempts in a row that were closed without a CONNACK. */
  mute: number;
}

export const newest: Dialect = { version: 5, proven: true, mute: 0 };

/** Once could be a broker just starting; twice is a broker that dislikes what it hears. */
const MUTE_BEFORE_TRIAL = 2;

/** For the next attempt. */
export const dialectAt = (dialect: Dialect, now: MonoMs): Dialect =>
  dialect.until !== undefined && now >= dialect.until ? newest : dialect;

/** A session came up. */
export const dialectConnected = (dialect: Dialect): Dialect => ({ ...dialect, proven: true, mute: 0 });

/** @returns `again`: the other version is worth an attempt at once, without a wait. */
export function dialectAfter(
  dialect: Dialect,
  why: DisconnectReason,
  now: MonoMs,
  times: Pick<UplinkTimes, 'dialectMs'>,
): { dialect: Dialect; again: boolean } {
  const older = (proven: boolean): Dialect => ({ version: 4, proven, until: later(now, times.dialectMs), mute: 0 });
  if (dialect.version === 4) {
    // Refused in 3.1.1 too, or never let in with it: then the version was not the reason.
    return { dialect: dialect.proven && !speaksOtherVersion(why) ? dialect : newest, again: false };
  }
  if (speaksOtherVersion(why)) return { dialect: older(true), again: true };
  if (why.cause !== 'closed-early') return { dialect: newest, again: false };
  const mute = dialect.mute + 1;
  return mute < MUTE_BEFORE_TRIAL
    ? { dialect: { ...newest, mute }, again: false }
    : { dialect: older(false), again: true };
}
