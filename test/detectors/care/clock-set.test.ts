// The wall clock is set, by hours or days, after somebody did what is waited for each day: durations and people do not care.

import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '#contract/time.ts';
import { defaultRules, replayAllBy } from '#fakes/replay.ts';

const DAY = 24 * HOUR;
const start = 20_000 * DAY;
const key = { declare: { id: 'well-1', kind: 'well-button', room: 'hall' } };
const press = (t: number) => ({ t: start + t, device: 'well-1', quantity: 'button', value: 'press' });
const step = (t: number, stepMs: number) => ({ t: start + t, clock: { stepMs } });

async function checkIns(...lines: object[]) {
  const rules = defaultRules('UTC', { 'check-in': { enabled: true } });
  const out = await replayAllBy(rules, [key, { t: start }, press(8 * HOUR), press(DAY + 8 * HOUR), ...lines]);
  return out.filter(({ hazard }) => hazard === 'check-in').map(({ t, type }) => [Number(t) - start - DAY, type]);
}

describe('the key "I am well", pressed this morning', () => {
  it.each([-30 * DAY, -DAY, -9 * HOUR, 9 * HOUR, DAY, 30 * DAY])(
    'is not asked for again because the clock was set by %i ms',
    async (stepMs) => {
      expect(await checkIns(step(DAY + 8 * HOUR + 5 * MINUTE, stepMs), { t: start + DAY + 12 * HOUR })).toEqual([]);
    },
  );

  it('is asked for on the next morning, by the clock as it is then', async () => {
    const told = await checkIns(step(DAY + 9 * HOUR, -DAY), { t: start + 2 * DAY + 12 * HOUR });
    expect(told[0]).toEqual([DAY + 10 * HOUR, 'warning']);
    expect(told).toContainEqual([DAY + 10 * HOUR + 30 * MINUTE, 'alert']);
  });
});
