import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MonoMs } from '#contract/time.ts';
import { virtualClock } from '#src/clock/virtual.ts';

describe('the virtual clock', () => {
  it('fires each deadline at its own instant, in order, those of one instant as they were asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 30 }), (deadlines) => {
        const clock = virtualClock();
        const fired: [number, number][] = [];
        for (const [number, deadline] of deadlines.entries()) {
          clock.at(deadline as MonoMs, 'x', () => fired.push([clock.now().mono, number]));
        }
        clock.advanceTo(50);
        const expected = deadlines
          .map((deadline, number): [number, number] => [deadline, number])
          .toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
        expect(fired).toEqual(expected);
      }),
    );
  });

  it('leaves what is due at an instant until the reading of that instant was heard', () => {
    const clock = virtualClock();
    const order: string[] = [];
    clock.at(10 as MonoMs, 'deadline', () => order.push('deadline'));
    clock.advanceBefore(10);
    order.push('reading');
    clock.advanceTo(10);
    expect(order).toEqual(['reading', 'deadline']);
  });

  it('steps the wall clock and no duration', () => {
    const clock = virtualClock({ wall: 1_000 });
    clock.stepWall(-500);
    expect(clock.now()).toMatchObject({ mono: 0, wall: 500 });
  });
});
