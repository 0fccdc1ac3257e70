// What was paired with this gateway: addresses, keys, where and by whom each device is worn. A file of its own beside the
// YAML, which only people write; with a last-good copy, because nobody can read a bind key out of a device again.

import { createHash } from 'node:crypto';
import { readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '#base/replace-file.ts';
import { bleAddress } from '#contract/ble-port.ts';
import { deviceFields } from '#contract/device-fields.ts';
import { reasonOf } from '#contract/errors.ts';
import { StoreError } from './errors.ts';
import { lockRegistry } from './lock.ts';

export const REGISTRY = 'registry.json';
export const REGISTRY_LAST_GOOD = 'registry.last-good.json';
const FORMAT = 'hearthward-registry';
const VERSION = 1;

const pairedDevice = z.strictObject({
  ...deviceFields,
  driver: z.string().min(1).max(60),
  address: bleAddress,
  addressType: z.enum(['public', 'random']),
  /** As the device called itself. */
  name: z.string().max(100).optional(),
  /** 16 bytes in hexadecimal. A secret: it leaves this file for the driver alone. */
  bindkey: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional(),
  wearer: z.strictObject({ id: deviceFields.id, name: z.string().min(1).max(60) }).optional(),
  /** The driver's own, beside the address. */
  options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  /** Wall clock, ms. */
  pairedAt: z.int().nonnegative(),
});
export type PairedDevice = z.output<typeof pairedDevice>;

const pairedDevices = z.array(pairedDevice).max(500);

export interface RegistryTrouble {
  /** `newer`: written by a later version of this program, which this one must not guess at. */
  why: 'damaged' | 'missing' | 'newer' | 'unreadable';
  /** What is used in its place. */
  instead: 'last-good' | 'nothing';
  detail: string;
}

export interface ReadRegistry {
  devices: PairedDevice[];
  trouble?: RegistryTrouble;
}

/** From one version's devices to the next's, by the version they come from. */
export type Migrations = Readonly<Record<number, (devices: unknown) => unknown>>;
const MIGRATIONS: Migrations = {};

/** What was paired: nothing where there never was a registry. Never rejects. */
export async function readRegistry(dir: string): Promise<ReadRegistry> {
  const now = await readOne(join(dir, REGISTRY));
  if (now.devices) return { devices: now.devices };
  const before = await readOne(join(dir, REGISTRY_LAST_GOOD));
  if (now.why === 'missing' && before.why === 'missing') return { devices: [] };
  const trouble = { why: now.why, detail: now.detail };
  return before.devices
    ? { devices: before.devices, trouble: { ...trouble, instead: 'last-good' } }
    : { devices: [], trouble: { ...trouble, instead: 'nothing' } };
}

/**
 * Reads, changes and writes the registry, alone: a crash at any instant leaves the old one or the new, whole. A damaged
 * file is set aside, and what was good of before goes on.
 * @throws StoreError: `in-use` while another change is under way, `unwritable`, `damaged` for a file that is newer than
 * this program; or what `change` throws, with nothing written.
 */
export async function changeRegistry(
  dir: string,
  change: (devices: readonly PairedDevice[]) => readonly PairedDevice[],
): Promise<void> {
  const lock = lockRegistry(dir);
  try {
    const { devices, trouble } = await readRegistry(dir);
    if (trouble?.why === 'newer' || trouble?.why === 'unreadable')
      throw new StoreError('damaged', `${join(dir, REGISTRY)} cannot be changed: ${trouble.detail}`, { dir });
    const text = registryText(change(devices));
    if (trouble?.why === 'damaged') await setAside(join(dir, REGISTRY));
    await replaceFile(join(dir, REGISTRY), text);
    await replaceFile(join(dir, REGISTRY_LAST_GOOD), text);
  } catch (thrown) {
    if (thrown instanceof Error && 'syscall' in thrown)
      throw new StoreError(
        'unwritable',
        `${join(dir, REGISTRY)} cannot be written: ${thrown.message}`,
        { dir },
        thrown,
      );
    throw thrown;
  } finally {
    lock.release();
  }
}

/** The file's whole text. Throws for devices that a reader would refuse. */
export function registryText(devices: readonly PairedDevice[]): string {
  // As a reader will have it: what its sum is taken of.
  const plain: unknown = JSON.parse(JSON.stringify(pairedDevices.parse(devices)));
  const rest = { version: VERSION, sha256: sumOf(VERSION, plain), devices: plain };
  return `${JSON.stringify({ format: FORMAT, ...rest }, null, 1)}\n`;
}

type Parsed =
  | { devices: PairedDevice[]; why?: undefined }
  | { devices?: undefined; why: RegistryTrouble['why']; detail: string };

/** What a text says. The sum tells a flipped bit, which might be of an address or a key, from what was written. */
export function parseRegistry(text: string, migrations = MIGRATIONS, current = VERSION): Parsed {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    // Without the parser's own words: they may quote a key.
    return { why: 'damaged', detail: 'it is not JSON' };
  }
  const { format, version, sha256, devices } = (raw ?? {}) as Record<string, unknown>;
  if (format !== FORMAT || typeof version !== 'number' || !Number.isInteger(version) || version < 1)
    return { why: 'damaged', detail: 'it is no registry' };
  if (sha256 !== sumOf(version, devices)) return { why: 'damaged', detail: 'its check sum is wrong' };
  if (version > current)
    return { why: 'newer', detail: `it is of version ${version}, and this program knows ${current}` };
  let migrated = devices;
  for (let at = version; at < current; at += 1) {
    const step = migrations[at];
    if (!step) return { why: 'damaged', detail: `there is no way from version ${at} to ${at + 1}` };
    migrated = step(migrated);
  }
  const { data, error } = pairedDevices.safeParse(migrated);
  if (data) return { devices: data };
  return { why: 'damaged', detail: `${error.issues[0]?.path.join('.')} is not as it should be` };
}

const sumOf = (version: number, devices: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify([version, devices]))
    .digest('hex');

/** Bytes; hundreds of devices have a tenth of it. */
const LARGEST = 1_000_000;

async function readOne(path: string): Promise<Parsed> {
  try {
    const { size } = await stat(path);
    if (size > LARGEST) return { why: 'damaged', detail: 'it is far too large' };
    return parseRegistry(await readFile(path, 'utf8'));
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    return { why: code === 'ENOENT' ? 'missing' : 'unreadable', detail: reasonOf(thrown) };
  }
}

/** Under the next name that is free: what a person may still want to look at. */
async function setAside(path: string): Promise<void> {
  for (let number = 1; number < 100; number += 1) {
    const aside = `${path}.damaged-${number}`;
    const taken = await stat(aside).then(
      () => true,
      () => false,
    );
    if (!taken) return rename(path, aside);
  }
}
