// Whether another client with our client id is at the broker. Each connection throws the other out: MQTT 5 says so in its
// DISCONNECT, MQTT 3.1.1 only closes.

import { type DisconnectReason, isTakenOver } from './disconnect.ts';
import type { UplinkTimes } from './times.ts';

/** Sessions in a row that came up and were closed by the other side within seconds, with no reason given. */
export interface Takeover {
  short: number;
  suspected: boolean;
  /** The same of sessions that ended while the broker owed an answer to what we had sent: then that may be the reason. */
  answerless: number;
}
export const noTakeover: Takeover = { short: 0, suspected: false, answerless: 0 };
const SHORT_SESSIONS_OF_A_RIVAL = 3;
const SESSIONS_OF_A_MISFIT = 3;

/**
 * A second client with our id throws us out, and we it, as fast as each reconnects. MQTT 5 says so; MQTT 3.1.1 only
 * closes. A failed attempt in between speaks for a broker in trouble instead.
 * @param lastedMs from CONNACK to the end, undefined when there was no session.
 * @param owed something that we had sent was unanswered at the end
 */
export function takeoverAfter(
  known: Takeover,
  why: DisconnectReason,
  lastedMs: number | undefined,
  times: Pick<UplinkTimes, 'shortSessionMs'>,
  owed = false,
): Takeover {
  if (isTakenOver(why)) return { ...noTakeover, short: known.short + 1, suspected: true };
  if (lastedMs === undefined || why.cause !== 'lost') return noTakeover;
  if (lastedMs > times.shortSessionMs) return noTakeover;
  // Once a rival is known, its blows may fall at any time.
  if (owed) return { ...known, short: 0, answerless: known.answerless + 1 };
  const short = known.short + 1;
  return { short, suspected: known.suspected || short >= SHORT_SESSIONS_OF_A_RIVAL, answerless: 0 };
}

/** The broker throws us out again and again over what we send. */
export const isMisfit = ({ answerless }: Takeover): boolean => answerless >= SESSIONS_OF_A_MISFIT;
