// A child for last-good.test.ts: loads two good files in turn, keeping each as the last good one, until it is killed.

import { loadOrLastGood } from '#src/config/last-good.ts';
import { sampleSchema } from './samples.ts';

const [one = '', other = '', dataDir = ''] = process.argv.slice(2);
for (let round = 0; ; round += 1) {
  const { source } = await loadOrLastGood({ file: round % 2 ? one : other, dataDir, schema: sampleSchema });
  if (source !== 'file') throw new Error(`loaded from ${source}`);
  if (round === 1) process.stdout.write('saved\n');
}
