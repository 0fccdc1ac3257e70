// What can be used of a configuration that another version of this program found good. For such a copy only: in a file
// that a person writes, an unknown name is a typing error, and ignoring it would silently leave the home unprotected.

import type { Config } from '#contract/config.ts';
import type { ConfigFault, Path, Problem } from './faults.ts';
import { checkData, placed } from './load.ts';
import { type Origins, originsIn } from './origins.ts';
import type { ConfigSchema } from './schema.ts';
import { warningsOf } from './warnings.ts';
import { readYaml } from './yaml.ts';

/** Rounds of leaving out: what depended on a removed value goes in the next round. */
const ROUNDS = 20;
/**
 * An entry of these lists goes as a whole when one of its values is not known: a sensor read by another model's table
 * would give false values.
 */
const WHOLE_ENTRIES: readonly unknown[] = ['devices', 'uplinks', 'reactions'];

/** Undefined where nothing usable is left. */
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

/** What went because something else had gone: its place in the draft is no longer its place in the file. */
const somewhere = ({ path: [section = ''], message, expected }: Problem, file: string): ConfigFault => ({
  file,
  path: String(section),
  line: 0,
  column: 0,
  value: undefined,
  message,
  expected,
});

/** False where nothing could be removed. */
function leaveOut(draft: unknown, problems: readonly Problem[]): boolean {
  const paths = new Map(problems.map((problem) => [JSON.stringify(goneBy(problem)), goneBy(problem)]));
  // Deepest first, and entries of a list from its end: so each path still leads to its place.
  const order = (a: Path, b: Path) => b.length - a.length || Number(b[1]) - Number(a[1]);
  return [...paths.values()].toSorted(order).filter((path) => remove(draft, path)).length > 0;
}

function goneBy({ path, atKey }: Problem): Path {
  return !atKey && WHOLE_ENTRIES.includes(path[0]) && path.length > 2 ? path.slice(0, 2) : path;
}

/** Removes what is at `path`, or what surrounds it where nothing is there. */
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
