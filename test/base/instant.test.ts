// How long ago something was: over boots, over steps of the wall clock, and where nobody can know.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elapsed, instantOf, msSince, rebased, type Stamp } from '#base/instant.ts';
import type { Moment, MonoMs, WallMs } from '#contract/time.ts';

const moment = fc.record({
  mono: fc.nat({ max: 1e9 }).map((ms) => ms as MonoMs),
  wall: fc.nat({ max: 2e12 }).map((ms) => ms as WallMs),
  wallTrusted: fc.boolean(),
  bootId: fc.constantFrom('one', 'two'),
}) satisfies fc.Arbitrary<Moment>;

describe('the time since an instant', () => {
  it('is of the monotonic clock within a boot, of trusted wall clocks across one, else unknown', () => {
    fc.assert(
      fc.property(moment, moment, (then, now) => {
        const expected =
          then.bootId === now.bootId
            ? Math.max(0, now.mono - then.mono)
            : then.wallTrusted && now.wallTrusted
              ? Math.max(0, now.wall - then.wall)
              : undefined;
        expect(msSince(then, now)).toBe(expected);
        expect(elapsed(then, now)).toBe(expected ?? 0);
      }),
    );
  });

  it('is unknown across a boot where only the monotonic part was kept', () => {
    fc.assert(
      fc.property(moment, moment, (then, now) => {
        const known = then.bootId === now.bootId ? Math.max(0, now.mono - then.mono) : undefined;
        expect(msSince(instantOf(then), now)).toBe(known);
      }),
    );
  });

  it('stays the same for an instant rebased to this boot, and what is kept is plain JSON', () => {
    fc.assert(
      fc.property(moment, moment, (then, now) => {
        const here: Stamp = rebased(then, now);
        expect(here.bootId).toBe(now.bootId);
        expect(elapsed(here, now)).toBe(elapsed(then, now));
        expect(JSON.parse(JSON.stringify(here))).toEqual(here);
      }),
    );
  });
});
