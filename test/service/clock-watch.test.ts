import { describe, expect, it } from 'vitest';
import { virtualClock } from '#src/clock/virtual.ts';
import { watchWallClock } from '#src/service/clock-watch.ts';

function watched() {
  const clock = virtualClock({ wall: 1_700_000_000_000 });
  const faults = new Set<string>();
  const steps: number[] = [];
  watchWallClock(clock, {
    fault: (code, active) => void (active ? faults.add(code) : faults.delete(code)),
    stepped: (ms) => steps.push(ms),
  });
  return { clock, faults, steps };
}

describe('the watch over the wall clock', () => {
  it.each([-86_400_000, 5_000])('notices a step of %i ms, once, and is calm again after a minute', (step) => {
    const { clock, faults, steps } = watched();
    clock.advance(10_000);
    clock.stepWall(step);
    clock.advance(1_000);
    expect([steps, [...faults]]).toEqual([[step], ['clock-stepped']]);
    clock.advance(60_000);
    expect([steps, [...faults]]).toEqual([[step], []]);
  });

  it('does not take the slow correction of network time for a step', () => {
    const { clock, faults, steps } = watched();
    for (let second = 0; second < 100; second++) {
      clock.stepWall(100);
      clock.advance(1_000);
    }
    expect([steps, [...faults]]).toEqual([[], []]);
  });

  it('does not call it a fault when the network first sets the clock, but tells the history', () => {
    const { clock, faults, steps } = watched();
    clock.setTrusted(false);
    clock.advance(10_000);
    clock.setTrusted(true);
    clock.stepWall(3_600_000);
    clock.advance(1_000);
    expect([steps, [...faults]]).toEqual([[3_600_000], []]);
  });

  it('says while nobody knows the time of day', () => {
    const { clock, faults } = watched();
    clock.setTrusted(false);
    clock.advance(1_000);
    expect([...faults]).toEqual(['clock-untrusted']);
    clock.setTrusted(true);
    clock.advance(1_000);
    expect([...faults]).toEqual([]);
  });
});
