// Every interval of the uplink in one place, in milliseconds: tests and slow links may have others.

import { HOUR, MINUTE, SECOND } from '#contract/time.ts';

export const defaultTimes = {
  /** From opening the socket to the broker's CONNACK: a broker behind a black hole never answers. */
  connectMs: 10 * SECOND,
  /** For the next PUBACK or SUBACK while one is owed. */
  ackMs: 10 * SECOND,
  /** After PUBACK, for the platform's receipt of an alert; doubles with each sending up to `resendMaxMs`. */
  resendMs: 10 * SECOND,
  resendMaxMs: 5 * MINUTE,
  /** Between the last sending and the one that a platform's birth causes. */
  announceGapMs: 1 * SECOND,
  heartbeatMs: 1 * MINUTE,
  reconnectMs: 1 * SECOND,
  reconnectMaxMs: 1 * MINUTE,
  /** The same while an alert waits: few homes have one, and a call for help must not sit out a minute after the line is back. */
  callMaxMs: 10 * SECOND,
  /** A session that lasted so long ends the back-off. */
  stableMs: 1 * MINUTE,
  /** A session that the other side ended within this is a short one; three in a row look like a second client. */
  shortSessionMs: 10 * SECOND,
  /** How long a broker is remembered as one that speaks MQTT 3.1.1 only. */
  dialectMs: 1 * HOUR,
  /** How long a learned limit of size is kept before larger messages are tried again; doubles up to a day. */
  sizeMs: 1 * HOUR,
  /** The least time between batches of history, and the time between looks for more when there is none. */
  historyRestMs: 20,
  historyIdleMs: 10 * SECOND,
  stopMs: 1 * SECOND,
} as const;

export type UplinkTimes = { [Name in keyof typeof defaultTimes]: number };
