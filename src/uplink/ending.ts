// How sessions end, what that says, and whether a second client with our identity is behind it.

import type { UplinkEvents } from '#contract/uplink/port.ts';
import type { UplinkTimes } from './times.ts';

export type Ending =
  /** The options cannot be used at all: a broken certificate, an address that is none. */
  | { cause: 'unusable'; detail: string }
  /** No TCP connection, or it broke before the broker said anything. */
  | { cause: 'unreachable'; detail: string }
  | { cause: 'tls'; detail: string }
  /** The broker took the connection and closed it without a CONNACK: some refuse MQTT 5 in this way. */
  | { cause: 'closed-early'; detail: string }
  /** No CONNACK in time. */
  | { cause: 'no-answer' }
  /** A CONNACK that says no. */
  | { cause: 'refused'; reason: number }
  /** A DISCONNECT from the broker (MQTT 5). */
  | { cause: 'dismissed'; reason: number }
  /** The connection of a session broke, with no word why. */
  | { cause: 'lost'; detail: string }
  /** PUBACK, SUBACK or PINGRESP did not come: the line is dead or the broker stuck. */
  | { cause: 'silent'; detail: string };

export type Trouble = NonNullable<Parameters<UplinkEvents['session']>[0]>;

// CONNACK and DISCONNECT reasons: MQTT 3.1.1 section 3.2.2.3, MQTT 5.0 sections 3.2.2.2 and 3.14.2.1.
const VERSION_UNKNOWN = [1, 0x84];
const SESSION_TAKEN_OVER = 0x8e;
/** Identifier, credentials, authorization, ban, authentication method: somebody must mend something. */
const NOT_LET_IN = [2, 4, 5, 0x85, 0x86, 0x87, 0x8a, 0x8c];

export const speaksOtherVersion = (end: Ending) => end.cause === 'refused' && VERSION_UNKNOWN.includes(end.reason);
export const takenOver = (end: Ending) => end.cause === 'dismissed' && end.reason === SESSION_TAKEN_OVER;

/** What an ending means to people. */
export function troubleOf(end: Ending): Trouble {
  switch (end.cause) {
    case 'unusable':
      return { code: 'uplink-refused', detail: `cannot be used: ${end.detail}` };
    case 'tls':
      return { code: 'uplink-refused', detail: `TLS: ${end.detail}` };
    case 'refused':
    case 'dismissed': {
      const detail = `${end.cause} by the broker with reason ${end.reason} (0x${end.reason.toString(16)})`;
      if (takenOver(end)) return { code: 'uplink-taken-over', detail };
      return { code: NOT_LET_IN.includes(end.reason) ? 'uplink-refused' : 'uplink-down', detail };
    }
    case 'no-answer':
      return { code: 'uplink-down', detail: 'the broker took the connection but did not answer' };
    case 'unreachable':
    case 'closed-early':
    case 'lost':
    case 'silent':
      return { code: 'uplink-down', detail: `${end.cause}: ${end.detail}` };
  }
}

const TLS_CODE = /^ERR_(SSL|TLS)|^EPROTO$|CERT|SELF_SIGNED|^UNABLE_TO_|CRL|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)/;

/** What an error before CONNACK means, by Node's code of it. */
export const endingOf = (code: string | undefined, detail: string): Ending =>
  code !== undefined && TLS_CODE.test(code)
    ? { cause: 'tls', detail: `${code}: ${detail}` }
    : { cause: 'unreachable', detail: code ?? detail };

/** Sessions in a row that came up and were closed by the other side within seconds, with no reason given. */
export interface Rivalry {
  short: number;
  suspected: boolean;
}
export const noRivalry: Rivalry = { short: 0, suspected: false };
const SHORT_SESSIONS_OF_A_RIVAL = 3;

/**
 * A second client with our id throws us out, and we it, as fast as each reconnects. MQTT 5 says so; MQTT 3.1.1 only
 * closes. A failed attempt in between speaks for a broker in trouble instead.
 * @param lastedMs from CONNACK to the end, undefined when there was no session.
 */
export function rivalryAfter(rivalry: Rivalry, end: Ending, lastedMs: number | undefined, times: UplinkTimes): Rivalry {
  if (takenOver(end)) return { short: rivalry.short + 1, suspected: true };
  if (lastedMs === undefined || end.cause !== 'lost') return noRivalry;
  if (lastedMs > times.shortSessionMs) return noRivalry;
  const short = rivalry.short + 1;
  return { short, suspected: rivalry.suspected || short >= SHORT_SESSIONS_OF_A_RIVAL };
}
