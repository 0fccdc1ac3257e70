// Scenarios compiled: what each happening becomes.

import { describe, expect, it } from 'vitest';
import { compile } from '#src/sim/scenario/compile.ts';
import { scenarioOf } from './rehearsal.ts';

type Line = Record<string, unknown>;

describe('what happens becomes', () => {
  const START = Date.UTC(2026, 2, 2, 8);
  const lines = (devices: Line[], script: Line[]): Line[] => {
    const { lines } = compile(
      scenarioOf({ scenario: 'x', home: { timezone: 'UTC', lasts: '10min' }, devices, script }),
      1,
    );
    // Seconds since the beginning, for the eye.
    return [...lines()].flatMap((line) =>
      typeof line.t === 'number' && line.t > START ? [{ ...line, t: (line.t - START) / 1_000 }] : [],
    );
  };
  const help = { id: 'help', kind: 'help-button' };
  const gas = { id: 'gas', kind: 'gas', wire: 'winsen', every: '1min' };
  const door = { id: 'door', kind: 'door', role: 'exit' };

  it('a press: down and up, and a hold in between when it is long', () => {
    const { length, ...all } = lines(
      [help],
      [
        { at: '10s', do: 'press', device: 'help' },
        { at: '20s', do: 'press', device: 'help', hold: '5s' },
      ],
    );
    expect(Object.values(all)).toEqual([
      { t: 10, device: 'help', quantity: 'button', value: 'press' },
      { t: 10.3, device: 'help', quantity: 'button', value: 'release' },
      { t: 20, device: 'help', quantity: 'button', value: 'press' },
      { t: 23, device: 'help', quantity: 'button', value: 'hold' },
      { t: 25, device: 'help', quantity: 'button', value: 'release' },
      { t: 600 },
    ]);
  });

  it('a ramp: a level that is read on its way', () => {
    const values = lines([gas], [{ at: '2min', do: 'ramp', device: 'gas', to: 30, over: '3min' }]).map(
      ({ value }) => value,
    );
    expect(values).toEqual([0, 0, 10, 20, 30, 30, 30, 30, 30, 30, undefined]);
    const leak = lines([gas], [{ at: '1min', do: 'ramp', device: 'gas', to: 30, over: '4min', shape: 'leak' }]).map(
      ({ value }) => Number(value),
    );
    // Most of it in the first half.
    expect(leak.slice(0, 6)).toEqual([0, 16.6, 24.5, 28.2, 30, 30]);
  });

  it('an unplugged cable: a lost link, silence, and on its return what there is by then', () => {
    const found = lines(
      [gas],
      [
        { at: '90s', do: 'unplug', device: 'gas', for: '100s' },
        { at: '2min', do: 'set', device: 'gas', value: 12 },
      ],
    );
    expect(found.slice(0, 5)).toEqual([
      { t: 60, device: 'gas', quantity: 'gas', value: 0 },
      { t: 90, link: 'down', device: 'gas' },
      { t: 190, link: 'up', device: 'gas' },
      { t: 190, device: 'gas', quantity: 'gas', value: 12 },
      { t: 240, device: 'gas', quantity: 'gas', value: 12 },
    ]);
  });

  it('a contact that changed while it was unplugged is told when it is back', () => {
    expect(
      lines(
        [door],
        [
          { at: '1s', do: 'unplug', device: 'door' },
          { at: '2s', do: 'set', device: 'door', value: 'open' },
          { at: '3s', do: 'plug', device: 'door' },
        ],
      ),
    ).toEqual([
      { t: 1, link: 'down', device: 'door' },
      { t: 3, link: 'up', device: 'door' },
      { t: 3, device: 'door', quantity: 'contact', value: 'open' },
      { t: 600 },
    ]);
  });

  it('garbage, silence and slowness: nothing readable, unless answers come whole or nearly in time', () => {
    const count = (step: Line) =>
      lines([gas], [{ at: '1s', device: 'gas', ...step }]).filter(({ quantity }) => quantity).length;
    expect(count({ do: 'garbage' })).toBe(0);
    expect(count({ do: 'garbage', answers: 'whole' })).toBe(10);
    expect(count({ do: 'silence' })).toBe(0);
    expect(count({ do: 'slow', by: '2s' })).toBe(0);
    expect(count({ do: 'slow', by: '100ms' })).toBe(10);
    expect(count({ do: 'slow', by: '100ms', half: true })).toBe(0);
  });

  it('stuck, drift and a broken sensor: values and how far they can be believed', () => {
    const found = lines(
      [{ ...gas, starts: 2 }],
      [
        { at: '30s', do: 'stuck', device: 'gas', for: '2min' },
        { at: '40s', do: 'set', device: 'gas', value: 6 },
        { at: '4min', do: 'sensor-fault', device: 'gas', for: '1min' },
        { at: '6min', do: 'drift', device: 'gas', perHour: 120 },
      ],
    ).filter(({ quantity, t }) => quantity && t !== 40);
    expect(found.map(({ t, value, quality }) => [t, value, quality])).toEqual([
      [60, 2, undefined],
      [120, 2, undefined],
      [180, 6, undefined],
      [240, 6, 'bad'],
      [300, 6, undefined],
      [360, 6, undefined],
      [420, 8, undefined],
      [480, 10, undefined],
      [540, 12, undefined],
      [600, 14, undefined],
    ]);
  });

  it('a gateway that is off and on again: every device is read anew, and those that are gone are missed', () => {
    const found = lines(
      [door, { id: 'other', kind: 'door' }],
      [
        { at: '10s', do: 'unplug', device: 'other' },
        { at: '20s', do: 'gateway-off', for: '1min' },
        { at: '30s', do: 'set', device: 'door', value: 'open' },
      ],
    );
    expect(found.slice(1)).toEqual([
      { t: 20, gateway: 'off' },
      { t: 30, device: 'door', quantity: 'contact', value: 'open' },
      { t: 80, gateway: 'on' },
      { t: 80, device: 'door', quantity: 'contact', value: 'open' },
      { t: 80, link: 'down', device: 'other' },
      { t: 600 },
    ]);
  });

  it('an end that comes too late for its beginning ends nothing', () => {
    const found = lines(
      [door],
      [
        { at: '10s', do: 'unplug', device: 'door', for: '1min' },
        { at: '20s', do: 'plug', device: 'door' },
        { at: '30s', do: 'unplug', device: 'door' },
      ],
    );
    expect(found.flatMap(({ link, t }) => (link ? [[t, link]] : []))).toEqual([
      [10, 'down'],
      [20, 'up'],
      [30, 'down'],
    ]);
  });

  it('a routine: on its days and at its local time, whatever the clocks do', () => {
    const { lines, timeline } = compile(
      scenarioOf({
        scenario: 'x',
        home: { timezone: 'Europe/Berlin', start: '2026-03-27 12:00', lasts: '5d' },
        devices: [{ id: 'bed', kind: 'bed', starts: true }],
        routines: [
          {
            name: 'up',
            at: '07:00',
            on: ['sat', 'sun', 'mon'],
            except: [4],
            steps: [{ do: 'set', device: 'bed', value: false }],
          },
        ],
      }),
      1,
    );
    const up = [...lines()].filter(({ quantity, value }) => quantity === 'occupancy' && value === false);
    expect(up.map(({ t }) => new Date(timeline.zone.local(t as number)).toISOString().slice(0, 16))).toEqual([
      '2026-03-28T07:00',
      '2026-03-29T07:00',
    ]);
  });

  it('stillness: steps of routines that do not happen, while what had begun ends; and afterwards they go on', () => {
    const motions = (still: Line) => {
      const { lines, timeline } = compile(
        scenarioOf({
          scenario: 'x',
          home: { timezone: 'UTC', start: '2026-03-02 00:00', lasts: '3d' },
          devices: [
            { id: 'bath', kind: 'motion' },
            { id: 'kitchen', kind: 'motion' },
          ],
          routines: [
            { name: 'washes', at: '08:00', steps: [{ do: 'pulse', device: 'bath', for: '10min' }] },
            { name: 'cooks', at: '12:00', steps: [{ do: 'pulse', device: 'kitchen', for: '10min' }] },
          ],
          script: [still],
        }),
        1,
      );
      const after = [...lines()].filter(({ t, quantity }) => quantity && Number(t) > timeline.epoch);
      return after.map(({ t, device, value }) => `${(Number(t) - timeline.epoch) / 3_600_000} ${device} ${value}`);
    };
    const minutes = (hour: number) => hour + 10 / 60;
    const pair = (hour: number, device: string) => [`${hour} ${device} true`, `${minutes(hour)} ${device} false`];
    // A collapse in the bathroom: the sensor still says that nothing moves any more.
    expect(motions({ at: '8h5min', do: 'still' })).toEqual(pair(8, 'bath'));
    expect(motions({ at: '1h', do: 'still', for: '1d' })).toEqual([
      ...pair(32, 'bath'),
      ...pair(36, 'kitchen'),
      ...pair(56, 'bath'),
      ...pair(60, 'kitchen'),
    ]);
    expect(motions({ at: '9h', do: 'still', routines: ['washes'] })).toEqual([
      ...pair(8, 'bath'),
      ...pair(12, 'kitchen'),
      ...pair(36, 'kitchen'),
      ...pair(60, 'kitchen'),
    ]);
  });

  it('a routine with a chance: about so often, and on other days for another seed', () => {
    const scenario = scenarioOf({
      scenario: 'x',
      home: { timezone: 'UTC', start: '2026-03-02 00:00', lasts: '200d' },
      devices: [{ id: 'bed', kind: 'bed' }],
      routines: [
        { name: 'wakes', at: '03:00', chance: 0.3, steps: [{ do: 'pulse', device: 'bed', for: '5min' }] },
        { name: 'never', at: '04:00', chance: 0, steps: [{ do: 'pulse', device: 'bed', for: '5min' }] },
      ],
    });
    const days = (seed: number) => {
      const { timeline } = compile(scenario, seed);
      return timeline.moves.flatMap(({ t, change }) =>
        change.do === 'set' && change.value === true ? [Math.floor(t / 86_400_000)] : [],
      );
    };
    expect(days(1).length).toBeGreaterThan(40);
    expect(days(1).length).toBeLessThan(80);
    expect(days(2)).not.toEqual(days(1));
  });
});
