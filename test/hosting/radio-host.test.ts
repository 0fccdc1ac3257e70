// A radio's devices as the gateway sees them, whatever their process says or does.

import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import { type AnyDriver, defineDriver } from '#contract/driver.ts';
import type { Reading } from '#contract/reading.ts';
import { SECOND } from '#contract/time.ts';
import { until } from '#fakes/wait.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import type { DriverHost } from '#src/hosting/host.ts';
import { joinHosts } from '#src/hosting/join-hosts.ts';
import { bluetooth } from '#src/hosting/radio/bluetooth/profile.ts';
import { createRadioHost } from '#src/hosting/radio/host.ts';

const hosts: DriverHost[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.stop();
});

const driver: AnyDriver = defineDriver({
  id: 'band',
  summary: 'for tests',
  transport: 'ble',
  kinds: ['wearable'],
  options: z.object({}),
  provides: ['heartRate'],
  accepts: [],
  checkIn: () => 60 * SECOND,
  run: () => ({ stop: async () => undefined }),
});
const device = (id: string) => ({ id, kind: 'wearable', driver: 'band', options: {} }) as const;

/** `script` hears `setup`, `apply` and `perform` as `say(name, handler)` and answers with `tell`. */
function radio(script: string) {
  const clock = virtualClock({ mono: 50_000, wall: 1_000_000 });
  const readings: Reading[] = [];
  const faults: string[] = [];
  const told: string[] = [];
  const heard: string[] = [];
  const line = (fields: object, message: string) => void told.push(`${message} ${JSON.stringify(fields)}`);
  const log = { debug: line, info: line, warn: line, error: line, child: () => log };
  const prelude = `const tell = (message) => process.send(message); const say = (name, heard) => process.on('message', (m) => m.say === name && heard(m)); setInterval(() => {}, 1e6);`;
  const host = createRadioHost({
    profile: bluetooth,
    program: [process.execPath, '-e', `${prelude}${script};tell({ say: 'ready' })`, '--'],
    drivers: [driver],
    secretsDir: undefined,
    settings: () => ({}),
    ports: {
      clock,
      log,
      accept: (reading) => void readings.push(reading),
      heard: (id) => void heard.push(id),
      fault: (code, subject, active, context = {}, dependsOn = []) =>
        void faults.push(
          `${active ? '+' : '-'}${code}@${subject} ${context.reason ?? ''}${dependsOn.length > 0 ? ' explained' : ''}`,
        ),
      install: ({ id }, checkInMs) => void told.push(`installed ${id} ${checkInMs}`),
      remove: (id) => void told.push(`removed ${id}`),
    },
  });
  hosts.push(host);
  return { clock, host, readings, heard, faults, told, until };
}

const READING = `{ say: 'reading', quantity: 'heartRate', value: 70, quality: 'good' }`;

it('stamps readings by its own clock and counts them itself; those of strangers are nobody’s', async () => {
  const { host, readings, until } = radio(
    `say('apply', () => { for (const [device, mono] of [['b', 40000], ['stranger', 1], ['b', 99999999]]) tell({ ...${READING}, device, mono }); })`,
  );
  await host.apply([device('b')]);
  expect(host.unsettled()).toEqual(['b']);
  await until(() => expect(readings).toHaveLength(2));
  expect(readings).toMatchObject([
    { deviceId: 'b', seq: 1, at: { mono: 40_000, wall: 990_000 } },
    { deviceId: 'b', seq: 2, at: { mono: 50_000, wall: 1_000_000 } },
  ]);
  expect(host.unsettled()).toEqual([]);
});

it('passes on that a device of the home was heard, though it says nothing new', async () => {
  const { host, heard, readings, until } = radio(
    `say('apply', () => { for (const device of ['stranger', 'b']) tell({ say: 'heard', device }); })`,
  );
  await host.apply([device('b')]);
  await until(() => expect(heard).toEqual(['b']));
  expect(readings).toEqual([]);
  expect(host.unsettled()).toEqual([]);
});

it('starts a fresh process for one whose scan has stalled, without calling that a failure, and gives each more patience', async () => {
  const { clock, host, faults, told, until } = radio(
    `say('setup', ({ patience }) => { tell({ say: 'log', level: 'info', fields: { patience }, message: 'set up' }); if (patience < 4) tell({ say: 'stalled', why: 'nothing heard' }); })`,
  );
  await host.apply([device('b')]);
  await until(() => {
    clock.advance(0);
    expect(told.filter((line) => line.startsWith('set up'))).toHaveLength(3);
  });
  expect(told.filter((line) => line.startsWith('set up'))).toEqual([
    'set up {"patience":1}',
    'set up {"patience":2}',
    'set up {"patience":4}',
  ]);
  expect(new Set(faults.filter((told) => told.startsWith('+')))).toEqual(
    new Set(['+bluetooth-lost@device:b failed explained']),
  );
});

it('refuses what was asked of a process that ends, and loses its devices with a reason', async () => {
  const { host, faults } = radio(`say('perform', () => process.exit(1))`);
  await host.apply([device('b')]);
  await until(async () => {
    await expect(host.perform('b', 'on')).rejects.toMatchObject({ code: 'radio-process' });
  });
  expect(faults).toContain('+radio-process-failed@port:bluetooth ended with exit code 1');
  expect(faults).toContain('+bluetooth-lost@device:b failed explained');
  await expect(host.perform('nobody', 'on')).rejects.toMatchObject({ code: 'no-device' });
});

it('answers what was asked, each by its own number', async () => {
  const { host, told, until } = radio(
    `say('apply', () => tell({ say: 'log', level: 'info', fields: {}, message: 'applied' })); const held = []; say('perform', (m) => { held.push(m); if (held.length === 2) { tell({ say: 'performed', id: held[1].id, error: 'out of range' }); tell({ say: 'performed', id: held[0].id, result: 'confirmed' }); } })`,
  );
  await host.apply([device('b')]);
  await until(() => expect(told).toContain('applied {}'));
  const first = host.perform('b', 'on');
  await expect(host.perform('b', 'off')).rejects.toThrow('out of range');
  expect(await first).toBe('confirmed');
});

it('says that a flood cost readings, until a minute passes without more', async () => {
  const { clock, host, faults, until } = radio(
    `const alive = (dropped) => tell({ say: 'alive', rssMegabytes: 80, dropped }); say('apply', () => { alive(0); alive(7); }); say('perform', ({ id }) => { alive(7); tell({ say: 'performed', id, result: 'commanded' }); })`,
  );
  await host.apply([device('b')]);
  await until(() => expect(faults).toEqual(['+readings-dropped@port:bluetooth ']));
  // A process that says nothing for ten seconds is a hung one.
  for (let seconds = 0; seconds < 63; seconds += 9) {
    expect(faults).not.toContain('-readings-dropped@port:bluetooth ');
    clock.advance(9 * SECOND);
    await host.perform('b', 'on');
  }
  expect(faults).toContain('-readings-dropped@port:bluetooth ');
  for (let seconds = 0; seconds < 27; seconds += 9) {
    clock.advance(9 * SECOND);
    await host.perform('b', 'on');
  }
  expect(faults.filter((said) => said.startsWith('-readings-dropped'))).toHaveLength(1);
});

it('starts nothing while no device needs it, and lets go of it with the last one', async () => {
  const { host, told, faults, readings, until } = radio(
    `say('apply', ({ devices }) => { for (const { id } of devices) tell({ ...${READING}, device: id, mono: 1 }); })`,
  );
  await host.apply([]);
  expect(told).toEqual([]);
  await host.apply([device('b')]);
  await until(() => expect(readings).toHaveLength(1));
  await host.apply([device('c')]);
  expect(told).toEqual(['installed b 60000', 'removed b', 'installed c 60000']);
  await until(() => expect(readings.at(-1)?.deviceId).toBe('c'));
  await host.apply([]);
  expect(told.at(-1)).toBe('removed c');
  expect(faults).toContain('-bluetooth-missing@port:bluetooth ');
});

it('let go after somebody paired without an adapter, has no fault left that nobody would mend', async () => {
  const { clock, host, faults, until } = radio(
    `say('search', ({ on }) => on && tell({ say: 'fault', code: 'bluetooth-missing', device: null, active: true, context: { reason: 'none' } }))`,
  );
  const end = host.nearby(() => undefined);
  await until(() => expect(faults).toContain('+bluetooth-missing@port:bluetooth none'));
  end();
  clock.advance(5 * SECOND);
  await until(() => expect(faults).toContain('-bluetooth-missing@port:bluetooth '));
});

it('that has not begun when the home is armed is one fault, which explains its devices, until it says how it is', async () => {
  const { host, faults, until } = radio(
    `const of = (code, active) => tell({ say: 'fault', code, device: null, active, ...(active && { context: { reason: 'none' } }) }); say('perform', ({ id }) => { of('bluetooth-missing', true); tell({ say: 'performed', id, result: 'commanded' }); })`,
  );
  await host.apply([device('b'), device('c')]);
  host.giveUpWaiting();
  const lost = ['b', 'c'].map((id) => `+bluetooth-lost@device:${id} no answer yet explained`);
  expect(faults).toEqual(['+radio-starting@port:bluetooth ', ...lost]);
  await until(() => host.perform('b', 'on'));
  expect(faults.slice(3)).toEqual(['+bluetooth-missing@port:bluetooth none', '-radio-starting@port:bluetooth ']);
  // From then on each device speaks for itself.
  host.giveUpWaiting();
  expect(faults).toHaveLength(5);
});

it('that works has no such fault, whatever its devices say', async () => {
  const { host, faults, until } = radio(
    `say('apply', () => tell({ say: 'fault', code: 'bluetooth-missing', device: null, active: false }))`,
  );
  await host.apply([device('b')]);
  await until(() => expect(faults).toContain('-bluetooth-missing@port:bluetooth '));
  host.giveUpWaiting();
  expect(faults.filter((one) => one.startsWith('+'))).toEqual(['+bluetooth-lost@device:b no answer yet explained']);
});

it('shares a home with the wires: each device goes where its driver’s transport is', async () => {
  const seen: string[] = [];
  const host = (name: string): DriverHost => ({
    apply: async (devices) => void seen.push(`${name}: ${devices.map(({ id }) => id)}`),
    perform: async (id) => {
      seen.push(`${name} performs ${id}`);
      return 'commanded';
    },
    unsettled: () => [name],
    giveUpWaiting: () => void seen.push(`${name} gave up`),
    stop: async () => void seen.push(`${name} stopped`),
  });
  const both = joinHosts([driver], host('wires'), { ble: host('radio') });
  await both.apply([device('b'), { id: 'lamp', kind: 'light', driver: 'gpio-output', options: {} }]);
  await both.perform('b', 'on');
  await both.perform('lamp', 'on');
  expect(both.unsettled()).toEqual(['wires', 'radio']);
  both.giveUpWaiting();
  await both.stop();
  expect(seen).toEqual([
    'wires: lamp',
    'radio: b',
    'radio performs b',
    'wires performs lamp',
    'wires gave up',
    'radio gave up',
    'wires stopped',
    'radio stopped',
  ]);
});
