// What people said of who is at home, and how it ends without their taking it back: by what is seen, and at some age by
// itself. Each end is told with its reason.

import { type Instant, msSince } from '#base/instant.ts';
import type { Input } from '#contract/detector.ts';
import { isExitDoor } from '#contract/device.ts';
import type { PresenceAct, SaidOver, SaidOverBy } from '#contract/presence.ts';
import { HOUR, MINUTE, type Moment, type WallMs } from '#contract/time.ts';
import type { Visits } from './visits.ts';

/** As long as it holds. Plain JSON. */
export type Declared = { act: Exclude<PresenceAct, 'home'>; since: Since };
/** With the time on the wall: a stay in hospital outlasts a start. An older release kept none. */
type Since = Instant & { wall?: WallMs; wallTrusted?: boolean };

export const declaredNow = (act: Declared['act'], at: Moment): Declared => ({ act, since: sinceOf(at) });

const sinceOf = ({ mono, bootId, wall, wallTrusted }: Moment): Since => ({ mono, bootId, wall, wallTrusted });

/** After a start: what was said by a clock that nobody trusted counts from now. */
export const goingOn = (declared: Declared, at: Moment): Declared =>
  declared.since.bootId === at.bootId || declared.since.wallTrusted ? declared : { ...declared, since: sinceOf(at) };

/** Days after which it is no longer believed. */
export type Ages = Record<'visitorDays' | 'awayDays' | 'hospitalDays', number>;

const DAY_MS = 24 * HOUR;
/** Whoever came in during a stay in hospital and has not left for so long is no neighbour who waters the plants. */
export const STAYS_MS = 90 * MINUTE;

export const lastsMs = (act: Declared['act'], { visitorDays, awayDays, hospitalDays }: Ages): number =>
  ({ visitor: visitorDays, away: awayDays, hospital: hospitalDays })[act] * DAY_MS;

/** Why it holds no longer, though no sign of this moment speaks against it; undefined while it holds. */
export function expiredBy(declared: Declared, visits: Visits, at: Moment, ages: Ages): SaidOverBy | undefined {
  const isOver = (since: Since, ms: number) => (msSince(since, at) ?? 0) >= ms;
  if (declared.act === 'hospital' && visits.arrived !== null && isOver(visits.arrived, STAYS_MS)) return 'stays';
  return isOver(declared.since, lastsMs(declared.act, ages)) ? 'age' : undefined;
}

/**
 * What was said before and holds no longer. Where people take it back or say another, they know.
 * @param expired why, where it is for no sign of this moment
 */
export function saidOver(
  before: Declared | null,
  after: Declared | null,
  input: Input,
  expired: SaidOverBy | undefined,
): SaidOver | undefined {
  if (before === null || after !== null || input.kind === 'said') return undefined;
  return { said: before.act, by: expired ?? signOf(before, input) };
}

function signOf({ act }: Declared, input: Input): SaidOverBy {
  if (input.kind !== 'reading') return 'restart';
  if (isExitDoor(input.device)) return 'door';
  return act === 'hospital' ? 'many-hours' : 'movement';
}
