// What the broker has shown of itself, from one session to the next: which MQTT it speaks, what it grants, how large a
// message it takes, and whether another client uses our id. Pure: every call is given the time.

import { later, type MonoMs } from '#contract/time.ts';
import { PACKET_TOO_LARGE } from '#contract/uplink/reasons.ts';
import { type Dialect, dialectAfter, dialectAt, dialectConnected, newest } from './dialect.ts';
import { type DisconnectReason, type Trouble, troubleOf } from './disconnect.ts';
import { allGranted, type Granted, lessAfter, modestAfter } from './grants.ts';
import type { Owed } from './session.ts';
import { noSizes, type Sizes, saysTooLarge, sizesAfter, sizesAt, sizeTaken } from './sizes.ts';
import { isMisfit, noTakeover, type Takeover, takeoverAfter } from './takeover.ts';
import type { UplinkTimes } from './times.ts';

export interface Broker {
  dialect: Dialect;
  sizes: Sizes;
  granted: Granted;
  /** In MQTT 3.1.1, which does not say what it grants: until when what was found out is remembered. */
  grantedUntil?: MonoMs | undefined;
  takeover: Takeover;
  /** Attempts in MQTT 3.1.1 in a row that were closed without a CONNACK. */
  closedEarly: number;
  /** The last session ended in silence: until something is answered, being connected means nothing. */
  doubted: boolean;
}

export const unknownBroker: Broker = {
  dialect: newest,
  sizes: noSizes,
  granted: allGranted,
  takeover: noTakeover,
  closedEarly: 0,
  doubted: false,
};

/** For the next attempt: what was remembered for long enough is forgotten. */
export function brokerAt(broker: Broker, now: MonoMs): Broker {
  const { dialect, sizes, granted, grantedUntil } = broker;
  const forgotten = grantedUntil !== undefined && now >= grantedUntil;
  return {
    ...broker,
    dialect: dialectAt(dialect, now),
    sizes: sizesAt(sizes, now),
    granted: forgotten ? allGranted : granted,
    grantedUntil: forgotten ? undefined : grantedUntil,
  };
}

/** @param granted by its CONNACK */
export function brokerConnected(broker: Broker, granted: Granted): Broker {
  const said = broker.dialect.version === 5;
  return {
    ...broker,
    dialect: dialectConnected(broker.dialect),
    closedEarly: 0,
    // How large a packet it takes, each CONNACK says anew.
    ...(said && { granted: { ...granted, packet: allGranted.packet }, grantedUntil: undefined }),
  };
}

/** It acknowledged a packet of so many bytes. */
export const brokerTook = (broker: Broker, bytes: number): Broker => ({
  ...broker,
  sizes: sizeTaken(broker.sizes, bytes),
});

/** It acknowledged something, or handed something on. */
export const brokerProven = (broker: Broker): Broker => ({ ...broker, doubted: false });

/** The session has lasted. */
export const brokerSteady = (broker: Broker): Broker => ({ ...broker, takeover: noTakeover });

/** Being connected is worth to be called so: no silence before, and no second client about. */
export const isTrusted = ({ doubted, takeover }: Broker): boolean => !doubted && !takeover.suspected;

/** A session, or an attempt at one, that is over. */
export interface Ended {
  why: DisconnectReason;
  /** What was unanswered. */
  owed: readonly Owed[];
  /** From CONNACK on; undefined where there was no session. */
  lastedMs: number | undefined;
  /** Something was acknowledged in it. */
  answered: boolean;
}

export interface Afterwards {
  broker: Broker;
  /** What an attempt at once, without a wait, is to try; undefined: there is nothing else to try. */
  tryNow: 'less' | 'other-version' | undefined;
  trouble: Trouble;
}

type Times = Pick<UplinkTimes, 'dialectMs' | 'sizeMs' | 'shortSessionMs'>;

export function brokerAfter(broker: Broker, ended: Ended, now: MonoMs, times: Times): Afterwards {
  const { why, owed, lastedMs } = ended;
  const less = lessAfter(broker.granted, why);
  if (less) return { broker: { ...broker, granted: less }, tryNow: 'less', trouble: troubleOf(why) };
  const { dialect, again } = dialectAfter(broker.dialect, why, now, times);
  const sizes = sizesLearned(broker.sizes, ended, now, times);
  const next: Broker = {
    ...broker,
    ...askedAfter(broker, why, now, times),
    dialect,
    sizes,
    takeover: takeoverAfter(broker.takeover, why, lastedMs, times, owed.length > 0),
    doubted: broker.doubted || (!again && why.cause === 'silent'),
  };
  const tooLarge = sizes.limit !== broker.sizes.limit || saysTooLarge(why);
  return { broker: next, tryNow: again ? 'other-version' : undefined, trouble: troubleAfter(next, ended, tooLarge) };
}

/** MQTT 3.1.1 closes without a word where a CONNECT asks for too much: the next one asks for something else. */
function askedAfter(
  { dialect, closedEarly, granted, grantedUntil }: Broker,
  why: DisconnectReason,
  now: MonoMs,
  times: Times,
) {
  if (dialect.version === 5 || why.cause !== 'closed-early') return { closedEarly, granted, grantedUntil };
  const closes = closedEarly + 1;
  return { closedEarly: closes, granted: modestAfter(closes), grantedUntil: later(now, times.dialectMs) };
}

function sizesLearned(sizes: Sizes, { why, owed, lastedMs, answered }: Ended, now: MonoMs, times: Times): Sizes {
  // A broker that answered nothing at all is silent about more than what is large.
  if (lastedMs === undefined || (!answered && why.cause === 'silent')) return sizes;
  return sizesAfter(sizes, why, Math.max(0, ...owed.map(({ bytes }) => bytes)), now, times);
}

function troubleAfter({ takeover }: Broker, { why, owed }: Ended, tooLarge: boolean): Trouble {
  if (takeover.suspected) return takenOver(why);
  const over = [...new Set(owed.map(({ what }) => what))].toSorted().join(', ');
  if (tooLarge)
    return {
      code: 'uplink-packet-limit',
      detail: `the broker ends the session over: ${over}`,
      mqtt: PACKET_TOO_LARGE,
    };
  if (isMisfit(takeover))
    return {
      code: 'uplink-incompatible',
      detail: `the broker ends session after session and leaves unanswered: ${over}`,
    };
  return troubleOf(why);
}

const takenOver = (why: DisconnectReason): Trouble => ({
  code: 'uplink-taken-over',
  detail:
    why.cause === 'dismissed'
      ? troubleOf(why).detail
      : 'session after session ended within seconds of connecting, with nothing left unanswered: another client with our id',
});
