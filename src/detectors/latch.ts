// A condition of one device that is on or off: what is reported when it comes and goes, and what is not when it
// chatters. ISA-18.2 calls an alarm chattering that comes and goes three times a minute: here, one that comes on a
// third time without having rested. It then is one condition, with one alert and one call, until it has rested.

import { waitAfter } from '#base/back-off.ts';
import { type Instant, instantOf, msSince } from '#base/instant.ts';
import type { FoundFault } from '#contract/detector.ts';
import type { Hazard } from '#contract/hazard.ts';
import { HOUR, later, MINUTE, type Moment, type MonoMs } from '#contract/time.ts';

/** Plain JSON. */
export type Latch = {
  /** What was said last. */
  on: boolean;
  /** Whether that is vouched for: in doubt, nothing that would end an alarm is believed. */
  sure: boolean;
  /** Since when it is on or off. */
  since: Instant;
  /** It is reported as present. */
  told: boolean;
  /** How often it came on since it last rested. */
  restless: number;
  /** How often it called: with each call it has to rest longer before it may call again. */
  calls: number;
};

/** `call`: it began. `again`: it is present again after a moment. `gone`: it ended. */
export type LatchNews = 'call' | 'again' | 'gone';
export interface Latched {
  /** Undefined for a condition that is off, and was not on lately. */
  latch: Latch | undefined;
  news?: LatchNews | undefined;
}

/** Off for this long is a rest; the time doubles with each call, up to the longest. */
const REST = { firstMs: MINUTE, longestMs: 30 * MINUTE };
/** After this long it is as if it had never been on. */
const FORGOTTEN_MS = HOUR;
/** Coming on this often without a rest is chattering. */
const CHATTERS = 3;

const restMs = ({ calls }: Latch): number => waitAfter(calls - 1, REST);
const lasted = ({ since }: Latch, at: Moment): number => msSince(since, at) ?? Number.POSITIVE_INFINITY;

/** It came back before it had rested: it is reported as gone again only once it has. */
const isRestless = ({ restless }: Latch): boolean => restless > 1;

export const isChattering = (latch: Latch | undefined): boolean => (latch?.restless ?? 0) >= CHATTERS;

/**
 * It was coming and going when the power was cut. Not each turn is reported, and so written: nobody knows whether it
 * was on then. What comes on now calls.
 */
const wasCutShort = ({ on, restless, since }: Latch, { bootId }: Moment): boolean =>
  on && restless > 1 && since.bootId !== bootId;

/** It says that it is on, or off. On is believed in doubt. */
export function latchHears(before: Latch | undefined, on: boolean, sure: boolean, at: Moment): Latched {
  const { latch, news } = latchRests(before, at);
  if (on) return comesOn(latch && wasCutShort(latch, at) ? { ...latch, on: false } : latch, sure, at, news);
  if (!latch) return { latch, news };
  const off: Latch = latch.on
    ? { ...latch, on: false, sure, since: instantOf(at) }
    : { ...latch, sure: latch.sure || sure };
  if (!off.told || !off.sure || isRestless(off)) return { latch: off, news };
  return { latch: { ...off, told: false }, news: 'gone' };
}

function comesOn(latch: Latch | undefined, sure: boolean, at: Moment, news: LatchNews | undefined): Latched {
  const on = { on: true, sure, since: instantOf(at), told: true };
  if (!latch) return { latch: { ...on, restless: 1, calls: 1 }, news: 'call' };
  if (latch.on) return { latch: sure && !latch.sure ? { ...latch, sure } : latch, news };
  if (lasted(latch, at) >= restMs(latch))
    return { latch: { ...on, restless: 1, calls: latch.calls + 1 }, news: 'call' };
  const again: Latch = { ...latch, ...on, restless: latch.restless + 1 };
  return { latch: again, news: latch.told ? undefined : 'again' };
}

/** It came and went, and has stayed on since: whoever took the first for a loose contact has to hear of it. */
const staysOn = (latch: Latch): Latched => ({ latch: { ...latch, restless: 1, calls: latch.calls + 1 }, news: 'call' });

/**
 * Time passes: what chattered has rested, or stays on. Across a boot nobody knows for how long: it counts as rested.
 */
export function latchRests(before: Latch | undefined, at: Moment): Latched {
  if (!before) return { latch: undefined };
  const ms = lasted(before, at);
  if (ms < restMs(before)) return { latch: before };
  if (before.on) return isRestless(before) && !wasCutShort(before, at) ? staysOn(before) : { latch: before };
  const ends = before.told && before.sure;
  const rested = { ...before, restless: 0, told: before.told && !ends };
  return { latch: ms >= FORGOTTEN_MS && !rested.told ? undefined : rested, news: ends ? 'gone' : undefined };
}

/** It went off by a reading that nobody vouches for. No alert records it. */
export const endsInDoubt = (before: Latch | undefined, after: Latch | undefined): boolean =>
  before?.on === true && after?.on === false && !after.sure && !isChattering(after);

/** When one that came back may have rested; undefined for one that did not. */
export const restsAt = (latch: Latch | undefined, at: Moment): MonoMs | undefined =>
  latch && isRestless(latch) && latch.since.bootId === at.bootId ? later(latch.since.mono, restMs(latch)) : undefined;

export const chatterFault = (hazard: Hazard, deviceId: string, active: boolean): FoundFault => ({
  code: 'alarm-chattering',
  subject: `device:${deviceId}`,
  active,
  context: active ? { hazard } : {},
});
