// How large a message may be where the broker does not say: learned from sessions that ended with a large one unanswered.
// It is a guess, so it is tried again later, and it keeps no alert back. Pure: every call is given the time.

import { HOUR, later, type MonoMs } from '#contract/time.ts';
import { PACKET_TOO_LARGE } from '#contract/uplink/reasons.ts';
import type { DisconnectReason } from './disconnect.ts';
import type { UplinkTimes } from './times.ts';

export interface Sizes {
  /** Bytes of the largest packet that was acknowledged. */
  taken: number;
  /** The guess in force. */
  limit?: number | undefined;
  /** When it is tried without, and how long the next guess is to hold. */
  until?: MonoMs | undefined;
  holdMs?: number | undefined;
  /** The guess that was in force before it was tried without. */
  before?: number | undefined;
  /** Ends in a row with a packet of at least `suspect` bytes unanswered, and none so large acknowledged since. */
  closes: number;
  suspect: number;
}

export const noSizes: Sizes = { taken: 0, closes: 0, suspect: 0 };

/** No broker is believed to take less: a guess below would leave nothing to send. */
export const SMALLEST_GUESS = 512;
/** Once can be the line. What was taken before is doubted later than what never was. */
const CLOSES_TO_LEARN = 2;
const CLOSES_TO_DOUBT = 3;
const LONGEST_HOLD = 24 * HOUR;

/** A packet of so many bytes was acknowledged. */
export function sizeTaken(sizes: Sizes, bytes: number): Sizes {
  const cleared = bytes >= sizes.suspect ? { closes: 0, suspect: 0 } : {};
  return bytes > sizes.taken || cleared.closes === 0
    ? { ...sizes, taken: Math.max(sizes.taken, bytes), ...cleared }
    : sizes;
}

/** For the next session: a guess that held for its time is tried without. */
export const sizesAt = (sizes: Sizes, now: MonoMs): Sizes =>
  sizes.until !== undefined && now >= sizes.until
    ? { ...sizes, limit: undefined, until: undefined, before: sizes.limit }
    : sizes;

/**
 * A session ended.
 * @param owed bytes of the largest packet that was not acknowledged by then; 0 for none.
 */
export function sizesAfter(
  sizes: Sizes,
  why: DisconnectReason,
  owed: number,
  now: MonoMs,
  times: Pick<UplinkTimes, 'sizeMs'>,
): Sizes {
  const certain = saysTooLarge(why);
  if (owed <= SMALLEST_GUESS || !(certain || why.cause === 'lost' || why.cause === 'silent')) return sizes;
  const known = sizes.taken >= owed;
  const closes = sizes.closes + 1;
  const guessing = sizes.limit !== undefined || sizes.before !== undefined;
  const needed = known ? CLOSES_TO_DOUBT : guessing ? 1 : CLOSES_TO_LEARN;
  if (!certain && closes < needed) return { ...sizes, closes, suspect: Math.max(sizes.suspect, owed) };
  // A broker that was set to take less has not taken what it took.
  const taken = known ? 0 : sizes.taken;
  const back = sizes.before !== undefined && sizes.before < owed ? sizes.before : Math.floor(owed / 2);
  const holdMs = Math.min(sizes.holdMs ?? times.sizeMs, LONGEST_HOLD);
  return {
    taken,
    limit: Math.max(SMALLEST_GUESS, taken, back),
    until: later(now, holdMs),
    holdMs: 2 * holdMs,
    closes: 0,
    suspect: 0,
  };
}

/** DISCONNECT 0x95; or a PUBACK with a reason that MQTT.js does not let through: Mosquitto's `message_size_limit` gives 0x95 there. */
export const saysTooLarge = (why: DisconnectReason): boolean =>
  (why.cause === 'dismissed' && why.reason === PACKET_TOO_LARGE) ||
  (why.cause === 'lost' && why.detail === 'Invalid puback reason code');
