// What a wearable says of who is at home, both ways: taken along through the exit door, or worn inside after it closed.

import { describe, expect, it } from 'vitest';
import type { Fault, FaultCode } from '#contract/fault.ts';
import { MINUTE, type Moment, SECOND } from '#contract/time.ts';
import { door, moves, on, rooms } from '#fakes/days.ts';
import { play } from '#fakes/play.ts';
import { replayAll as replay } from '#fakes/replay.ts';
import { presence } from '#src/detectors/presence.ts';
import type { OutputLine } from '#src/replay/replay.ts';

const band = { declare: { id: 'band-1', kind: 'wearable', placement: 'wrist' } };
const other = { declare: { id: 'band-2', kind: 'wearable', placement: 'wrist' } };
const home = [...rooms, band, ...moves(on(1, 9))];

const pulse = (t: number, value = 70, device = 'band-1') => ({ t, device, quantity: 'heartRate', value });
const worn = (t: number, value: boolean) => ({ t, device: 'band-1', quantity: 'worn', value });
const still = (t: number, size = 0.02) => ({
  t,
  device: 'band-1',
  quantity: 'acceleration',
  rateHz: 25,
  samples: Array.from({ length: 25 }, (_, i) => [i % 2 ? size : 0, 0, 1]),
});
const link = (t: number, state: 'up' | 'down', device = 'band-1') => ({ t, link: state, device });
/** The same thing each minute from the `from`-th to the `to`-th after `t`. */
const eachMinute = (t: number, from: number, to: number, make: (t: number) => object) =>
  Array.from({ length: to - from + 1 }, (_, i) => make(t + (from + i) * MINUTE + 30 * SECOND));
const sorted = (...lines: object[]) => lines.map((line) => line as { t: number }).toSorted((a, b) => a.t - b.t);

const believed = (lines: OutputLine[]) =>
  lines.filter(({ type }) => type === 'presence').map(({ t, value }) => [t, value]);
const alerts = (lines: OutputLine[]) => lines.filter(({ type }) => type === 'alert');
const ten = on(1, 10);
const shut = ten + 5 * SECOND;

describe('a wearable that is lost when the exit door is used', () => {
  const seenOut = moves(ten + 60 * SECOND);

  it('went out: away within a minute, though the hall saw them leave', async () => {
    const before = eachMinute(ten, -10, -1, pulse);
    const leaves = sorted(...before, ...door(ten), ...seenOut, link(ten + 3 * MINUTE, 'down'));
    const out = await replay(...home, ...leaves, { t: on(1, 18) });
    expect(believed(out)).toEqual([
      [on(1, 9), 'home'],
      [ten + 4 * MINUTE, 'away'],
    ]);
    expect(alerts(out)).toEqual([]);
    const without = await replay(...home, ...sorted(...before, ...door(ten), ...seenOut), { t: on(1, 18) });
    expect(believed(without)).toEqual([[on(1, 9), 'home']]);
  });

  it.each([
    ['tells its battery', [{ t: ten - MINUTE, device: 'band-1', quantity: 'battery', value: 80 }]],
    ['has told nothing yet', []],
  ])('went out also where it only checks in, and %s', async (_, before) => {
    const out = await replay(...home, ...before, ...sorted(...door(ten), ...seenOut, link(ten + 3 * MINUTE, 'down')), {
      t: on(1, 11),
    });
    expect(believed(out).at(-1)).toEqual([ten + 4 * MINUTE, 'away']);
  });

  it('may be noticed before the door as well', async () => {
    const lines = sorted(pulse(ten - 6 * MINUTE), link(ten - 5 * MINUTE, 'down'), ...door(ten));
    expect(believed(await replay(...home, ...lines, { t: on(1, 11) }))).toEqual([
      [on(1, 9), 'home'],
      [ten, 'away'],
    ]);
  });

  it('is not away while somebody moves inside, nor once it is heard again on a wrist', async () => {
    const leaves = sorted(pulse(ten), ...door(ten), link(ten + 3 * MINUTE, 'down'));
    const moved = await replay(...home, ...leaves, ...moves(ten + 20 * MINUTE), { t: on(1, 11) });
    expect(believed(moved).at(-1)).toEqual([ten + 20 * MINUTE, 'home']);
    const back = [link(ten + 40 * MINUTE, 'up'), pulse(ten + 40 * MINUTE)];
    expect(believed(await replay(...home, ...leaves, ...back, { t: ten + 45 * MINUTE })).at(-1)).toEqual([
      ten + 40 * MINUTE,
      'home',
    ]);
  });

  it.each([
    ['long before it', [pulse(ten - 31 * MINUTE), link(ten - 30 * MINUTE, 'down')], []],
    [
      'with another device, by their radio',
      [pulse(ten)],
      [link(ten + 3 * MINUTE, 'down'), link(ten + 3 * MINUTE, 'down', 'pir-bath')],
    ],
    ['lying on a table, as it says', [worn(ten, false)], [link(ten + 3 * MINUTE, 'down')]],
    ['not worn for an hour', [pulse(ten - 59 * MINUTE), still(ten - MINUTE)], [link(ten + 3 * MINUTE, 'down')]],
  ])('is no departure when it was lost %s', async (_, before, after) => {
    const out = await replay(...home, ...sorted(...before, ...door(ten), ...seenOut, ...after), { t: on(1, 11) });
    expect(believed(out).map(([, value]) => value)).toEqual(['home']);
  });
});

describe('a radio that fails', () => {
  it('is no departure of what hangs on it, until it works again', () => {
    const wrist = { id: 'band-1', kind: 'wearable' } as const;
    const front = { id: 'door-1', kind: 'door', role: 'exit' } as const;
    const hall = { id: 'pir-1', kind: 'motion' } as const;
    const told = (code: FaultCode, subject: Fault['subject'], active: boolean) => (at: Moment) => ({
      kind: 'fault' as const,
      at,
      fault: { code, subject, since: at, dependsOn: [], context: {} },
      active,
    });
    const model = play(presence, {}, { zone: 'UTC', devices: [wrist, front, hall], presence: 'unknown' })
      .reading(ten - MINUTE, wrist, 'heartRate', 70)
      .reading(ten, front, 'contact', 'open')
      .reading(ten + MINUTE, hall, 'motion', true)
      .input(ten + 2 * MINUTE, told('device-lost', 'device:band-1', true))
      .input(ten + 2 * MINUTE, told('bluetooth-silent', 'port:bluetooth', true))
      .quiet(ten + 9 * MINUTE);
    expect(model.state()).toMatchObject({ presence: 'home' });
    model.input(ten + 9 * MINUTE, told('bluetooth-silent', 'port:bluetooth', false));
    expect(model.state()).toMatchObject({ presence: 'away' });
  });
});

describe('a wearable that is heard in the home after the exit door closed', () => {
  const stays = async (make: (t: number) => object) =>
    replay(...home, ...door(ten), ...eachMinute(ten, 0, 200, make), { t: ten + 202 * MINUTE });
  const shaken = (t: number) => still(t, 0.3);

  it.each([
    ['a pulse', pulse],
    ['skin contact', (t: number) => worn(t, true)],
    ['movement', shaken],
  ])('by %s: its wearer is at home, and a silence is no absence', async (_, make) => {
    const out = await stays(make);
    expect(believed(out)).toEqual([[on(1, 9), 'home']]);
    expect(alerts(out)).toMatchObject([
      { t: shut + 180 * MINUTE, because: [{ fact: 'no-movement-since', time: '10:00', room: 'hall' }, {}] },
    ]);
  });

  it.each([
    ['lies still', (t: number) => still(t)],
    ['tells no pulse', (t: number) => pulse(t, 0)],
    ['is not on the skin', (t: number) => worn(t, false)],
    ['only checks in', (t: number) => ({ t, device: 'band-1', quantity: 'battery', value: 80 })],
  ])('but %s is nobody: away as ever', async (_, make) => {
    const out = await stays(make);
    expect(believed(out)).toEqual([
      [on(1, 9), 'home'],
      [shut + 15 * MINUTE, 'away'],
    ]);
    expect(alerts(out)).toEqual([]);
  });

  it('vouches for ten minutes after it was last heard', async () => {
    const out = await replay(...home, ...door(ten), ...eachMinute(ten, 0, 40, pulse), { t: on(1, 12) });
    expect(believed(out).at(-1)).toEqual([ten + 50 * MINUTE + 30 * SECOND, 'away']);
  });

  it('comes back: the silence begins then, and help is called for that one only', async () => {
    const back = ten + 4 * 60 * MINUTE;
    const lines = [
      ...sorted(pulse(ten), ...door(ten), link(ten + 3 * MINUTE, 'down')),
      link(back, 'up'),
      ...eachMinute(back, 0, 185, pulse),
    ];
    const out = await replay(...home, ...lines);
    expect(believed(out).at(-1)).toEqual([back + 30 * SECOND, 'home']);
    expect(out.filter(({ type }) => type === 'warning')[0]?.t).toBe(back + 165 * MINUTE + 30 * SECOND);
    expect(alerts(out)).toMatchObject([{ t: back + 180 * MINUTE + 30 * SECOND }]);
  });

  it('knocked about for a moment while everybody is out changes nothing for long', async () => {
    const lines = sorted(...door(ten), still(ten + MINUTE), shaken(ten + 60 * MINUTE));
    const out = await replay(...home, ...lines, { t: on(1, 20) });
    expect(believed(out).map(([, value]) => value)).toEqual(['home', 'away', 'home', 'away']);
    expect(alerts(out)).toEqual([]);
  });

  it('is of the one who stayed, while the other went out', async () => {
    const lines = sorted(
      ...door(ten),
      pulse(ten),
      link(ten + 2 * MINUTE, 'down'),
      ...eachMinute(ten, 0, 100, (t) => pulse(t, 70, 'band-2')),
    );
    const out = await replay(other, ...home, ...lines);
    expect(believed(out)).toEqual([[on(1, 9), 'home']]);
  });
});
