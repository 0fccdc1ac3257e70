// `npm run evaluate:inactivity [-- HOME…] [-- --json FILE] [-- --svg FILE] [-- --no-replay] [-- --every N] [-- --left-out]`:
// how soon a collapse is noticed, and how often help is called for nothing.
//
// Tables, each with absences told (`known`) and guessed from the exit door (`inferred`): the detector as it is shipped
// beside its rivals; both over a row of sensitivities, from which the picture is drawn; ours and the rule at as many false
// alarms; each home in order of time, with and without the feedback of its budget; homes begun anew at each week; with
// `--left-out`, settings chosen without the home that is scored, which takes minutes; and all of it through the replay, with
// forks of silence, which says that the pipeline does the same.

import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { falseAlarmCost } from '#src/detectors/inactivity/limit.ts';
import { curvesSvg } from './curves.ts';
import { type Played, play } from './direct.ts';
import { halvesHead, halvesRows } from './halves.ts';
import { haveHomes, homeNames, readHome } from './homes.ts';
import { leftOutTable } from './left-out.ts';
import { replayed } from './replayed.ts';
import { ours, rivals, ruleAt, scoreOf } from './score.ts';
import { delays, type Figures, figuresOf, printed, type Row, table } from './tables.ts';
import { coldHead, coldRows } from './unseen.ts';
import { yearFigures } from './year.ts';

const { values, positionals } = parseArgs({
  options: {
    json: { type: 'string' },
    svg: { type: 'string' },
    every: { type: 'string', default: '20' },
    replay: { type: 'boolean', default: true },
    'left-out': { type: 'boolean', default: false },
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
const costs = [75_000, 150_000, 225_000, 340_000, 450_000, 600_000, 900_000, 1_500_000, 3_000_000];

const besideHead = ['home', 'absence', 'price', 'false alarms', 'ours h', 'the rule h', 'better on both'];
const shipped: Row[] = [];
const swept: Row[] = [];
const live: Row[] = [];
const beside: string[][] = [];
const inOrder: string[][] = [];
const ways = new Map<string, Played[]>();
const extra: Figures = {};
for (const home of homes) {
  for (const known of [true, false]) {
    const played: Played = play(home, known);
    // Labels that lack absences, or tell none, say nothing of absence known.
    const house = home.name.split('_')[0]?.replace(/\d+$/, '') ?? home.name;
    if (!known || home.name.startsWith('aruba') || home.name === 'kasterenA')
      ways.set(house, [...(ways.get(house) ?? []), played]);
    inOrder.push(...halvesRows(played));
    for (const cost of costs) {
      const own = scoreOf(played, ours(cost));
      const rule = ruleAt(played, own.falseAlarms);
      const better = own.median <= rule.median && own.p90 <= rule.p90;
      beside.push([
        home.name,
        known ? 'known' : 'inferred',
        `${cost / 1_000} k`,
        String(own.falseAlarms),
        delays(own),
        delays(rule),
        better ? 'yes' : 'no',
      ]);
    }
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
process.stdout.write(`\nAt as many false alarms\n\n${table(besideHead, beside)}\n`);
process.stdout.write(`\nIn order of time, at a fixed price and with feedback\n\n${table(halvesHead, inOrder)}\n`);
process.stdout.write(`\nBegun anew at each week\n\n${table(coldHead, coldRows(positionals))}\n`);
if (values['left-out'] && ways.size > 1)
  process.stdout.write(`\nEach home left out in turn\n\n${leftOutTable(ways)}\n`);
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
