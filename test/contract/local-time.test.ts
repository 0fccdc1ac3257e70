import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localTime } from '#contract/local-time.ts';
import type { WallMs } from '#contract/time.ts';

const at = (iso: string, zone: string) => localTime(Date.parse(iso) as WallMs, zone);

describe('the time of day in the home', () => {
  it.each([
    ['2026-01-01T00:00Z', 'UTC', 20_454, 0],
    ['2026-01-01T16:30Z', 'Asia/Shanghai', 20_455, 30],
    ['2026-01-01T00:30Z', 'America/New_York', 20_453, 19 * 60 + 30],
    ['2026-06-01T18:20Z', 'Asia/Kathmandu', 20_606, 5],
    // An hour that there is not, and one that there is twice.
    ['2026-03-29T00:59Z', 'Europe/Berlin', 20_541, 119],
    ['2026-03-29T01:00Z', 'Europe/Berlin', 20_541, 180],
    ['2026-10-25T00:30Z', 'Europe/Berlin', 20_751, 150],
    ['2026-10-25T01:30Z', 'Europe/Berlin', 20_751, 150],
    ['1969-12-31T23:59Z', 'UTC', -1, 1_439],
  ])('%s in %s', (iso, zone, day, minute) => {
    expect(at(iso, zone)).toEqual({ day, minute });
  });

  it('is what the calendar says, whatever was asked before', () => {
    const zones = [
      'UTC',
      'Asia/Shanghai',
      'Europe/Berlin',
      'Australia/Lord_Howe',
      'Pacific/Chatham',
      'America/St_Johns',
    ];
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 4_000_000_000_000 }), fc.constantFrom(...zones)), { minLength: 1 }),
        (asked) => {
          for (const [wall, timeZone] of asked) {
            const said = new Intl.DateTimeFormat('en-GB', {
              timeZone,
              year: 'numeric',
              month: '2-digit',
              day: '2-digit',
              hour: '2-digit',
              minute: '2-digit',
              hourCycle: 'h23',
            }).format(wall);
            const [, d, m, y, hour, minute] = /(\d+)\/(\d+)\/(\d+), (\d+):(\d+)/.exec(said) ?? [];
            expect(localTime(wall as WallMs, timeZone)).toEqual({
              day: Date.UTC(Number(y), Number(m) - 1, Number(d)) / 86_400_000,
              minute: Number(hour) * 60 + Number(minute),
            });
          }
        },
      ),
    );
  });

  it('refuses a zone that is none', () => {
    expect(() => at('2026-01-01T00:00Z', 'Mars/Phobos')).toThrow(RangeError);
  });
});
