// `npm run soak [-- simulated|real] [-- OPTION…]`: does memory stay flat, and latency, and are descriptors given back?
// Progress goes to standard error; the verdict to standard output, exit 1 when something rises.

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { picture } from './picture.ts';
import { soakReal } from './real.ts';
import { soakSimulated } from './simulated.ts';
import { judge, type Series, sentence } from './verdict.ts';

const USAGE = `usage: npm run soak [-- simulated|real] [OPTION…]      both without a name
  simulated            the pipeline on a virtual clock
    --days N           simulated days, 30
    --hours N          the same in hours
    --devices N        50
    --step-hours N     hours of one sample, 24
  real                 the daemon with real lines, broker and platform
    --minutes N        30
    --rate N           readings a second, 500
    --step-seconds N   seconds of one sample, 60
    --presses N        timed help presses in each sample, 5
    --rise-kb N        the most that its heaps may rise over the second half, 1000
  --json FILE          all samples, the slopes and the verdict
  --svg FILE           a picture
`;

const number = { type: 'string' } as const;
const { values, positionals } = parseArgs({
  options: {
    ...{ days: number, hours: number, devices: number, 'step-hours': number },
    ...{ minutes: number, rate: number, 'step-seconds': number, presses: number, 'rise-kb': number },
    ...{ json: { type: 'string' }, svg: { type: 'string' }, help: { type: 'boolean' } },
  },
  allowPositionals: true,
});
const given = (name: Exclude<keyof typeof values, 'help'>, otherwise: number): number => {
  const value = Number(values[name] ?? otherwise);
  if (value > 0) return value;
  process.stderr.write(`soak: --${name} ${values[name]}: expected a number above 0\n${USAGE}`);
  process.exit(2);
};

const unknown = positionals.filter((name) => name !== 'simulated' && name !== 'real');
if (values.help || unknown.length > 0) {
  for (const name of unknown) process.stderr.write(`soak: there is no soak "${name}"\n`);
  process.stderr.write(USAGE);
  process.exit(values.help ? 0 : 2);
}
const wanted = (name: string) => positionals.length === 0 || positionals.includes(name);
const report = (name: string) => (line: string) => void process.stderr.write(`${name}: ${line}\n`);

const series: Record<string, Series> = {};
if (wanted('simulated')) {
  const hours = values.hours === undefined ? given('days', 30) * 24 : given('hours', 24);
  series.simulated = await soakSimulated({
    hours,
    devices: given('devices', 50),
    stepHours: given('step-hours', 24),
    report: report('simulated'),
  });
}
if (wanted('real')) {
  const stepSeconds = given('step-seconds', 60);
  series.real = await soakReal({
    steps: Math.max(2, Math.round((given('minutes', 30) * 60) / stepSeconds)),
    stepSeconds,
    rate: given('rate', 500),
    pressesPerStep: given('presses', 5),
    heapRiseKb: given('rise-kb', 1_000),
    report: report('real'),
  });
}

const verdicts = Object.entries(series).map(([name, one]) => ({ name, ...one, ...judge(one.tracks) }));
for (const { name, title, checks } of verdicts) {
  process.stdout.write(`${name}: ${title}\n`);
  for (const check of checks) process.stdout.write(`  ${sentence(check)}\n`);
}
if (values.json) writeFileSync(values.json, `${JSON.stringify({ node: process.version, soaks: verdicts }, null, 2)}\n`);
if (values.svg) writeFileSync(values.svg, picture(Object.values(series)));
process.exit(verdicts.every(({ met }) => met) ? 0 : 1);
