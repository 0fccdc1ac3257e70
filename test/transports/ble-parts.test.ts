// Parts of the Bluetooth transport that need no radio: adverts, names, the ladder, and what is looked at before a start.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Advert } from '#contract/ble-port.ts';
import type { MonoMs } from '#contract/time.ts';
import { readAdvert } from '#src/transports/ble/advert.ts';
import { climb, heard, RUNGS } from '#src/transports/ble/ladder.ts';
import { listeners } from '#src/transports/ble/listeners.ts';
import { moved, moves, type Phase, type Turn } from '#src/transports/ble/phases.ts';
import { chosen, preflight } from '#src/transports/ble/preflight.ts';
import { uuidOf } from '#src/transports/ble/uuid.ts';

const field = (type: number, ...bytes: number[]) => [bytes.length + 1, type, ...bytes];

const DOOR = 'd0:0d:00:00:00:01';

describe('an advert', () => {
  it('gives name, services, service data and maker', () => {
    const fields = [
      ...field(0x01, 0x06),
      ...field(0x08, 0x50),
      ...field(0x09, 0x50, 0x31),
      ...field(0x03, 0x0d, 0x18, 0x0a, 0x18),
      ...field(0x16, 0xd2, 0xfc, 0x40, 0x3a, 0x01),
      ...field(0xff, 0x99, 0x04, 0x05),
    ];
    expect(readAdvert(Uint8Array.from(fields))).toEqual({
      name: 'P1',
      services: ['180d', '180a'],
      serviceData: [{ uuid: 'fcd2', bytes: Uint8Array.of(0x40, 0x3a, 0x01) }],
      manufacturer: { company: 0x0499, bytes: Uint8Array.of(0x05) },
    });
  });

  it('cut short gives what is whole', () => {
    const fields = [...field(0x09, 0x50), ...field(0x16, 0xd2, 0xfc, 0x40)].slice(0, -1);
    expect(readAdvert(Uint8Array.from(fields))).toMatchObject({ name: 'P', serviceData: [] });
  });

  it('of any bytes is read without a throw, and gives back every field that was put in', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 31 }), (bytes) => void readAdvert(bytes)));
    const data = fc.record({ uuid: fc.nat(0xffff), bytes: fc.uint8Array({ maxLength: 20 }) });
    fc.assert(
      fc.property(fc.array(data, { maxLength: 8 }), (several) => {
        const fields = several.flatMap(({ uuid, bytes }) => field(0x16, uuid & 0xff, uuid >> 8, ...bytes));
        expect(readAdvert(Uint8Array.from(fields)).serviceData).toEqual(
          several.map(({ uuid, bytes }) => ({ uuid: uuid.toString(16).padStart(4, '0'), bytes })),
        );
      }),
    );
  });

  it.each([
    ['180d', '180d'],
    ['a12', '0a12'],
    ['0000180d00001000800000805f9b34fb', '180d'],
    ['6E400001B5A3F393E0A9E50E24DCCA9E', '6e400001-b5a3-f393-e0a9-e50e24dcca9e'],
    ['12345678', '12345678-0000-1000-8000-00805f9b34fb'],
  ])('calls %s %s', (raw, uuid) => {
    expect(uuidOf(raw)).toBe(uuid);
  });
});

describe('the ladder', () => {
  const at = (seconds: number) => (seconds * 1_000) as MonoMs;
  /** Which rungs are taken at which second of silence. */
  function silence(seconds: number, connected: boolean) {
    const taken: [number, string][] = [];
    let ladder = heard(at(0));
    for (let second = 1; second <= seconds; second += 1) {
      const step = climb(ladder, at(second), RUNGS, connected);
      ladder = step.ladder;
      if (step.rung) taken.push([second, step.rung]);
    }
    return taken;
  }

  it('does harder things the longer it is silent, each once, and then begins anew', () => {
    expect(silence(155, false)).toEqual([
      [30, 'rescan'],
      [60, 'reset'],
      [120, 'restart'],
      [150, 'rescan'],
    ]);
  });

  it('cuts no connection that brings data for ten times as long', () => {
    expect(silence(601, true)).toEqual([
      [30, 'rescan'],
      [600, 'reset'],
    ]);
  });

  it('begins at the bottom after anything heard', () => {
    const { ladder } = climb(heard(at(0)), at(45), RUNGS, false);
    expect(ladder.taken).toEqual(['rescan']);
    expect(climb(heard(at(46)), at(75), RUNGS, false).rung).toBeUndefined();
  });
});

describe('the phases of the radio', () => {
  const phases = Object.keys(moves) as Phase[];
  const turns = [...new Set(Object.values(moves).flatMap((row) => Object.keys(row)))] as Turn[];

  it('are left by letting go and by closing, each; a closed one by nothing', () => {
    for (const phase of phases.filter((one) => one !== 'off' && one !== 'closed'))
      expect([moved(phase, 'let go'), moved(phase, 'closed')], phase).toEqual(['off', 'closed']);
    expect(turns.map((turn) => moved('closed', turn))).toEqual(turns.map(() => undefined));
  });

  it('lead to an attempt from a scan alone, and from an attempt back to one', () => {
    const ways = phases.flatMap((phase) =>
      turns.flatMap((turn) => (moved(phase, turn) === 'connecting' ? [phase] : [])),
    );
    expect(ways).toEqual(['scanning']);
    expect(moved('connecting', 'attempt over')).toBe('scanning');
    // The end of another connection meanwhile, or a late word of the controller, ends no attempt.
    for (const turn of ['rescan', 'scan stopped', 'powered'] as const)
      expect(moved('connecting', turn)).toBeUndefined();
  });
});

it('a link that is closed once more does not take along who listens to the device by now', async () => {
  const all = listeners();
  const heard: string[] = [];
  const listen = (name: string) => all.listen(DOOR, { up() {}, down() {}, advert: () => void heard.push(name) });
  const first = listen('first');
  await first.close();
  listen('second');
  await first.close();
  all.hear({ address: DOOR } as Advert);
  expect(heard).toEqual(['second']);
});

describe('before the radio is touched', () => {
  const roots: string[] = [];
  afterEach(() => {
    for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
  });

  /** A machine with these adapters; `block` is what rfkill says of each. */
  function machine(adapters: Record<string, 'soft' | 'hard' | undefined>, capabilities = '00000000a80435fb'): string {
    const root = mkdtempSync(join(tmpdir(), 'sysfs-'));
    roots.push(root);
    mkdirSync(join(root, 'proc/self'), { recursive: true });
    writeFileSync(join(root, 'proc/self/status'), `Name:\tnode\nCapEff:\t${capabilities}\n`);
    for (const [name, block] of Object.entries(adapters)) {
      const rfkill = join(root, 'sys/class/bluetooth', name, 'rfkill3');
      mkdirSync(rfkill, { recursive: true });
      for (const kind of ['soft', 'hard']) writeFileSync(join(rfkill, kind), kind === block ? '1\n' : '0\n');
    }
    return root;
  }
  const both = '0000000000003000';
  const first = { kind: 'kernel', index: undefined } as const;

  it('a free adapter and both capabilities are all it takes', () => {
    expect(preflight(first, machine({ hci0: undefined }, both))).toBeUndefined();
    expect(preflight(first, machine({ hci0: 'soft', hci1: undefined }, both))).toBeUndefined();
  });

  it('of several the one with the lowest number is used that is not switched off; one that is named is', () => {
    const adapter = (index: number) => ({ kind: 'kernel', index }) as const;
    expect(chosen(first, machine({ hci10: undefined, hci2: undefined }))).toEqual(adapter(2));
    expect(chosen(first, machine({ hci0: 'soft', hci1: undefined }))).toEqual(adapter(1));
    expect(chosen(first, machine({ hci0: 'soft', hci1: 'hard' }))).toEqual(adapter(0));
    expect(chosen(adapter(1), machine({ hci0: undefined }))).toEqual(adapter(1));
    expect(chosen(first, machine({}))).toEqual(first);
  });

  it.each([
    ['0000000000002000', 'the service lacks CAP_NET_ADMIN'],
    ['0000000000001000', 'the service lacks CAP_NET_RAW'],
    ['0000000000000000', 'the service lacks CAP_NET_RAW and CAP_NET_ADMIN'],
  ])('capabilities %s: %s', (capabilities, detail) => {
    expect(preflight(first, machine({ hci0: undefined }, capabilities))).toEqual({
      code: 'bluetooth-denied',
      reason: 'denied',
      detail,
    });
  });

  it('a block is told by its kind, a missing adapter by its name', () => {
    expect(preflight(first, machine({ hci0: 'hard' }, both))).toMatchObject({
      code: 'bluetooth-blocked',
      detail: 'hci0 is switched off (hard block)',
    });
    expect(preflight(first, machine({}, both))).toMatchObject({ code: 'bluetooth-missing' });
    expect(preflight({ kind: 'kernel', index: 1 }, machine({ hci0: undefined }, both))).toMatchObject({
      code: 'bluetooth-missing',
      detail: 'there is no hci1',
    });
    expect(preflight({ kind: 'uart', path: '/nowhere/at/all', baudRate: 1 })).toMatchObject({
      code: 'bluetooth-missing',
    });
  });
});
