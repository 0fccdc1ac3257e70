// Inactivity as a home lives it: the whole pipeline with the presence model, by the virtual clock.

import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '#contract/time.ts';
import { DAY, moves, on, ordinaryDay, ordinaryDays, rooms } from '#fakes/days.ts';
import { play } from '#fakes/play.ts';
import { defaultRules, replayAll as replay, replayAllBy } from '#fakes/replay.ts';
import { inactivity } from '#src/detectors/inactivity.ts';
import type { OutputLine } from '#src/replay/replay.ts';
import { alerts, raised, times, warnings } from './told.ts';

describe('inactivity in a home that is not known yet', () => {
  it('asks after nearly three hours by day, and calls for help a quarter of an hour later', async () => {
    const out = await replay(...rooms, ...moves(on(1, 9, 12)), { t: on(1, 16) });
    const last = on(1, 9, 12) + 20_000;
    expect(warnings(out)).toEqual([
      [last + 165 * MINUTE, true],
      [last + 180 * MINUTE, false],
    ]);
    expect(alerts(out)).toMatchObject([
      {
        t: last + 180 * MINUTE,
        hazard: 'inactivity',
        subject: 'person:resident',
        room: 'kitchen',
        state: 'raised',
        severity: 'alarm',
        because: [
          { fact: 'no-movement-since', time: '09:12', room: 'kitchen' },
          { fact: 'silence-limit', minutes: 180 },
        ],
        text: {
          en: 'No movement in the home, kitchen: no movement since 09:12 in the kitchen; until the habits of this home are known, the limit at this hour is 3 h.',
          'zh-CN': '长时间无活动报警，kitchen：自09:12起kitchen无活动；尚未掌握作息规律，该时段的时限为3小时。',
        },
      },
    ]);
  });

  it('waits nine hours by night, and for a silence over the evening by parts of both', async () => {
    const night = await replay(...rooms, ...moves(on(1, 22, 10)), { t: on(2, 9) });
    expect(times(raised(night))).toEqual([on(2, 7, 10) + 20_000]);
    const evening = await replay(...rooms, ...moves(on(1, 21)), { t: on(2, 9) });
    expect(times(raised(evening))).toEqual([on(2, 4) + 20_000]);
  });

  it('is ended by any movement or press while it asks', async () => {
    const button = { declare: { id: 'help-1', kind: 'hush-button', room: 'bedroom' } };
    const press = { t: on(1, 12), device: 'help-1', quantity: 'button', value: 'press' };
    const out = await replay(...rooms, button, ...moves(on(1, 9, 10)), press, { t: on(1, 14, 30) });
    expect(warnings(out)).toEqual([
      [on(1, 11, 55) + 20_000, true],
      [on(1, 12), false],
    ]);
    expect(alerts(out)).toEqual([]);
  });

  it('says nothing of a home that no sensor watches', async () => {
    const out = await replay(
      { declare: { id: 'window-1', kind: 'contact', room: 'hall' } },
      { t: on(1, 9), device: 'window-1', quantity: 'contact', value: 'open' },
      { t: on(3, 9) },
    );
    expect(out).toEqual([]);
  });

  it('is not ended by a pet', async () => {
    const cat = { declare: { id: 'pir-cat', kind: 'motion', room: 'hall', ignoreForActivity: true } };
    const out = await replay(...rooms, cat, ...moves(on(1, 9)), ...moves(on(1, 11), 'pir-cat'), { t: on(1, 13) });
    expect(times(raised(out))).toEqual([on(1, 12) + 20_000]);
  });
});

describe('an inactivity alert', () => {
  const first = [...rooms, ...moves(on(1, 9))];

  it('stays when somebody moves again, which is reported; a silence after that is a new alert', async () => {
    const out = await replay(...first, ...moves(on(1, 13)), { t: on(1, 17) });
    const ids = alerts(out).map(({ id }) => id);
    expect(alerts(out)).toMatchObject([
      { state: 'raised', conditionPresent: true },
      { t: on(1, 13), state: 'raised', conditionPresent: false },
      { t: on(1, 16) + 20_000, state: 'raised', conditionPresent: true },
    ]);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  it('is told once, however long the silence lasts', async () => {
    expect(alerts(await replay(...first, { t: on(3, 9) }))).toHaveLength(1);
  });

  it('in forks is a new one each, even while an earlier one is open, and the home goes on as if nothing was asked', async () => {
    const ask = (t: number) => ({ t, whatIf: 'silence', forMs: DAY });
    const plain = [...first, ...moves(on(1, 13)), ...moves(on(1, 14)), { t: on(1, 19) }];
    const asked = [
      ...first,
      ask(on(1, 9, 1)),
      ...moves(on(1, 13)),
      ask(on(1, 13, 1)),
      ...moves(on(1, 14)),
      { t: on(1, 19) },
    ];
    const out = await replay(...asked);
    expect(out.filter(({ whatIf }) => whatIf === undefined)).toEqual(await replay(...plain));
    const forks = raised(out).filter(({ whatIf }) => whatIf !== undefined);
    expect(forks.map(({ t, whatIf }) => [whatIf, t])).toEqual([
      [on(1, 9, 1), on(1, 12) + 20_000],
      [on(1, 13, 1), on(1, 16) + 20_000],
    ]);
    const [kept] = raised(out).filter(({ whatIf }) => whatIf === undefined);
    expect(forks[1]?.id).not.toBe(kept?.id);
  });
});

describe('while it asks', () => {
  const asks = on(1, 11, 45) + 20_000;
  const first = [...rooms, ...moves(on(1, 9))];

  it('a fork calls for help when the time of asking is over, and the home goes on asking', async () => {
    const ask = { t: asks + 4 * MINUTE, whatIf: 'silence', forMs: DAY };
    const out = await replay(...first, ask, ...moves(asks + 9 * MINUTE), { t: on(1, 13) });
    const forked = out.filter(({ whatIf }) => whatIf !== undefined);
    expect(times(raised(forked))).toEqual([asks + 15 * MINUTE]);
    expect(warnings(forked)).toEqual([[asks + 15 * MINUTE, false]]);
    expect(out.filter(({ whatIf }) => whatIf === undefined)).toEqual(
      await replay(...first, ...moves(asks + 9 * MINUTE), { t: on(1, 13) }),
    );
    expect(warnings(out.filter(({ whatIf }) => whatIf === undefined))).toEqual([
      [asks, true],
      [asks + 9 * MINUTE, false],
    ]);
  });

  const outage = (minutes: number) => [
    { t: asks + 5 * MINUTE, gateway: 'off' },
    { t: asks + (5 + minutes) * MINUTE, gateway: 'on' },
  ];

  it('a power cut costs no more than the asking: it asks again, for the whole time, and calls', async () => {
    const out = await replay(...first, ...outage(10), { t: on(1, 15) });
    const back = asks + 15 * MINUTE;
    expect(warnings(out)).toEqual([
      [asks, true],
      [back, true],
      [back + 15 * MINUTE, false],
    ]);
    expect(raised(out)).toMatchObject([
      { t: back + 15 * MINUTE, because: [{ fact: 'no-movement-since', time: '09:00', room: 'kitchen' }, {}] },
    ]);
  });

  it('movement after the power cut ends it as ever; and what was answered before is not asked again', async () => {
    const moved = await replay(...first, ...outage(10), ...moves(asks + 20 * MINUTE), { t: on(1, 14) });
    expect(warnings(moved).at(-1)).toEqual([asks + 20 * MINUTE, false]);
    expect(alerts(moved)).toEqual([]);
    const answered = await replay(...first, ...moves(asks + 2 * MINUTE), ...outage(10), { t: on(1, 14) });
    expect(warnings(answered)).toHaveLength(2);
  });

  it('after a long power cut nobody knows what happened: the rule begins anew', async () => {
    const out = await replay(...first, ...outage(90), { t: on(1, 17) });
    expect(times(raised(out))).toEqual([asks + 95 * MINUTE + 3 * HOUR]);
  });

  it('a restart of the program alone is no different', () => {
    const pir = { id: 'pir-1', kind: 'motion', room: 'kitchen' } as const;
    const view = { zone: 'UTC', devices: [pir], presence: 'home' } as const;
    const home = play(inactivity, {}, view)
      .reading(on(1, 9), pir, 'motion', true)
      .quiet(on(1, 11, 50));
    home.restart().input(on(1, 11, 51), (at) => ({ kind: 'start', at }));
    expect(home.quiet(on(1, 12, 5)).findings).toEqual([]);
    expect(home.warnings.map(({ active, at }) => [at.mono, active])).toEqual([
      [on(1, 11, 45), true],
      [on(1, 11, 51), true],
    ]);
    expect(home.quiet(on(1, 12, 6)).findings).toMatchObject([{ active: true, at: { mono: on(1, 12, 6) } }]);
  });
});

describe('where the clock is set for summer and for winter', () => {
  /** Midnight by the wall of the day after the clock was set, and how far ahead the wall is of what it was before. */
  const changes = [
    { name: 'summer', day: 28, shift: -HOUR, year: 0 },
    { name: 'winter', day: 28, shift: HOUR, year: Date.UTC(2026, 9, 25) - on(28, 0) },
  ];
  const berlin = (lines: object[]) => replayAllBy(defaultRules('Europe/Berlin'), lines);
  /** Lines of the days helper, which are in UTC, as the wall in Berlin has them before and after the change. */
  const wall = (lines: object[], { day, shift, year }: (typeof changes)[number]): object[] =>
    lines.map((line) => {
      const { t } = line as { t?: number };
      if (t === undefined) return line;
      const before = year === 0 ? -HOUR : -2 * HOUR;
      return { ...line, t: t + year + before + (t >= on(day, 3) ? shift : 0) };
    });

  it.each(changes)('lets nine hours of the night be nine hours ($name)', async (change) => {
    const out = await berlin([...rooms, ...wall([...moves(on(27, 22, 10)), { t: on(28, 12) }], change)]);
    const last = (wall(moves(on(27, 22, 10)), change)[1] as { t: number }).t;
    expect(times(raised(out))).toEqual([last + 9 * HOUR]);
    expect(raised(out)).toMatchObject([{ because: [{ time: '22:10' }, {}] }]);
  });

  it.each(changes)('goes by the clock on the wall before and after ($name)', async (change) => {
    const ask = (day: number, hours: number) => ({ t: on(day, hours), whatIf: 'silence', forMs: DAY });
    const life = [
      ...ordinaryDays(7, 28),
      ...[8, 15, 20].flatMap((hours, i) => [
        ...ordinaryDay(29, { from: [6, 9, 16][i] as number, to: hours + 1 }),
        ask(29, hours + 1),
      ]),
      ...ordinaryDay(29, { from: 21 }),
    ];
    const out = await berlin([...rooms, ...wall(life, change)]);
    const delays = (lines: OutputLine[]) => raised(lines).map(({ t, whatIf }) => (t as number) - (whatIf as number));
    expect(raised(out).every(({ whatIf }) => whatIf !== undefined)).toBe(true);
    expect(delays(out)).toHaveLength(3);
    const even = delays(await replay(...rooms, ...life));
    for (const [i, delay] of delays(out).entries())
      expect(Math.abs(delay - (even[i] as number)) / MINUTE).toBeLessThan(6);
  });
});
