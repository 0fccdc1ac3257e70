// What several hits within a few seconds say together, and what does not count for them.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { heard, oddsTogether, SAME_FALL_MS, type Said } from '#src/detectors/fall/evidence.ts';
import { MERGE_MS } from '#src/detectors/fall/peaks.ts';
import type { Recording } from '../../scripts/train-falls/recordings.ts';
import { alarmsOf, curveOf } from '../../scripts/train-falls/score.ts';

const odds = fc.double({ min: -20, max: 20, noNaN: true });
const anySaid = fc
  .array(fc.tuple(fc.integer({ min: MERGE_MS + 1, max: 6_000 }), odds), { minLength: 1, maxLength: 30 })
  .map((steps) => {
    let t = 0;
    return steps.map(([wait, odds]): Said => {
      t += wait;
      return { t, odds };
    });
  });
const all = (peaks: readonly Said[]) => peaks.reduce<Said[]>(heard, []);

describe('peaks together', () => {
  it('say what one says alone, and never less than the strongest, or five times as much', () => {
    expect(oddsTogether([{ t: 0, odds: -3.5 }], 5)).toBe(-3.5);
    fc.assert(
      fc.property(anySaid, (said) => {
        const best = Math.max(...said.map(({ odds }) => odds));
        const together = oddsTogether(said, 5);
        expect(together).toBeGreaterThanOrEqual(best - 1e-9);
        expect(together).toBeLessThanOrEqual(best + 3 * Math.log(5) + 1e-9);
        expect(oddsTogether(said, 1)).toBe(best);
      }),
    );
  });

  it('say more than the strongest where another is nearly as fall-like, and hardly more where none is', () => {
    const with_ = (other: number) =>
      oddsTogether(
        [
          { t: 0, odds: other },
          { t: 1_000, odds: 1 },
        ],
        5,
      );
    expect(with_(1)).toBeCloseTo(1 + 3 * Math.log(2), 9);
    expect(with_(0)).toBeGreaterThan(2.5);
    expect(with_(-14)).toBeLessThan(1.1);
  });

  it('count for eight seconds', () => {
    const first = { t: 1_000, odds: 2 };
    expect(heard([first], { t: 1_000 + SAME_FALL_MS, odds: 0 })).toHaveLength(2);
    expect(heard([first], { t: 1_001 + SAME_FALL_MS, odds: 0 })).toHaveLength(1);
  });

  it('a peak that is judged again, or has moved to a stronger sample, counts once', () => {
    fc.assert(
      fc.property(anySaid, fc.nat(), fc.integer({ min: 0, max: MERGE_MS }), odds, (peaks, pick, later, odds) => {
        const said = all(peaks);
        const again = said[pick % said.length] as Said;
        const next = heard(said, { t: again.t + later, odds });
        expect(next.filter(({ t }) => Math.abs(t - again.t) <= MERGE_MS)).toEqual([{ t: again.t + later, odds }]);
      }),
    );
  });
});

describe('the alarms counted', () => {
  const recording = (fall: boolean) => ({ fall, rateHz: 50, x: new Float64Array(5_000) }) as unknown as Recording;
  const judged = (peaks: readonly (readonly [s: number, odds: number])[]) =>
    peaks.map(([peakS, odds]) => ({ recording: 0, peakS, odds }));

  it('are one where several peaks pass together and none alone', () => {
    const peaks = judged([
      [5, 0.5],
      [6, 0.5],
      [7, 0.5],
    ]);
    expect(alarmsOf(peaks.slice(0, 1), { cut: 2, hits: 5 }).size).toBe(0);
    expect(alarmsOf(peaks, { cut: 2, hits: 5 })).toEqual(new Map([[0, [6]]]));
  });

  it('are not raised again by the peaks of a fall that was found', () => {
    const fall = Array.from({ length: 12 }, (_, i) => [5 + i * 0.7, 1.9] as const);
    expect(alarmsOf(judged([...fall, [13.8, -1]]), { cut: 2, hits: 5 })).toEqual(new Map([[0, [5.7]]]));
  });

  it('are those of the curve', () => {
    fc.assert(
      fc.property(anySaid, odds, fc.constantFrom(1, 5), (said, cut, hits) => {
        const peaks = judged(said.map(({ t, odds }) => [t / 1_000, odds] as const));
        const [point] = curveOf([recording(true)], peaks, hits);
        expect(alarmsOf(peaks, { cut, hits }).size === 1).toBe((point?.cut as number) >= cut);
      }),
    );
  });
});
