// One model out of the rows of some sets: which rows are falls, what each weighs, who is left out.

import { FEATURES } from '#src/detectors/fall/features.ts';
import { type Judge, oddsOf, type Sight } from '#src/detectors/fall/judge.ts';
import { forestOf } from '#src/detectors/fall/trees.ts';
import { binEdges, binned, train } from './gbdt.ts';
import { scaledInputs, together, trainNet } from './net.ts';
import type { Recording } from './recordings.ts';
import type { Rows } from './rows.ts';
import type { Judged } from './score.ts';
import type { Learning } from './settings.ts';
import { randomFrom } from './variants.ts';

/** A set with the rows it gives to train on. `impactS`: where each fall's impact is, s; NaN where the recording has none. */
export interface Material {
  set: string;
  /** Of a set's weight, 1 for one that is judged. */
  share: number;
  /** Above 1 its falls weigh more, and its daily life less. */
  lean: number;
  recordings: readonly Recording[];
  rows: Rows;
  impactS: Float64Array;
}

/** A row this near to the impact is the fall's, s. Other rows of a fall's recording are neither fall nor daily life. */
const NEAR_S = 0.25;

/**
 * Each set weighs the same, and in it falls as much as daily life, so that a large set or class does not set the cut alone.
 * Recordings with many peaks weigh more than others, but not in proportion.
 */
function labelled({ share, lean, recordings, rows, impactS }: Material, keep: (subject: string) => boolean) {
  const counts = new Map<number, number>();
  const picked: { row: number; recording: number; fall: boolean }[] = [];
  rows.recording.forEach((recording, row) => {
    const { subject, fall } = recordings[recording] as Recording;
    if (!keep(subject)) return;
    if (fall && !(Math.abs((rows.peakS[row] as number) - (impactS[recording] as number)) < NEAR_S)) return;
    picked.push({ row, recording, fall });
    counts.set(recording, (counts.get(recording) ?? 0) + 1);
  });
  const weightOf = (recording: number) => 1 / Math.sqrt(counts.get(recording) as number);
  const total = { true: 0, false: 0 };
  for (const { recording, fall } of picked) total[`${fall}`] += weightOf(recording);
  return picked.map(({ row, recording, fall }) => ({
    sight: rows.sights[row] as Sight,
    fall,
    weight: (share * (fall ? lean : 1 / lean) * weightOf(recording)) / total[`${fall}`],
  }));
}

/** @param seeds of each seed a forest and a network are trained; together they are one. */
export function fitModel(
  materials: readonly Material[],
  { trees, net }: Learning,
  seeds: readonly number[],
  keep: (subject: string) => boolean = () => true,
): Judge {
  const rows = materials.flatMap((material) => labelled(material, keep));
  const columns = FEATURES.map((_, f) => Float32Array.from(rows, ({ sight }) => sight.features[f] as number));
  const data = binned(columns, binEdges(columns));
  const mean = rows.reduce((sum, { weight }) => sum + weight, 0) / rows.length;
  const labels = Uint8Array.from(rows, ({ fall }) => Number(fall));
  const weights = Float32Array.from(rows, ({ weight }) => weight / mean);
  const forests = seeds.map((seed) => train(data, labels, weights, trees, randomFrom(seed)));
  const shared = forests.flatMap((forest) =>
    forest.trees.map((tree) => ({
      ...tree,
      value: tree.value.map((value, node) => ((tree.feature[node] as number) < 0 ? value / seeds.length : value)),
    })),
  );
  const forest = forestOf(shared, forests.reduce((sum, { base }) => sum + base, 0) / forests.length);
  // Few falls drawn again and again would be learned by heart.
  const evened = weights.map((weight) => Math.min(weight, net.mostWeight));
  const inputs = scaledInputs(rows.map(({ sight }) => [sight.features, sight.patterns]));
  const nets = seeds.map((seed) => trainNet(inputs, labels, evened, net, randomFrom(seed + 100)));
  return { forest, net: together(nets) };
}

/** A fold for each person, the same in all sets; people who fall and people who do not are dealt out apart. */
export function foldsOf(sets: readonly (readonly Recording[])[], folds: number): Map<string, number> {
  const fold = new Map<string, number>();
  let dealt = 0;
  for (const recordings of sets) {
    const fallers = new Set(recordings.filter(({ fall }) => fall).map(({ subject }) => subject));
    const subjects = [...new Set(recordings.map(({ subject }) => subject))].sort();
    for (const falls of [true, false])
      for (const subject of subjects) {
        if (fallers.has(subject) !== falls || fold.has(subject)) continue;
        fold.set(subject, dealt % folds);
        dealt += 1;
      }
  }
  return fold;
}

/** What a model says of rows. */
export const judge = (judge: Judge, rows: Rows, wanted: (recording: number) => boolean = () => true): Judged[] =>
  rows.recording.flatMap((recording, row) =>
    wanted(recording)
      ? [{ recording, peakS: rows.peakS[row] as number, odds: oddsOf(judge, rows.sights[row] as Sight) }]
      : [],
  );
