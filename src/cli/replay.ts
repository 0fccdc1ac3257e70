// `hearthward replay`: what would the gateway have done?

import type { Config } from '#contract/config.ts';
import type { AnyDetector } from '#contract/detector.ts';
import { checkData } from '#src/config/load.ts';
import type { ConfigSchema } from '#src/config/schema.ts';
import type { HomeDevice } from '#src/core/home.ts';
import { readLine } from '#src/replay/lines.ts';
import { createReplay } from '#src/replay/replay.ts';
import { readConfigOrFail } from './config.ts';
import { numberedLines } from './lines.ts';
import { exit, UsageError, type Verb } from './verb.ts';

export const replayVerb = (schema: ConfigSchema, detectors: readonly AnyDetector[]): Verb => ({
  name: 'replay',
  summary: 'Plays a home’s history through the gateway on a virtual clock and writes what it would have done.',
  options: {
    config: {
      type: 'string',
      value: 'FILE',
      describe: 'Devices and policy; without it the defaults, and devices as the input declares them.',
    },
    preset: {
      type: 'string',
      value: 'NAME',
      describe: 'Policy of a preset in config/presets, in place of the config’s.',
    },
    timezone: { type: 'string', value: 'ZONE', describe: 'IANA zone of the home; the config’s, else UTC.' },
    seed: { type: 'string', value: 'N', describe: 'Seed of the ids in the output; 1.' },
    lenient: {
      type: 'boolean',
      describe: 'Skip lines that cannot be used, and count them, instead of stopping at the first.',
    },
  },
  example: 'hearthward replay --config gateway.yaml < history.ndjson > alerts.ndjson',
  notes: 'Input and output are NDJSON, described in docs/replay.md. The same bytes in give the same bytes out.',

  async run({ values }, io) {
    const seed = values.seed === undefined ? 1 : Number(values.seed);
    if (!Number.isInteger(seed) || seed < 0)
      throw new UsageError(`--seed: "${values.seed}" is not a whole number from 0 up`);
    const zone = values.timezone as string | undefined;
    if (zone !== undefined && !isZone(zone))
      throw new UsageError(`--timezone: "${zone}" is not an IANA time zone such as Asia/Shanghai`);
    const preset = values.preset as string | undefined;
    if (preset !== undefined && !Object.hasOwn(schema.presets, preset))
      throw new UsageError(
        `--preset: there is no preset "${preset}" in config/presets; there are ${Object.keys(schema.presets).join(', ')}`,
      );
    const config =
      values.config === undefined
        ? checkData({ home: { timezone: zone ?? 'UTC' } }, schema, preset).data
        : await readConfigOrFail(values.config as string, schema, io, preset);
    if (!config) return exit.no;

    let written: string[] = [];
    const replay = createReplay({
      rules: {
        zone: zone ?? config.home.timezone,
        people: config.people,
        reactions: config.reactions,
        detectors,
        detectorOptions: config.detectors,
        channels: {},
      },
      devices: devicesOf(config),
      seed,
      write: (line) => written.push(JSON.stringify(line)),
    });
    const flush = async () => {
      if (written.length === 0) return;
      const lines = written.join('\n');
      written = [];
      await io.out(lines);
    };

    let skipped = 0;
    let lines = 0;
    for await (const { number, text } of numberedLines(io.stdin)) {
      if (text?.trim() === '') continue;
      lines += 1;
      const read = text === undefined ? { ok: false as const, why: 'the line is too long' } : readLine(text);
      const why = read.ok ? await replay.take(read.line) : read.why;
      if (why !== undefined) {
        if (!values.lenient) {
          await flush();
          io.err(`hearthward replay: line ${number}: ${why}`);
          return exit.no;
        }
        skipped += 1;
      }
      await flush();
    }
    await replay.end();
    await flush();
    if (skipped > 0) io.err(`hearthward replay: skipped, because they could not be used: ${skipped} of ${lines} lines`);
    return exit.done;
  },
});

const devicesOf = (config: Config | undefined): HomeDevice[] =>
  (config?.devices ?? []).map(({ driver: _, options, ...device }) => ({
    ...device,
    ...(options.explosionProof === true && { explosionProof: true }),
  }));

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
