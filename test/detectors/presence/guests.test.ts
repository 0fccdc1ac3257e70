// What the use of one door says of guests: who came while somebody was in, and who may have left alone.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, type Moment } from '#contract/time.ts';
import {
  type Guests,
  heardInside,
  isGuestLeaving,
  newGuests,
  seemsEmpty,
  usesDoor,
} from '#src/detectors/presence/guests.ts';

const at = (minutes: number, bootId = 'boot-1') => ({ mono: minutes * MINUTE, bootId }) as Moment;

/** The door at minutes with a `d`, `D` where nobody was believed to be in; movement at the others. */
const guestsAfter = (story: string): Guests =>
  story.split(' ').reduce((guests, word) => {
    const now = at(Number.parseFloat(word.slice(1)));
    return word.startsWith('m') ? heardInside(guests, now) : usesDoor(guests, now, word.startsWith('D'));
  }, newGuests());

describe('a guest who may have left alone', () => {
  it.each([
    ['who came while somebody was in, half an hour ago', 'm0 d60 m61 m63 d90'],
    ['ten hours ago', 'm0 d60 m61 m63 d660'],
    ['and was seen out', 'm0 d60 m61 m63 d120 m121'],
    ['with a door that opened twice', 'm0 d60 d61 m64 d120 d121'],
    ['the second one, whom nobody opened to but who was asleep', 'm0 d60 m63 d120 d180 m183 d240'],
  ])('is one %s', (_, story) => {
    expect(isGuestLeaving(guestsAfter(story))).toBe(true);
  });

  it.each([
    ['who lives here goes out', 'm0 d60'],
    ['the door was used again soon: a parcel', 'm0 d60 m63 d70'],
    ['whoever came did so longer ago than a day lasts', 'm0 d60 m63 d661'],
    ['somebody came home, and went for the luggage', 'm0 d60 D240 m243 d250 m253 d300'],
    ['somebody came home whom a sensor in the hall had seen leaving', 'm0 d60 m61 d240 m243 d300'],
    ['somebody was heard after it', 'm0 d60 m63 d120 m123'],
    ['nobody was heard after whoever came', 'm0 d60 m80 d120'],
  ])('is none where %s', (_, story) => {
    expect(isGuestLeaving(guestsAfter(story))).toBe(false);
  });

  it('is not known any more after an outage', () => {
    expect(isGuestLeaving(usesDoor(guestsAfter('m0 d60 m63'), at(120, 'boot-2'), false))).toBe(false);
  });
});

it('a home seems empty five minutes after the door, if nobody was heard but who left', () => {
  const left = guestsAfter('m0 d60 m61');
  expect([seemsEmpty(left, at(64)), seemsEmpty(left, at(65))]).toEqual([false, true]);
  expect(seemsEmpty(heardInside(left, at(63)), at(70))).toBe(false);
});

it('whatever is seen, a guest leaves by the door only, half an hour to ten hours after somebody came by it', () => {
  const act = fc.record({ minutes: fc.integer({ min: 0, max: 400 }), opens: fc.boolean(), isAway: fc.boolean() });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
      let guests = newGuests();
      let now = 0;
      for (const { minutes, opens, isAway } of acts) {
        now += minutes;
        const { since } = guests;
        const before = isGuestLeaving(guests);
        guests = opens ? usesDoor(guests, at(now), isAway) : heardInside(guests, at(now));
        if (before || !isGuestLeaving(guests)) continue;
        expect([opens, isAway]).toEqual([true, false]);
        const staysMs = at(now).mono - (since?.mono ?? Number.NaN);
        expect(staysMs).toBeGreaterThanOrEqual(30 * MINUTE);
        expect(staysMs).toBeLessThanOrEqual(10 * HOUR);
      }
    }),
  );
});
