// The same recordings through the production pipeline: a recording is scored when its alert turns `pending`.

import { defaultRules } from '#fakes/replay.ts';
import { createReplay } from '#src/replay/replay.ts';
import type { Say } from '../../../scripts/train-falls/material.ts';
import { type Recording, readSet, sets } from '../../../scripts/train-falls/recordings.ts';
import { scoreOf } from '../../../scripts/train-falls/score.ts';
import type { Plan } from '../../../scripts/train-falls/settings.ts';
import { asToldBy } from '../../../scripts/train-falls/variants.ts';
import { rates } from './out-of-fold.ts';
import { resultOf, type SetResult } from './tables.ts';

const START = 1_790_000_000_000;
/** A watch sends about a second at a time. */
const BATCH_S = 1;
/** After the last sample the clock goes on so long: what waits for its window is decided. */
const AFTER_MS = 5_000;

export async function replayed(plan: Plan, wanted: readonly string[], say: Say): Promise<SetResult[]> {
  const results: SetResult[] = [];
  for (const set of plan.sets) {
    const recordings = readSet(set);
    for (const [rate, rateHz] of Object.entries(rates)) {
      if (!wanted.includes(rate)) continue;
      if (rateHz !== undefined && rateHz >= (recordings[0] as Recording).rateHz) continue;
      const alarms = await alarmsOf(recordings, sets[set].placement, rateHz);
      const score = (only: (recording: Recording) => boolean) => scoreOf(recordings, alarms, { only, decided: true });
      const ages = { young: score(({ age }) => age === 'young'), elderly: score(({ age }) => age === 'elderly') };
      results.push(resultOf({ set, rate, how: 'replay', all: score(() => true), ...ages }));
      say(`${set} at ${rate} replayed`);
    }
  }
  return results;
}

/** By recording: when alerts turned pending, s from its start. */
async function alarmsOf(
  recordings: readonly Recording[],
  placement: 'wrist' | 'waist' | 'hip',
  rateHz: number | undefined,
) {
  const alarms = new Map<number, number[]>();
  let index = 0;
  const player = createReplay({
    rules: defaultRules(),
    devices: [],
    seed: 1,
    write(line) {
      if (line.type === 'alert' && line.hazard === 'fall' && line.state === 'pending')
        alarms.set(index, [...(alarms.get(index) ?? []), ((line.t as number) - START) / 1_000]);
    },
  });
  for (; index < recordings.length; index += 1) {
    const recording = recordings[index] as Recording;
    const { t, x, y, z } = asToldBy({ rateHz }, recording);
    const hz = rateHz ?? recording.rateHz;
    await player.take({ kind: 'run', run: recording.id });
    await player.take({ kind: 'declare', declare: { id: 'w-1', kind: 'wearable', placement } });
    const batch = Math.max(1, Math.round(hz * BATCH_S));
    for (let from = 0; from < t.length; from += batch) {
      const samples = x
        .slice(from, from + batch)
        .map((g, i): [number, number, number] => [g, y[from + i] as number, z[from + i] as number]);
      const at = START + Math.round((from * 1_000) / hz);
      await player.take({ kind: 'samples', t: at, device: 'w-1', quantity: 'acceleration', rateHz: hz, samples });
    }
    await player.take({ kind: 't', t: START + Math.round((t.length * 1_000) / hz) + AFTER_MS });
  }
  await player.end();
  return alarms;
}
