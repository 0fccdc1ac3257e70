// `npm run evaluate:inactivity [-- HOME…] [-- --json FILE] [-- --svg FILE] [-- --no-replay] [-- --every N]`: how soon a collapse
// is noticed, and how often help is called for nothing.
//
// Three tables, each with absences told (`known`) and guessed from the exit door (`inferred`). The first is the detector
// as it is shipped beside its rivals; the second the same rivals and ours over a row of sensitivities, from which the
// picture is drawn; the third goes through the replay, with forks of silence, and says that the pipeline does the same.

import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { falseAlarmCost } from '#src/detectors/inactivity/limit.ts';
import { curvesSvg } from './curves.ts';
import { type Played, play } from './direct.ts';
import { haveHomes, homeNames, readHome } from './homes.ts';
import { replayed } from './replayed.ts';
import { ours, rivals, scoreOf } from './score.ts';
import { type Figures, figuresOf, printed, type Row } from './tables.ts';
import { yearFigures } from './year.ts';

const { values, positionals } = parseArgs({
  options: {
    json: { type: 'string' },
    svg: { type: 'string' },
    every: { type: 'string', default: '20' },
    replay: { type: 'boolean', default: true },
  },
  allowPositionals: true,
  allowNegative: true,
});
const say = (text: string) => void process.stderr.write(`evaluate:inactivity: ${text}\n`);
if (!haveHomes()) {
  say('the reference homes are not here: expected in ../shared/data, or where HEARTHWARD_DATA says');
  process.exit(1);
}

const homes = homeNames
  .flatMap((name) => [
    readHome(name),
    ...(name.startsWith('aruba') ? [{ ...readHome(name, { recon: false }), name: `${name}-no-recon` }] : []),
  ])
  .filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const scales = [0.6, 0.8, 0.9, 1, 1.2, 1.5, 2, 2.5, 3, 3.5, 4];
const costs = [100_000, 200_000, 300_000, 450_000, 600_000, 800_000, 1_200_000, 2_000_000, 4_000_000];

const shipped: Row[] = [];
const swept: Row[] = [];
const live: Row[] = [];
const extra: Figures = {};
for (const home of homes) {
  for (const known of [true, false]) {
    const played: Played = play(home, known);
    const row = (method: string, limits: Parameters<typeof scoreOf>[1]): Row => ({
      home: home.name,
      absence: known ? 'known' : 'inferred',
      method,
      score: scoreOf(played, limits),
    });
    for (const [name, cost] of Object.entries(falseAlarmCost)) shipped.push(row(name, ours(cost)));
    shipped.push(row('3 h day 9 h night', rivals.dayNight(1)));
    for (const hours of [8, 12, 24]) shipped.push(row(`${hours} h`, rivals.fixed(hours)));
    for (const cost of costs) swept.push(row(`cost ${cost / 1_000} k`, ours(cost)));
    for (const scale of scales) swept.push(row(`${scale} x 3 h 9 h`, rivals.dayNight(scale)));
    extra[`inactivity.${home.name}.${known ? 'known' : 'inferred'}.state`] = {
      value: played.stateBytes / 1_000,
      unit: 'kB',
      n: 1,
    };
    if (values.replay) {
      const score = await replayed(home, known, Number(values.every));
      live.push({ home: home.name, absence: known ? 'known' : 'inferred', method: 'replay', score });
    }
    say(`${home.name}, absence ${known ? 'known' : 'inferred'}: done`);
  }
}
process.stdout.write(`As shipped, beside its rivals\n\n${printed(shipped)}\n`);
process.stdout.write(`\nOver the sensitivity\n\n${printed(swept)}\n`);
if (values.replay) process.stdout.write(`\nThrough the replay\n\n${printed(live)}\n`);
if (values.replay) Object.assign(extra, await yearFigures(homes));
for (const [name, { value, unit }] of Object.entries(extra))
  process.stdout.write(`\n${name}: ${value.toFixed(1)} ${unit}`);
process.stdout.write('\n');

if (values.svg) {
  const panels = homes.flatMap(({ name }) =>
    (['known', 'inferred'] as const).map((absence) => {
      const own = swept.filter((row) => row.home === name && row.absence === absence);
      return {
        title: `${name}, absence ${absence}`,
        ours: own.filter(({ method }) => method.startsWith('cost')),
        rivals: own.filter(({ method }) => !method.startsWith('cost')),
      };
    }),
  );
  writeFileSync(values.svg, curvesSvg(panels));
}
if (values.json) {
  const [{ model = 'unknown' } = {}, ...others] = cpus();
  const figures = { ...figuresOf([...shipped, ...swept, ...live]), ...extra };
  const report = { machine: `${model}, ${others.length + 1} cores`, node: process.version, figures };
  writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
}
