// What a day of a home costs to replay, and how that grows with the number of devices.

import { defaultRules } from '#fakes/replay.ts';
import { createReplay } from '#src/replay/replay.ts';
import { type Benchmark, type Figures, medianFigure } from './figures.ts';
import { nowMs } from './parts.ts';

const DEVICES = [10, 50, 200];
/** Of each device; a motion sensor in a lived-in room says about as much. */
const READINGS_A_DAY = 300;
const RUNS = 5;
const DAY = 86_400_000;

export const replay: Benchmark = {
  name: 'replay',
  about: `ms to replay a day of ${DEVICES.join(', ')} devices with ${READINGS_A_DAY} readings each`,

  async run(report) {
    const figures: Figures = {};
    for (const count of DEVICES) {
      const runs: number[] = [];
      for (let run = 0; run < RUNS; run++) runs.push(await aDay(count));
      figures[`replay of a day, ${count} devices`] = medianFigure(runs, undefined, 'ms');
      report(`${count} devices: ${Math.round(runs[0] ?? 0)} ms`);
    }
    return figures;
  },
};

async function aDay(devices: number): Promise<number> {
  const player = createReplay({
    rules: defaultRules(),
    devices: [],
    seed: 1,
    write: () => undefined,
  });
  for (let id = 0; id < devices; id++)
    await player.take({ kind: 'declare', declare: { id: `d${id}`, kind: id % 2 === 0 ? 'motion' : 'gas' } });
  const began = nowMs();
  const total = devices * READINGS_A_DAY;
  for (let number = 0; number < total; number++) {
    const id = number % devices;
    const t = Math.floor((number / total) * DAY);
    if (id % 2 === 0)
      await player.take({
        kind: 'quantity',
        t,
        device: `d${id}`,
        quantity: 'motion',
        // Sees somebody and nobody in turn.
        value: Math.floor(number / devices) % 2 === 0,
        quality: 'good',
      });
    else
      await player.take({ kind: 'quantity', t, device: `d${id}`, quantity: 'gas', value: number % 3, quality: 'good' });
  }
  await player.end();
  return nowMs() - began;
}
