// What was paired is never lost to a damaged file or to a kill in the middle of a write, and never read wrongly.

import { chmodSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lockRegistry } from '#src/store/lock.ts';
import {
  besideName,
  changeDevices,
  changeRegistry,
  REGISTRY,
  REGISTRY_LAST_GOOD,
  readRegistry,
} from '#src/store/registry.ts';
import {
  emptyRegistry,
  type PairedDevice,
  parseRegistry,
  type Registry,
  registryFormat,
  registryText,
} from '#src/store/registry-file.ts';
import { laterRegistry } from './later.ts';
import { start } from './process.ts';
import { KEY, paired, registryOf } from './registry-rig.ts';
import { tempDir } from './rig.ts';

const add = (device: PairedDevice) => (devices: readonly PairedDevice[]) => [...devices, device];

async function stored(count: number) {
  const dir = tempDir();
  for (let n = 1; n <= count; n += 1) await changeDevices(dir, add(paired(n)));
  return { dir, file: join(dir, REGISTRY), copy: join(dir, REGISTRY_LAST_GOOD) };
}

const anyDevice: fc.Arbitrary<PairedDevice> = fc.record(
  {
    id: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}[a-z0-9]$/),
    driver: fc.constantFrom('bthome', 'polar'),
    kind: fc.constantFrom('help-button' as const, 'wearable' as const),
    radio: fc.record(
      {
        transport: fc.constant('ble' as const),
        address: fc.stringMatching(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/),
        addressType: fc.constantFrom('public' as const, 'random' as const),
        bindkey: fc.stringMatching(/^[0-9a-f]{32}$/),
      },
      { requiredKeys: ['transport', 'address', 'addressType'] },
    ),
    name: fc.string({ unit: 'grapheme', maxLength: 20 }),
    placement: fc.constantFrom('wrist' as const, 'waist' as const),
    room: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 }),
    wearer: fc.constantFrom('a', 'li-na'),
    role: fc.constant('exit' as const),
    sharedBy: fc.constant(['a', 'li-na']),
    ignoreForActivity: fc.boolean(),
    options: fc.dictionary(fc.string({ maxLength: 8 }), fc.oneof(fc.integer(), fc.boolean(), fc.string())),
    pairedAt: fc.nat(),
  },
  { requiredKeys: ['id', 'driver', 'kind', 'radio', 'options', 'pairedAt'] },
);
const anyRegistry: fc.Arbitrary<Registry> = fc.record({
  rooms: fc.uniqueArray(
    fc.constantFrom('hall', '卧室', '__proto__').map((name) => ({ name })),
    { selector: ({ name }) => name },
  ),
  people: fc.constantFrom(
    [],
    [{ id: 'a', name: '李娜', language: 'zh-CN' as const, healthRecord: 'platform' as const }],
  ),
  contacts: fc.constantFrom([], [{ name: 'Li Na', phone: '+8613800000000', order: 1 }]),
  wired: fc.constantFrom([], [{ id: 'door', role: 'exit' as const, room: 'hall' }]),
  devices: fc.uniqueArray(anyDevice, { maxLength: 5, selector: ({ id }) => id }),
});

describe('the registry', () => {
  it('is empty where there never was one, and holds what was put in it', async () => {
    const dir = tempDir();
    expect(await readRegistry(dir)).toEqual(emptyRegistry);
    await changeDevices(dir, add(paired(1)));
    await changeDevices(dir, add(paired(2)));
    await changeDevices(dir, (devices) => devices.filter(({ id }) => id !== 'band-1'));
    expect(await readRegistry(dir)).toEqual({ ...emptyRegistry, devices: [paired(2)] });
  });

  it('reads back whatever is written', () => {
    fc.assert(
      fc.property(anyRegistry, (registry) => {
        const read = parseRegistry(registryText(registry));
        expect(read).toMatchObject({ format: registryFormat, unknown: [], beside: false });
        expect('registry' in read && read.registry).toStrictEqual(JSON.parse(JSON.stringify(registry)));
      }),
    );
  });

  it('is for the eyes of the service alone, whatever the umask and a draft left behind', async () => {
    const { dir, file, copy } = await stored(1);
    writeFileSync(`${file}.new`, 'half', { mode: 0o666 });
    chmodSync(`${file}.new`, 0o666);
    const before = process.umask(0);
    try {
      await changeDevices(dir, add(paired(2)));
    } finally {
      process.umask(before);
    }
    for (const path of [file, copy]) expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('belongs to whom the folder belongs, when root has paired', async () => {
    if (process.getuid?.() !== 0) return expect(process.getuid?.()).not.toBe(0);
    const { dir, file } = await stored(0);
    const { chownSync } = await import('node:fs');
    chownSync(dir, 1234, 4321);
    await changeDevices(dir, add(paired(1)));
    for (const name of readdirSync(dir)) expect(statSync(join(dir, name))).toMatchObject({ uid: 1234, gid: 4321 });
    expect(statSync(file).uid).toBe(1234);
  });

  it('refuses to write what it would not read, and leaves the file as it was', async () => {
    const { dir, file } = await stored(1);
    const before = readFileSync(file, 'utf8');
    await expect(changeDevices(dir, add(paired(2, { bindkey: 'no key' })))).rejects.toThrow();
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('is changed by one at a time', async () => {
    const { dir } = await stored(1);
    const lock = lockRegistry(dir);
    const child = start(process.execPath, [new URL('./registry-writer.ts', import.meta.url).pathname, dir]);
    await expect(child.heard(/wrote/)).rejects.toThrow('ended');
    lock.release();
    await changeDevices(dir, add(paired(2)));
    expect((await readRegistry(dir)).devices).toHaveLength(2);
  });
});

describe('a damaged registry', () => {
  it('cut anywhere, or with any bit flipped, is never read as something else: the copy of before is used', async () => {
    const { dir, file } = await stored(2);
    const whole = readFileSync(file);
    const good = [paired(1), paired(2)];
    const damage = fc.oneof(
      fc.nat(whole.length - 2).map((length) => whole.subarray(0, length)),
      fc.tuple(fc.nat(whole.length - 1), fc.nat(7)).map(([at, bit]) => {
        const flipped = Buffer.from(whole);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
        return flipped;
      }),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    );
    let seen = 0;
    await fc.assert(
      fc.asyncProperty(damage, async (bytes) => {
        writeFileSync(file, bytes);
        const { devices, trouble } = await readRegistry(dir);
        expect(devices).toEqual(good);
        if (trouble) {
          seen += 1;
          expect(trouble).toMatchObject({ why: 'damaged', instead: 'last-good' });
          expect(JSON.stringify(trouble)).not.toContain(KEY.slice(0, 6));
        }
      }),
    );
    // A flipped blank between two words changes nothing that is read.
    expect(seen).toBeGreaterThan(80);
  });

  it('is set aside by the next change, which goes on from the copy', async () => {
    const { dir, file } = await stored(2);
    writeFileSync(file, 'rubbish');
    await changeDevices(dir, add(paired(3)));
    expect(await readRegistry(dir)).toEqual({ ...emptyRegistry, devices: [1, 2, 3].map((n) => paired(n)) });
    expect(readFileSync(`${file}.damaged-1`, 'utf8')).toBe('rubbish');
  });

  it('that was taken away, or whose copy is bad too, says so', async () => {
    const { dir, file, copy } = await stored(1);
    rmSync(file);
    expect(await readRegistry(dir)).toMatchObject({
      devices: [paired(1)],
      trouble: { why: 'missing', instead: 'last-good' },
    });
    writeFileSync(copy, '{}');
    writeFileSync(file, '[]');
    expect(await readRegistry(dir)).toMatchObject({ devices: [], trouble: { why: 'damaged', instead: 'nothing' } });
  });
});

describe('a registry of an earlier version', () => {
  const fixtures = join(import.meta.dirname, '../fixtures/registry');

  it('has a fixture for each version, and is brought forward with all it held', () => {
    const names = readdirSync(fixtures).filter((name) => name.endsWith('.json'));
    expect(names.sort()).toEqual(Array.from({ length: registryFormat.version }, (_, i) => `v${i + 1}.json`));
    const held = names.map((name) => parseRegistry(readFileSync(join(fixtures, name), 'utf8')));
    expect(held.map((read) => ('registry' in read ? read.registry.devices : read))).toEqual(
      names.map(() => [paired(1, { options: { checkInMinutes: 30 } }), paired(2, { wearer: 'li', room: '卧室' })]),
    );
    const people = [
      { id: 'otto', name: 'Otto' },
      { id: 'li', name: '李娜' },
    ];
    expect(held.map((read) => 'registry' in read && read.registry.people)).toEqual(names.map(() => people));
  });

  it('is copied before it is written anew', async () => {
    const dir = tempDir();
    const before = readFileSync(join(fixtures, 'v1.json'), 'utf8');
    writeFileSync(join(dir, REGISTRY), before);
    await changeDevices(dir, add(paired(3)));
    expect(readFileSync(join(dir, besideName(1)), 'utf8')).toBe(before);
    expect((await readRegistry(dir)).devices.map(({ id }) => id)).toEqual(['band-1', 'band-2', 'band-3']);

    // With keys of devices that may have gone since, it is not kept for ever.
    const aged = (days: number) =>
      utimesSync(join(dir, besideName(1)), 0, statSync(join(dir, REGISTRY)).mtimeMs / 1_000 - days * 86_400);
    aged(89);
    await changeDevices(dir, add(paired(4)));
    expect(readdirSync(dir)).toContain(besideName(1));
    aged(91);
    await changeDevices(dir, add(paired(5)));
    expect(readdirSync(dir)).not.toContain(besideName(1));
  });

  it('is damaged where there is no way forward', () => {
    const text = readFileSync(join(fixtures, 'v1.json'), 'utf8');
    expect(parseRegistry(text, {})).toMatchObject({ why: 'damaged', detail: 'there is no way from version 1 to 2' });
  });
});

describe('a registry of a later version', () => {
  const bulb = {
    id: 'bulb-1',
    driver: 'zha',
    kind: 'light',
    radio: { transport: 'zigbee', ieee: '0x00124b0001' },
    options: {},
    pairedAt: 1,
  };
  /** More fields, a radio and a list that this one does not know. */
  const withMore = (readableFrom: number) =>
    laterRegistry(registryOf(paired(1), paired(2)), { version: 3, readableFrom }, (content) => {
      const [first, ...others] = content.devices as Record<string, unknown>[];
      const radio = { ...(first?.radio as object), channel: 11 };
      content.devices = [{ ...first, radio, firmware: '2.1' }, bulb, ...others];
      content.automations = [{ at: '07:00' }];
    });
  const write = (text: string) => {
    const dir = tempDir();
    for (const name of [REGISTRY, REGISTRY_LAST_GOOD]) writeFileSync(join(dir, name), text);
    return dir;
  };
  const raw = (dir: string, name = REGISTRY) => JSON.parse(readFileSync(join(dir, name), 'utf8'));

  it('is read and changed where it is readable, and what only that version knows stays in it', async () => {
    const dir = write(withMore(2));
    const newer = { format: { version: 3, readableFrom: 2 }, used: REGISTRY, left: ['devices/bulb-1'] };
    expect(await readRegistry(dir)).toEqual({ ...registryOf(paired(1), paired(2)), newer });
    await changeRegistry(dir, ({ devices, ...rest }) => ({
      ...rest,
      rooms: [{ name: '阳台' }],
      devices: [...devices.filter(({ id }) => id !== 'band-2').map((one) => ({ ...one, room: 'attic' })), paired(3)],
    }));
    const after = raw(dir);
    expect(after).toMatchObject({
      version: 3,
      readableFrom: 2,
      automations: [{ at: '07:00' }],
      rooms: [{ name: '阳台' }],
    });
    expect(after.devices).toEqual([
      { ...paired(1, { room: 'attic' }), radio: { ...paired(1).radio, channel: 11 }, firmware: '2.1' },
      paired(3),
      bulb,
    ]);
    expect(await readRegistry(dir)).toEqual({
      ...registryOf(paired(1, { room: 'attic' }), paired(3)),
      rooms: [{ name: '阳台' }],
      newer,
    });
    expect(readdirSync(dir).filter((name) => name.includes('.v'))).toEqual([]);
  });

  it('is not touched where it is not: the copy from before is used and changed, and is joined when that version is back', async () => {
    const dir = write(withMore(3));
    const newest = readFileSync(join(dir, REGISTRY), 'utf8');
    const format = { version: 3, readableFrom: 3 };
    const none = { format, used: besideName(2), left: [] };
    expect(await readRegistry(dir)).toEqual({ ...emptyRegistry, newer: none });
    // Made when the file was brought forward.
    writeFileSync(join(dir, besideName(2)), registryText(registryOf(paired(1))));
    expect(await readRegistry(dir)).toEqual({ ...registryOf(paired(1)), newer: none });
    await changeDevices(dir, add(paired(4)));
    expect((await readRegistry(dir)).devices.map(({ id }) => id)).toEqual(['band-1', 'band-4']);
    for (const name of [REGISTRY, REGISTRY_LAST_GOOD]) expect(readFileSync(join(dir, name), 'utf8')).toBe(newest);

    // The later version is this one, with the file as it was.
    for (const name of [REGISTRY, REGISTRY_LAST_GOOD])
      writeFileSync(join(dir, name), registryText(registryOf(paired(1), paired(2))));
    const back = await readRegistry(dir);
    expect(back.devices.map(({ id }) => id)).toEqual(['band-1', 'band-2', 'band-4']);
    expect(back.newer).toBeUndefined();
    await changeDevices(dir, (devices) => devices.filter(({ id }) => id !== 'band-4'));
    expect((await readRegistry(dir)).devices.map(({ id }) => id)).toEqual(['band-1', 'band-2']);
    expect(readdirSync(dir)).not.toContain(besideName(2));
  });

  it('where only the copy is left, is used as the file was', async () => {
    const dir = write(withMore(2));
    rmSync(join(dir, REGISTRY));
    expect(await readRegistry(dir)).toMatchObject({
      devices: [paired(1), paired(2)],
      trouble: { why: 'missing', instead: 'last-good' },
      newer: { left: ['devices/bulb-1'] },
    });
    const unreadable = write(withMore(3));
    rmSync(join(unreadable, REGISTRY));
    expect(await readRegistry(unreadable)).toMatchObject({ devices: [], newer: { used: besideName(2) } });
  });

  it('that was damaged is damaged', async () => {
    const dir = write(withMore(2).replace('firmware', 'hardware'));
    expect(await readRegistry(dir)).toMatchObject({ devices: [], trouble: { why: 'damaged', instead: 'nothing' } });
  });
});

it('loses nothing that was written, whenever its writer is killed', async () => {
  const { dir } = await stored(0);
  let least = 0;
  for (let round = 0; round < 8; round += 1) {
    const child = start(process.execPath, [new URL('./registry-writer.ts', import.meta.url).pathname, dir]);
    await child.heard(`wrote ${least + 1 + (round % 3)}`);
    for (let turns = round * 5; turns > 0; turns -= 1) await new Promise(setImmediate);
    await child.kill();
    const promised = child.lines.map((line) => Number(line.split(' ')[1]));
    const { devices, trouble } = await readRegistry(dir);
    expect(trouble).toBeUndefined();
    expect(devices).toEqual(Array.from({ length: devices.length }, (_, index) => paired(index + 1)));
    expect(devices.length).toBeGreaterThanOrEqual(Math.max(least, ...promised));
    least = devices.length;
  }
});
