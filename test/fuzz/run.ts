// `npm run fuzz [-- FRAMES [SEED]]`: a million hostile frames on every serial line; what each driver may say, a model says.

import { fuzzWinsen } from './winsen.ts';

const [frames = '1000000', seed = '1'] = process.argv.slice(2);
const STRETCH = 20_000;
let problems: string[] = [];
let samples = 0;
for (let done = 0; done < Number(frames) && problems.length === 0; done += STRETCH) {
  const result = fuzzWinsen(Math.min(STRETCH, Number(frames) - done), Number(seed) + done);
  samples += result.samples;
  problems = result.problems;
  process.stderr.write(`\rwinsen-gas: ${done + STRETCH} frames, ${samples} samples`);
}
process.stderr.write('\n');
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(`${problems.length === 0 ? 1 : 0} passed, ${problems.length === 0 ? 0 : 1} failed\n`);
process.exit(problems.length === 0 ? 0 : 1);
