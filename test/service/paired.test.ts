// Paired devices run like those of the file; one that cannot be used is a fault, and everything else runs.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startGateway } from '#fakes/gateway.ts';
import { hciPty } from '#fakes/hci-pty.ts';
import { runVerb } from '#fakes/verb.ts';
import { readConfig } from '#src/config/load.ts';
import { deviceOrigins, valuesOf } from '#src/config/origins.ts';
import { configSchema } from '#src/config/schema.ts';
import { detectors } from '#src/detectors/index.ts';
import { joinRegistry } from '#src/service/join-registry.ts';
import { changeRegistry, REGISTRY } from '#src/store/registry.ts';
import type { Registry } from '#src/store/registry-file.ts';
import * as drivers from '../../drivers/index.ts';
import { addressOf, KEY, paired, registryOf } from '../store/registry-rig.ts';

const schema = configSchema({ drivers: Object.values(drivers), detectors });
const file = (devices: object[], more: object = {}) => {
  const read = readConfig(JSON.stringify({ home: { timezone: 'UTC' }, devices, ...more }), 'f', schema);
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  return read;
};
const join = (from: ReturnType<typeof file>, registry: Partial<Registry>) =>
  joinRegistry(from, { ...registryOf(), ...registry }, schema);
const fromFile = { id: 'worn', driver: 'bthome', kind: 'help-button', address: 'a4:c1:38:00:00:09' };

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

describe('a paired device', () => {
  it('is one of the configuration, with its driver’s defaults and its wearer, and without its key', () => {
    const { config, refused } = join(file([fromFile]), { devices: [paired(1, { options: { checkInMinutes: 30 } })] });
    expect(refused).toEqual([]);
    expect(config.people).toEqual([{ id: 'otto', name: 'Otto' }]);
    expect(config.devices.map(({ id }) => id)).toEqual(['worn', 'band-1']);
    expect(config.devices[1]).toEqual({
      id: 'band-1',
      driver: 'bthome',
      kind: 'help-button',
      room: 'hall',
      wearer: 'otto',
      options: { address: 'a4:c1:38:00:00:01', checkInMinutes: 30 },
      pairedAt: 1_790_000_000_001,
    });
    expect(JSON.stringify(config)).not.toContain(KEY);
  });

  it('is refused alone: where its name or address is taken, or its driver would not have it', () => {
    const { config, refused } = join(file([fromFile]), {
      devices: [
        paired(1, { id: 'worn' }),
        paired(9),
        paired(2, { options: { checkInMinutes: -1 } }),
        paired(3, { driver: 'nothing' }),
        paired(4, { options: { chekInMinutes: 5 } }),
        paired(5, { kind: 'scale' }),
        paired(6),
        paired(7, { id: 'band-6' }),
        paired(8, { address: addressOf(6) }),
        paired(10, { wearer: 'nobody' }),
      ],
    });
    expect(config.devices.map(({ id }) => id)).toEqual(['worn', 'band-6']);
    const reasons = Object.fromEntries(refused.map(({ id, reason }) => [`${id}`, reason]));
    expect(refused).toHaveLength(9);
    expect(refused[0]?.reason).toBe('worn stands in the configuration file as well');
    expect(reasons['band-9']).toBe('a4:c1:38:00:00:09 is worn of the configuration file already');
    expect(reasons['band-2']).toMatch(/^checkInMinutes is too small, expected a number from 1/);
    expect(reasons['band-3']).toContain('driver is unknown');
    expect(reasons['band-4']).toContain('did you mean checkInMinutes?');
    expect(reasons['band-5']).toContain('kind is unknown');
    expect(reasons['band-10']).toContain('wearer is nobody of `people`');
    expect(reasons['band-8']).toBe('a4:c1:38:00:00:06 is band-6 of the list of paired devices already');
  });

  it('keeps the name that the file gives its wearer', () => {
    const from = file([], { people: [{ id: 'otto', name: 'Grandpa' }] });
    const people = [{ id: 'otto', name: 'Otto', language: 'en' as const }];
    const { config, originOf } = join(from, { people, devices: [paired(1)] });
    expect(config.people).toEqual([{ id: 'otto', name: 'Grandpa', language: 'en' }]);
    expect(config.devices[0]?.wearer).toBe('otto');
    expect(['name', 'language'].map((field) => originOf(['people', 0, field]))).toEqual(['file', 'registry']);
  });
});

describe('what an installer says', () => {
  const door = { id: 'door', driver: 'gpio-input', kind: 'contact', chip: 'c', line: '1', role: 'exit' };
  const scale = { id: 'scale', driver: 'gatt-health', kind: 'scale', address: 'd0:00:00:00:00:02', wearer: 'otto' };
  const people = [
    { id: 'otto', name: 'Otto' },
    { id: 'li', name: '李娜' },
  ];

  it('of a wired device holds where the file says nothing, and each value says where it comes from', () => {
    const wired = [
      { id: 'door', room: '门厅', ignoreForActivity: true },
      { id: 'scale', room: 'bath', wearer: 'li', sharedBy: ['otto', 'li'] },
      { id: 'not there', room: 'x' },
    ];
    const contacts = [
      { name: 'Son', phone: '+8613900000000', order: 2 },
      { name: 'Daughter', phone: '+8613800000000', order: 1 },
    ];
    const from = file([door, scale], { people, detectors: { gas: { earlyAt: 12 } } });
    const { config, originOf, refused } = join(from, {
      wired,
      contacts,
      rooms: [{ name: '门厅' }],
      devices: [paired(1)],
    });
    expect(refused).toEqual([]);
    expect(config.devices).toMatchObject([
      { id: 'door', room: '门厅', role: 'exit', ignoreForActivity: true, options: { chip: 'c', line: '1' } },
      { id: 'scale', room: 'bath', wearer: 'otto' },
      { id: 'band-1' },
    ]);
    expect(config.devices[1]?.sharedBy).toBeUndefined();
    expect(config.contacts?.map(({ name }) => name)).toEqual(['Daughter', 'Son']);
    const values = Object.fromEntries(valuesOf(config, originOf).map(({ path, from }) => [path, from]));
    expect(values).toMatchObject({
      'home.timezone': 'file',
      'home.language': 'default',
      'devices[0].room': 'registry',
      'devices[0].role': 'file',
      'devices[0].options.line': 'file',
      'devices[0].options.activeLow': 'default',
      'devices[2].room': 'paired',
      'devices[2].options.address': 'paired',
      'people[0].name': 'file',
      'rooms[0]': 'registry',
      'contacts[0].phone': 'registry',
      'detectors.gas.earlyAt': 'file',
      'detectors.inactivity.enabled': 'default',
    });
    expect(deviceOrigins(config, 0, originOf)).toEqual({
      kind: 'file',
      room: 'registry',
      role: 'file',
      ignoreForActivity: 'registry',
    });
  });

  it('and cannot be is refused, and the device runs as the file has it', () => {
    const { config, refused } = join(file([door], { people }), {
      wired: [{ id: 'door', room: 'hall', wearer: 'nobody' }],
    });
    expect(refused).toMatchObject([{ id: 'door', reason: expect.stringContaining('wearer is nobody of `people`') }]);
    expect(config.devices).toEqual(file([door]).config.devices);
  });
});

it('is taken up by a running gateway, decrypts with its key, survives a damaged list, and goes when it is removed', async () => {
  const dir = mkdtempSync(joinPath(tmpdir(), 'hearthward-paired-'));
  ending.push(() => rmSync(dir, { recursive: true, force: true }));
  const pty = await hciPty();
  ending.push(() => pty.close());
  const gateway = startGateway({ dir, devices: [], config: { bluetooth: { adapter: pty.path } } });
  ending.push(() => gateway.kill());
  await gateway.armed();
  const { dataDir } = gateway;
  // The published vector of BTHome: temperature and humidity, counter 00112233.
  const address = '54:48:e6:8f:80:a5';
  const thermometer = paired(1, { id: 'room-1', kind: 'temperature', address });
  await changeRegistry(dataDir, () => registryOf(thermometer, paired(2, { kind: 'scale' })));
  await gateway.waitFor({ event: 'fault', code: 'paired-device-refused', subject: 'device:band-2', active: true });
  await gateway.waitFor({ event: 'config-applied', devices: 1 });
  const advert = Uint8Array.from(Buffer.from('12 16d2fc 41 a47266c95f73 00112233 78237214'.replaceAll(' ', ''), 'hex'));
  const heard = async () => {
    const { stdout } = await runVerb(['devices', '--data', dataDir, '--json']);
    return stdout;
  };
  for (let said = ''; !said.includes('50.55'); said = await heard())
    pty.controller.advertise({ address, type: 3, fields: advert });

  writeFileSync(joinPath(dataDir, REGISTRY), 'rubbish');
  await gateway.waitFor({ event: 'fault', code: 'registry-damaged', active: true });
  expect(JSON.parse((await heard()).trim())).toMatchObject({
    id: 'room-1',
    origins: { kind: 'paired', room: 'paired', wearer: 'paired' },
  });
  await changeRegistry(dataDir, () => registryOf());
  await gateway.waitFor({ event: 'fault', code: 'registry-damaged', active: false });
  await gateway.waitFor({ event: 'fault', code: 'paired-device-refused', active: false });
  await gateway.waitFor({ event: 'config-applied', devices: 0 });
  const exported = await runVerb(['export', '--replay', '--data', dataDir]);
  await gateway.stop();
  for (const text of [
    JSON.stringify(gateway.events),
    exported.stdout,
    readFileSync(joinPath(dataDir, 'history.db'), 'latin1'),
  ])
    expect(text).not.toContain(KEY.slice(0, 12));
});
