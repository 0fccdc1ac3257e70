// A radio that the house does not know, in a process of its own: what hosting has of one is its profile, and nothing in it
// knows Bluetooth by name. What a real one touches beside stands in docs/adding-a-radio.md.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ConfiguredDevice } from '#contract/config.ts';
import type { Log } from '#contract/log.ts';
import type { Reading } from '#contract/reading.ts';
import { SECOND } from '#contract/time.ts';
import { until } from '#fakes/wait.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { createHost } from '#src/hosting/host.ts';
import { joinHosts } from '#src/hosting/join-hosts.ts';
import { createRadioHost } from '#src/hosting/radio/host.ts';
import { pagingThermometer } from './pager/driver.ts';
import { pager } from './pager/profile.ts';
import type { Page } from './pager/transport.ts';

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
const PIN = '0815';
const thermometer: ConfiguredDevice = {
  id: 'porch',
  kind: 'temperature',
  driver: pagingThermometer.id,
  options: { number: 7 },
};

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** The air that pagers send on. */
async function airAt(path: string) {
  const radios = new Set<Socket>();
  /** How long each radio that opened it was to bear silence. */
  const patience: number[] = [];
  const server = createServer((radio) => {
    radios.add(radio);
    radio.on('close', () => radios.delete(radio));
    radio.on('error', () => undefined);
    radio.on('data', (line) => patience.push(JSON.parse(line.toString()).patience));
  });
  const close = async () => {
    for (const radio of radios) radio.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  await new Promise<void>((resolve) => server.listen(path, resolve));
  endings.push(close);
  return {
    patience,
    close,
    say(said: Page | 'stall' | 'crash') {
      for (const radio of radios) radio.write(`${JSON.stringify(said)}\n`);
    },
  };
}

async function home() {
  const dir = mkdtempSync(join(tmpdir(), 'pagers-'));
  endings.push(async () => rmSync(dir, { recursive: true }));
  const path = join(dir, 'air');
  const air = await airAt(path);
  const clock = virtualClock({ mono: 50_000, wall: 1_000_000 });
  const readings: Reading[] = [];
  const faults = new Map<string, readonly string[]>();
  const memory = new Map<string, { page: number }>();
  let settings = { air: path };
  const ports = {
    clock,
    log: quiet,
    accept: (reading: Reading) => void readings.push(reading),
    fault(code: string, subject: string, active: boolean, _context?: object, dependsOn: readonly string[] = []) {
      if (active) faults.set(`${code}@${subject}`, dependsOn);
      else faults.delete(`${code}@${subject}`);
    },
    install: () => undefined,
    remove: () => undefined,
  };
  const radio = createRadioHost({
    profile: pager,
    program: [process.execPath, '--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'pager/main.ts')],
    drivers: [pagingThermometer],
    ports,
    secretsDir: undefined,
    secret: (id) => (id === thermometer.id ? PIN : undefined),
    kept: { of: ({ id }) => memory.get(id), keep: ({ id }, kept) => void memory.set(id, kept) },
    settings: () => settings,
  });
  const wired = createHost([pagingThermometer], { ...ports, transports: {} });
  const host = joinHosts([pagingThermometer], wired, { pager: radio });
  endings.push(host.stop);
  let number = 0;
  /** A page once each look, until it is what is awaited: nobody hears a page that is sent too early. */
  const paging = (awaited: () => void, page: Partial<Page> = {}) =>
    until(() => {
      number += 1;
      air.say({ number: 7, page: number, level: 21, pin: PIN, ...page });
      // A fresh process that was asked for is begun at once.
      clock.advance(0);
      awaited();
    });
  const move = (to: string) => {
    settings = { air: to };
  };
  return { dir, path, air, clock, readings, faults, memory, host, radio, paging, move };
}

describe('a radio that the house does not know', () => {
  it('has its readings arrive, and its drivers their secret and what was kept of them', async () => {
    const { host, readings, memory, faults, paging } = await home();
    await host.apply([thermometer]);
    expect(host.unsettled()).toEqual(['porch']);
    await paging(() => expect(readings.length).toBeGreaterThan(0));
    expect(readings[0]).toMatchObject({ deviceId: 'porch', quantity: 'temperature', value: 21, seq: 1 });
    expect(memory.get('porch')?.page).toBeGreaterThan(0);
    expect([...faults]).toEqual([]);
    expect(host.unsettled()).toEqual([]);
    expect(await host.perform('porch', 'on')).toBe('confirmed');
    await paging(() => expect(faults.has('sensor-fault@device:porch')).toBe(true), { pin: 'no' });
  });

  it('fails as a whole, as one fault that explains those of its devices, until it is there again', async () => {
    const { host, air, path, readings, faults, paging } = await home();
    await host.apply([thermometer]);
    await paging(() => expect(readings.length).toBeGreaterThan(0));
    await air.close();
    await until(() => expect(faults.size).toBe(2));
    expect(faults.get('serial-port-lost@port:pager')).toEqual([]);
    expect(faults.get('device-lost@device:porch')).toEqual([
      'serial-port-lost@port:pager',
      'radio-process-failed@port:pager',
      'radio-starting@port:pager',
    ]);
    await airAt(path);
    await until(() => expect([...faults]).toEqual([]));
  });

  it('has its process begun anew when it crashes, and goes on from what was kept', async () => {
    const { host, air, readings, memory, faults, paging, clock } = await home();
    await host.apply([thermometer]);
    await paging(() => expect(readings.length).toBeGreaterThan(0));
    air.say('crash');
    await until(() => expect([...faults.keys()]).toContain('radio-process-failed@port:pager'));
    expect([...faults.keys()]).toContain('device-lost@device:porch');
    const before = readings.length;
    clock.advance(SECOND);
    const last = memory.get('porch')?.page ?? 0;
    await paging(() => expect(readings.length).toBeGreaterThan(before));
    expect(memory.get('porch')?.page).toBeGreaterThan(last);
    // It has to live for ten seconds, and to say something meanwhile.
    clock.advance(6 * SECOND);
    await paging(() => expect(readings.length).toBeGreaterThan(before + 1));
    clock.advance(6 * SECOND);
    await until(() => expect([...faults]).toEqual([]));
  });

  it('gets a fresh process when it has stalled, with more patience; and one with its new settings', async () => {
    const { host, air, dir, readings, faults, paging, move } = await home();
    await host.apply([thermometer]);
    await paging(() => expect(readings.length).toBeGreaterThan(0));
    air.say('stall');
    await paging(() => expect(air.patience).toEqual([1, 2]));
    expect([...faults.keys()]).not.toContain('radio-process-failed@port:pager');
    const other = await airAt(join(dir, 'other'));
    move(join(dir, 'other'));
    await host.apply([thermometer]);
    await paging(() => expect(other.patience.length).toBeGreaterThan(0));
  });

  it('looks for devices of its own kind, and says whether one is what it is said to be', async () => {
    const { radio, paging } = await home();
    const found: unknown[] = [];
    const end = radio.nearby(({ devices }) => void found.push(...devices));
    await paging(() => expect(found).toContainEqual({ number: 7, driver: 'paging-thermometer' }));
    end();
    const reports: unknown[] = [];
    const endTrial = radio.trial(thermometer, 'wrong', (report) => void reports.push(report));
    await paging(() => expect(reports).toEqual([{ refused: 'wrong-key' }]));
    endTrial();
    radio.trial(thermometer, PIN, (report) => void reports.push(report));
    await paging(() => expect(reports.slice(1)).toEqual([{ heard: 'temperature 21' }]));
  });
});

/** All that hosting is of, but the folder of Bluetooth's profile. */
const files = readdirSync(join(import.meta.dirname, '../../src/hosting'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.includes('radio/bluetooth/'))
  .map((path) => ({ path, text: readFileSync(join(import.meta.dirname, '../../src/hosting', path), 'utf8') }));

it.each(files)('$path names no radio', ({ text }) => {
  expect(text.match(/bluetooth|\bble\b|advert|bindkey|\bgatt\b|zigbee/gi)).toBeNull();
});
