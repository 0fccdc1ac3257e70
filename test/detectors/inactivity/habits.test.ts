// Inactivity in a home whose habits are known: the whole pipeline with the presence model, after weeks of ordinary days.

import { describe, expect, it } from 'vitest';
import { MINUTE } from '#contract/time.ts';
import { DAY, moves, on, ordinaryDay, ordinaryDays, rooms } from '#fakes/days.ts';
import { replayAll as replay } from '#fakes/replay.ts';
import type { OutputLine } from '#src/replay/replay.ts';
import { raised, times, told } from './told.ts';

describe('inactivity in a home that is known', () => {
  const known = [...rooms, ...ordinaryDays(1, 21)];

  it('gives no alarm in three ordinary weeks', async () => {
    const out = await replay(...known, { t: on(22, 7) });
    expect(told(out, 'alert')).toEqual([]);
    expect(told(out, 'warning')).toEqual([]);
  });

  it('calls sooner than the rule by day, and says what is usual', async () => {
    const out = await replay(...known, ...ordinaryDay(22, { to: 11 }), { t: on(22, 15) });
    const [alert] = raised(out);
    const last = on(22, 10) + (21 + ((22 * 37 + 170) % 20)) * MINUTE + 20_000;
    expect(((alert?.t as number) - last) / MINUTE).toBeLessThan(170);
    expect(alert?.text).toEqual({
      'zh-CN': expect.stringContaining('该时段平时最长停顿为'),
      en: expect.stringMatching(
        /^No movement in the home, kitchen: no movement since 10:\d\d in the kitchen; at this hour the longest usual pause is (1 h( \d+ min)?|\d+ min)\.$/,
      ),
    });
  });

  it('lets the night be as long as it is', async () => {
    const out = await replay(...known, { t: on(22, 5), whatIf: 'silence', forMs: DAY }, ...ordinaryDay(22));
    const [fork] = raised(out);
    expect(fork?.t).toBeGreaterThan(on(22, 6, 40));
    expect(fork?.t).toBeLessThan(on(22, 12));
  });

  it('knows it still after the power was off: the rule holds until somebody moves, then what was learned', async () => {
    const off = { t: on(22, 9), gateway: 'off' };
    const back = { t: on(22, 10), gateway: 'on' };
    const out = await replay(...known, ...ordinaryDay(22, { to: 9 }), off, back, ...moves(on(22, 10, 30)), {
      t: on(22, 15),
    });
    const [alert] = raised(out);
    expect((alert?.t as number) - on(22, 10, 30)).toBeLessThan(170 * MINUTE);
    expect(JSON.stringify(alert?.because)).toContain('usual-pause');
  });

  it.each([-DAY, DAY])('does not care for a wall clock stepped by %i ms', async (stepMs) => {
    const day = (step: number) => [
      ...known,
      ...ordinaryDay(22, { to: 11 }),
      ...(step ? [{ t: on(22, 11, 30), clock: { stepMs: step } }] : []),
      { t: on(22, 15) },
    ];
    const stepped = await replay(...day(stepMs));
    expect(times(raised(stepped))).toEqual(times(raised(await replay(...day(0)))));
    expect(raised(stepped)).toHaveLength(1);
  });

  it('takes up a new habit: a nap is asked about at first, and after some weeks no more', async () => {
    const withNap = (day: number) => [...ordinaryDay(day, { to: 13 }), ...ordinaryDay(day, { from: 16 })];
    const naps = Array.from({ length: 21 }, (_, i) => withNap(22 + i)).flat();
    const out = await replay(...known, ...naps, { t: on(43, 7) });
    const asked = told(out, 'warning').filter(({ active }) => active);
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.every(({ t }) => (t as number) < on(32, 0))).toBe(true);
  });

  it('learns nothing from guests who were announced', async () => {
    const lively = (day: number) => [
      ...Array.from({ length: 31 }, (_, i) => moves(on(day, 6, 10) + i * 30 * MINUTE, 'pir-kitchen')).flat(),
      ...moves(on(day, 22), 'pir-bed'),
    ];
    const guests = [
      { t: on(22, 6), say: 'visitor' },
      ...Array.from({ length: 7 }, (_, i) => lively(22 + i)).flat(),
      { t: on(29, 6), say: 'home' },
    ];
    const ask = { t: on(29, 10, 59), whatIf: 'silence', forMs: DAY };
    const after = await replay(...known, ...guests, ...ordinaryDay(29, { to: 11 }), ask);
    const before = await replay(...known, ...ordinaryDay(22, { to: 11 }), { ...ask, t: on(22, 10, 59) });
    const delay = (lines: OutputLine[]) =>
      Math.round(((raised(lines)[0]?.t as number) - (raised(lines)[0]?.whatIf as number)) / MINUTE);
    expect(Math.abs(delay(after) - delay(before))).toBeLessThan(20);
    expect(told(after, 'presence').map(({ value }) => value)).toContain('visitor');
  });
});
