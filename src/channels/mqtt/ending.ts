// How sessions end, what that says, and whether a second client with our identity is behind it.

import type { Trouble } from '#contract/uplink/port.ts';
import { hex, reasonFor, SESSION_TAKEN_OVER } from '#contract/uplink/reasons.ts';
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
  /** A CONNACK that says no; `server`: where to go instead. */
  | { cause: 'refused'; reason: number; server?: string | undefined }
  /** A DISCONNECT from the broker (MQTT 5). */
  | { cause: 'dismissed'; reason: number; server?: string | undefined }
  /** The connection of a session broke, with no word why. */
  | { cause: 'lost'; detail: string }
  /** PUBACK, SUBACK or PINGRESP did not come: the line is dead or the broker stuck. */
  | { cause: 'silent'; detail: string };

/** MQTT 3.1.1 section 3.2.2.3, MQTT 5.0 section 3.2.2.2. */
const VERSION_UNKNOWN = [1, 0x84];
/** A broker's word that becomes part of a fault. */
const LONGEST_SERVER = 200;

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
      const { fault, text } = reasonFor(end.reason);
      const where = end.server === undefined ? '' : `; other server: ${end.server.slice(0, LONGEST_SERVER)}`;
      const detail = `${end.cause} by the broker with reason ${end.reason} (${hex(end.reason)}): ${text.en}${where}`;
      return { code: fault, detail, mqtt: end.reason };
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
  /** The same of sessions that ended while the broker owed an answer to what we had sent: then that may be the reason. */
  answerless: number;
}
export const noRivalry: Rivalry = { short: 0, suspected: false, answerless: 0 };
const SHORT_SESSIONS_OF_A_RIVAL = 3;
const SESSIONS_OF_A_MISFIT = 3;

/**
 * A second client with our id throws us out, and we it, as fast as each reconnects. MQTT 5 says so; MQTT 3.1.1 only
 * closes. A failed attempt in between speaks for a broker in trouble instead.
 * @param lastedMs from CONNACK to the end, undefined when there was no session.
 * @param owed something that we had sent was unanswered at the end
 */
export function rivalryAfter(
  rivalry: Rivalry,
  end: Ending,
  lastedMs: number | undefined,
  times: Pick<UplinkTimes, 'shortSessionMs'>,
  owed = false,
): Rivalry {
  if (takenOver(end)) return { ...noRivalry, short: rivalry.short + 1, suspected: true };
  if (lastedMs === undefined || end.cause !== 'lost') return noRivalry;
  if (lastedMs > times.shortSessionMs) return noRivalry;
  // Once a rival is known, its blows may fall at any time.
  if (owed) return { ...rivalry, short: 0, answerless: rivalry.answerless + 1 };
  const short = rivalry.short + 1;
  return { short, suspected: rivalry.suspected || short >= SHORT_SESSIONS_OF_A_RIVAL, answerless: 0 };
}

/** The broker throws us out again and again over what we send. */
export const isMisfit = ({ answerless }: Rivalry): boolean => answerless >= SESSIONS_OF_A_MISFIT;
