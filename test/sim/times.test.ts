// Durations and local times as a scenario writes them.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AT,
  DAY,
  DURATION,
  durationMs,
  durationText,
  isDate,
  localText,
  midnightOf,
  parseAt,
  parseLocal,
  STEP,
  timeOfDayMs,
  weekdayOf,
  zoneOf,
} from '#src/sim/scenario/times.ts';

describe('durations', () => {
  it.each([
    ['90s', 90_000],
    ['1h30min', 5_400_000],
    ['2d 4h', 187_200_000],
    ['250ms', 250],
    ['1.5 min', 90_000],
    ['-1d', -86_400_000],
    ['+2h', 7_200_000],
  ])('%s', (text, ms) => {
    expect(DURATION.test(text) || STEP.test(text)).toBe(true);
    expect(durationMs(text)).toBe(ms);
  });

  it.each(['', '5', 'min', '5 minutes', '1h 30', '-1d', 'h1'])('%j is none', (text) => {
    expect(DURATION.test(text)).toBe(false);
  });

  it('are told as they are written: what is told, is read as the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 60, max: 400 * 86_400 }), (seconds) => {
        expect(durationMs(durationText(seconds * 1_000))).toBe(seconds * 1_000);
      }),
    );
  });
});

describe('times', () => {
  it('are durations, times of day, or both a day and a time', () => {
    expect(parseAt('1h5min')).toEqual({ afterMs: 3_900_000 });
    expect(parseAt('07:30')).toEqual({ dayMs: 27_000_000, day: undefined });
    expect(parseAt('day 12 07:30:05')).toEqual({ dayMs: 27_005_000, day: 12 });
    for (const text of ['24:00', '7:30', 'day 0 07:30', 'day 2', 'noon']) expect(AT.test(text)).toBe(false);
    expect(timeOfDayMs('23:59:59')).toBe(DAY - 1_000);
  });

  it('know the calendar', () => {
    expect(isDate('2024-02-29 10:00')).toBe(true);
    expect(isDate('2026-02-29 10:00')).toBe(false);
    expect(isDate('2026-04-31 10:00')).toBe(false);
    expect(weekdayOf(parseLocal('2026-03-29 02:00'))).toBe(0);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 150 * 365 }), (days) => {
        const text = new Date(days * DAY).toISOString().slice(0, 16).replace('T', ' ');
        expect(parseLocal(text)).toBe(days * DAY);
        expect(localText(parseLocal(text))).toBe(`${text}:00`);
        expect(weekdayOf(parseLocal(text))).toBe(new Date(days * DAY).getUTCDay());
      }),
    );
  });
});

describe('zones', () => {
  it('find the instant of every local time that there is, in summer and winter', () => {
    const zones = [
      'Europe/Berlin',
      'Asia/Shanghai',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
      'UTC',
    ].map(zoneOf);
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 4_000_000_000 }), (zone, seconds) => {
        const local = zone.local(seconds * 1_000);
        const epoch = zone.epoch(local);
        expect(zone.local(epoch)).toBe(local);
        // An hour that comes twice is its first.
        expect(epoch).toBeLessThanOrEqual(seconds * 1_000);
      }),
    );
  });

  it('move on what the clocks skip, and take the first of what comes twice', () => {
    const berlin = zoneOf('Europe/Berlin');
    expect(berlin.epoch(parseLocal('2026-03-29 02:30'))).toBe(berlin.epoch(parseLocal('2026-03-29 03:30')));
    expect(new Date(berlin.epoch(parseLocal('2026-10-25 02:30'))).toISOString()).toBe('2026-10-25T00:30:00.000Z');
    // A day of 23 hours.
    const day = midnightOf(parseLocal('2026-03-29 12:00'));
    expect(berlin.epoch(day + DAY) - berlin.epoch(day)).toBe(23 * 3_600_000);
  });
});
