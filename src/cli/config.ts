// `hearthward check-config`, and how other verbs read a configuration.

import type { Config } from '#contract/config.ts';
import { textOf } from '#src/config/faults.ts';
import { readLastGood } from '#src/config/last-good.ts';
import { type ReadConfig, readConfigFile } from '#src/config/load.ts';
import { type Origins, type Value, valuesOf } from '#src/config/origins.ts';
import type { ConfigSchema } from '#src/config/schema.ts';
import { type Joined, joinRegistry } from '#src/service/join-registry.ts';
import { readRegistry } from '#src/store/registry.ts';
import { terminalLanguage } from './language.ts';
import { wordsOf } from './pair/words.ts';
import { exit, type Verb, type VerbIo } from './verb.ts';

export const checkConfigVerb = (schema: ConfigSchema): Verb => ({
  name: 'check-config',
  summary: 'Says every fault of a configuration file at once, and where each value comes from.',
  positionals: ['FILE'],
  options: {
    values: {
      type: 'boolean',
      describe: 'Lists each value with where it comes from: file, preset, default, registry (an installer) or paired.',
    },
    data: {
      type: 'string',
      value: 'DIR',
      describe: 'A gateway’s data directory: with what was paired there, and what an installer said.',
    },
    json: {
      type: 'boolean',
      describe:
        'One object: {ok, faults: [{path, line, column, value, message, expected}], warnings: […], values: [{path, value, from}]}.',
    },
  },
  example: 'hearthward check-config /etc/hearthward/gateway.yaml',
  notes: 'Exit 0 when the gateway would take the file, 1 when it would not. Warnings refuse nothing.',

  async run({ values: asked, positionals: [file = ''] }, io) {
    const read = await readConfigFile(file, schema);
    const dir = asked.data as string | undefined;
    const joined = read.ok && dir !== undefined ? await joinedHome(dir, read, schema, io) : read;
    const values = 'config' in joined ? valuesOf(joined.config, joined.originOf) : [];
    if (asked.json) {
      const { ok } = read;
      const [faults, warnings] = read.ok ? [[], read.warnings] : [read.faults, []];
      await io.out(JSON.stringify({ ok, faults, warnings, values }));
    } else {
      await sayChecked(file, read, io);
      if (asked.values) for (const value of values) await io.out(valueLine(value));
    }
    return read.ok ? exit.done : exit.no;
  },
});

async function sayChecked(file: string, read: ReadConfig, io: VerbIo): Promise<void> {
  const language = terminalLanguage();
  if (!read.ok) {
    for (const fault of read.faults) await io.out(textOf(fault, language));
    const count = read.faults.length;
    return io.err(language === 'en' ? `${file}: ${count} to mend` : `${file}：${count} 处需要修改`);
  }
  for (const warning of read.warnings)
    await io.out(`${language === 'en' ? 'warning: ' : '警告：'}${textOf(warning, language)}`);
  const count = read.config.devices.length;
  await io.out(
    language === 'en'
      ? `${file} is good: ${count === 1 ? '1 device' : `${count} devices`}.`
      : `${file} 有效：${count} 个设备。`,
  );
}

const valueLine = ({ path, value, from }: Value): string => `${from.padEnd(9)} ${path} = ${JSON.stringify(value)}`;

/**
 * The config of another verb's `--config`; where it has faults, they are printed and undefined is returned.
 * @param preset in place of the file's own
 */
export async function readConfigOrFail(
  file: string,
  schema: ConfigSchema,
  io: VerbIo,
  preset?: string,
): Promise<Config | undefined> {
  const read = await readConfigFile(file, schema, preset);
  if (read.ok) return read.config;
  for (const fault of read.faults) io.err(textOf(fault, terminalLanguage()));
  return undefined;
}

/**
 * The home of a data directory: its config, by default the last good one, with the registry. What is wrong with the registry
 * is printed, and the rest is returned.
 */
export async function readHomeOrFail(
  dir: string,
  file: string | undefined,
  schema: ConfigSchema,
  io: VerbIo,
): Promise<Joined | undefined> {
  const read = file === undefined ? await readLastGood(dir, schema) : await readConfigFile(file, schema);
  const faults = read.ok ? ('tolerated' in read ? (read.tolerated?.left ?? []) : []) : read.faults;
  for (const fault of faults) io.err(textOf(fault, terminalLanguage()));
  return read.ok ? joinedHome(dir, read, schema, io) : undefined;
}

async function joinedHome(
  dir: string,
  file: { config: Config; originOf: Origins },
  schema: ConfigSchema,
  io: VerbIo,
): Promise<Joined> {
  const { trouble, newer, ...registry } = await readRegistry(dir);
  if (trouble) io.err(`the list of paired devices: ${trouble.detail}`);
  if (newer) io.err(wordsOf(terminalLanguage()).newer(newer.used, newer.left.length));
  const joined = joinRegistry(file, registry, schema);
  for (const { id, reason } of joined.refused) io.err(`${id}: ${reason}`);
  return joined;
}
