// What a level is worth while its sensor warms up; and a condition that comes and goes.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lingering } from '#driver-kit/lingering.ts';
import { STANDS_MS, warmUp } from '#driver-kit/warm-up.ts';
import { virtualClock } from '#src/clock/virtual.ts';

const ranks = { bad: 0, uncertain: 1, good: 2 } as const;

describe('a warm-up', () => {
  const started = () => {
    const clock = virtualClock({ mono: 1_000_000 });
    return { clock, warming: warmUp({ clock, ms: 180_000, large: 20 }) };
  };

  it('is over after its time, and begins anew only when it is told to', () => {
    const { clock, warming } = started();
    expect([warming.active(), warming.quality(5)]).toEqual([true, 'bad']);
    clock.advance(180_000);
    expect([warming.active(), warming.quality(5)]).toEqual([false, 'good']);
    warming.restart();
    clock.advance(179_999);
    expect(warming.quality(5)).toBe('bad');
  });

  it('that the sensor tells by itself lasts as long as it says so', () => {
    const { clock, warming } = started();
    clock.advance(200_000);
    expect([warming.quality(5, true), warming.quality(5)]).toEqual(['bad', 'good']);
  });

  it('believes what is large once it has stood, and goes on believing it over a power-up', () => {
    const { clock, warming } = started();
    expect(warming.quality(20)).toBe('bad');
    clock.advance(STANDS_MS - 1);
    expect(warming.quality(60)).toBe('bad');
    clock.advance(1);
    expect(warming.quality(20)).toBe('uncertain');
    warming.restart();
    expect(warming.quality(20)).toBe('uncertain');
    expect(warming.quality(19)).toBe('bad');
    expect(warming.quality(20)).toBe('bad');
  });

  it('makes no level worth less than a smaller one would be in its place', () => {
    const reading = fc.record({
      level: fc.integer({ min: 0, max: 100 }),
      afterMs: fc.integer({ min: 1, max: 40_000 }),
    });
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 20 }), fc.nat(80), (readings, more) => {
        const [less, worse] = [started(), started()];
        for (const { level, afterMs } of readings) {
          less.clock.advance(afterMs);
          worse.clock.advance(afterMs);
          expect(ranks[worse.warming.quality(level + more)]).toBeGreaterThanOrEqual(ranks[less.warming.quality(level)]);
        }
      }),
    );
  });
});

it('a condition lingers for ten seconds of readings without it', () => {
  const clock = virtualClock({ mono: 1_000_000 });
  const told = lingering(clock);
  const after = (ms: number, on: boolean) => {
    clock.advance(ms);
    return told(on);
  };
  expect([told(false), after(0, true), after(9_999, false), after(1, false), after(1, false)]).toEqual([
    false,
    true,
    true,
    false,
    false,
  ]);
  expect([after(0, true), after(9_000, false), after(900, true), after(9_000, false)]).toEqual([
    true,
    true,
    true,
    true,
  ]);
});
