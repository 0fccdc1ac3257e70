// Durations, times of day and zones as a scenario writes them.

import { HOUR, MINUTE, SECOND } from '#contract/time.ts';

export const DAY = 24 * HOUR;

const units = { ms: 1, s: SECOND, min: MINUTE, h: HOUR, d: DAY } as const;
const PART = '\\d+(?:\\.\\d+)?\\s*(?:ms|s|min|h|d)';
/** `90s`, `10min`, `1h30min`, `2d 4h`. */
export const DURATION = new RegExp(`^\\s*(?:${PART}\\s*)+$`);
/** The same with a sign. */
export const STEP = new RegExp(`^\\s*[+-](?:\\s*${PART})+\\s*$`);
const CLOCK = '([01]\\d|2[0-3]):([0-5]\\d)(?::([0-5]\\d))?';
/** `07:30`, `07:30:15`. */
export const TIME_OF_DAY = new RegExp(`^${CLOCK}$`);
/** A duration from the beginning, a time of day, or `day 2 07:30`. */
export const AT = new RegExp(`${DURATION.source}|^${CLOCK}$|^day\\s+[1-9]\\d{0,3}\\s+${CLOCK}$`);
/** `2026-03-01 22:00`. */
export const LOCAL = new RegExp(`^(\\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])[ T]${CLOCK}$`);

/** Milliseconds of a duration that fits `DURATION` or `STEP`. */
export function durationMs(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*(ms|s|min|h|d)/g)];
  const ms = parts.reduce((sum, [, number, unit]) => sum + Number(number) * units[unit as keyof typeof units], 0);
  return Math.round(text.trim().startsWith('-') ? -ms : ms);
}

/** Milliseconds since midnight of a time that fits `TIME_OF_DAY`. */
export function timeOfDayMs(text: string): number {
  const [, hours, minutes, seconds] = TIME_OF_DAY.exec(text) ?? [];
  return Number(hours) * HOUR + Number(minutes) * MINUTE + Number(seconds ?? 0) * SECOND;
}

/** When something happens: so long after the beginning, or at a local time of day, of a day counted from 1. */
export type At = { afterMs: number } | { dayMs: number; day: number | undefined };

export function parseAt(text: string): At {
  if (DURATION.test(text)) return { afterMs: durationMs(text) };
  const [, day, time = ''] = /^(?:day\s+(\d+)\s+)?(.*)$/.exec(text) ?? [];
  return { dayMs: timeOfDayMs(time), day: day === undefined ? undefined : Number(day) };
}

/** A local date and time, as if the zone were UTC: ms. */
export type LocalMs = number;

export function parseLocal(text: string): LocalMs {
  const [, year, month, day, hours, minutes, seconds] = LOCAL.exec(text) ?? [];
  const time = Number(hours) * HOUR + Number(minutes) * MINUTE + Number(seconds ?? 0) * SECOND;
  return daysOf(Number(year), Number(month), Number(day)) * DAY + time;
}

/** False for the 30th of February. */
export const isDate = (text: string): boolean =>
  new Date(parseLocal(text)).toISOString().slice(0, 10) === text.slice(0, 10);

/** Days since 1970-01-01 of a date of the Gregorian calendar. */
function daysOf(year: number, month: number, day: number): number {
  // Years that begin in March: the leap day is the last.
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

/** 0 is Sunday. */
export const weekdayOf = (local: LocalMs): number => (Math.floor(local / DAY) + 4) % 7;
export const midnightOf = (local: LocalMs): LocalMs => Math.floor(local / DAY) * DAY;

export interface Zone {
  /** Local time at an instant, ms since the Unix epoch. */
  local(epoch: number): LocalMs;
  /** The instant of a local time. One that the clocks skip is moved on by as much as they skip; of one that comes twice, the first. */
  epoch(local: LocalMs): number;
}

export function zoneOf(name: string): Zone {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: name,
    ...{ year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
  } as Intl.DateTimeFormatOptions);
  const local = (epoch: number): LocalMs => {
    const whole = Math.floor(epoch / SECOND) * SECOND;
    return parseLocal(format.format(whole)) + (epoch - whole);
  };
  const offset = (epoch: number) => local(epoch) - epoch;
  return {
    local,
    epoch(wanted) {
      // The offsets of a day before and after: one of them holds, but in the hour that is skipped.
      const found = [offset(wanted - DAY), offset(wanted + DAY)].map((apart) => wanted - apart);
      const fitting = found.filter((epoch) => local(epoch) === wanted);
      return fitting.length > 0 ? Math.min(...fitting) : Math.max(...found);
    },
  };
}

/** `2026-03-01 22:05:10` of a local time. */
export const localText = (local: LocalMs): string =>
  new Date(Math.floor(local)).toISOString().slice(0, 19).replace('T', ' ');

/** `1 h 5 min`, `2.5 s`. */
export function durationText(ms: number): string {
  if (Math.abs(ms) < MINUTE) return `${ms / SECOND} s`;
  let left = Math.round(ms / SECOND) * SECOND;
  return (
    [
      ['d', DAY],
      ['h', HOUR],
      ['min', MINUTE],
      ['s', SECOND],
    ] as const
  )
    .flatMap(([unit, size]) => {
      const count = Math.floor(left / size);
      left -= count * size;
      return count > 0 ? [`${count} ${unit}`] : [];
    })
    .join(' ');
}
