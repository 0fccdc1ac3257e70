// Uniform time out of a radio's.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Placed, sampleClock } from '#driver-kit/motion/sample-clock.ts';

const times = (placed: Placed, count: number): number[] =>
  placed.kind === 'samples' ? Array.from({ length: count }, (_, i) => placed.firstMs + i * placed.periodMs) : [];

/** Frames of a sensor with a true step; latencies say when each is received. In order, as the radio delivers them. */
function received(stepMs: number, sizes: readonly number[], latencies: readonly number[]) {
  let sample = 0;
  let heard = 0;
  return sizes.map((count, index) => {
    sample += count;
    const truth = 100_000 + sample * stepMs;
    heard = Math.max(heard, truth + (latencies[index % latencies.length] as number));
    return { count, mono: heard, truth };
  });
}

describe('a clock of samples', () => {
  it('never runs back and is never far from the truth, whatever the radio does', () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.integer({ min: 10, max: 100 }),
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 60, maxLength: 200 }),
        fc.array(fc.integer({ min: 5, max: 120 }), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 980, max: 1_020 }),
        (clocked, stepMs, sizes, latencies, wrong) => {
          const clock = sampleClock((stepMs * wrong) / 1_000);
          let last = Number.NEGATIVE_INFINITY;
          for (const { count, mono, truth } of received(stepMs, sizes, latencies)) {
            const placed = clock.place({ count, mono, clockMs: clocked ? truth - 77_777 : undefined });
            const placedAt = times(placed, count);
            expect(placedAt).toHaveLength(count);
            for (const t of placedAt) {
              expect(t).toBeGreaterThan(last);
              last = t;
            }
            expect(Math.abs(last - truth)).toBeLessThan(350 + count * stepMs);
          }
        },
      ),
    );
  });

  // A watch that was reset has its clock set by whatever connects next; a damaged frame says any time.
  it.each([500, 8_000, 30_000, 31_536_000_000])(
    'does not carry samples into the future when the device’s clock is set ahead by %i ms',
    (aheadMs) => {
      const clock = sampleClock(20);
      const sizes = Array.from({ length: 300 }, () => 5);
      let last = Number.NEGATIVE_INFINITY;
      received(20, sizes, [30, 80, 45, 60]).forEach(({ count, mono, truth }, at) => {
        const placed = clock.place({ count, mono, clockMs: truth + (at < 100 ? 0 : aheadMs) });
        for (const t of times(placed, count)) {
          expect(t).toBeGreaterThan(last);
          expect(t).toBeLessThanOrEqual(mono);
          expect(mono - t).toBeLessThan(500);
          last = t;
        }
        expect(placed.kind).toBe('samples');
      });
    },
  );

  it('is not carried into the future by a device that sends faster than it did', () => {
    const clock = sampleClock(100);
    const ahead: number[] = [];
    for (const { count, mono } of received(
      40,
      Array.from({ length: 500 }, () => 1),
      [30, 80, 45, 60],
    )) {
      const [t = 0] = times(clock.place({ count, mono, clockMs: undefined }), count);
      ahead.push(t - mono);
    }
    expect(Math.max(...ahead)).toBeLessThan(500);
    expect(Math.max(...ahead.slice(-100))).toBeLessThanOrEqual(0);
  });

  it('finds the step of a device whose own is not the nominal one', () => {
    for (const clocked of [true, false]) {
      const clock = sampleClock(20);
      const sizes = Array.from({ length: 1_500 }, () => 5);
      for (const { count, mono, truth } of received(19.6, sizes, [30, 80, 45, 60]))
        clock.place({ count, mono, clockMs: clocked ? truth : undefined });
      expect(Math.abs(clock.periodMs - 19.6)).toBeLessThan(0.1);
    }
  });

  it('spreads a burst over the time in which it was taken', () => {
    const clock = sampleClock(20);
    let first = 0;
    for (let frame = 1; frame <= 50; frame += 1) {
      const placed = clock.place({ count: 5, mono: 1_000 + frame * 100, clockMs: undefined });
      first = (placed as { firstMs: number }).firstMs;
    }
    // Nothing for 250 ms, then three frames at once, in order.
    const late = [51, 52, 53].map(() => clock.place({ count: 5, mono: 1_000 + 5_300, clockMs: undefined }));
    expect(late.map((placed) => Math.round((placed as { firstMs: number }).firstMs - first))).toEqual([100, 200, 300]);
  });

  it('tells a gap, by the device’s clock at once, by counting after a moment', () => {
    const known = sampleClock(20);
    for (let frame = 1; frame <= 20; frame += 1) known.place({ count: 5, mono: frame * 100, clockMs: frame * 100 });
    const after = known.place({ count: 5, mono: 5_000, clockMs: 5_000 });
    expect(after).toMatchObject({ kind: 'samples', gapMs: 2_900, firstMs: 4_920 });

    const counted = sampleClock(20);
    const gaps: number[] = [];
    for (let frame = 1; frame <= 60; frame += 1) {
      const placed = counted.place({ count: 5, mono: frame * 100 + (frame > 20 ? 2_900 : 0), clockMs: undefined });
      if (placed.kind === 'samples' && placed.gapMs > 0) gaps.push(Math.round(placed.gapMs));
    }
    expect(gaps).toHaveLength(1);
    expect(Math.abs((gaps[0] as number) - 2_900)).toBeLessThan(60);
  });

  it('throws repeated and backward frames away, and follows a clock that was set anew', () => {
    const clock = sampleClock(20);
    const at = (mono: number, clockMs: number) => clock.place({ count: 5, mono, clockMs }).kind;
    expect([at(100, 50_000), at(200, 50_100), at(210, 50_100), at(220, 50_000), at(300, 50_200)]).toEqual([
      'samples',
      'samples',
      'repeated',
      'backward',
      'samples',
    ]);
    expect([at(400, 100), at(500, 200)]).toEqual(['samples', 'samples']);
  });

  it('after a lost connection goes on at the present, above what was', () => {
    const clock = sampleClock(20);
    for (let frame = 1; frame <= 20; frame += 1) clock.place({ count: 5, mono: frame * 100, clockMs: undefined });
    clock.restart();
    expect(clock.place({ count: 5, mono: 9_000, clockMs: undefined })).toMatchObject({ firstMs: 8_920 });
  });
});
