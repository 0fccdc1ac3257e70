// False alarms a week against the delay from a collapse to the alert, for our limits and those of the rivals.

import { MINUTE } from '#contract/time.ts';
import { priceOf } from '#src/detectors/inactivity/limit.ts';
import { ruleMinutes } from '#src/detectors/inactivity/rule.ts';
import { silenceLimit } from '#src/detectors/inactivity/silence.ts';
import type { Moment, Pause, Played } from './direct.ts';

export interface Score {
  falseAlarms: number;
  perWeek: number;
  /** In the ten days before, while the home is not known. */
  early: number;
  /** Hours from the collapse to the alert. */
  median: number;
  p90: number;
  collapses: number;
}

/** Minutes that a silence may last. */
export type Limits = (pause: Omit<Pause, 'minutes'>) => number;

/** @param falseAlarm what one is worth; see `limit.ts`. */
export const ours =
  (falseAlarm: number): Limits =>
  ({ silence, memory, presence, devices }) =>
    silenceLimit(memory, silence, falseAlarm, { presence: presence as never, devices }).minutes;

/** As `ours`, at the price to which the home's budget had moved by then. */
export const kept: Limits = (pause) => ours(priceOf('normal', pause, pause.silence.place))(pause);

export const rivals = {
  fixed:
    (hours: number): Limits =>
    () =>
      hours * 60,
  /** 3 h for a silence that begins by day, 9 h by night (22 to 8), both `scale` times as long. */
  dayNight:
    (scale: number): Limits =>
    ({ silence: { minute } }) =>
      (minute >= 22 * 60 || minute < 8 * 60 ? 540 : 180) * scale,
  /** Our own rule for a home that is not known. */
  rule:
    (scale: number): Limits =>
    ({ silence: { minute } }) =>
      ruleMinutes(minute) * scale,
} as const;

export function scoreOf({ pauses, early, moments, weeks }: Played, limits: Limits): Score {
  const alarms = (list: readonly Pause[]) => list.filter((pause) => pause.minutes >= limits(pause)).length;
  // Moments in one silence have one limit.
  let last: { silence: Moment['silence']; minutes: number } | undefined;
  const delays = moments.map((moment) => {
    if (last?.silence !== moment.silence) last = { silence: moment.silence, minutes: limits(moment) };
    return Math.max(0, (moment.silence.mono + last.minutes * MINUTE - moment.t) / (60 * MINUTE));
  });
  const falseAlarms = alarms(pauses);
  return { falseAlarms, perWeek: falseAlarms / weeks, early: alarms(early), ...spread(delays) };
}

export const spread = (delays: readonly number[]) => {
  const sorted = delays.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor(part * (sorted.length - 1))] ?? Number.NaN;
  return { median: at(0.5), p90: at(0.9), collapses: delays.length };
};

/** What the rule of 3 h by day and 9 h by night reaches, stretched until it has no more false alarms than so many. */
export function ruleAt(played: Played, falseAlarms: number): Score {
  for (let scale = 0.3; ; scale *= 1.01) {
    const score = scoreOf(played, rivals.dayNight(scale));
    if (score.falseAlarms <= falseAlarms || scale > 20) return score;
  }
}
