// `npm run bench [-- NAME…] [-- --json FILE] [-- --page]`: measures, prints a table, writes JSON and the page in docs/.
// Progress goes to standard error.

import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { backlog } from './backlog.ts';
import { drain } from './drain.ts';
import { type Benchmark, type Figures, table } from './figures.ts';
import { footprint } from './footprint.ts';
import { growth } from './growth.ts';
import { writePage } from './page.ts';
import { press } from './press.ts';
import { replay } from './replay.ts';
import { replug } from './replug.ts';
import { throughput } from './throughput.ts';
import { wearables } from './wearables.ts';

const benchmarks: readonly Benchmark[] = [
  press,
  throughput,
  footprint,
  replug,
  backlog,
  drain,
  replay,
  growth,
  wearables,
];

const { values, positionals } = parseArgs({
  options: { json: { type: 'string' }, page: { type: 'boolean' }, help: { type: 'boolean' } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name));
if (values.help || unknown.length > 0) {
  for (const name of unknown) process.stderr.write(`bench: there is no benchmark "${name}"\n`);
  process.stderr.write(
    `usage: npm run bench [-- NAME…] [-- --json FILE] [-- --page]\n${benchmarks.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join('\n')}\n`,
  );
  process.exit(values.help ? 0 : 2);
}

const figures: Figures = {};
for (const { name, run } of benchmarks) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const say = (text: string) => process.stderr.write(`${name}: ${text}\n`);
  say('begins');
  Object.assign(figures, await run(say));
}
process.stdout.write(`${table(figures)}\n`);
const [{ model = 'unknown' } = {}, ...others] = cpus();
const report = { machine: `${model}, ${others.length + 1} cores`, node: process.version, figures };
if (values.json) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
const today = new Date(Date.now()).toISOString().slice(0, 10);
if (values.page)
  writePage(figures, `Measured on ${today}, ${report.machine}, Node ${report.node}: \`npm run bench -- --page\`.`);
process.exit(0);
