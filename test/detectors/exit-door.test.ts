// The door to the outside: one meaning for every detector, and a home in which none is marked says so.

import { describe, expect, it } from 'vitest';
import type { Device } from '#contract/device.ts';
import { HOUR, MINUTE } from '#contract/time.ts';
import { defaultRules, replayAllBy } from '#fakes/replay.ts';
import type { OutputLine } from '#src/replay/replay.ts';

/** A morning, well within the night that `wandering` is given below. */
const start = 20_000 * 24 * HOUR + 8 * HOUR;
const at = (minute: number) => start + minute * MINUTE;
const hall = { id: 'hall', kind: 'motion', room: 'hall' };
const band = { id: 'band', kind: 'wearable' };

type Door = Pick<Device, 'kind' | 'role'>;
const exits: Door[] = [
  { kind: 'door', role: 'exit' },
  { kind: 'contact', role: 'exit' },
];
const others: Door[] = [{ kind: 'door' }, { kind: 'contact' }, { kind: 'motion', role: 'exit' }];

/** Somebody passes the hall and the door; then nothing more is heard, of the band either, for a day. */
const dayWith = (door: Door) => [
  ...[hall, band, { ...door, id: 'door', room: 'bedroom' }].map((declare) => ({ declare })),
  { t: at(0), device: 'band', quantity: 'worn', value: true },
  { t: at(0), device: 'hall', quantity: 'motion', value: true },
  { t: at(1), device: 'hall', quantity: 'motion', value: false },
  { t: at(2), device: 'door', quantity: 'contact', value: 'open' },
  { t: at(4), link: 'down', device: 'band' },
  { t: at(60 * 26) },
];
/** The door was passed long ago; somebody is inside. */
const homeWith = (door: Door) => [
  ...dayWith(door).filter((line) => !('link' in line) && (!('t' in line) || line.t < at(60))),
  { t: at(3), device: 'hall', quantity: 'motion', value: true },
  { t: at(60 * 7) },
];

const rules: Record<string, object> = {
  'door-open': {},
  'door-unused': { hours: 6 },
  wandering: { from: '08:00', until: '12:00' },
  absence: { backBy: '07:59', hours: 1 },
};
const play = (door: Door, on: Record<string, object>): Promise<OutputLine[]> => {
  const switched = Object.fromEntries(Object.entries(on).map(([id, options]) => [id, { enabled: true, ...options }]));
  const lines = 'door-unused' in on ? homeWith(door) : dayWith(door);
  return replayAllBy(defaultRules('UTC', { inactivity: { enabled: false }, ...switched }), lines);
};
const raised = (out: OutputLine[]) => out.filter(({ type, state }) => type === 'alert' && state === 'raised');

describe.each(Object.entries(rules))('%s', (rule, options) => {
  it.each(exits)('counts the door to the outside, a %o', async (door) => {
    expect(raised(await play(door, { [rule]: options }))).toMatchObject([{ hazard: rule }]);
  });

  it.each(others)('does not take a %o for the door to the outside', async (door) => {
    expect(raised(await play(door, { [rule]: options }))).toEqual([]);
  });
});

it('is not used by telling its battery: a band that is lost then has not left the home', async () => {
  const lines = dayWith({ kind: 'door', role: 'exit' }).map((line) =>
    'quantity' in line && line.quantity === 'contact' ? { ...line, quantity: 'battery', value: 80 } : line,
  );
  const options = { inactivity: { enabled: false }, absence: { enabled: true, ...rules.absence } };
  expect(raised(await replayAllBy(defaultRules('UTC', options), lines))).toEqual([]);
});

describe('presence', () => {
  const believed = (out: OutputLine[]) => out.flatMap(({ type, value }) => (type === 'presence' ? [value] : []));

  it.each(exits)('takes who passed a %o for away', async (door) => {
    expect(believed(await play(door, {}))).toEqual(['home', 'away']);
  });

  it.each(others)('takes nobody for away who passed a %o', async (door) => {
    expect(believed(await play(door, {}))).toEqual(['home']);
  });
});

describe('a home in which no door is marked as the one to the outside', () => {
  const faults = (out: OutputLine[]) =>
    out.flatMap(({ type, code, active }) => (type === 'fault' && code === 'exit-door-unmarked' ? [active] : []));

  it.each(Object.entries(rules))('says that %s is on and sees nothing', async (rule, options) => {
    expect(faults(await play({ kind: 'door' }, { [rule]: options }))).toEqual([true]);
  });

  it('says nothing where no such rule is on, where one is marked, and where there is no door', async () => {
    expect(faults(await play({ kind: 'door' }, {}))).toEqual([]);
    expect(faults(await play({ kind: 'door', role: 'exit' }, rules))).toEqual([]);
    expect(faults(await play({ kind: 'contact' }, rules))).toEqual([]);
  });
});
