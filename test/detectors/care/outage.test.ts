// Rules about what happens each day, where the gateway was off at the time, or did not know it.

import { describe, expect, it } from 'vitest';
import type { Input } from '#contract/detector.ts';
import type { Moment } from '#contract/time.ts';
import { notUp } from '#src/detectors/care/bed.ts';
import { at, type Day, type Days, MINUTE, quantityOf } from './day.ts';
import { lasting } from './lasting.ts';
import { atFirst, clock, instantOf, replay, spoken } from './play-day.ts';
import { waitedFor } from './waited-for.ts';
import { whereabouts } from './whereabouts.ts';

const gateway = (time: string, is: 'off' | 'on') => ({ t: String(at(time)), line: { gateway: is } });
/** A day like any other, and the box without power from ten that evening until eleven the next morning. */
const darkMorning: Day['day'] = [
  ['00:10', 'bed', true],
  ['07:00', 'bed', false],
  ['07:10', 'kettle', 1_800],
  ['07:15', 'kettle', 1],
  ['08:00', 'well', 'press'],
  ['21:59', 'bed', true],
  gateway('22:00', 'off'),
  gateway('1d 11:00', 'on'),
];
const kettle = { options: { devices: ['kettle'] } };

describe('after a morning without power', () => {
  it('the press that nobody could hear is asked for first', async () => {
    const out = await replay('check-in', { day: [...darkMorning, ['1d 15:00']] });
    expect(out.filter(({ type }) => type === 'warning').map(({ t, active }) => [clock(t as number), active])).toEqual([
      ['1d 11:00', true],
      ['1d 11:30', false],
    ]);
    expect(spoken(out, 'check-in')).toEqual([['1d 11:30', true]]);
    const pressed: Day['day'] = [...darkMorning, ['1d 11:29', 'well', 'press'], ['1d 15:00']];
    expect(spoken(await replay('check-in', { day: pressed }), 'check-in')).toEqual([]);
  });

  it('who may have been up is waited for', async () => {
    expect(spoken(await replay('not-up', { day: [...darkMorning, ['1d 15:00']] }), 'not-up')).toEqual([
      ['1d 12:30', true],
    ]);
    const about: Day['day'] = [...darkMorning, ['1d 12:29', 'hall', true], ['1d 15:00']];
    expect(spoken(await replay('not-up', { day: about }), 'not-up')).toEqual([]);
  });

  it('a kettle is not asked after that day, and is the next', async () => {
    const out = await replay('appliance-unused', { ...kettle, day: [...darkMorning, ['2d 15:00']] });
    expect(spoken(out, 'appliance-unused')).toEqual([['2d 11:00', true]]);
  });
});

it('a reminder that is under way goes on being said after a short restart, and calls no later', async () => {
  const day: Day['day'] = [['00:00'], gateway('10:20', 'off'), gateway('10:21', 'on'), ['15:00']];
  const out = await replay('check-in', { day });
  const said = out.filter(({ type, active }) => type === 'warning' && active).map(({ t }) => clock(t as number));
  expect(said).toEqual(['10:00', '10:21']);
  expect(spoken(out, 'check-in')).toEqual([['10:30', true]]);
});

it('a clock that was not known until eleven makes nobody late at once', () => {
  const home = {
    zone: 'Asia/Shanghai',
    devices: [{ id: 'bed', kind: 'bed' as const, room: 'bedroom' }],
    people: [],
    presence: 'home' as const,
    off: [],
  };
  const options = notUp.options.parse({ enabled: true });
  const told: string[] = [];
  let state = notUp.start();
  const tell = (time: string, boot: string, trusted: boolean) => {
    const wall = at(time);
    const moment = { mono: wall - at('00:00'), wall, wallTrusted: trusted, bootId: boot } as unknown as Moment;
    const step = notUp.step(state, { kind: 'deadline', at: moment } as Input, options, home);
    state = step.state;
    told.push(...step.findings.map(() => time));
  };
  for (let minute = 0; minute <= 22 * 60; minute += 30) tell(clock(at('00:00') + minute * MINUTE), 'a', true);
  told.length = 0;
  // On again at eight, with the time at which it went off, until the network says better.
  for (const time of ['22:00', '22:30', '23:00']) tell(time, 'b', false);
  for (const time of ['1d 11:00', '1d 12:29', '1d 12:30']) tell(time, 'b', true);
  expect(told).toEqual(['1d 12:30']);
});

describe('after thirteen hours without power', () => {
  const days: Days = { ...whereabouts, ...waitedFor, ...lasting };
  /** Two minutes before it would have spoken the power goes, and with it all that could be known. */
  async function dark(id: string, minutesAfter: number, meanwhile: (on: number) => Day['day'] = () => []) {
    const { hazard = id, fires } = days[id] as Days[string];
    const off = at(String(fires.expect[0]?.[0])) - 2 * MINUTE;
    const on = off + 13 * 60 * MINUTE;
    const line = (t: number, told: object) => ({ t: String(t), line: told });
    const states = Object.entries(atFirst).map(([device, value]) =>
      line(on + 1_000, { device, quantity: quantityOf[device], value }),
    );
    const out = await replay(id, {
      ...fires,
      day: [
        ...fires.day.filter((told) => instantOf(told) < off),
        line(off, { gateway: 'off' }),
        line(on, { gateway: 'on' }),
        ...states,
        ...meanwhile(on),
        line(on + minutesAfter * MINUTE, {}),
      ],
    });
    return spoken(out, hazard).map(([time]) => Math.round((at(String(time)) - on) / MINUTE));
  }

  it.each(Object.keys(days))('%s calls nobody at once', async (id) => {
    expect(await dark(id, 4)).toEqual([]);
  });

  it.each([
    ['bathroom', 60],
    ['wandering', 5],
    ['absence', 30],
  ])('%s does when nobody is seen from then on, either', async (id, minutes) => {
    expect(await dark(id, 120)).toEqual([minutes]);
  });

  it.each(['water-unused', 'door-unused', 'no-motion'])('%s counts the hours that were watched', async (id) => {
    const [after = 0, ...more] = await dark(id, 120);
    // What the box knows of when it went off is up to an hour old.
    expect([after >= 2 && after <= 62, more]).toEqual([true, []]);
  });

  it('nobody is missed who is seen again', async () => {
    const about = (on: number): Day['day'] => [
      { t: String(on + MINUTE), line: { device: 'hall', quantity: 'motion', value: true } },
    ];
    expect(await dark('bathroom', 120, about)).toEqual([]);
    expect(await dark('wandering', 120, about)).toEqual([]);
    const worn = (on: number): Day['day'] => [
      { t: String(on + MINUTE), line: { device: 'band', quantity: 'battery', value: 50 } },
    ];
    expect(await dark('absence', 120, worn)).toEqual([]);
  });
});
