// The clocks of health meters: set by hand or by a telephone, without a time zone, and lost with the battery.

import type { Cursor } from '../cursor.ts';

/** Seconds on the device's own clock, counted by its calendar and without a zone: only differences mean anything. */
export type DeviceTime = number;

export interface Stamp {
  time?: DeviceTime | undefined;
  /** The measurement is a record, and the device did not know the time. */
  undated?: true | undefined;
}

/** Date Time (GSS 3.70). `undated` where year, month or day are 0 (unknown) or impossible. */
export function stamp(read: Cursor): Stamp {
  const time = dateTime(read);
  return time === undefined ? { undated: true } : { time };
}

function dateTime(read: Cursor): DeviceTime | undefined {
  const [year, month, day, hour, minute, second] = [read.u16(), read.u8(), read.u8(), read.u8(), read.u8(), read.u8()];
  if (year < 1_582 || month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
}

/** Days by the Gregorian calendar, from an arbitrary origin. Years are counted from March, so that the leap day is the last. */
function days(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const m = month > 2 ? month - 3 : month + 9;
  return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + Math.floor((153 * m + 2) / 5) + day;
}

/** What a device in Greenwich shows at `wall`, ms since the Unix epoch. One elsewhere is off by up to 14 h. */
export const deviceTimeOf = (wall: number): DeviceTime => days(1970, 1, 1) * 86_400 + Math.floor(wall / 1_000);
