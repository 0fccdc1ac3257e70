// The last configuration that was good, kept beside the data: neither a broken file nor a program that was rolled back
// leaves a home unprotected.

import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readFormat, standingOf } from '#base/format.ts';
import { replaceFile } from '#base/replace-file.ts';
import type { Config } from '#contract/config.ts';
import { reasonOf } from '#contract/errors.ts';
import { type Format, firstFormat } from '#contract/format.ts';
import { ConfigError } from './errors.ts';
import type { ConfigFault } from './faults.ts';
import { readConfigFile } from './load.ts';
import type { Origins } from './origins.ts';
import type { ConfigSchema } from './schema.ts';
import { readWhatCan } from './tolerant.ts';

export const LAST_GOOD = 'config.last-good.yaml';
/**
 * The format of this version's copy. An added key does not change it; a key that gets another meaning raises
 * `readableFrom`.
 */
export const configFormat: Format = firstFormat;

/** A copy that is only read in part: another version of this program wrote it. */
export interface Tolerated {
  /** The copy's name. */
  file: string;
  format: Format;
  /** What this version does not know, and has left out. */
  left: ConfigFault[];
}

export type Loaded = {
  /** The file as it was found, for `watchConfig`. */
  seen: string;
} & (
  | {
      source: 'file';
      config: Config;
      warnings: ConfigFault[];
      originOf: Origins;
      /** Why the copy could not be kept, such as a full disk. The configuration is in force all the same. */
      unsaved?: ConfigError;
    }
  | {
      source: 'last-good';
      config: Config;
      warnings: ConfigFault[];
      originOf: Origins;
      faults: ConfigFault[];
      tolerated?: Tolerated | undefined;
    }
  /** Neither the file nor a copy can be used. `faults` are the file's. */
  | { source: 'none'; config?: undefined; faults: ConfigFault[] }
);

/** The configuration of `file`, and a copy of it kept in `dataDir`; where the file has faults, the copy's. Never rejects. */
export async function loadOrLastGood({
  file,
  dataDir,
  schema,
}: {
  file: string;
  dataDir: string;
  schema: ConfigSchema;
}): Promise<Loaded> {
  const now = await readConfigFile(file, schema);
  if (now.ok) {
    const { config, warnings, originOf, seen, text = '' } = now;
    const unsaved = await keep(dataDir, text);
    return { source: 'file', config, warnings, originOf, seen, ...(unsaved && { unsaved }) };
  }
  const { faults, seen } = now;
  const before = await readLastGood(dataDir, schema);
  return before.ok ? { source: 'last-good', ...before, faults, seen } : { source: 'none', faults, seen };
}

export type ReadLastGood =
  | { ok: true; config: Config; warnings: ConfigFault[]; originOf: Origins; tolerated?: Tolerated | undefined }
  | { ok: false; faults: [ConfigFault, ...ConfigFault[]] };

/**
 * The copy that this version can use: the last one; else, where a later version wrote that one, the parts of it that
 * are known, or the copy that this version wrote itself.
 */
export async function readLastGood(dataDir: string, schema: ConfigSchema, own = configFormat): Promise<ReadLastGood> {
  const file = join(dataDir, LAST_GOOD);
  const last = await readConfigFile(file, schema);
  if (last.ok) return last;
  // Its sum says that the program which wrote it found it good: whatever is refused in it, that program knew.
  const stamp = stampOf(last.text ?? '');
  const tolerate = async (): Promise<ReadLastGood | undefined> => {
    if (!stamp?.whole || last.text === undefined) return undefined;
    const found = readWhatCan(last.text, file, schema);
    return found && { ok: true, ...found, tolerated: { file: LAST_GOOD, format: stamp.format, left: found.left } };
  };
  const copy = async (): Promise<ReadLastGood | undefined> => {
    const read = await readConfigFile(join(dataDir, copyName(own.version)), schema);
    if (!read.ok || !stamp) return undefined;
    return { ...read, tolerated: { file: copyName(own.version), format: stamp.format, left: [] } };
  };
  const unreadable = stamp !== undefined && standingOf(stamp.format, own) === 'unreadable';
  const [first, second] = unreadable ? [copy, tolerate] : [tolerate, copy];
  return (await first()) ?? (await second()) ?? last;
}

/** The copy that an earlier or a later version wrote, kept when this version writes its own. */
export const copyName = (version: number): string => LAST_GOOD.replace('.yaml', `.v${version}.yaml`);

const STAMP = '# hearthward-config ';

/** The text as it is kept: its first line says which version found it good, with a sum over the rest. */
export const stamped = (text: string, { version, readableFrom }: Format = configFormat): string =>
  `${STAMP}${JSON.stringify({ version, readableFrom, sha256: sumOf(text) })}\n${text}`;

const sumOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A copy from before there were stamps is the first version's, and nobody knows whether it is whole. */
function stampOf(copy: string): { format: Format; whole: boolean } | undefined {
  if (!copy.startsWith(STAMP)) return { format: firstFormat, whole: false };
  const end = copy.indexOf('\n');
  try {
    const { version, readableFrom, sha256 } = JSON.parse(copy.slice(STAMP.length, end));
    const format = readFormat(version, readableFrom);
    return format && { format, whole: sha256 === sumOf(copy.slice(end + 1)) };
  } catch {
    return undefined;
  }
}

/**
 * Keeps `text` as the last good copy, unless it is that already; a copy that another version kept is saved first. A
 * crash at any instant leaves the old copy or the new, whole.
 */
async function keep(dataDir: string, text: string): Promise<ConfigError | undefined> {
  const copy = join(dataDir, LAST_GOOD);
  try {
    const before = await readFile(copy, 'utf8').catch(() => undefined);
    const next = stamped(text);
    if (before === next) return undefined;
    await mkdir(dataDir, { recursive: true });
    const version = before === undefined ? undefined : stampOf(before)?.format.version;
    if (before !== undefined && version !== undefined && version !== configFormat.version)
      await replaceFile(join(dataDir, copyName(version)), before);
    await replaceFile(copy, next);
    return undefined;
  } catch (thrown) {
    return new ConfigError('last-good-unsaved', `${copy} cannot be written: ${reasonOf(thrown)}`, { copy }, thrown);
  }
}
