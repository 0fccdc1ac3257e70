// Quality tells of origin and exactness: what would raise is believed in doubt, what would clear is not. One rule, of the whole
// product; here it is the detector's.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Quality } from '#contract/reading.ts';
import { cuff, HOUR, home, MINUTE, pressure, tell, watch } from './home.ts';

describe('a value in doubt', () => {
  const stay = (played: ReturnType<typeof home>, value: number, from: number, to: number, quality: Quality) => {
    for (let at = from; at <= to; at += 10_000) played.reading(at, watch, 'spo2', value, quality);
    return played;
  };

  it('raises: an uncertain 60 % that lasts is an alarm, and says that it is in doubt', () => {
    expect(stay(home(), 60, 0, 3 * MINUTE, 'uncertain').findings).toMatchObject([
      { severity: 'alarm', because: [{ value: 60 }, { fact: 'vital-in-doubt' }] },
    ]);
    expect(stay(home(), 60, 0, 3 * MINUTE, 'bad').findings).toEqual([]);
  });

  it('clears nothing: uncertain good values do not end an alarm', () => {
    const played = stay(home(), 85, 0, 3 * MINUTE, 'good');
    stay(played, 97, 3 * MINUTE + 10_000, HOUR, 'uncertain');
    expect(played.findings.map(({ active }) => active)).toEqual([true]);
    stay(played, 97, HOUR + 10_000, HOUR + 10 * MINUTE, 'good');
    expect(played.findings.map(({ active }) => active)).toEqual([true, false]);
  });

  it('does not hide the values between: good 60s among uncertain 97s', () => {
    const played = home();
    for (let n = 0; n < 60; n += 1)
      played.reading(n * 5_000, watch, 'spo2', n % 2 ? 97 : 60, n % 2 ? 'uncertain' : 'good');
    expect(played.findings).toMatchObject([{ severity: 'alarm', because: [{ value: 60 }] }]);
  });

  it('of a cuff is asked for again, and told at its own level when nobody measures', () => {
    const played = home().reading(0, cuff, 'systolic', 225, 'uncertain').quiet(HOUR);
    expect(played.findings).toMatchObject([
      { severity: 'alarm', because: [{ value: 225 }, { fact: 'vital-in-doubt' }, { fact: 'not-repeated' }] },
    ]);
    const twice = home().reading(0, cuff, 'systolic', 225, 'uncertain').quiet(2_000);
    twice.reading(5 * MINUTE, cuff, 'systolic', 226, 'uncertain').quiet(6 * MINUTE);
    expect(twice.findings).toMatchObject([{ severity: 'alarm', because: [{ value: 226 }, {}] }]);
  });

  it('cancels no question, and ends no alarm of a cuff', () => {
    const played = pressure(home(), 0, 185, 95);
    played.reading(5 * MINUTE, cuff, 'systolic', 130, 'uncertain').quiet(HOUR);
    expect(played.findings).toMatchObject([{ because: [{ value: 185 }, { fact: 'repeat-doubtful' }] }]);
    played.reading(2 * HOUR, cuff, 'systolic', 130, 'uncertain').quiet(3 * HOUR);
    expect(played.findings).toHaveLength(1);
    expect(pressure(played, 4 * HOUR, 130, 80).findings.at(-1)).toMatchObject({ active: false });
  });

  it('never withholds what would be told without it', () => {
    const one = fc.record({
      gap: fc.integer({ min: 1_000, max: 20_000 }),
      good: fc.option(fc.integer({ min: 55, max: 90 }), { nil: undefined, freq: 3 }),
      doubted: fc.integer({ min: 94, max: 100 }),
    });
    const alarmed = (values: { gap: number; good: number | undefined; doubted: number }[], withDoubted: boolean) => {
      const played = home();
      let at = 0;
      for (const { gap, good, doubted } of values) {
        at += gap;
        if (good !== undefined) played.reading(at, watch, 'spo2', good);
        else if (withDoubted) played.reading(at, watch, 'spo2', doubted, 'uncertain');
      }
      return played.findings;
    };
    fc.assert(
      fc.property(fc.array(one, { minLength: 20, maxLength: 60 }), (values) => {
        expect(alarmed(values, true)).toEqual(alarmed(values, false));
      }),
      { numRuns: 60 },
    );
  });

  it('only ever raises: the same values, all in doubt, are told as much, and end nothing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 2_000, max: 20_000 }), fc.integer({ min: 62, max: 90 })), {
          minLength: 20,
          maxLength: 60,
        }),
        (values) => {
          const told = (quality: Quality) => {
            const played = home();
            let at = 0;
            for (const [gap, value] of values) {
              at += gap;
              played.reading(at, watch, 'spo2', value, quality);
            }
            tell(played, watch, 'bodyTemperature', 36.5, at, at + MINUTE);
            return played.findings;
          };
          const [sure, doubted] = [told('good'), told('uncertain')];
          expect(doubted.every(({ active }) => active)).toBe(true);
          if (sure[0]) expect(doubted[0]?.at.mono ?? Infinity).toBeLessThanOrEqual(sure[0].at.mono);
        },
      ),
      { numRuns: 60 },
    );
  });
});
