// Motion streams: every sample is told once, evenly, and what is wrong is said.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { misfit } from '#contract/quantity.ts';
import type { Samples } from '#contract/value.ts';
import { atRest } from '#driver-kit/motion/at-rest.ts';
import { motionStream, type Regularity } from '#driver-kit/motion/stream.ts';
import { virtualClock } from '#src/clock/virtual.ts';

function bench(nominalHz: number | undefined) {
  const clock = virtualClock({ mono: 1_000_000, wall: 9_000_000 });
  const told: { t: number; g: number }[] = [];
  const batches: Samples[] = [];
  const regularity: Regularity[] = [];
  const rates: number[] = [];
  const stream = motionStream(clock, nominalHz, {
    batch(samples, at) {
      expect(misfit('acceleration', samples)).toBeUndefined();
      expect(at.wall - at.mono).toBe(9_000_000 - 1_000_000);
      batches.push(samples);
      told.push(...samples.xyz.map(([x], index) => ({ t: at.mono + (index * 1_000) / samples.rateHz, g: x })));
    },
    regularity: (what) => regularity.push(what),
    rate: (hz) => rates.push(hz),
  });
  let next = 0;
  const frame = (count: number) => ({
    xyz: Array.from({ length: count }, (): [number, number, number] => {
      next += 1;
      return [(next % 1_000) / 1_000, 0, 1];
    }),
  });
  return { clock, stream, told, batches, regularity, rates, frame, sent: () => next };
}

describe('a motion stream', () => {
  it('tells each sample once and in order, in batches of a fifth of a second', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 50, maxLength: 120 }), (sizes) => {
        const { clock, stream, told, batches, frame, sent } = bench(50);
        for (const size of sizes) {
          clock.advance(size * 20);
          stream.hear(frame(size), clock.now());
        }
        clock.advance(300);
        expect(told).toHaveLength(sent());
        told.forEach(({ g, t }, index) => {
          expect(g).toBe(((index + 1) % 1_000) / 1_000);
          // To the millisecond: a reading's instant is whole.
          if (index > 0) expect(t).toBeGreaterThan((told[index - 1] as { t: number }).t - 1);
        });
        for (const { xyz } of batches.slice(0, -1)) expect(xyz.length).toBeLessThanOrEqual(20);
      }),
    );
  });

  it('measures a rate that nobody knows, and tells what came meanwhile', () => {
    const { clock, stream, told, batches, frame } = bench(undefined);
    for (let sample = 0; sample < 100; sample += 1) {
      stream.hear(frame(1), clock.now());
      clock.advance(100);
      if (clock.now().mono < 1_000_000 + 2_000) expect(told).toEqual([]);
    }
    clock.advance(300);
    expect(told).toHaveLength(100);
    expect(Math.abs((told[0] as { t: number }).t - 1_000_000)).toBeLessThan(150);
    expect(Math.abs((batches.at(-2)?.rateHz ?? 0) - 10)).toBeLessThan(0.5);
  });

  it('tells what it has where the connection breaks before the rate was measured', () => {
    const { clock, stream, told, frame } = bench(undefined);
    for (let sample = 0; sample < 15; sample += 1) {
      stream.hear(frame(1), clock.now());
      clock.advance(40);
    }
    stream.restart();
    expect(told).toHaveLength(15);
    expect(Math.abs((told[14] as { t: number }).t - 1_000_560)).toBeLessThan(50);
  });

  it('does not wait for samples that do not come: an impact before the link broke is told', () => {
    const { clock, stream, told, frame } = bench(50);
    stream.hear(frame(3), clock.now());
    clock.advance(249);
    expect(told).toHaveLength(0);
    clock.advance(1);
    expect(told).toHaveLength(3);
    stream.hear(frame(2), clock.now());
    stream.restart();
    expect(told).toHaveLength(5);
  });

  it('says gaps and that they are over', () => {
    const { clock, stream, regularity, frame } = bench(50);
    const second = () => {
      for (let at = 0; at < 10; at += 1) {
        clock.advance(100);
        stream.hear({ ...frame(5), clockMs: clock.now().mono }, clock.now());
      }
    };
    for (let gap = 0; gap < 3; gap += 1) {
      second();
      clock.advance(2_000);
    }
    second();
    expect(regularity).toEqual(['gaps']);
    for (let count = 0; count < 70; count += 1) second();
    expect(regularity).toEqual(['gaps', 'steady']);
  });

  it('says repeated and backward frames, and tells none of them', () => {
    const { clock, stream, regularity, told, frame } = bench(50);
    for (let at = 1; at <= 20; at += 1) {
      clock.advance(100);
      stream.hear({ ...frame(5), clockMs: at * 100 }, clock.now());
      stream.hear({ ...frame(5), clockMs: at * 100 }, clock.now());
    }
    clock.advance(300);
    expect(regularity).toEqual(['repeats']);
    expect(told).toHaveLength(100);
    for (let at = 0; at < 6; at += 1) stream.hear({ ...frame(5), clockMs: 1_900 - at }, clock.now());
    expect(regularity).toEqual(['repeats', 'backward']);
    clock.advance(300);
    expect(told).toHaveLength(100);
  });

  it('says how many samples a second there are', () => {
    const { clock, stream, rates, frame } = bench(50);
    for (let at = 0; at < 250; at += 1) {
      stream.hear(frame(5), clock.now());
      clock.advance(100);
    }
    expect(rates.map(Math.round)).toEqual([50, 50]);
  });

  it('leaves no timer behind', () => {
    const { clock, stream, frame } = bench(50);
    stream.hear(frame(1), clock.now());
    stream.stop();
    expect(clock.waiting()).toEqual([]);
  });
});

describe('a sensor at rest', () => {
  const still = (g: number): Samples => ({
    rateHz: 50,
    xyz: Array.from({ length: 100 }, (_, index) => [0.6 * g, 0.01 * (index % 2), 0.8 * g]),
  });
  const moving: Samples = { rateHz: 50, xyz: Array.from({ length: 100 }, (_, index) => [0.3 * (index % 2), 0, 1]) };

  it('measures 1 g, or has another scale than was declared', () => {
    const heard = atRest();
    expect(heard(still(1))).toEqual({ g: 1, wrong: false });
    expect([heard(still(2)), heard(still(2)), heard(still(2))].map((rest) => rest?.wrong)).toEqual([
      false,
      false,
      true,
    ]);
    expect(heard(still(1.05))?.wrong).toBe(false);
    expect(heard(moving)).toBeUndefined();
    expect([heard(still(0)), heard(moving), heard(still(0)), heard(still(0))].at(-1)).toEqual({ g: 0.01, wrong: true });
  });

  it('that tells m/s² for g is found out on a person who is never quite still', () => {
    const heard = atRest();
    const worn = (by: number): Samples => ({
      rateHz: 50,
      xyz: Array.from({ length: 100 }, (_, i) => [0, 0.015 * by * Math.sin(i), by]),
    });
    expect([worn(9.81), worn(9.81), worn(9.81)].map(heard).at(-1)).toEqual({ g: 9.81, wrong: true });
    expect(heard(worn(1))).toMatchObject({ wrong: false });
  });
});
