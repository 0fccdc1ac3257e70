// `npm run train:falls [-- wrist | trunk]`: trains the fall models on the reference recordings and writes them into the
// source tree. `npm run evaluate:falls` says what they are worth.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FEATURES } from '#src/detectors/fall/features.ts';
import { MODEL_FORMAT, type ModelFile } from '#src/detectors/fall/judge.ts';
import { packedNet } from '#src/detectors/fall/net.ts';
import { PATTERNS } from '#src/detectors/fall/patterns.ts';
import { packed } from '#src/detectors/fall/trees.ts';
import { fitModel, type Material } from './fit.ts';
import { materialsOf, withImpactsFound } from './material.ts';
import { haveRecordings, sets } from './recordings.ts';
import { type Plan, plans } from './settings.ts';

const out = join(import.meta.dirname, '../../src/detectors/models');
const say = (text: string) => void process.stderr.write(`train-falls: ${text}\n`);

if (!haveRecordings()) {
  say('the reference recordings are not here: expected in ../shared/data, or where HEARTHWARD_DATA says');
  process.exit(1);
}
const asked = process.argv.slice(2);
for (const plan of plans) {
  if (asked.length > 0 && !asked.includes(plan.model)) continue;
  const materials = withImpactsFound(plan, materialsOf(plan, say), say);
  const { forest, net } = fitModel(materials, plan.learning, plan.seeds);
  const model: ModelFile = {
    format: MODEL_FORMAT,
    trainedOn: provenance(plan, materials),
    features: [...FEATURES],
    cuts: plan.cuts,
    hits: plan.hits,
    base: forest.base,
    trees: packed(forest),
    net: { patterns: PATTERNS, hidden: net.hidden, weights: packedNet(net) },
  };
  const text = `${JSON.stringify(model, null, 2)}\n`;
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, `fall-${plan.model}.json`), text);
  say(`fall-${plan.model}.json: ${forest.roots.length} trees, ${Math.round(text.length / 1_000)} kB`);
}

/** What stands in the model's file of where its weights come from. */
function provenance(plan: Plan, materials: readonly Material[]) {
  return {
    licence: 'research data sets; to be settled before a commercial release, see docs/decisions/014-fall-models.md',
    sets: materials
      .filter(({ set }) => set in sets)
      .map(({ set, share, recordings, rows }) => ({
        set: sets[set as keyof typeof sets].file,
        share,
        people: new Set(recordings.map(({ subject }) => subject)).size,
        falls: recordings.filter(({ fall, repeats }) => fall && !repeats).length,
        daily: recordings.filter(({ fall, repeats }) => !(fall || repeats)).length,
        rows: rows.recording.length,
      })),
    learning: { ...plan.learning, seeds: plan.seeds.length },
  };
}
