// `npm run evaluate:falls [-- wrist | trunk] [-- --json FILE] [-- --svg FILE] [-- --rates native,25]
// [-- --no-replay] [-- --no-cross] [-- --no-sets]`: how well falls are found.
//
// Three tables. The first is judged by models that never saw the wearer (grouped cross-validation): what to expect of other
// people. The second by models that never saw the whole set: what to expect of other devices. The third is the shipped model through `hearthward replay`: it was trained on these people, so it says that the
// pipeline does what the model does, and how long a decision takes, not how good the model is.

import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { haveRecordings } from '../../../scripts/train-falls/recordings.ts';
import { plans } from '../../../scripts/train-falls/settings.ts';
import { costFigures } from './cost.ts';
import { curvesSvg } from './curves.ts';
import { crossValidated, rates } from './out-of-fold.ts';
import { replayed } from './replayed.ts';
import { type Figures, printed, printedCuts, type SetResult } from './tables.ts';

const { values, positionals } = parseArgs({
  options: {
    json: { type: 'string' },
    svg: { type: 'string' },
    rates: { type: 'string' },
    replay: { type: 'boolean', default: true },
    cross: { type: 'boolean', default: true },
    sets: { type: 'boolean', default: true },
  },
  allowPositionals: true,
  allowNegative: true,
});
const say = (text: string) => void process.stderr.write(`evaluate:falls: ${text}\n`);
if (!haveRecordings()) {
  say('the reference recordings are not here: expected in ../shared/data, or where HEARTHWARD_DATA says');
  process.exit(1);
}

/** The replay is the slower half: it may be asked for fewer rates. */
const replayRates = values.rates?.split(',') ?? Object.keys(rates);
const wanted = plans.filter(({ model }) => positionals.length === 0 || positionals.includes(model));
const results: SetResult[] = [];
const unseen: SetResult[] = [];
if (values.cross) {
  for (const plan of wanted) {
    const { people, sets } = crossValidated(plan, say, values.sets);
    results.push(...people);
    unseen.push(...sets);
  }
  process.stdout.write(
    `By models that never saw the wearer, at the frozen cut (normal sensitivity)\n\n${printed(results)}\n`,
  );
  process.stdout.write(`\nThe same at other cuts (log odds): sensitivity / specificity\n\n${printedCuts(results)}\n`);
  process.stdout.write(`\nBy models that never saw the set\n\n${printed(unseen)}\n`);
}

const live: SetResult[] = [];
if (values.replay) {
  for (const plan of wanted) live.push(...(await replayed(plan, replayRates, say)));
  process.stdout.write(`\nThe shipped model through the replay: it has seen these people\n\n${printed(live)}\n`);
}

const cost = costFigures();
for (const [name, { value, unit }] of Object.entries(cost))
  process.stdout.write(`\n${name}: ${value.toFixed(3)} ${unit}`);
process.stdout.write('\n');

if (values.svg) writeFileSync(values.svg, curvesSvg(results));
if (values.json) {
  const figures: Figures = Object.assign({}, ...[...results, ...unseen, ...live].map(({ figures }) => figures), cost);
  const [{ model = 'unknown' } = {}, ...others] = cpus();
  const report = { machine: `${model}, ${others.length + 1} cores`, node: process.version, figures };
  writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
}
