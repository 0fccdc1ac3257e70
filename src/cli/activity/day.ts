// A day in a home: where somebody moved, by room and by ten minutes of local time.

import type { Alert } from '#contract/alert.ts';
import type { Device } from '#contract/device.ts';
import type { Hazard } from '#contract/hazard.ts';
import { localTime } from '#contract/local-time.ts';
import type { HistoryRecord } from '#contract/store.ts';
import { afterFault, afterStart, heard, type Levels } from '#src/detectors/activity.ts';
import type { Limit } from '#src/detectors/inactivity/limit.ts';

/** Minutes of one slot. When the clock is set back, the repeated hour counts into the same slots again. */
export const SLOT_MINUTES = 10;
export const SLOTS = 1_440 / SLOT_MINUTES;

export interface ActivityDay {
  /** By the local calendar, `2026-11-22`. */
  date: string;
  /** IANA zone. */
  zone: string;
  /** Signs of activity by room, in slots from midnight. Rooms in the order of the configuration; `''` for devices without one. */
  rooms: { room: string; slots: number[] }[];
  /** Alerts raised on that day, `minute` since midnight. */
  alerts: { minute: number; hazard: Hazard; room: string }[];
  /** First and last sign of activity, minutes since midnight; absent on a day without any. */
  first?: number;
  last?: number;
  /** After the last sign of the day: how long a silence may last from there, by what is learned so far. */
  quiet?: Quiet;
}

export interface Quiet {
  /** Minute of the day of the last sign, and its room. */
  since: number;
  room: string;
  /** After so long help is called, minutes. */
  limitMinutes: number;
  /** The longest usual pause there at that hour, minutes; 0 where none is known. */
  longestMinutes: number;
  /** `rule` until enough is learned; `unprotected` where it is not known who is at home. */
  by: Limit['by'];
  /**
   * How many times what the sensitivity says an alarm without cause is worth by now: above 1 the home was called for nothing
   * more often than the budget allows, and waits longer.
   */
  price: number;
}

/** @param day days since 1970-01-01 by the local calendar */
export function activityOf(
  records: Iterable<{ record: HistoryRecord }>,
  {
    devices,
    alerts,
    zone,
    day,
    tolerated,
  }: {
    devices: readonly Device[];
    alerts: readonly Alert[];
    zone: string;
    day: number;
    /** The inactivity detector's limit for a silence that begins there; without it the day has no `quiet`. */
    tolerated?: ((from: { minute: number; room: string }) => Omit<Quiet, 'since' | 'room'>) | undefined;
  },
): ActivityDay {
  const known = new Map(devices.map((device) => [device.id, device]));
  const rooms = new Map(
    devices.map(({ room = '' }) => room).map((room) => [room, Array.from({ length: SLOTS }, () => 0)]),
  );
  let first: number | undefined;
  let last: { minute: number; room: string } | undefined;
  let levels: Levels = [];
  for (const { record } of records) {
    if (record.kind === 'boot') levels = afterStart(levels);
    if (record.kind === 'fault') levels = afterFault(levels, record);
    const device = record.kind === 'reading' ? known.get(record.reading.deviceId) : undefined;
    if (record.kind !== 'reading' || !device) continue;
    // Only what presence takes for a sign of life: a contact's check-in is none.
    const sign = heard(levels, record.reading, device);
    levels = sign.levels;
    if (!sign.active) continue;
    const { day: on, minute } = localTime(record.reading.at.wall, zone);
    if (on !== day) continue;
    const slots = rooms.get(device.room ?? '');
    const slot = Math.floor(minute / SLOT_MINUTES);
    if (slots) slots[slot] = (slots[slot] ?? 0) + 1;
    first = Math.min(first ?? minute, minute);
    if (minute >= (last?.minute ?? 0)) last = { minute, room: device.room ?? '' };
  }
  return {
    date: dateOf(day),
    zone,
    rooms: [...rooms].map(([room, slots]) => ({ room, slots })).filter(({ slots }) => slots.some((count) => count > 0)),
    alerts: alerts.flatMap(({ raisedAt, hazard, room = '' }) => {
      const at = localTime(raisedAt.wall, zone);
      return at.day === day ? [{ minute: at.minute, hazard, room }] : [];
    }),
    ...(first !== undefined && { first }),
    ...(last !== undefined && { last: last.minute }),
    ...(last !== undefined && tolerated && { quiet: { since: last.minute, room: last.room, ...tolerated(last) } }),
  };
}

export const dateOf = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);

/** Days since 1970-01-01; undefined for what is no date of the calendar. */
export function dayNumber(date: string): number | undefined {
  const [, year, month, dayOfMonth] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(date)?.map(Number) ?? [];
  if (year === undefined || month === undefined || dayOfMonth === undefined) return undefined;
  // Years begin in March, so that the odd day comes last (Hinnant, "chrono-compatible low-level date algorithms").
  const from = month > 2 ? year : year - 1;
  const daysBefore = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + dayOfMonth - 1;
  const day =
    from * 365 + Math.floor(from / 4) - Math.floor(from / 100) + Math.floor(from / 400) + daysBefore - 719_468;
  return dateOf(day) === date ? day : undefined;
}
