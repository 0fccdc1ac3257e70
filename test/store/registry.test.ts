// What was paired is never lost to a damaged file or to a kill in the middle of a write, and never read wrongly.

import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lockRegistry } from '#src/store/lock.ts';
import {
  changeRegistry,
  type PairedDevice,
  parseRegistry,
  REGISTRY,
  REGISTRY_LAST_GOOD,
  readRegistry,
  registryText,
} from '#src/store/registry.ts';
import { start } from './process.ts';
import { KEY, paired } from './registry-rig.ts';
import { tempDir } from './rig.ts';

const add = (device: PairedDevice) => (devices: readonly PairedDevice[]) => [...devices, device];

async function stored(count: number) {
  const dir = tempDir();
  for (let n = 1; n <= count; n += 1) await changeRegistry(dir, add(paired(n)));
  return { dir, file: join(dir, REGISTRY), copy: join(dir, REGISTRY_LAST_GOOD) };
}

const anyDevice: fc.Arbitrary<PairedDevice> = fc.record(
  {
    id: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}[a-z0-9]$/),
    driver: fc.constantFrom('bthome', 'polar'),
    kind: fc.constantFrom('help-button' as const, 'wearable' as const),
    address: fc.stringMatching(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/),
    addressType: fc.constantFrom('public' as const, 'random' as const),
    name: fc.string({ unit: 'grapheme', maxLength: 20 }),
    bindkey: fc.stringMatching(/^[0-9a-f]{32}$/),
    placement: fc.constantFrom('wrist' as const, 'waist' as const),
    room: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 }),
    wearer: fc.record({ id: fc.constantFrom('a', 'li-na'), name: fc.constantFrom('李娜', 'Otto') }),
    role: fc.constant('exit' as const),
    sharedBy: fc.constant(['a', 'li-na']),
    ignoreForActivity: fc.boolean(),
    options: fc.dictionary(fc.string({ maxLength: 8 }), fc.oneof(fc.integer(), fc.boolean(), fc.string())),
    pairedAt: fc.nat(),
  },
  { requiredKeys: ['id', 'driver', 'kind', 'address', 'addressType', 'options', 'pairedAt'] },
);

describe('the registry', () => {
  it('is empty where there never was one, and holds what was put in it', async () => {
    const dir = tempDir();
    expect(await readRegistry(dir)).toEqual({ devices: [] });
    await changeRegistry(dir, add(paired(1)));
    await changeRegistry(dir, add(paired(2)));
    await changeRegistry(dir, (devices) => devices.filter(({ id }) => id !== 'band-1'));
    expect(await readRegistry(dir)).toEqual({ devices: [paired(2)] });
  });

  it('reads back whatever is written', () => {
    fc.assert(
      fc.property(fc.array(anyDevice, { maxLength: 5 }), (devices) => {
        const read = parseRegistry(registryText(devices));
        expect(read.devices).toStrictEqual(JSON.parse(JSON.stringify(devices)));
      }),
    );
  });

  it('is for the eyes of the service alone, whatever the umask and a draft left behind', async () => {
    const { dir, file, copy } = await stored(1);
    writeFileSync(`${file}.new`, 'half', { mode: 0o666 });
    chmodSync(`${file}.new`, 0o666);
    const before = process.umask(0);
    try {
      await changeRegistry(dir, add(paired(2)));
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
    await changeRegistry(dir, add(paired(1)));
    for (const name of readdirSync(dir)) expect(statSync(join(dir, name))).toMatchObject({ uid: 1234, gid: 4321 });
    expect(statSync(file).uid).toBe(1234);
  });

  it('refuses to write what it would not read, and leaves the file as it was', async () => {
    const { dir, file } = await stored(1);
    const before = readFileSync(file, 'utf8');
    await expect(changeRegistry(dir, add(paired(2, { bindkey: 'no key' })))).rejects.toThrow();
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('is changed by one at a time', async () => {
    const { dir } = await stored(1);
    const lock = lockRegistry(dir);
    const child = start(process.execPath, [new URL('./registry-writer.ts', import.meta.url).pathname, dir]);
    await expect(child.heard(/wrote/)).rejects.toThrow('ended');
    lock.release();
    await changeRegistry(dir, add(paired(2)));
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
    await changeRegistry(dir, add(paired(3)));
    expect(await readRegistry(dir)).toEqual({ devices: [1, 2, 3].map((n) => paired(n)) });
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

describe('a registry of another version', () => {
  const text = registryText([paired(1)]);

  it('is brought forward step by step', () => {
    const rename = (device: object) => ({ ...device, room: 'attic' });
    const forward = { 1: (devices: unknown) => (devices as object[]).map(rename), 2: (devices: unknown) => devices };
    expect(parseRegistry(text, forward, 3)).toEqual({ devices: [paired(1, { room: 'attic' })] });
    expect(parseRegistry(text, { 1: () => [{ id: 7 }] }, 2)).toMatchObject({ why: 'damaged' });
    expect(parseRegistry(text, {}, 2)).toMatchObject({ why: 'damaged', detail: 'there is no way from version 1 to 2' });
  });

  it('is not guessed at when it is newer, and not written over', async () => {
    expect(parseRegistry(text, {}, 0)).toMatchObject({ why: 'newer' });
    const { dir, file } = await stored(1);
    const { createHash } = await import('node:crypto');
    const sha256 = createHash('sha256')
      .update(JSON.stringify([9, []]))
      .digest('hex');
    const newer = JSON.stringify({ format: 'hearthward-registry', version: 9, sha256, devices: [] });
    writeFileSync(file, newer);
    expect(await readRegistry(dir)).toMatchObject({ trouble: { why: 'newer', instead: 'last-good' } });
    await expect(changeRegistry(dir, add(paired(2)))).rejects.toMatchObject({ code: 'damaged' });
    expect(readFileSync(file, 'utf8')).toBe(newer);
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
