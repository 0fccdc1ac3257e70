// A home never seen: the recorded homes begun anew at each week of theirs, with nothing learned before.

import { HOUR } from '#contract/time.ts';
import { type HomeEvent, type Interval, type RecordedHome, readHome } from './homes.ts';

const DAY_MS = 24 * HOUR;
/** Ten days to learn, three weeks that are scored. */
const DAYS = 31;
const WEEK = 7;

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
