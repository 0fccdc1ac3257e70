// Every field of a device comes through everywhere: pairing, the registry, the configuration in force, an export, a replay.
// A field that `Device` gains has to be given a value here before this compiles.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ConfiguredDevice } from '#contract/config.ts';
import { trialRoute } from '#contract/control/pairing.ts';
import type { Device, Person } from '#contract/device.ts';
import { deviceOf } from '#contract/device-fields.ts';
import { HOUR, MINUTE } from '#contract/time.ts';
import { devicesVerb } from '#src/cli/devices.ts';
import { exportVerb } from '#src/cli/export.ts';
import { type Describing, describe as describeDevice, type Wanted } from '#src/cli/pair/describe.ts';
import { pairVerb } from '#src/cli/pair.ts';
import { replayVerb } from '#src/cli/replay.ts';
import type { Args, Verb } from '#src/cli/verb.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { LAST_GOOD } from '#src/config/last-good.ts';
import { readConfig } from '#src/config/load.ts';
import { configSchema } from '#src/config/schema.ts';
import { detectors } from '#src/detectors/index.ts';
import { readLine } from '#src/replay/lines.ts';
import { joinRegistry } from '#src/service/join-registry.ts';
import { openHistory } from '#src/store/history.ts';
import { openJournal } from '#src/store/journal.ts';
import { changeRegistry, readRegistry } from '#src/store/registry.ts';
import * as drivers from '../../drivers/index.ts';
import { paired, registryOf } from '../store/registry-rig.ts';
import { ears, silentLog, tempDir } from '../store/rig.ts';
import { readNdjson } from './cli.ts';

const parts = { drivers: Object.values(drivers), detectors };
const schema = configSchema(parts);
const people = [
  { id: 'otto', name: 'Otto' },
  { id: 'li', name: '李娜' },
];

/** Every field but `sharedBy`, which stands in place of `wearer`. */
const worn = {
  id: 'front-1',
  kind: 'contact',
  room: '门厅',
  placement: 'wrist',
  role: 'exit',
  wearer: 'otto',
  ignoreForActivity: true,
} as const satisfies Required<Omit<Device, 'sharedBy'>>;
const shared = {
  id: 'front-1',
  kind: 'contact',
  room: '门厅',
  placement: 'wrist',
  role: 'exit',
  sharedBy: ['otto', 'li'],
  ignoreForActivity: true,
} as const satisfies Required<Omit<Device, 'wearer'>>;
const all: [string, Device][] = [
  ['wearer', worn],
  ['sharedBy', shared],
];

/** The option of `pair ble` for each field. */
const optionOf = {
  id: 'id',
  kind: 'kind',
  room: 'room',
  placement: 'placement',
  role: 'role',
  wearer: 'wearer',
  sharedBy: 'shared-by',
  ignoreForActivity: 'ignore-for-activity',
} as const satisfies Record<keyof Required<Device>, keyof Wanted>;

const near = {
  address: 'a4:c1:38:00:00:01',
  addressType: 'public',
  driver: 'bthome',
  kind: 'contact',
  encrypted: false,
} as const;
const file = (devices: readonly object[] = []) => {
  const read = readConfig(JSON.stringify({ home: { timezone: 'UTC' }, people, devices }), 'f', schema);
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  return read;
};

/** Paired by the options of the command, or by the answers of a person to its questions. */
const pair = (wanted: Wanted, answers: Record<string, string> = {}) =>
  describeDevice(near, {
    ...parts,
    schema,
    clock: virtualClock({ wall: 5 }),
    program: [],
    config: file().config,
    language: 'en',
    wanted,
    answers: {
      ask: async (question) => Object.entries(answers).find(([start]) => question.startsWith(start))?.[1] ?? '',
    },
  } satisfies Describing);

const wantedFor = (device: Device): Wanted =>
  Object.fromEntries(
    Object.entries(device).map(([field, value]) => [
      optionOf[field as keyof Device],
      Array.isArray(value) ? value.join(',') : value,
    ]),
  );

describe.each(all)('every field of a device, with %s', (_, device) => {
  const configured = { ...device, driver: 'bthome', address: near.address };

  it('is read from the configuration file', () => {
    expect(file([configured]).config.devices).toEqual([
      { ...device, driver: 'bthome', options: expect.objectContaining({ address: near.address }) },
    ]);
  });

  it('is an option of pairing, stored in the registry, and in force', async () => {
    const dir = tempDir();
    const { device: stored } = await pair({ address: near.address, ...wantedFor(device) });
    await changeRegistry(dir, () => registryOf(stored));
    const { config, refused } = joinRegistry(file(), await readRegistry(dir), schema);
    expect(refused).toEqual([]);
    expect(config.devices.map(deviceOf)).toEqual([device]);
  });

  it('is let through where a running gateway is asked to listen to the device', () => {
    const asked: ConfiguredDevice = { ...device, driver: 'bthome', options: {} };
    expect(trialRoute.body.parse({ device: asked }).device).toEqual(asked);
  });

  it('is exported of a device that was paired, and taken by a replay', async () => {
    const dir = tempDir();
    const { device: stored } = await pair({ address: near.address, ...wantedFor(device) });
    await changeRegistry(dir, () => registryOf(stored));
    const lines = await exported(dir);
    expect(lines).toEqual([...people.map((person) => ({ person })), { declare: device }]);
    const read = readLine(JSON.stringify(lines.at(-1)));
    expect(read).toEqual({ ok: true, line: { kind: 'declare', declare: device } });
  });
});

it('every field is one that an installer can say of a wired device, but for its id and its kind', async () => {
  const dir = tempDir();
  const configured = { id: 'front-1', kind: 'contact', driver: 'bthome', address: near.address };
  for (const [, { kind: _, ...said }] of all) {
    await changeRegistry(dir, () => ({
      ...registryOf(),
      wired: [{ ...said, sharedBy: said.sharedBy && [...said.sharedBy] }],
    }));
    const { config, refused } = joinRegistry(file([configured]), await readRegistry(dir), schema);
    expect(refused).toEqual([]);
    expect(config.devices.map(deviceOf)).toEqual([{ ...said, kind: 'contact' }]);
  }
});

describe('pairing', () => {
  it('has an option for every field', () => {
    const { options } = pairVerb({ ...parts, schema, clock: virtualClock(), program: [] });
    expect(Object.keys(options)).toEqual(expect.arrayContaining(Object.values(optionOf)));
  });

  it('asks whether a contact is on the door to the outside, and who shares a meter', async () => {
    const { device: door } = await pair({}, { 'What is it': 'contact', 'Is it on the door': 'yes' });
    expect(deviceOf(door)).toEqual({ id: 'contact-1', kind: 'contact', role: 'exit' });
    const { device: motion } = await pair({}, { 'What is it': 'motion', 'Is it on the door': 'yes' });
    expect(motion.role).toBeUndefined();
    const { device: scale } = await pair({}, { 'What is it': 'wearable', 'Who wears it': 'otto, li' });
    expect(scale).toMatchObject({ sharedBy: ['otto', 'li'] });
  });

  it('refuses a role that there is not, and a sharer whom nobody knows', async () => {
    const address = near.address;
    await expect(pair({ address, role: 'window' })).rejects.toThrow('"window" is no role; the only one is exit');
    await expect(pair({ address, 'shared-by': 'otto,lii' })).rejects.toThrow('Nobody of the home has the id lii');
    await expect(pair({ address, 'shared-by': 'otto' })).rejects.toThrow('sharedBy');
  });
});

it('somebody who passes a Bluetooth contact that was paired as the exit door has left the home', async () => {
  const dir = tempDir();
  const passed = [
    { declare: { id: 'hall', kind: 'motion', room: 'hall' } },
    { t: 0, device: 'hall', quantity: 'motion', value: true },
    { t: MINUTE, device: 'hall', quantity: 'motion', value: false },
    { t: 2 * MINUTE, device: 'front-1', quantity: 'contact', value: 'open' },
    { t: 24 * HOUR },
  ];
  const presence = async (role?: 'exit') => {
    await changeRegistry(dir, () => registryOf(paired(1, { id: 'front-1', kind: 'contact', role })));
    const lines = [...(await exported(dir)), ...passed].map((line) => JSON.stringify(line));
    const out = await run(replayVerb(schema, detectors), {}, lines.join('\n'));
    return out.flatMap(({ type, value }) => (type === 'presence' ? [value] : []));
  };
  expect(await presence('exit')).toEqual(['home', 'away']);
  expect(await presence()).toEqual(['home']);
});

it('a person whom an installer named is one to a replay of the home: limits for her are limits', async () => {
  const dir = tempDir();
  const mei = {
    id: 'mei',
    name: '梅',
    language: 'zh-CN',
    healthRecord: 'platform',
  } as const satisfies Required<Person>;
  const cuff = paired(1, { id: 'cuff', driver: 'gatt-health', kind: 'blood-pressure', wearer: 'mei' });
  await changeRegistry(dir, () => ({ ...registryOf(cuff), people: [mei] }));
  const high = [
    {
      t: 0,
      order: { act: 'limits', person: 'mei', version: 1, values: { systolic: { high: 120, criticalHigh: 130 } } },
    },
    { t: MINUTE, device: 'cuff', quantity: 'systolic', value: 135 },
    { t: HOUR },
  ];
  const lines = await exported(dir);
  expect(lines).toContainEqual({ person: mei });
  const replayed = async (without: (line: Record<string, unknown>) => boolean) => {
    const input = [...lines.filter((line) => !without(line)), ...high].map((line) => JSON.stringify(line));
    const out = await run(replayVerb(schema, detectors), {}, input.join('\n'));
    return out.flatMap(({ subject, hazard }) => (hazard ? [`${hazard} ${subject}`] : []));
  };
  expect(await replayed(() => false)).toEqual(['vital person:mei']);
  expect(await replayed(({ person }) => person !== undefined)).toEqual([]);
});

it('the list of devices says of each field where it comes from', async () => {
  const dir = tempDir();
  await changeRegistry(dir, () => ({ ...registryOf(paired(1)), wired: [{ id: 'door', role: 'exit' }] }));
  await exported(dir);
  const door = { id: 'door', driver: 'gpio-input', kind: 'contact', room: 'hall', chip: 'c', line: '1' };
  const config = join(dir, 'gateway.yaml');
  writeFileSync(config, JSON.stringify({ home: { timezone: 'UTC' }, devices: [door] }));
  const verb = devicesVerb(schema, virtualClock());
  const devices = await run(verb, { data: dir, config, json: true });
  expect(devices.map(({ id, origins }) => [id, origins])).toEqual([
    ['door', { kind: 'file', room: 'file', role: 'registry' }],
    ['band-1', { kind: 'paired', room: 'paired', wearer: 'paired' }],
  ]);
});

/** What `hearthward export` says of a gateway that ran on `dir` and heard nothing. */
async function exported(dir: string): Promise<Record<string, unknown>[]> {
  writeFileSync(join(dir, LAST_GOOD), JSON.stringify({ home: { timezone: 'UTC' }, people }));
  const store = { dir, clock: virtualClock({ wall: 5 }), log: silentLog, events: ears() };
  const { journal } = await openJournal(store);
  const history = openHistory({ ...store, budgetBytes: 1_048_576 });
  await history.close();
  await journal.close();
  return run(exportVerb(schema), { replay: true, data: dir });
}

/** The data that a verb writes. */
async function run(verb: Verb, values: Args['values'], input = ''): Promise<Record<string, unknown>[]> {
  const lines: Record<string, unknown>[] = [];
  const complaints: string[] = [];
  const code = await verb.run(
    { values, positionals: [] },
    {
      stdin: (async function* () {
        yield Buffer.from(input);
      })(),
      out: async (text) => void lines.push(...readNdjson(text)),
      err: (line) => complaints.push(line),
      stopped: () => new Promise(() => undefined),
    },
  );
  expect({ code, complaints }).toEqual({ code: 0, complaints: [] });
  return lines;
}
