// `npm run evaluate:falls [-- wrist | trunk] [-- --json FILE] [-- --svg FILE] [-- --no-replay]`: how well falls are found.
//
// Two tables. The first is judged by models that never saw the wearer (grouped cross-validation): what to expect of other
// people. The second is the shipped model through `hearthward replay`: it was trained on these people, so it says that the
// pipeline does what the model does, and how long a decision takes, not how good the model is.

import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { haveRecordings } from '../../../scripts/train-falls/recordings.ts';
import { plans } from '../../../scripts/train-falls/settings.ts';
import { curvesSvg } from './curves.ts';
import { crossValidated } from './out-of-fold.ts';
import { replayed } from './replayed.ts';
import { type Figures, printed, type SetResult } from './tables.ts';

const { values, positionals } = parseArgs({
  options: { json: { type: 'string' }, svg: { type: 'string' }, replay: { type: 'boolean', default: true } },
  allowPositionals: true,
  allowNegative: true,
});
const say = (text: string) => void process.stderr.write(`evaluate:falls: ${text}\n`);
if (!haveRecordings()) {
  say('the reference recordings are not here: expected in ../shared/data, or where HEARTHWARD_DATA says');
  process.exit(1);
}

const wanted = plans.filter(({ model }) => positionals.length === 0 || positionals.includes(model));
const results: SetResult[] = [];
for (const plan of wanted) results.push(...crossValidated(plan, say));
process.stdout.write(
  `By models that never saw the wearer, at the frozen cut (normal sensitivity)\n\n${printed(results)}\n`,
);

const live: SetResult[] = [];
if (values.replay) {
  for (const plan of wanted) live.push(...(await replayed(plan, say)));
  process.stdout.write(`\nThe shipped model through the replay: it has seen these people\n\n${printed(live)}\n`);
}

if (values.svg) writeFileSync(values.svg, curvesSvg(results));
if (values.json) {
  const figures: Figures = Object.assign(
    {},
    ...results.map(({ figures }) => figures),
    ...live.map(({ figures }) => figures),
  );
  const [{ model = 'unknown' } = {}, ...others] = cpus();
  const report = { machine: `${model}, ${others.length + 1} cores`, node: process.version, figures };
  writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
}
