// The rows that a plan trains on, and where in each recording the impact is.

import type { Judge } from '#src/detectors/fall/judge.ts';
import { fitModel, foldsOf, judge, type Material } from './fit.ts';
import { type Recording, readSet, type SetName, sets } from './recordings.ts';
import { addRows, anyDevice, noRows } from './rows.ts';
import type { Judged } from './score.ts';
import { FOLDS, type Plan, vagueSets } from './settings.ts';
import { randomFrom } from './variants.ts';

export type Say = (text: string) => void;

/** Falls whose recording has nothing like a fall in it: SmartFallMM has trials that miss it. Log odds of the best peak below this. */
const NO_FALL_ODDS = -3;
/** Trees, and steps of the network, of the first round, which only looks for impacts. */
const FIRST_TREES = 150;
const FIRST_STEPS = 1_500;

/** Reads a plan's sets and looks at each recording as several devices would. */
export function materialsOf(plan: Plan, say: Say): Material[] {
  const materials = (Object.entries(plan.shares) as [SetName, number][]).map(([set, share]) => {
    const recordings = readSet(set);
    const rows = noRows();
    const random = randomFrom(7);
    recordings.forEach((recording, index) => {
      if (recording.repeats) return;
      // The first copy is as recorded; the others are other devices, and some of their windows are cut short.
      for (let copy = 0; copy < (plan.copies[set] ?? 1); copy += 1) {
        const device = copy === 0 ? {} : anyDevice(sets[set].placement, recording.rateHz, random);
        addRows(rows, recording, index, device, random, { cut: copy > 0 });
      }
    });
    say(`${set}: ${recordings.length} recordings, ${rows.recording.length} rows`);
    return {
      set,
      share,
      lean: plan.lean[set] ?? 1,
      recordings,
      rows,
      impactS: Float64Array.from(recordings, ({ peakS }) => peakS),
    };
  });
  return [...materials, ...materials.flatMap((material) => garbled(plan, material, say))];
}

/** Recordings of a set that are garbled, about. */
const GARBLED = 700;

/** Daily life with broken frames in it. */
function garbled(plan: Plan, { set, recordings }: Material, say: Say): Material[] {
  if (!plan.sets.includes(set as SetName)) return [];
  const rows = noRows();
  const random = randomFrom(11);
  recordings.forEach((recording, index) => {
    if (recording.fall || recording.repeats || random() > GARBLED / recordings.length) return;
    const device = anyDevice(sets[set as SetName].placement, recording.rateHz, random);
    addRows(rows, recording, index, device, random, { cut: true, spoilt: true });
  });
  say(`${set}, garbled: ${rows.recording.length} rows`);
  const impactS = new Float64Array(recordings.length);
  return [{ set: `${set}, garbled`, share: plan.garbled, lean: 1, recordings, rows, impactS }];
}

/** One model for each fold, trained on the people outside it. */
export function outOfFold(
  plan: Plan,
  materials: readonly Material[],
  seeds: readonly number[],
): { fold: Map<string, number>; models: Judge[] } {
  const fold = foldsOf(
    materials.map(({ recordings }) => recordings),
    FOLDS,
  );
  const models = Array.from({ length: FOLDS }, (_, n) =>
    fitModel(materials, plan.learning, seeds, (subject) => fold.get(subject) !== n),
  );
  return { fold, models };
}

/** Each row judged by the model that never saw its wearer. */
export function judgedOutOfFold(
  { fold, models }: ReturnType<typeof outOfFold>,
  recordings: readonly Recording[],
  rows: Parameters<typeof judge>[1],
): Judged[] {
  return models.flatMap((model, n) =>
    judge(model, rows, (recording) => fold.get((recordings[recording] as Recording).subject) === n),
  );
}

/** Where a set does not say when the impact is: the peak that models of other people take for it. */
export function withImpactsFound(plan: Plan, materials: readonly Material[], say: Say): Material[] {
  const { trees, net } = plan.learning;
  const first = {
    ...plan,
    learning: { trees: { ...trees, trees: FIRST_TREES }, net: { ...net, steps: FIRST_STEPS } },
  };
  const models = outOfFold(first, materials, plan.seeds.slice(0, 1));
  return materials.map((material) => {
    if (!vagueSets.includes(material.set as SetName)) return material;
    const rows = noRows();
    material.recordings.forEach((recording, index) => {
      if (recording.fall) addRows(rows, recording, index, {}, () => 0.5);
    });
    const impactS = new Float64Array(material.recordings.length).fill(Number.NaN);
    const best = new Float64Array(material.recordings.length).fill(NO_FALL_ODDS);
    for (const { recording, peakS, odds } of judgedOutOfFold(models, material.recordings, rows)) {
      if (odds <= (best[recording] as number)) continue;
      best[recording] = odds;
      impactS[recording] = peakS;
    }
    const without = material.recordings.filter(({ fall }, i) => fall && Number.isNaN(impactS[i])).length;
    say(`${material.set}: ${without} falls without an impact are left out`);
    return { ...material, impactS };
  });
}
