import { describe, expect, it } from 'vitest';
import { replay } from '#fakes/replay.ts';
import type { OutputLine } from '#src/replay/replay.ts';

const declare = (id: string, kind: string) => ({ declare: { id, kind, room: 'kitchen' } });
const help = declare('b', 'help-button');
const press = (t: number) => ({ t, device: 'b', quantity: 'button', value: 'press' });
const gas = declare('g', 'gas');
const level = (t: number, value: number) => ({ t, device: 'g', quantity: 'gas', value });
const brief = (lines: OutputLine[]) =>
  lines.map(({ t, hazard, state, severity, count }) => [t, hazard, state, severity, count]);

describe('a replay', () => {
  it('raises what a live gateway would have raised, at the instant of the reading', async () => {
    expect(brief(await replay(help, gas, press(1_000), level(2_000, 9), level(3_000, 10)))).toEqual([
      [1_000, 'help', 'raised', 'alarm', 1],
      [3_000, 'gas', 'raised', 'early', 1],
    ]);
  });

  it('takes what a person says to the newest open alert, or to that of the hazard', async () => {
    const said = [
      { t: 3, say: 'acknowledge' },
      { t: 4, say: 'resolve', hazard: 'help' },
      { t: 5, say: 'cancel' },
    ];
    const out = await replay(help, gas, press(1), level(2, 12), ...said);
    expect(brief(out.slice(2))).toEqual([
      [3, 'gas', 'acknowledged', 'early', 1],
      [4, 'help', 'resolved', 'alarm', 1],
    ]);
  });

  it('hears nothing while the gateway is off, and goes on with what was open', async () => {
    const out = await replay(help, press(1), { t: 2, gateway: 'off' }, press(3), { t: 4, gateway: 'on' }, press(5));
    expect(brief(out)).toEqual([
      [1, 'help', 'raised', 'alarm', 1],
      [5, 'help', 'raised', 'alarm', 2],
    ]);
  });

  it('begins a home anew with each run, and names the run', async () => {
    const out = await replay({ run: 'a' }, help, press(9), { run: 'b' }, help, press(1));
    expect(out.map(({ run, t, count }) => [run, t, count])).toEqual([
      ['a', 9, 1],
      ['b', 1, 1],
    ]);
  });

  it('does not care about the wall clock', async () => {
    const out = await replay(help, press(1_000), { t: 2_000, clock: { stepMs: -86_400_000 } }, press(3_000));
    expect(brief(out)).toEqual([
      [1_000, 'help', 'raised', 'alarm', 1],
      [3_000, 'help', 'raised', 'alarm', 2],
    ]);
  });

  it('forks: what silence would bring changes nothing of what follows, not even an id', async () => {
    const plain = await replay(help, press(1), press(5));
    const forked = await replay(help, press(1), { t: 2, whatIf: 'silence', forMs: 86_400_000 }, press(5));
    expect(forked.filter((line) => !('whatIf' in line))).toEqual(plain);
  });

  it('tells a lost device and its return', async () => {
    const out = await replay(gas, { t: 1, link: 'down', device: 'g' }, { t: 2, link: 'up', device: 'g' });
    expect(out).toEqual([
      { t: 1, type: 'fault', code: 'device-lost', subject: 'device:g', active: true },
      { t: 2, type: 'fault', code: 'device-lost', subject: 'device:g', active: false },
    ]);
  });

  it('refuses in words what it cannot use, and changes nothing by it', async () => {
    const refusals = await replay(
      help,
      press(10),
      press(9),
      { t: 10, device: 'nobody', quantity: 'button', value: 'press' },
      { t: 10, device: 'b', quantity: 'button', value: 'tickle' },
      { t: 10, device: 'b', quantity: 'joy', value: 1 },
      { t: 10, gateway: 'on' },
      { t: 10, say: 'boo' },
      { nonsense: true },
      { t: 10, link: 'down' },
    );
    expect(refusals.slice(1).map(({ refused }) => refused)).toEqual([
      't: 9 is before 10 of an earlier line',
      expect.stringContaining('"nobody" is neither in the config nor declared'),
      'button: expected one of press, hold, release',
      'quantity: is not a known quantity',
      'gateway: it is on already',
      expect.stringContaining('say'),
      expect.stringContaining('expected one of run, declare'),
      expect.stringContaining('either "device" or "transport"'),
    ]);
  });

  it('takes every line of the contract', async () => {
    const out = await replay(
      { run: 'all' },
      { declare: { id: 'wrist-1', kind: 'wearable', placement: 'wrist', room: 'hall' } },
      { declare: { id: 'door-1', kind: 'door', role: 'exit' } },
      { t: 1, device: 'door-1', quantity: 'contact', value: 'open' },
      { t: 2, device: 'wrist-1', quantity: 'acceleration', rateHz: 50, samples: [[0, 0, 1]] },
      { t: 3, link: 'down', transport: 'ble' },
      { t: 4, say: 'away' },
      { t: 5, gateway: 'off' },
      { t: 6, gateway: 'on' },
      { t: 7 },
      { t: 8, whatIf: 'silence', forMs: 1_000 },
    );
    expect(out.filter((line) => 'refused' in line)).toEqual([]);
  });
});
