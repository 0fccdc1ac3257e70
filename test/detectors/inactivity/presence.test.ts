// Who is at home, and homes whose sensors cannot tell, through the replay.

import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '#contract/time.ts';
import { door, moves, on, ordinaryDay, ordinaryDays, rooms } from '#fakes/days.ts';
import { watchedHome } from '#fakes/home.ts';
import { defaultRules, replayAll as replay, replayAllBy } from '#fakes/replay.ts';
import type { OutputLine } from '#src/replay/replay.ts';
import { alerts, raised, times, told } from './told.ts';

describe('absence', () => {
  const leaves = (t: number) =>
    [...moves(t - 10_000, 'pir-kitchen'), ...door(t + 20_000)].toSorted((a, b) => a.t - b.t);

  it('is inferred when nobody moves after the exit door, and ends with the first movement', async () => {
    const out = await replay(...rooms, ...moves(on(1, 9)), ...leaves(on(1, 10)), ...moves(on(1, 15)), { t: on(1, 16) });
    expect(told(out, 'presence').map(({ t, value }) => [t, value])).toEqual([
      [on(1, 9), 'home'],
      [on(1, 10) + 25_000 + 15 * MINUTE, 'away'],
      [on(1, 15), 'home'],
    ]);
    expect(alerts(out)).toEqual([]);
  });

  it('is not inferred from a door that cannot vouch: whoever fell at home would be missed by nobody', async () => {
    const doubtful = leaves(on(1, 10)).map((line) => ({ ...line, quality: 'uncertain' }));
    const out = await replay(...rooms, ...moves(on(1, 9)), ...doubtful, { t: on(1, 23) });
    expect(told(out, 'presence').map(({ value }) => value)).toEqual(['home']);
    expect(raised(out)).toHaveLength(1);
  });

  it('does not last for ever: not back after twelve hours is an alert of its own words', async () => {
    const out = await replay(...rooms, ...moves(on(1, 7, 30)), ...leaves(on(1, 8)), { t: on(2, 9) });
    expect(raised(out)).toMatchObject([
      { t: on(1, 20) + 25_000, because: [{ fact: 'not-back-since', time: '08:00' }, { fact: 'silence-limit' }] },
    ]);
  });

  it('that was said lasts until somebody is back, and nobody is missed', async () => {
    const out = await replay(
      ...rooms,
      ...moves(on(1, 9)),
      { t: on(1, 9, 5), say: 'away' },
      ...moves(on(1, 9, 6), 'pir-bath'),
      ...door(on(1, 9, 8)),
      ...moves(on(3, 18)),
      { t: on(3, 19) },
    );
    expect(told(out, 'presence').map(({ t, value }) => [t, value])).toEqual([
      [on(1, 9), 'home'],
      [on(1, 9, 5), 'away'],
      [on(3, 18), 'home'],
    ]);
    expect(alerts(out)).toEqual([]);
  });

  it('in hospital is not ended by a neighbour, nor by an outage, but by six hours of living, or by word', async () => {
    const hours = (day: number, count: number) => Array.from({ length: count }, (_, i) => moves(on(day, 9 + i))).flat();
    const stay = [
      ...rooms,
      ...moves(on(1, 9)),
      { t: on(1, 9, 5), say: 'hospital' },
      ...door(on(1, 9, 8)),
      ...hours(2, 3),
      { t: on(3, 9), gateway: 'off' },
      { t: on(3, 15), gateway: 'on' },
    ];
    const unannounced = await replay(...stay, ...hours(6, 8), { t: on(6, 17) });
    expect(told(unannounced, 'presence').at(-1)).toMatchObject({ t: on(6, 14), value: 'home' });
    expect([...alerts(unannounced), ...told(unannounced, 'fault')]).toEqual([]);
    const said = await replay(...stay, { t: on(6, 9), say: 'home' }, { t: on(6, 13) });
    expect(told(said, 'presence').at(-1)).toMatchObject({ t: on(6, 9), value: 'home' });
    expect(times(raised(said))).toEqual([on(6, 12)]);
  });
});

describe('a home whose sensors cannot tell', () => {
  const fault = (lines: OutputLine[]) => told(lines, 'fault').map(({ t, code, active }) => [t, code, active]);

  it('has no fault of it where inactivity is switched off', async () => {
    const off = [...rooms, ...moves(on(1, 8)), { t: on(1, 9), gateway: 'off' }, { t: on(1, 15), gateway: 'on' }];
    const lines = [...off, { t: on(1, 19) }];
    expect(fault(await replay(...lines))).toHaveLength(1);
    const out = await replayAllBy(defaultRules('UTC', { inactivity: { enabled: false } }), lines);
    expect([...fault(out), ...alerts(out)]).toEqual([]);
  });

  it('has it no more once inactivity is switched off, and again once it is on', async () => {
    const home = watchedHome({ devices: [{ id: 'pir-1', kind: 'motion' }] });
    await home.pass(HOUR);
    const codes = () => home.pipeline.faults().map(({ code }) => code);
    expect(codes()).toEqual(['inactivity-unprotected']);
    home.pipeline.rules(defaultRules('UTC', { inactivity: { enabled: false } }));
    expect(codes()).toEqual([]);
    home.pipeline.rules(defaultRules());
    expect(codes()).toEqual(['inactivity-unprotected']);
  });

  it('is a fault after an outage, and the sensors that stay silent an alert by the rule; a movement ends both', async () => {
    const out = await replay(
      ...rooms,
      ...moves(on(1, 8)),
      { t: on(1, 9), gateway: 'off' },
      { t: on(1, 15), gateway: 'on' },
      ...moves(on(1, 18, 30)),
      { t: on(1, 19) },
    );
    expect(fault(out)).toEqual([
      [on(1, 15), 'inactivity-unprotected', true],
      [on(1, 18, 30), 'inactivity-unprotected', false],
    ]);
    expect(alerts(out)).toMatchObject([
      {
        t: on(1, 18),
        because: [
          { fact: 'no-movement-since', time: '15:00' },
          { fact: 'presence-unknown', minutes: 180 },
        ],
      },
      { t: on(1, 18, 30), conditionPresent: false },
    ]);
  });

  it('a sensor that is lost takes only itself out; the one of the room that is lived in takes them all', async () => {
    const down = (device: string) => [
      ...rooms,
      ...ordinaryDays(1, 14),
      { t: on(15, 6), link: 'down', device },
      { t: on(15, 6, 30) },
    ];
    expect(fault(await replay(...down('pir-bath'))).map(([, code]) => code)).toEqual(['device-lost']);
    expect(fault(await replay(...down('pir-kitchen'))).map(([, code]) => code)).toEqual([
      'device-lost',
      'inactivity-unprotected',
    ]);
    expect(fault(await replay(...down('door-1'))).map(([, code]) => code)).toContain('inactivity-unprotected');
  });

  it('is told by the rule while they are lost, though the home is known', async () => {
    const out = await replay(
      ...rooms,
      ...ordinaryDays(1, 14),
      ...ordinaryDay(15, { to: 11 }),
      { t: on(15, 11), link: 'down', device: 'pir-kitchen' },
      { t: on(15, 15) },
    );
    expect(raised(out)).toMatchObject([{ because: [{ fact: 'no-movement-since' }, { fact: 'presence-unknown' }] }]);
    expect((raised(out)[0]?.t as number) - on(15, 10)).toBeGreaterThan(3 * HOUR);
  });
});
