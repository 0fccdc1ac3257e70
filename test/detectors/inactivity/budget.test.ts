// What the home learns of alarms without cause, and what it does not learn of one with a cause.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOUR, type Moment } from '#contract/time.ts';
import { on, ordinaryDay, ordinaryDays, rooms } from '#fakes/days.ts';
import { replayAll as replay } from '#fakes/replay.ts';
import { newBudget } from '#src/detectors/budget.ts';
import { type Memory, newMemory, OUT, placeOf, remember } from '#src/detectors/inactivity/gaps.ts';
import type { Sign } from '#src/detectors/inactivity/lessons.ts';
import { alarmBudget, falseAlarmCost, type Limit, priceOf } from '#src/detectors/inactivity/limit.ts';
import type { Silence } from '#src/detectors/inactivity/silence.ts';
import { afterSign, verdict } from '#src/detectors/inactivity/verdict.ts';
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

  it('of somebody who needed help, or pressed a button at the end of it, it is no later', async () => {
    const button = { declare: { id: 'help-1', kind: 'help-button', room: 'bedroom' } };
    const press = { t: on(KNOWN + 1, 17), device: 'help-1', quantity: 'button', value: 'press' };
    for (const lines of [[button, press, ...up], beforeMoving('genuine'), later('genuine'), beforeMoving()]) {
      const [first = 0, second = 0] = await twoSilentDays(...lines);
      expect(second).toBeLessThanOrEqual(first);
    }
  });
});

describe('the level of the budget', () => {
  const at = { mono: 4 * HOUR, wall: on(30, 14), wallTrusted: true, bootId: 'boot-1' } as Moment;
  const view = { zone: 'UTC', devices: [], presence: 'home' } as const;
  const silence = { mono: 0, bootId: 'boot-1', day: 30, minute: 600, place: 1, dated: true } as Silence;
  const known: Memory = { ...newMemory(), days: Array.from({ length: 20 }, (_, day) => day) };
  /** An alarm by a learned limit, before anybody moved. */
  const raised = {
    ...{ memory: known, silence, stage: 'raised', limit: { by: 'learned' } as Limit, declared: null, lost: {} },
    budget: { level: -0.3, day: 30 },
  };
  const levelAfter = (alarm: Parameters<typeof afterSign>[0], sign: Sign) =>
    afterSign(alarm, at, sign, silence).budget.level;

  it('rises with an alarm by learned limits that ends by movement, and with no other', () => {
    expect(levelAfter(raised, 'movement')).toBeCloseTo(0.2, 10);
    expect(levelAfter(raised, 'door')).toBe(-0.3);
    expect(levelAfter(raised, 'button')).toBe(-0.3);
    expect(levelAfter({ ...raised, limit: { by: 'rule' } as Limit }, 'movement')).toBe(-0.3);
    expect(levelAfter({ ...raised, stage: 'warned' }, 'movement')).toBe(-0.3);
  });

  it('is what it was before an alarm that turns out to be genuine, and counts a false one once', () => {
    const over = { ...raised, stage: 'quiet', ...afterSign(raised, at, 'movement', silence) };
    expect(verdict(over, 'genuine', at, view).budget.level).toBe(-0.3);
    expect(verdict(over, 'false-alarm', at, view).budget.level).toBeCloseTo(0.2, 10);
    expect(verdict(over, undefined, at, view).budget.level).toBeCloseTo(0.2, 10);
    expect(verdict(raised, 'false-alarm', at, view).budget.level).toBeCloseTo(0.2, 10);
    expect(verdict(raised, 'genuine', at, view).budget.level).toBe(-0.3);
  });

  it('is not that of an earlier alarm when the one that is raised turns out to be genuine', () => {
    const earlier = { day: 29, minute: 600, minutes: 240, level: -1 };
    expect(verdict({ ...raised, ended: earlier }, 'genuine', at, view).budget.level).toBe(-0.3);
  });

  it('falls with each day of a home that is known', () => {
    const next = { ...silence, day: 31 } as Silence;
    expect(afterSign({ ...raised, stage: 'quiet' }, at, 'movement', next).budget.level).toBeLessThan(-0.3);
    const unknown = { ...raised, stage: 'quiet', memory: newMemory() };
    expect(afterSign(unknown, at, 'movement', next).budget).toEqual(raised.budget);
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

it('a price is that of `low` at most and of `high` at least, and the limit of a silence follows it', () => {
  expect(priceOf('normal', { level: alarmBudget.most }, 1)).toBe(falseAlarmCost.low);
  expect(priceOf('normal', { level: alarmBudget.least }, 1)).toBe(falseAlarmCost.high);
  const at = { mono: 2 * HOUR, wall: on(30, 12), wallTrusted: true, bootId: 'boot-1' } as Moment;
  const devices = [{ id: 'pir-kitchen', kind: 'motion', room: 'kitchen' }] as const;
  const { memory: named, place } = placeOf(newMemory(), 'kitchen');
  const busy = named.places.flatMap(() => Array.from({ length: 24 }, () => 100));
  let memory: Memory = { ...named, busy, days: Array.from({ length: 30 }, (_, day) => day) };
  for (let day = 0; day < 30; day += 1) memory = remember(memory, { day, minute: 600, place, minutes: 20 + 4 * day });
  const silence = { mono: 0, bootId: 'boot-1', day: 30, minute: 600, place, dated: true, deviceId: 'pir-kitchen' };
  const limitAt = (level: number) => {
    const state = { ...inactivity.start(), memory, silence: silence as Silence, budget: { level, day: 30 } };
    const view = { zone: 'UTC', devices, presence: 'home' } as const;
    return (
      inactivity.step(state, { kind: 'deadline', at }, inactivity.options.parse({}), view).state.limit?.minutes ?? 0
    );
  };
  expect(limitAt(0)).toBeGreaterThan(limitAt(-1));
  expect(limitAt(1)).toBeGreaterThan(limitAt(0));
});

it('a state of before it had a budget goes on with an even one', () => {
  const { budget, ended, ...older } = inactivity.start();
  expect([budget, ended]).toEqual([newBudget, null]);
  const at = { mono: 0, wall: on(1, 9), wallTrusted: true, bootId: 'boot-1' } as never;
  const view = { zone: 'UTC', devices: [], presence: 'home' } as const;
  const input = { kind: 'resolved', hazard: 'inactivity', outcome: 'false-alarm', at } as never;
  expect(inactivity.step(older, input, inactivity.options.parse({}), view).state.budget).toEqual(newBudget);
});
