// What the home learns of alarms without cause, and what it does not learn of one with a cause.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOUR } from '#contract/time.ts';
import { on, ordinaryDay, ordinaryDays, rooms } from '#fakes/days.ts';
import { replayAll as replay } from '#fakes/replay.ts';
import { newBudget } from '#src/detectors/budget.ts';
import { OUT } from '#src/detectors/inactivity/gaps.ts';
import { alarmBudget, falseAlarmCost, priceOf } from '#src/detectors/inactivity/limit.ts';
import { inactivity } from '#src/detectors/inactivity.ts';
import { raised, times } from './told.ts';

const KNOWN = 20;
/** Silent from ten on. */
const morning = (day: number) => ordinaryDay(day, { to: 10 });
const resolve = (t: number, outcome?: string) => ({ t, say: 'resolve', note: 'looked at', outcome });

/** Two silent days after twenty known ones; how many hours after ten help was called on each. */
async function twoSilentDays(...between: object[]): Promise<number[]> {
  const [first, second] = [KNOWN + 1, KNOWN + 2];
  const lines = [...ordinaryDays(1, KNOWN), ...morning(first), ...between, ...morning(second), { t: on(second, 21) }];
  const alarms = times(raised(await replay(...rooms, ...lines))).map(Number);
  return [first, second].map((day) => {
    const alarm = alarms.find((t) => t > on(day, 10)) ?? Number.NaN;
    return (alarm - on(day, 10)) / HOUR;
  });
}

describe('after a silence that raised an alarm', () => {
  const up = ordinaryDay(KNOWN + 1, { from: 18 });
  const beforeMoving = (outcome?: string) => [resolve(on(KNOWN + 1, 17), outcome), ...up];
  const later = (outcome?: string) => [...up, resolve(on(KNOWN + 1, 23), outcome)];

  it('that ended by itself, or was resolved as false, the next alarm of its kind is later, and once only', async () => {
    const [first = 0, second = 0] = await twoSilentDays(...up);
    expect(second).toBeGreaterThan(first);
    expect(await twoSilentDays(...beforeMoving('false-alarm'))).toEqual([first, second]);
    expect(await twoSilentDays(...later('false-alarm'))).toEqual([first, second]);
    expect(await twoSilentDays(...later())).toEqual([first, second]);
  });

  it('of somebody who needed help, it is no later', async () => {
    for (const lines of [beforeMoving('genuine'), later('genuine'), beforeMoving()]) {
      const [first = 0, second = 0] = await twoSilentDays(...lines);
      expect(second).toBeLessThanOrEqual(first);
    }
  });
});

it('no feedback makes an alarm without cause worth more than twice what the sensitivity says, or less than half', () => {
  fc.assert(
    fc.property(fc.double({ min: alarmBudget.least, max: alarmBudget.most, noNaN: true }), (level) => {
      const price = priceOf('normal', { level }, 1);
      expect(price).toBeLessThanOrEqual(falseAlarmCost.low);
      expect(price).toBeGreaterThanOrEqual(falseAlarmCost.high);
      expect(priceOf('normal', { level }, OUT)).toBeGreaterThanOrEqual(falseAlarmCost.normal);
    }),
  );
});

it('a state of before it had a budget goes on with an even one', () => {
  const { budget, ended, ...older } = inactivity.start();
  expect([budget, ended]).toEqual([newBudget, null]);
  const at = { mono: 0, wall: on(1, 9), wallTrusted: true, bootId: 'boot-1' } as never;
  const view = { zone: 'UTC', devices: [], presence: 'home' } as const;
  const input = { kind: 'resolved', hazard: 'inactivity', outcome: 'false-alarm', at } as never;
  expect(inactivity.step(older, input, inactivity.options.parse({}), view).state.budget).toEqual(newBudget);
});
