// `hearthward check-config`, and how other verbs read a configuration.

import type { Config } from '#contract/config.ts';
import { textOf } from '#src/config/faults.ts';
import { readLastGood } from '#src/config/last-good.ts';
import { readConfigFile } from '#src/config/load.ts';
import type { ConfigSchema } from '#src/config/schema.ts';
import { joinPaired } from '#src/service/paired.ts';
import { readRegistry } from '#src/store/registry.ts';
import { terminalLanguage } from './language.ts';
import { exit, type Verb, type VerbIo } from './verb.ts';

export const checkConfigVerb = (schema: ConfigSchema): Verb => ({
  name: 'check-config',
  summary: 'Says every fault of a configuration file at once.',
  positionals: ['FILE'],
  options: {
    json: {
      type: 'boolean',
      describe: 'One object: {ok, faults: [{path, line, column, value, message, expected}], warnings: […]}.',
    },
  },
  example: 'hearthward check-config /etc/hearthward/gateway.yaml',
  notes: 'Exit 0 when the gateway would take the file, 1 when it would not. Warnings refuse nothing.',

  async run({ values, positionals: [file = ''] }, io) {
    const read = await readConfigFile(file, schema);
    const faults = read.ok ? [] : read.faults;
    const warnings = read.ok ? read.warnings : [];
    const language = terminalLanguage();
    if (values.json) {
      await io.out(JSON.stringify({ ok: read.ok, faults, warnings }));
    } else {
      for (const fault of faults) await io.out(textOf(fault, language));
      for (const warning of warnings)
        await io.out(`${language === 'en' ? 'warning: ' : '警告：'}${textOf(warning, language)}`);
      if (read.ok)
        await io.out(
          language === 'en'
            ? `${file} is good: ${read.config.devices.length === 1 ? '1 device' : `${read.config.devices.length} devices`}.`
            : `${file} 有效：${read.config.devices.length} 个设备。`,
        );
      else io.err(language === 'en' ? `${file}: ${faults.length} to mend` : `${file}：${faults.length} 处需要修改`);
    }
    return read.ok ? exit.done : exit.no;
  },
});

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

/** What the gateway would fall back to. */
async function readLastGoodOrFail(dir: string, schema: ConfigSchema, io: VerbIo): Promise<Config | undefined> {
  const read = await readLastGood(dir, schema);
  for (const fault of read.ok ? (read.tolerated?.left ?? []) : read.faults) io.err(textOf(fault, terminalLanguage()));
  return read.ok ? read.config : undefined;
}

/**
 * The home of a data directory: its config, by default the last good one, with what was paired. What is wrong with what was
 * paired is printed, and the rest is returned.
 */
export async function readHomeOrFail(
  dir: string,
  file: string | undefined,
  schema: ConfigSchema,
  io: VerbIo,
): Promise<Config | undefined> {
  const config =
    file === undefined ? await readLastGoodOrFail(dir, schema, io) : await readConfigOrFail(file, schema, io);
  if (!config) return undefined;
  const { devices, trouble } = await readRegistry(dir);
  if (trouble) io.err(`the list of paired devices: ${trouble.detail}`);
  const { config: joined, refused } = joinPaired(config, devices, schema);
  for (const { id, reason } of refused) io.err(`${id}: ${reason}`);
  return joined;
}
