// Records of a meter in the order they come in, by a clock that may be wrong.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MeterRecord } from '#contract/reading.ts';
import type { Moment, WallMs } from '#contract/time.ts';
import { storedMeasurements } from '#driver-kit/gatt/stored.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { deviceTimeOf } from '#wire/gatt/device-time.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const YEAR_S = 365 * 86_400;
const now = deviceTimeOf(NOW as WallMs);

function meter() {
  const clock = virtualClock({ mono: 10 * YEAR_S * 1_000, wall: NOW });
  const told: [what: string, minutesAgo: number, undated: boolean][] = [];
  const stored = storedMeasurements<string>(clock, (what, at: Moment, record: MeterRecord) =>
    told.push([what, Math.round((clock.now().mono - at.mono) / 60_000), record.undated === true]),
  );
  const burst = (...records: [key: string, time: number | undefined][]) => {
    for (const [key, time] of records) stored.add(key, time, key);
    clock.advance(2_000);
    return told.splice(0);
  };
  return { burst };
}

describe('records of one burst', () => {
  it('are as far apart as the meter’s clock says, whatever it is set to', () => {
    for (const set of [now, now - 20 * YEAR_S, now + 5 * YEAR_S])
      expect(meter().burst(['b', set], ['a', set - 600])).toEqual([
        ['a', 10, false],
        ['b', 0, false],
      ]);
  });

  it('that are dated in the future make no others old: those are as they would be without, these are in doubt', () => {
    expect(meter().burst(['wrong', now + 5 * YEAR_S], ['new', now], ['old', now - 600])).toEqual([
      ['old', 10, false],
      ['new', 0, false],
      ['wrong', 0, true],
    ]);
  });

  it('are not in the future for being of another zone', () => {
    expect(meter().burst(['tokyo', now + 9 * 3_600], ['before', now + 9 * 3_600 - 600])).toEqual([
      ['before', 10, false],
      ['tokyo', 0, false],
    ]);
  });

  it('without a date are of now, in doubt', () => {
    expect(meter().burst(['none', undefined], ['old', now - 600], ['new', now])).toEqual([
      ['old', 10, false],
      ['new', 0, false],
      ['none', 0, true],
    ]);
  });

  it('are each told once, however often they come and whatever their dates', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 2 * now }), { nil: undefined })), (times) => {
        const { burst } = meter();
        const records = times.map((time, n) => [`r${n}`, time] as [string, number | undefined]);
        expect(
          burst(...records)
            .map(([what]) => what)
            .toSorted(),
        ).toEqual(records.map(([key]) => key).toSorted());
        expect(burst(...records)).toEqual([]);
      }),
    );
  });
});

it('the device clock of Greenwich counts as ours does', () => {
  expect(deviceTimeOf(Date.UTC(2024, 1, 29, 0, 0, 1) as WallMs) - deviceTimeOf(Date.UTC(2024, 1, 28) as WallMs)).toBe(
    86_401,
  );
});
