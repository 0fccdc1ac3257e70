// What a person resolved while its cause lasts comes again, after its time anew; breathing at once.

import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '#contract/time.ts';
import { defaultRules, replayAllBy } from '#fakes/replay.ts';

const start = 20_000 * 24 * HOUR + 8 * HOUR;
const devices = [
  { id: 'door', kind: 'door', room: 'hall', role: 'exit' },
  { id: 'tap', kind: 'water', room: 'kitchen' },
  { id: 'bed', kind: 'radar', room: 'bedroom' },
  { id: 'cold', kind: 'temperature', room: 'bedroom' },
  { id: 'bath', kind: 'motion', room: 'bathroom' },
  { id: 'room', kind: 'motion', room: 'living room' },
].map((declare) => ({ declare }));
const says = (minute: number, device: string, quantity: string, value: unknown) => ({
  t: start + minute * MINUTE,
  device,
  quantity,
  value,
});
const resolve = (minute: number, hazard: string) => ({ t: start + minute * MINUTE, say: 'resolve', hazard });

async function told(rule: string, hazard: string, options: object, ...lines: object[]) {
  const rules = defaultRules('UTC', {
    [rule]: { enabled: true, ...options },
    inactivity: { enabled: rule === 'inactivity' },
  });
  const out = await replayAllBy(rules, [...devices, ...lines]);
  return out
    .filter((line) => line.type === 'alert' && line.hazard === hazard && line.state !== 'acknowledged')
    .map(({ t, state, because }) => [(Number(t) - start) / MINUTE, state, (because as { fact: string }[])[0]?.fact]);
}

describe('resolved while it lasts', () => {
  it('a door that stays open', async () => {
    const lines = [says(0, 'door', 'contact', 'open'), resolve(20, 'door-open'), { t: start + 60 * MINUTE }];
    expect(await told('door-open', 'door-open', {}, ...lines)).toEqual([
      [15, 'raised', 'left-open'],
      [20, 'resolved', 'left-open'],
      [35, 'raised', 'still-present'],
    ]);
  });

  it('water that runs on', async () => {
    const lines = [says(0, 'tap', 'waterFlow', true), resolve(70, 'water-running'), { t: start + 200 * MINUTE }];
    expect((await told('water-running', 'water-running', {}, ...lines)).map(([at]) => at)).toEqual([60, 70, 130]);
  });

  it('breathing that is too slow, at once', async () => {
    const lines = [
      ...Array.from({ length: 10 }, (_, n) => says(n, 'bed', 'respirationRate', 5)),
      resolve(9, 'breathing'),
      { t: start + 20 * MINUTE },
    ];
    expect((await told('breathing', 'breathing', {}, ...lines)).map(([at]) => at)).toEqual([3, 9, 9]);
  });

  it('a bathroom that nobody leaves, and one where somebody was seen elsewhere since', async () => {
    const lines = [says(0, 'bath', 'motion', true), resolve(70, 'bathroom')];
    const stays = await told('bathroom', 'bathroom', {}, ...lines, { t: start + 200 * MINUTE });
    expect(stays.map(([at, state]) => [at, state])).toEqual([
      [60, 'raised'],
      [70, 'resolved'],
      [130, 'raised'],
    ]);
    const leaves = [says(80, 'room', 'motion', true), { t: start + 200 * MINUTE }];
    expect(await told('bathroom', 'bathroom', {}, ...lines, ...leaves)).toHaveLength(2);
  });

  it('nothing moved for a day, and for a day more', async () => {
    const lines = [
      says(0, 'room', 'motion', true),
      says(1, 'room', 'motion', false),
      resolve(25 * 60, 'no-motion'),
      { t: start + 60 * HOUR },
    ];
    expect((await told('no-motion', 'no-motion', {}, ...lines)).map(([at]) => at)).toEqual([1_441, 1_500, 2_940]);
  });

  it.each([
    ['door-open', 'door', 'contact', 'open'],
    ['water-running', 'tap', 'waterFlow', true],
    ['breathing', 'bed', 'respirationRate', 5],
  ])('%s of a sensor that was lost meanwhile, not before it is heard again', async (rule, device, quantity, value) => {
    // A sensor that was taken off the wall proves nothing by what it said last: else nobody could ever close its alarm.
    const lines = [
      says(0, device, quantity, value),
      { t: start + 70 * MINUTE, link: 'down', device },
      resolve(80, rule),
      { t: start + 20 * HOUR },
    ];
    expect((await told(rule, rule, {}, ...lines)).map(([, state]) => state)).toEqual(['raised', 'resolved']);
    const back = [
      { t: start + 20 * HOUR, link: 'up', device },
      says(20 * 60, device, quantity, value),
      { t: start + 24 * HOUR },
    ];
    const again = await told(rule, rule, {}, ...lines, ...back);
    expect(again.map(([, state]) => state)).toEqual(['raised', 'resolved', 'raised']);
  });

  it('a door that stands open at night; not one that was lost meanwhile', async () => {
    const night = { from: '08:00', until: '12:00' };
    const lines = [says(0, 'room', 'motion', true), says(1, 'door', 'contact', 'open')];
    const rest = [resolve(20, 'wandering'), { t: start + 60 * MINUTE }];
    const stays = await told('wandering', 'wandering', night, ...lines, ...rest);
    expect(stays.map(([at, state]) => [at, state])).toEqual([
      [6, 'raised'],
      [20, 'resolved'],
      [25, 'raised'],
    ]);
    const lost = { t: start + 10 * MINUTE, link: 'down', device: 'door' };
    expect((await told('wandering', 'wandering', night, ...lines, lost, ...rest)).map(([at]) => at)).toEqual([6, 20]);
  });

  it('somebody who is not back, and not after as long again', async () => {
    const lines = [
      says(0, 'room', 'motion', true),
      { t: start + MINUTE, say: 'away' },
      resolve(9 * 60, 'absence'),
      { t: start + 20 * HOUR },
    ];
    const late = await told('absence', 'absence', { hours: 8, backBy: '07:59' }, ...lines);
    expect(late.map(([at, state]) => [at, state])).toEqual([
      [8 * 60 + 1, 'raised'],
      [9 * 60, 'resolved'],
      [17 * 60, 'raised'],
    ]);
  });

  const cut = (minute: number) => [
    { t: start + minute * MINUTE, gateway: 'off' },
    { t: start + minute * MINUTE + 5_000, gateway: 'on' },
  ];

  it.each([
    ['bathroom', 'bath', 'motion', true, 45],
    ['door-open', 'door', 'contact', 'open', 15],
  ])('%s is one alert over power cuts', async (rule, device, quantity, value, minutes) => {
    const lines = [says(0, device, quantity, value), { t: start + (minutes + 2) * MINUTE, say: 'acknowledge' }];
    const out = await told(rule, rule, { minutes }, ...lines, ...cut(minutes + 3), ...cut(minutes + 9), {
      t: start + (minutes + 14) * MINUTE,
    });
    expect(out.map(([, state]) => state)).toEqual(['raised']);
  });

  it('nothing moved for a day, and for a day more, over a power cut right after somebody looked', async () => {
    const lines = [says(0, 'room', 'motion', true), resolve(1_570, 'no-motion'), ...cut(1_572)];
    const out = await told('no-motion', 'no-motion', {}, ...lines, { t: start + 60 * HOUR });
    expect(out.map(([, state]) => state)).toEqual(['raised', 'resolved', 'raised']);
  });

  it('nobody moves, and moves no more after somebody has looked', async () => {
    const lines = [
      says(0, 'room', 'motion', true),
      says(1, 'room', 'motion', false),
      resolve(6 * 60, 'inactivity'),
      { t: start + 30 * HOUR },
    ];
    const states = (await told('inactivity', 'inactivity', {}, ...lines)).map(([, state]) => state);
    expect(states.slice(0, 3)).toEqual(['raised', 'resolved', 'raised']);
  });
});

describe('a sensor that was lost before its time was over', () => {
  const link = (minute: number, state: string, device: string) => ({ t: start + minute * MINUTE, link: state, device });

  it('is held against nobody: its loss is a fault of its own', async () => {
    const lines = [says(0, 'door', 'contact', 'open'), link(5, 'down', 'door'), { t: start + 60 * MINUTE }];
    expect(await told('door-open', 'door-open', {}, ...lines)).toEqual([]);
  });

  it('and was the only one that could tell, is waited for anew when it is back', async () => {
    const lines = [
      says(0, 'tap', 'waterFlow', true),
      says(1, 'tap', 'waterFlow', false),
      link(2 * 60, 'down', 'tap'),
      link(10 * 60, 'up', 'tap'),
      { t: start + 30 * HOUR },
    ];
    const out = await told('water-unused', 'water-unused', {}, ...lines);
    expect(out.map(([at, state]) => [at, state])).toEqual([[22 * 60, 'raised']]);
  });
});
