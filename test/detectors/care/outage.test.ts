// Rules about what happens each day, where the gateway was off at the time, or did not know it.

import { describe, expect, it } from 'vitest';
import type { Input } from '#contract/detector.ts';
import type { Moment } from '#contract/time.ts';
import { notUp } from '#src/detectors/care/bed.ts';
import { at, type Day, MINUTE } from './day.ts';
import { clock, replay, spoken } from './play-day.ts';

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
