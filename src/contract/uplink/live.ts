// Whether an alert event is about now or about the past. Its body is made once and may wait for days, here and at a
// broker: so the gateway states this again at each sending, and the platform checks once more when it arrives.

import type { Moment } from '../time.ts';

/** An event is live for this long after the change that it reports. */
export const LIVE_WITHIN_SECONDS = 60;

/** The parts of a stamp that an age is counted from. */
interface At {
  wall: string;
  quality: string;
  mono: number;
  bootId: string;
}

/** CloudEvents extension attributes of an alert event. */
export interface Freshness {
  live: boolean;
  /** Seconds; absent where nobody can know. */
  age?: number;
}

/** A 32-bit signed integer is all that a CloudEvents attribute can hold: 68 years. */
const MOST_SECONDS = 2 ** 31 - 1;

/** By the monotonic clock within one boot, whatever the wall clock did; across boots by the wall clock where both ends of the span trust it. */
export function freshnessAt(changedAt: At, now: Moment): Freshness {
  const ms =
    changedAt.bootId === now.bootId
      ? now.mono - changedAt.mono
      : changedAt.quality === 'synced' && now.wallTrusted
        ? now.wall - wallOf(changedAt)
        : undefined;
  if (ms === undefined) return { live: false };
  const age = Math.min(Math.max(0, Math.floor(ms / 1_000)), MOST_SECONDS);
  return { live: age <= LIVE_WITHIN_SECONDS, age };
}

/** An alert event's JSON text as it is to leave the home now. A text that is not ours leaves unchanged. */
export function asSentAt(body: string, now: Moment): string {
  const changedAt = changedAtOf(body);
  if (!changedAt) return body;
  const { live, age } = freshnessAt(changedAt, now);
  return `{"live":${live},${age === undefined ? '' : `"age":${age},`}${body.slice(1)}`;
}

const wallOf = ({ wall }: At): number => new Date(wall).getTime();

function changedAtOf(body: string): At | undefined {
  if (!body.startsWith('{"')) return undefined;
  try {
    const { data } = JSON.parse(body) as { data?: { changedAt?: At } };
    return data?.changedAt;
  } catch {
    return undefined;
  }
}

/** What an arriving alert event is judged by. */
export interface Arriving {
  live?: boolean | undefined;
  age?: number | undefined;
  data: { calledAt: At; changedAt: At };
}

/**
 * The rule for a platform: whether the call behind an event is past, and how old it was on arrival, in ms where that can be known.
 * The event may have waited at the broker after the gateway called it live, so the platform's own clock has its say.
 * @param receivedAt the platform's wall clock, ms since the epoch.
 */
export function callOnArrival({ live, age, data }: Arriving, receivedAt: number): { past: boolean; ageMs?: number } {
  const { calledAt, changedAt } = data;
  const sameBoot = calledAt.bootId === changedAt.bootId;
  const ageMs =
    calledAt.quality === 'synced'
      ? Math.max(0, receivedAt - wallOf(calledAt))
      : age !== undefined && sameBoot
        ? age * 1_000 + Math.max(0, changedAt.mono - calledAt.mono)
        : undefined;
  const past = live === false || (ageMs !== undefined && ageMs > LIVE_WITHIN_SECONDS * 1_000);
  return { past, ...(ageMs !== undefined && { ageMs }) };
}
