// What was paired with this gateway (addresses, keys, where and by whom each device is worn) and what an installer says
// (rooms, people, whom to call). A file of its own beside the YAML, which only people write; with a last-good copy,
// because nobody can read a bind key out of a device again.

import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '#base/replace-file.ts';
import { reasonOf } from '#contract/errors.ts';
import type { Format } from '#contract/format.ts';
import { StoreError } from './errors.ts';
import { lockRegistry } from './lock.ts';
import {
  emptyRegistry,
  type PairedDevice,
  type Parsed,
  parseRegistry,
  type Registry,
  type RegistryFile,
  registryFormat,
  registryText,
} from './registry-file.ts';
import { isSameRadio } from './registry-radio.ts';

export const REGISTRY = 'registry.json';
export const REGISTRY_LAST_GOOD = 'registry.last-good.json';
/** The file of one version: a copy from before a migration, or what that version wrote beside a newer file. */
export const besideName = (version: number): string => `registry.v${version}.json`;

export interface RegistryTrouble {
  why: 'damaged' | 'missing' | 'unreadable';
  /** What is used in its place. */
  instead: 'last-good' | 'nothing';
  detail: string;
}

/** A later version of this program wrote the file, or wrote to it. */
export interface NewerRegistry {
  /** The format of the file, where it is a later one. */
  format?: Format | undefined;
  /** The file that is used. */
  used: string;
  /** Entries that this version cannot read, by their names. */
  left: readonly string[];
}

export interface ReadRegistry extends Registry {
  trouble?: RegistryTrouble;
  newer?: NewerRegistry;
}

/** What was paired and said: nothing where there never was a registry. Never rejects. */
export const readRegistry = async (dir: string): Promise<ReadRegistry> => (await readHome(dir)).read;

interface Home {
  read: ReadRegistry;
  /** The file that a change starts from, and what is in it. */
  name: string;
  file: RegistryFile | undefined;
  /** Files beside it that were written while this one could not be read: their content is in `read`. */
  rejoined: string[];
}

async function readHome(dir: string): Promise<Home> {
  const now = await readOne(join(dir, REGISTRY));
  if (now.why === undefined) return withBeside(dir, homeOf(REGISTRY, now));
  if (now.why === 'newer') return besideHome(dir, now.format);
  const before = await readOne(join(dir, REGISTRY_LAST_GOOD));
  const { why, detail } = now;
  if (before.why === undefined) {
    const home = homeOf(REGISTRY, before);
    return withBeside(dir, { ...home, read: { ...home.read, trouble: { why, detail, instead: 'last-good' } } });
  }
  // The copy is as new as the file was.
  if (before.why === 'newer') return besideHome(dir, before.format);
  const read: ReadRegistry =
    why === 'missing' && before.why === 'missing'
      ? emptyRegistry
      : { ...emptyRegistry, trouble: { why, detail, instead: 'nothing' } };
  return { read, name: REGISTRY, file: undefined, rejoined: [] };
}

function homeOf(name: string, file: RegistryFile, format?: Format): Home {
  const isNewer = file.format.version > registryFormat.version;
  const left = file.unknown.map(({ list, id }) => `${list}/${id}`);
  const newer =
    format || isNewer || left.length > 0
      ? { newer: { ...((format || isNewer) && { format: format ?? file.format }), used: name, left } }
      : {};
  return { read: { ...file.registry, ...newer }, name, file, rejoined: [] };
}

/**
 * Where the registry is of a later version that this one cannot read: this version's own file, as it was before, or as
 * it has become since.
 */
async function besideHome(dir: string, format: Format): Promise<Home> {
  const name = besideName(registryFormat.version);
  const own = await readOne(join(dir, name));
  if (own.why === undefined) return homeOf(name, own, format);
  return { read: { ...emptyRegistry, newer: { format, used: name, left: [] } }, name, file: undefined, rejoined: [] };
}

/**
 * Adds what an older version, or this one, wrote beside the file while it could not be read. What is in the file takes
 * precedence.
 */
async function withBeside(dir: string, home: Home): Promise<Home> {
  const names = await readdir(dir).catch(() => []);
  const rejoined: string[] = [];
  let registry: Registry = home.read;
  for (const name of names.toSorted()) {
    const version = Number(/^registry\.v(\d+)\.json$/.exec(name)?.[1] ?? Number.POSITIVE_INFINITY);
    if (version > registryFormat.version) continue;
    const file = await readOne(join(dir, name));
    if (file.why !== undefined || !file.beside) continue;
    registry = joined(registry, file.registry);
    rejoined.push(name);
  }
  return { ...home, read: { ...home.read, ...registry }, rejoined };
}

function joined(own: Registry, other: Registry): Registry {
  const missing = <Entry>(
    mine: readonly Entry[],
    theirs: readonly Entry[],
    isSame: (a: Entry, b: Entry) => boolean,
  ) => [...mine, ...theirs.filter((one) => !mine.some((known) => isSame(known, one)))];
  return {
    rooms: missing(own.rooms, other.rooms, (a, b) => a.name === b.name),
    people: missing(own.people, other.people, (a, b) => a.id === b.id),
    contacts: missing(own.contacts, other.contacts, (a, b) => a.phone === b.phone),
    wired: missing(own.wired, other.wired, (a, b) => a.id === b.id),
    devices: missing(own.devices, other.devices, (a, b) => a.id === b.id || isSameRadio(a.radio, b.radio)),
  };
}

/**
 * Reads, changes and writes the registry, exclusively: a crash at any instant leaves the old one or the new, whole. A
 * damaged file is set aside, and the last good one is used; an older one is copied first; a newer one that cannot be
 * read is not touched, and the change is written beside it.
 * @throws StoreError: `in-use` while another change is under way, `unwritable`, `damaged` for a file that cannot be
 * read; or what `change` throws, with nothing written.
 */
export async function changeRegistry(dir: string, change: (registry: Registry) => Registry): Promise<void> {
  const lock = lockRegistry(dir);
  try {
    const home = await readHome(dir);
    const { trouble, newer: _, ...registry } = home.read;
    if (trouble?.why === 'unreadable')
      throw new StoreError('damaged', `${join(dir, REGISTRY)} cannot be changed: ${trouble.detail}`, { dir });
    const isBeside = home.name !== REGISTRY;
    const text = registryText(change(registry), home.file, isBeside ? { beside: true } : {});
    if (trouble?.why === 'damaged') await setAside(join(dir, REGISTRY));
    else await copyOlder(dir, home);
    await replaceFile(join(dir, home.name), text);
    if (!isBeside) await replaceFile(join(dir, REGISTRY_LAST_GOOD), text);
    for (const name of home.rejoined) await rm(join(dir, name), { force: true });
    if (!isBeside) await removeOldCopies(dir);
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

/** The same for paired devices alone. */
export const changeDevices = (
  dir: string,
  change: (devices: readonly PairedDevice[]) => readonly PairedDevice[],
): Promise<void> => changeRegistry(dir, (registry) => ({ ...registry, devices: change(registry.devices) }));

/** A file of an earlier version, as it was, for a program that is rolled back to that version. */
async function copyOlder(dir: string, { file, rejoined }: Home): Promise<void> {
  const version = file?.format.version ?? registryFormat.version;
  const name = besideName(version);
  if (version >= registryFormat.version || rejoined.includes(name)) return;
  const now = await readFile(join(dir, REGISTRY), 'utf8').catch(() => readFile(join(dir, REGISTRY_LAST_GOOD), 'utf8'));
  await replaceFile(join(dir, name), now);
}

/** How long a copy of an earlier version is kept, ms: it holds keys of devices that may have been removed since. */
const COPY_KEPT_MS = 90 * 24 * 3_600_000;

/** Judged by the file that was written just now: nothing else here knows the time. */
async function removeOldCopies(dir: string): Promise<void> {
  const { mtimeMs: now } = await stat(join(dir, REGISTRY));
  for (let version = 1; version < registryFormat.version; version += 1) {
    const copy = join(dir, besideName(version));
    const found = await stat(copy).catch(() => undefined);
    if (found && now - found.mtimeMs > COPY_KEPT_MS) await rm(copy, { force: true });
  }
}

/** Bytes; hundreds of devices need a tenth of this. */
const LARGEST = 1_000_000;

type ReadOne = Parsed | { why: 'missing' | 'unreadable'; detail: string };

async function readOne(path: string): Promise<ReadOne> {
  try {
    const { size } = await stat(path);
    if (size > LARGEST) return { why: 'damaged', detail: 'it is far too large' };
    return parseRegistry(await readFile(path, 'utf8'));
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    return { why: code === 'ENOENT' ? 'missing' : 'unreadable', detail: reasonOf(thrown) };
  }
}

/** Under the next free name: a person may still want to look at it. */
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
