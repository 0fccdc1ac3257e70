// `hearthward sim --replay` within the test's own process, for many short ones.

import type { AnyDriver } from '#contract/driver.ts';
import { simVerb } from '#src/cli/sim.ts';
import type { VerbIo } from '#src/cli/verb.ts';
import { checkData } from '#src/config/load.ts';
import { readPresets } from '#src/config/presets.ts';
import { configSchema } from '#src/config/schema.ts';
import { detectors } from '#src/detectors/index.ts';
import * as simulation from '#src/sim/index.ts';
import * as drivers from '../../drivers/index.ts';

const allDrivers: AnyDriver[] = Object.values(drivers);
export const verb = simVerb(
  configSchema({
    drivers: allDrivers,
    detectors,
    presets: readPresets(new URL('../../config/presets', import.meta.url)),
  }),
  detectors,
  async () => ({
    ...simulation,
    play: () => Promise.reject(new Error('nothing is played live here')),
  }),
);

export interface Rehearsed {
  code: number;
  out: string;
  err: string;
  /** With --json: its lines. */
  lines: Record<string, unknown>[];
}

export async function sim(file: string, values: Record<string, string | boolean>): Promise<Rehearsed> {
  const out: string[] = [];
  const err: string[] = [];
  const io: VerbIo = {
    stdin: (async function* () {})(),
    out: async (line) => void out.push(line),
    err: (line) => void err.push(line),
    stopped: () => new Promise(() => undefined),
  };
  const code = await verb.run({ values, positionals: [file] }, io);
  const text = out.join('\n');
  const lines =
    values.json === true || values.lines === true
      ? text
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line))
      : [];
  return { code, out: text, err: err.join('\n'), lines };
}

/** A scenario as its file would be read; throws with its faults. */
export function scenarioOf(draft: unknown): simulation.Scenario {
  const { data, problems } = checkData(draft, simulation.scenarioFile);
  if (!data || problems.length > 0)
    throw new Error(JSON.stringify(problems.map(({ path, message }) => [path, message.en])));
  return data;
}
