// What the use of one door says of who may be inside.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MINUTE, type Moment } from '#contract/time.ts';
import {
  comesBack,
  doorOpened,
  foundOpen,
  isShutAsARule,
  movedInside,
  movedWhileAway,
  newVisits,
  nextDay,
  saidNow,
} from '#src/detectors/presence/visits.ts';

const at = (minutes: number) => ({ mono: minutes * MINUTE, bootId: 'boot-1' }) as Moment;

describe('the door to the outside', () => {
  it('of an empty home lets somebody in, until it is used again or somebody moves', () => {
    const back = doorOpened(newVisits(), at(0), true);
    expect(back).toMatchObject({ uses: 1, isBack: true });
    expect(movedInside(back)).toMatchObject({ uses: 0, isBack: false });
    expect(doorOpened(back, at(10), false)).toMatchObject({ uses: 2, isBack: false });
  });

  it('opened twice within two minutes is one passage', () => {
    const back = doorOpened(newVisits(), at(0), true);
    expect(doorOpened(back, at(1), false)).toMatchObject({ uses: 1, isBack: true });
  });

  it('that stood open for long is no sign any more, whatever is said later', () => {
    const visits = foundOpen(foundOpen(newVisits(), 19 * MINUTE), 20 * MINUTE);
    expect([visits.leftOpen, saidNow(visits).leftOpen]).toEqual([1, 1]);
    expect([newVisits(), visits].map(isShutAsARule)).toEqual([true, false]);
  });

  it('that has been shut for three weeks is a sign again', () => {
    let visits = foundOpen(newVisits(), 20 * MINUTE);
    for (let day = 0; day < 20; day += 1) visits = nextDay(visits);
    expect(isShutAsARule(visits)).toBe(false);
    for (let day = 0; day < 3; day += 1) visits = nextDay(visits);
    expect(isShutAsARule(visits)).toBe(true);
  });

  it('ends "away" an hour after that was said, not while somebody leaves', () => {
    expect([comesBack(59 * MINUTE), comesBack(61 * MINUTE)]).toEqual([false, true]);
  });
});

describe('movement during a stay in hospital', () => {
  it('soon after the door is somebody who stays until it is used again', () => {
    const arrived = movedWhileAway(doorOpened(newVisits(), at(100), true), at(101));
    expect(arrived.arrived?.mono).toBe(100 * MINUTE);
    expect(movedWhileAway(arrived, at(150)).arrived?.mono).toBe(100 * MINUTE);
    expect(doorOpened(arrived, at(160), false).arrived).toBeNull();
  });

  it('long after it is nobody who came in by it', () => {
    expect(movedWhileAway(doorOpened(newVisits(), at(0), true), at(31)).arrived).toBeNull();
  });
});

it('nothing that is seen makes anybody inside twice, or an opening that never was', () => {
  const act = fc.record({ minutes: fc.integer({ min: 0, max: 600 }), opens: fc.boolean(), isOut: fc.boolean() });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
      let visits = newVisits();
      let now = 0;
      let openings = 0;
      for (const { minutes, opens, isOut } of acts) {
        now += minutes;
        visits = opens ? doorOpened(visits, at(now), isOut) : movedInside(visits);
        openings = opens ? openings + 1 : 0;
        expect(visits.uses).toBeLessThanOrEqual(openings);
        if (visits.isBack) expect(visits.uses).toBe(1);
      }
    }),
  );
});
