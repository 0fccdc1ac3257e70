// What can be used of a configuration that another version of this program found good. For such a copy alone: in a file that
// a person writes, what is not known is a typing error, and passing over it would leave the home unprotected in silence.

import type { Config } from '#contract/config.ts';
import type { ConfigFault, Path, Problem } from './faults.ts';
import { checkData, placed } from './load.ts';
import { type Origins, originsIn } from './origins.ts';
import type { ConfigSchema } from './schema.ts';
import { warningsOf } from './warnings.ts';
import { readYaml } from './yaml.ts';

/** Rounds of leaving out: what a value was needed for goes in the next. */
const ROUNDS = 20;
/** Of these an entry with a value that is not known goes as a whole: a sensor read by another model's table would lie. */
const WHOLE_ENTRIES: readonly unknown[] = ['devices', 'uplinks', 'reactions'];

/** Undefined where nothing is left to work with. */
export function readWhatCan(
  text: string,
  fileName: string,
  schema: ConfigSchema,
): { config: Config; warnings: ConfigFault[]; originOf: Origins; left: ConfigFault[] } | undefined {
  const yaml = readYaml(text);
  if (!yaml.usable || yaml.problems.length > 0) return undefined;
  const draft: unknown = structuredClone(yaml.data);
  const left: ConfigFault[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { data, problems } = checkData(draft, schema);
    if (data !== undefined && problems.length === 0) {
      const warnings = warningsOf(data).map((problem) => placed(problem, fileName, yaml));
      return { config: data, warnings, originOf: originsIn(draft, schema.presets), left };
    }
    for (const problem of problems)
      left.push(round === 0 ? placed(problem, fileName, yaml) : somewhere(problem, fileName));
    if (!leaveOut(draft, problems)) return undefined;
  }
  return undefined;
}

/** What went because of what went before: its place in the file is not that in the draft. */
const somewhere = ({ path: [section = ''], message, expected }: Problem, file: string): ConfigFault => ({
  file,
  path: String(section),
  line: 0,
  column: 0,
  value: undefined,
  message,
  expected,
});

/** False where nothing could be taken out. */
function leaveOut(draft: unknown, problems: readonly Problem[]): boolean {
  const paths = new Map(problems.map((problem) => [JSON.stringify(goneBy(problem)), goneBy(problem)]));
  // Keys of an entry before entries, and entries of a list from its end on: so each is where its path says.
  const order = (a: Path, b: Path) => b.length - a.length || Number(b[1]) - Number(a[1]);
  return [...paths.values()].toSorted(order).filter((path) => remove(draft, path)).length > 0;
}

function goneBy({ path, atKey }: Problem): Path {
  return !atKey && WHOLE_ENTRIES.includes(path[0]) && path.length > 2 ? path.slice(0, 2) : path;
}

/** What stands at `path`; or around it, where nothing does. */
function remove(draft: unknown, path: Path): boolean {
  const [last] = path.slice(-1);
  if (last === undefined) return false;
  const parent = path.slice(0, -1).reduce<unknown>((at, key) => (isOwn(at, key) ? at[key] : undefined), draft);
  if (!isOwn(parent, last)) return remove(draft, path.slice(0, -1));
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete parent[last];
  return true;
}

const isOwn = (at: unknown, key: PropertyKey): at is Record<PropertyKey, unknown> =>
  typeof at === 'object' && at !== null && Object.hasOwn(at, key);
