// `npm run evaluate:presence [-- --seeds N] [-- --json FILE]`: after thirty learned days, how many hours somebody lies
// there on each of the scripted days, beside the goal; and how often help was called for nothing in those thirty days.
//
// Four homes, with and without the preset `living-alone`. `--seeds N`: each home lives N lives, of which the tests know
// the first. In the file of `--json` a day on which nobody is ever called has no figure.

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { homes } from '../../detectors/presence/homes.ts';
import { learned, type Outcome, played } from '../../detectors/presence/play-days.ts';
import { type Row, rows, type Way, ways } from '../../detectors/presence/scripted-days.ts';
import { type Figures, table } from '../inactivity/tables.ts';

const { values } = parseArgs({ options: { json: { type: 'string' }, seeds: { type: 'string', default: '1' } } });
const say = (text: string) => void process.stderr.write(`evaluate:presence: ${text}\n`);

interface Result extends Outcome {
  row: Row;
  way: Way;
  home: string;
}

const results: Result[] = [];
const lives: string[][] = [];
const figures: Figures = {};
for (const home of homes) {
  for (let life = 1; life <= Number(values.seeds); life += 1) {
    const name = life === 1 ? home.name : `${home.name} (${life})`;
    for (const way of ways) {
      const known = await learned({ ...home, seed: home.seed + 1_000 * (life - 1) }, way);
      lives.push([name, way, String(known.falseAlarms.length), String(known.asked)]);
      figures[`presence.${name}.${way}.false-alarms`] = { value: known.falseAlarms.length, unit: 'in 30 days', n: 1 };
      for (const row of rows) results.push({ ...(await played(known, row)), row, way, home: name });
      say(`${name}, preset ${way}: done`);
    }
  }
}

const hoursOf = (hours: number | null) => (hours === null ? 'never' : hours.toFixed(1));
const spread = (some: readonly Result[]): string => {
  const sorted = some.toSorted((a, b) => (a.hours ?? Number.MAX_VALUE) - (b.hours ?? Number.MAX_VALUE));
  const [least, most] = [sorted[0], sorted.at(-1)].map((one) => hoursOf(one?.hours ?? null));
  const by = [...new Set(some.flatMap(({ hazard }) => hazard ?? []))].join(', ');
  return `${least === most ? most : `${least} to ${most}`}${by && ` (${by})`}`;
};
const printed = rows.map((row) => [
  row.day,
  ...ways.map((way) => spread(results.filter((result) => result.row === row && result.way === way))),
  String(row.goal),
  ways.map((way) => hoursOf(row.atMost[way])).join(', '),
]);
for (const { row, way, home, hours, early } of results) {
  if (hours !== null) figures[`presence.${row.day}.${home}.${way}`] = { value: hours, unit: 'h', n: 1 };
  if (early.length > 0) say(`${home}, preset ${way}: help was called before the end of "${row.day}"`);
}
const head = ['scripted day', 'no preset, h', 'living-alone, h', 'goal h', 'held at most h'];
process.stdout.write(`From the last sign to the call for help\n\n${table(head, printed)}\n`);
process.stdout.write(
  `\nThe thirty days before\n\n${table(['home', 'preset', 'false alarms', 'asked aloud'], lives)}\n`,
);
if (values.json) writeFileSync(values.json, `${JSON.stringify({ node: process.version, figures }, null, 2)}\n`);
