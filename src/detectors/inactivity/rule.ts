// The rule that holds where nothing is learned: three hours of silence by day, nine by night.

import { HOUR, MINUTE } from '#contract/time.ts';

/** Local time of day at which the night begins and ends, minutes. */
const NIGHT_FROM = 22 * 60;
const NIGHT_TO = 8 * 60;
const DAY_MIN = 1_440;

export const DAY_LIMIT_MIN = 180;
export const NIGHT_LIMIT_MIN = 540;

const isNight = (minute: number) => minute >= NIGHT_FROM || minute < NIGHT_TO;

/**
 * Minutes of silence from `minute` of the day on until the rule's limit. A silence over the turn of day and night counts
 * for each part by that part's limit: begun an hour before the night, it is a third over when the night begins.
 */
export function ruleMinutes(minute: number): number {
  let left = 1;
  let passed = 0;
  let now = minute;
  for (;;) {
    const night = isNight(now);
    const limit = night ? NIGHT_LIMIT_MIN : DAY_LIMIT_MIN;
    const until = ((night ? NIGHT_TO : NIGHT_FROM) - now + DAY_MIN) % DAY_MIN;
    if (left * limit <= until) return Math.round(passed + left * limit);
    left -= until / limit;
    passed += until;
    now = (now + until) % DAY_MIN;
  }
}

/** An absence about which nothing has been learned may last this long. */
export const OUT_LIMIT_MIN = (12 * HOUR) / MINUTE;
