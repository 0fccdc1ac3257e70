// A home never seen: the recorded homes begun anew at each week of theirs, with nothing learned before.

import { HOUR } from '#contract/time.ts';
import { falseAlarmCost } from '#src/detectors/inactivity/limit.ts';
import { play } from './direct.ts';
import { type HomeEvent, type Interval, type RecordedHome, readHome } from './homes.ts';
import { ours, type Score, scoreOf } from './score.ts';
import { delays } from './tables.ts';

const DAY_MS = 24 * HOUR;
/** Ten days to learn, three weeks that are scored. */
const DAYS = 31;
const WEEK = 7;

export const coldHead = [
  'home',
  'absence',
  'starts',
  'false alarms each',
  'a week',
  'median / p90 h',
  'worst',
  'none at all',
];

/** One row for each recorded home and way: over its cold starts, the mean and the worst. */
export const coldRows = (only: readonly string[]): string[][] =>
  [
    { name: 'aruba112_dev', recon: true },
    { name: 'aruba112_dev', recon: false },
    { name: 'kasterenA', recon: true },
  ]
    .map((one) => ({ ...one, title: one.recon ? one.name : `${one.name}-no-recon` }))
    .filter(({ title }) => only.length === 0 || only.includes(title))
    .flatMap(({ title, ...one }) =>
      [true, false].map((known) => {
        const played = coldStarts(one.name, one).map((home) => play(home, known));
        const scores = played.map((each) => scoreOf(each, ours(falseAlarmCost.normal)));
        const mean = (of: (score: Score) => number) =>
          scores.reduce((sum, score) => sum + of(score), 0) / scores.length;
        const worst = (of: (score: Score) => number) => Math.max(...scores.map(of));
        const weeks = played.reduce((sum, each) => sum + each.weeks, 0);
        return [
          title,
          known ? 'known' : 'inferred',
          String(scores.length),
          scores.map(({ falseAlarms }) => falseAlarms).join(', '),
          ((mean(({ falseAlarms }) => falseAlarms) * scores.length) / weeks).toFixed(2),
          delays({ median: mean(({ median }) => median), p90: mean(({ p90 }) => p90) }),
          delays({ median: worst(({ median }) => median), p90: worst(({ p90 }) => p90) }),
          `${scores.filter(({ falseAlarms }) => falseAlarms === 0).length} of ${scores.length}`,
        ];
      }),
    );

/** Cold starts a week apart, as many as fit; of a shorter home those that leave a week and a half to be scored. */
export function coldStarts(name: string, options: { recon?: boolean } = {}): RecordedHome[] {
  const home = readHome(name, options);
  const midnight = Math.floor((home.events[0] as HomeEvent).t / DAY_MS) * DAY_MS;
  const days = Math.ceil(((home.events.at(-1) as HomeEvent).t - midnight) / DAY_MS);
  const length = Math.min(DAYS, days - WEEK);
  return Array.from({ length: Math.floor((days - length) / WEEK) + 1 }, (_, week) => {
    const from = midnight + week * WEEK * DAY_MS;
    return between(home, from, from + length * DAY_MS);
  });
}

function between(home: RecordedHome, from: number, to: number): RecordedHome {
  const cut = (intervals: readonly Interval[]) =>
    intervals
      .filter((one) => one.to > from && one.from < to)
      .map((one) => ({ from: Math.max(from, one.from), to: Math.min(to, one.to) }));
  return {
    ...home,
    events: home.events.filter(({ t }) => t >= from && t < to),
    away: cut(home.away),
    asleep: cut(home.asleep),
  };
}
