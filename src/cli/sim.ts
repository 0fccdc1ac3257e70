// `hearthward sim`: a home that is simulated by a scenario, live for any gateway, or in a replay, days in seconds.

import { replaceFileSync } from '#base/replace-file.ts';
import type { AnyDetector } from '#contract/detector.ts';
import type { Reaction } from '#contract/reaction.ts';
import { words } from '#contract/words.ts';
import { type ConfigFault, textOf } from '#src/config/faults.ts';
import { type Checked, checkData, readCheckedFile } from '#src/config/load.ts';
import type { ConfigSchema } from '#src/config/schema.ts';
import { terminalLanguage } from './language.ts';
import { type Rehearsal, runRehearsal } from './sim/replay.ts';
import { narrated, type PlayEvent } from './sim/words.ts';
import { type Args, exit, UsageError, type Verb, type VerbIo } from './verb.ts';

/** The simulated home; given by the composition root, main.ts. */
export interface Simulation<Scenario> {
  scenarioFile: Checked<Scenario>;
  /** The gateway's configuration for a scenario, with addresses that lead nowhere. */
  configOf(scenario: Scenario): Record<string, unknown>;
  configText(config: Record<string, unknown>): string;
  rehearse(scenario: Scenario, seed: number): Rehearsal;
  /** True when it was played to its end. */
  play(options: {
    scenario: Scenario;
    seed: number;
    dir: string | undefined;
    speed: number;
    atOnce: boolean;
    report(event: PlayEvent): void;
    stopped(): Promise<void>;
  }): Promise<boolean>;
}

export const simVerb = <Scenario>(
  schema: ConfigSchema,
  detectors: readonly AnyDetector[],
  load: () => Promise<Simulation<Scenario>>,
): Verb => ({
  name: 'sim',
  summary: 'Simulates a home by a scenario: real serial lines and ports for any gateway, or a replay, days in seconds.',
  positionals: ['SCENARIO.yaml'],
  options: {
    replay: {
      type: 'boolean',
      describe: 'Play it through the gateway’s pipeline on a virtual clock, and check what it expects.',
    },
    lines: { type: 'boolean', describe: 'Write what --replay would feed to the pipeline, for `hearthward replay`.' },
    check: { type: 'boolean', describe: 'Only say what is wrong with the file.' },
    seed: { type: 'string', value: 'N', describe: 'Of jitter, noise and ids; 1.' },
    'write-config': {
      type: 'string',
      value: 'FILE',
      describe: 'Live: where the gateway’s configuration goes; standard output.',
    },
    dir: { type: 'string', value: 'DIR', describe: 'Live: where serial lines and chips are made; a temporary folder.' },
    speed: { type: 'string', value: 'N', describe: 'Live: so many times faster than the clock; 1.' },
    now: { type: 'boolean', describe: 'Live: begin at once, and not when a gateway has opened every line.' },
    json: { type: 'boolean', describe: 'NDJSON: what happens live, or the lines of the replay.' },
  },
  example: 'hearthward sim --replay config/scenarios/gas-leak-at-night.yaml',
  notes:
    'Scenario files: docs/simulated-home.md. Exit 0 when it was played and all it expects came; 1 for a fault of the file or a difference.',

  async run(args, io) {
    const options = optionsOf(args);
    const simulation = await load();
    const scenario = await readScenario(args.positionals[0] ?? '', simulation, schema, io);
    if (!scenario) return exit.no;
    if (options.mode === 'check') {
      io.err(`${args.positionals[0]} is good.`);
      return exit.done;
    }
    if (options.mode === 'live') return live(scenario, simulation, options, io);
    const rehearsal = simulation.rehearse(scenario, options.seed);
    if (options.mode === 'lines') {
      for (const line of rehearsal.lines()) await io.out(JSON.stringify(line));
      return exit.done;
    }
    return runRehearsal(rehearsal, policyOf(simulation.configOf(scenario), schema, detectors), options, io);
  },
});

interface Options {
  mode: 'live' | 'replay' | 'lines' | 'check';
  seed: number;
  json: boolean;
  configFile: string | undefined;
  dir: string | undefined;
  speed: number;
  atOnce: boolean;
}

const liveOnly = ['write-config', 'dir', 'speed', 'now'] as const;

function optionsOf({ values }: Args): Options {
  const modes = (['replay', 'lines', 'check'] as const).filter((mode) => values[mode]);
  if (modes.length > 1) throw new UsageError(`--${modes[0]} and --${modes[1]} are two different things to do`);
  const [mode = 'live'] = modes;
  const odd = mode === 'live' ? undefined : liveOnly.find((name) => values[name] !== undefined);
  if (odd) throw new UsageError(`--${odd} has no meaning with --${mode}`);
  const seed = values.seed === undefined ? 1 : Number(values.seed);
  if (!Number.isInteger(seed) || seed < 0)
    throw new UsageError(`--seed: "${values.seed}" is not a whole number from 0 up`);
  const speed = values.speed === undefined ? 1 : Number(values.speed);
  if (!(speed >= 0.1 && speed <= 1_000))
    throw new UsageError(`--speed: "${values.speed}" is not a number from 0.1 to 1000`);
  return {
    mode,
    seed,
    speed,
    json: values.json === true,
    configFile: values['write-config'] as string | undefined,
    dir: values.dir as string | undefined,
    atOnce: values.now === true,
  };
}

const like = words('a scenario file, as those in config/scenarios', '场景文件，参见 config/scenarios');

/** The scenario of a file; where it has faults, all of them are printed and undefined is returned. */
async function readScenario<Scenario>(
  file: string,
  { scenarioFile, configOf }: Simulation<Scenario>,
  schema: ConfigSchema,
  io: VerbIo,
): Promise<Scenario | undefined> {
  const read = await readCheckedFile(file, withConfig(scenarioFile, schema), like);
  const language = terminalLanguage();
  const refuse = (faults: readonly ConfigFault[]) => {
    for (const fault of faults) io.err(textOf(fault, language));
    io.err(language === 'en' ? `${file}: ${faults.length} to mend` : `${file}：${faults.length} 处需要修改`);
    return undefined;
  };
  if (!read.ok) return refuse(read.faults);
  // The gateway settings of the scenario have to fit its devices as well.
  const { problems } = checkData(configOf(read.data), schema);
  if (problems.length === 0) return read.data;
  return refuse(
    problems.map((problem) => {
      const [first] = problem.path;
      const own = first === 'home' || first === 'devices';
      return read.placed({ ...problem, path: own ? [first] : ['config', ...problem.path] });
    }),
  );
}

/** The scenario's own schema, and the gateway's for its `config`. Reactions are checked later, against the devices. */
function withConfig<Scenario>(scenarioFile: Checked<Scenario>, schema: ConfigSchema): Checked<Scenario> {
  const { draftProblems } = scenarioFile;
  const configProblems = (draft: unknown) => {
    const { config } = (draft ?? {}) as { config?: unknown };
    if (typeof config !== 'object' || config === null) return [];
    const { home: _, devices: __, reactions: ___, ...sections } = config as Record<string, unknown>;
    const { problems } = checkData({ ...sections, home: { timezone: 'UTC' } }, schema);
    return problems.map((problem) => ({ ...problem, path: ['config', ...problem.path] }));
  };
  const rules = scenarioFile.clone() as Checked<Scenario>;
  return Object.assign(rules, {
    draftProblems: (draft: unknown) => [...draftProblems(draft), ...configProblems(draft)],
  });
}

/** The policy of the replay: the gateway's configuration for this scenario. */
function policyOf(raw: Record<string, unknown>, schema: ConfigSchema, detectors: readonly AnyDetector[]) {
  const { data } = checkData(raw, schema);
  return {
    detectors,
    zone: data?.home.timezone ?? 'UTC',
    reactions: data?.reactions ?? ([] as readonly Reaction[]),
    detectorOptions: data?.detectors ?? {},
  };
}

async function live<Scenario>(
  scenario: Scenario,
  { play, configText }: Simulation<Scenario>,
  { json, seed, speed, dir, atOnce, configFile }: Options,
  io: VerbIo,
): Promise<number> {
  const writeConfig = (config: Record<string, unknown>) => {
    const text = configText(config);
    if (configFile === undefined) {
      if (!json) void io.out(text.trimEnd());
      return;
    }
    // Replaced in one piece: a gateway may be watching the file.
    replaceFileSync(configFile, text);
    if (!json) io.err(`the gateway’s configuration is in ${configFile}`);
  };
  await play({
    scenario,
    seed,
    speed,
    dir,
    atOnce,
    stopped: io.stopped,
    report(event) {
      if (event.kind === 'config') writeConfig(event.config);
      if (json) void io.out(JSON.stringify(event));
      else if (event.kind !== 'config') io.err(narrated(event));
    },
  });
  return exit.done;
}
