// The time of day in the home: what a rule about nights and mornings goes by.

import type { WallMs } from './time.ts';

export interface LocalTime {
  /** Days since 1970-01-01 by the local calendar: midnight to midnight, of 23 to 25 hours. */
  day: number;
  /**
   * Since local midnight by the clock on the wall, 0 to 1439; some come twice or never on the day that summer time
   * begins or ends.
   */
  minute: number;
}

/** A minute of the day as people read it off the wall: `07:20`. */
export const timeText = (minute: number): string =>
  `${String(Math.floor(minute / 60) % 24).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** An offset such as +08:00 is taken by Intl too, but is no zone: it knows no summer time. */
export function isTimeZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

const MINUTE = 60_000;
const DAY_MINUTES = 1_440;
/** Every offset of every zone has begun and ended on a multiple of this since 1970. */
const STEP = 15 * MINUTE;

/** A zone's formatter is slow to make, and an offset holds for a quarter of an hour at least. */
const zones = new Map<string, { format: Intl.DateTimeFormat; step: number; offsetMinutes: number }>();

/** @param zone IANA name. @throws RangeError for a zone that does not exist. */
export function localTime(wall: WallMs, zone: string): LocalTime {
  const minutes = Math.floor(wall / MINUTE) + offsetMinutes(wall, zone);
  return { day: Math.floor(minutes / DAY_MINUTES), minute: ((minutes % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES };
}

/** What the zone's clock is ahead of UTC. */
function offsetMinutes(wall: WallMs, zone: string): number {
  const step = Math.floor(wall / STEP);
  let known = zones.get(zone);
  if (known?.step === step) return known.offsetMinutes;
  known ??= { format: formatter(zone), step, offsetMinutes: 0 };
  known.step = step;
  known.offsetMinutes = measured(known.format, wall);
  zones.set(zone, known);
  return known.offsetMinutes;
}

const formatter = (zone: string) =>
  new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: 'longOffset', hour: '2-digit' });

/** `GMT+08:00`, or `GMT` alone. */
function measured(format: Intl.DateTimeFormat, wall: WallMs): number {
  const name = format.formatToParts(wall).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
  const [, sign, hours, minutes] = /^GMT(?:([+-])(\d\d):(\d\d))?/.exec(name) ?? [];
  return sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
