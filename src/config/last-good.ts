// The last configuration that was good, kept beside the data: a broken file never leaves a home unprotected.

import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '#base/replace-file.ts';
import type { Config } from '#contract/config.ts';
import { reasonOf } from '#contract/errors.ts';
import { ConfigError } from './errors.ts';
import type { ConfigFault } from './faults.ts';
import { readConfigFile } from './load.ts';
import type { ConfigSchema } from './schema.ts';

export const LAST_GOOD = 'config.last-good.yaml';

export type Loaded = {
  /** The file as it was found, for `watchConfig`. */
  seen: string;
} & (
  | {
      source: 'file';
      config: Config;
      warnings: ConfigFault[];
      /** Why the copy could not be kept: a full disk, for one. The configuration is in force all the same. */
      unsaved?: ConfigError;
    }
  | { source: 'last-good'; config: Config; warnings: ConfigFault[]; faults: ConfigFault[] }
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
    const { config, warnings, seen, text = '' } = now;
    const unsaved = await keep(dataDir, text);
    return { source: 'file', config, warnings, seen, ...(unsaved && { unsaved }) };
  }
  const { faults, seen } = now;
  const before = await readConfigFile(join(dataDir, LAST_GOOD), schema);
  return before.ok
    ? { source: 'last-good', config: before.config, warnings: before.warnings, faults, seen }
    : { source: 'none', faults, seen };
}

/** Keeps `text` as the last good one, unless it is already. A crash at any instant leaves the old copy or the new, whole. */
async function keep(dataDir: string, text: string): Promise<ConfigError | undefined> {
  const copy = join(dataDir, LAST_GOOD);
  try {
    if ((await readFile(copy, 'utf8').catch(() => undefined)) === text) return undefined;
    await mkdir(dataDir, { recursive: true });
    await replaceFile(copy, text);
    return undefined;
  } catch (thrown) {
    return new ConfigError('last-good-unsaved', `${copy} cannot be written: ${reasonOf(thrown)}`, { copy }, thrown);
  }
}
