import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededIds, ulids } from '#base/ids.ts';
import { virtualClock } from '#src/clock/virtual.ts';

describe('ids', () => {
  it('of a live gateway are ULIDs that sort by birth, even over a clock that is set back', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -86_400_000, max: 86_400_000 }), { maxLength: 50 }), (steps) => {
        const clock = virtualClock({ wall: 1_700_000_000_000 });
        const ids = ulids(clock);
        const made = steps.map((step) => {
          clock.stepWall(step);
          return ids.next();
        });
        expect(made.every((id) => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(id))).toBe(true);
        expect(made).toEqual(made.toSorted());
        expect(new Set(made).size).toBe(made.length);
      }),
    );
  });

  it('of a replay are the same for the same seed, and a fork counts on by itself', () => {
    const [one, same] = [seededIds(7), seededIds(7)];
    expect([one.next(), one.random()]).toEqual([same.next(), same.random()]);
    const fork = one.fork();
    expect(fork.next()).toBe(same.next());
    fork.next();
    expect(one.next()).toBe(fork.fork().next().replace(/\d+$/, '000002'));
  });
});
