// A measured level that climbs by steps: each step reached calls, graver than the one before. One device has one alert
// for it, whatever the level. What would raise is believed in doubt; what would clear is not.

import type { FoundFault } from '#contract/detector.ts';
import type { Because, OverBecause } from '#contract/facts.ts';
import type { Begun, Finding, Over } from '#contract/finding.ts';
import { graver, type Hazard, type Severity } from '#contract/hazard.ts';
import { type Moment, type MonoMs, soonest } from '#contract/time.ts';
import {
  chatterFault,
  endsInDoubt,
  isChattering,
  type Latch,
  type LatchNews,
  latchHears,
  latchRests,
  restsAt,
} from './latch.ts';

/** One step. */
export interface Rung<Level> {
  severity: Severity;
  /** What a level says about it; undefined: nothing, it stays as it is. */
  reached(level: Level): boolean | undefined;
  /** Why it calls. */
  because(level: Level): Because;
}

export interface Ladder<Level> {
  hazard: Hazard;
  /** From the lowest: whatever reaches one reaches those below it. */
  rungs: readonly Rung<Level>[];
  /** Why the lowest step is over. */
  gone(level: Level): OverBecause;
}

/** By step, from the lowest; empty where none is on, or was lately. Plain JSON. */
export type Climb = (Latch | null)[];

export interface Climbed {
  climb: Climb;
  findings: Finding[];
  faults: FoundFault[];
  /** A step ended in doubt, which no alert records: worth a write. */
  save: boolean;
}

/** What a level does to the steps. `sure`: it is vouched for. */
export function climbs<Level>(
  ladder: Ladder<Level>,
  before: Climb,
  { level, sure, deviceId, at }: { level: Level; sure: boolean; deviceId: string; at: Moment },
): Climbed {
  const { hazard, rungs } = ladder;
  const latched = rungs.map(({ reached }, step) => {
    const on = reached(level);
    const latch = before[step] ?? undefined;
    return on === undefined ? latchRests(latch, at) : latchHears(latch, on, sure, at);
  });
  const after = latched.map(({ latch }) => latch);
  const news = latched.map((one) => one.news);
  const chatters = after.some(isChattering);
  return {
    climb: after.some((latch) => latch) ? after.map((latch) => latch ?? null) : [],
    findings: findingOf(ladder, after, news, level).map((what) => ({
      hazard,
      subject: `device:${deviceId}`,
      level: true,
      at,
      ...what,
    })),
    faults: chatters || isClimbChattering(before) ? [chatterFault(hazard, deviceId, chatters)] : [],
    save: after.some((latch, step) => endsInDoubt(before[step] ?? undefined, latch)),
  };
}

/** One finding at most: the highest step that calls, or what became of the lowest. */
function findingOf<Level>(
  { rungs, gone }: Ladder<Level>,
  climb: readonly (Latch | undefined)[],
  news: readonly (LatchNews | undefined)[],
  level: Level,
): (Pick<Begun, 'active' | 'again' | 'severity' | 'because'> | Pick<Over, 'active' | 'severity' | 'because'>)[] {
  const top = news.lastIndexOf('call');
  const called = rungs[top];
  // A step that calls again while a higher one is on is as grave as that one.
  const severity = rungs
    .filter((_, step) => step <= top || climb[step]?.on)
    .map((rung) => rung.severity)
    .reduce(graver, 'early');
  if (called) return [{ active: true, severity, because: [called.because(level)] }];
  const [lowest] = rungs;
  if (!lowest || news[0] === undefined) return [];
  return news[0] === 'gone'
    ? [{ active: false, severity: lowest.severity, because: [gone(level)] }]
    : [{ active: true, again: true, severity, because: [lowest.because(level)] }];
}

export const isClimbChattering = (climb: Climb): boolean => climb.some((latch) => isChattering(latch ?? undefined));

/** When a step that chatters may have rested. */
export const climbRestsAt = (climb: Climb, at: Moment): MonoMs | undefined =>
  soonest(...climb.map((latch) => restsAt(latch ?? undefined, at)));
