// The figures that count: each recording judged by a model that was trained on other people.

import {
  judgedOutOfFold,
  materialsOf,
  outOfFold,
  type Say,
  withImpactsFound,
} from '../../../scripts/train-falls/material.ts';
import { type Recording, type SetName, sets } from '../../../scripts/train-falls/recordings.ts';
import { addRows, noRows } from '../../../scripts/train-falls/rows.ts';
import { alarmsOf, curveOf, scoreOf } from '../../../scripts/train-falls/score.ts';
import type { Plan } from '../../../scripts/train-falls/settings.ts';
import { resultOf, type SetResult } from './tables.ts';

/** Undefined: as recorded. */
export const rates = { native: undefined, '50': 50, '25': 25, '20': 20 } as const;

export function crossValidated(plan: Plan, say: Say): SetResult[] {
  const materials = withImpactsFound(plan, materialsOf(plan, say), say);
  const models = outOfFold(plan, materials, plan.seeds);
  say(`${plan.model}: ${models.models.length} models for ${models.fold.size} people`);
  return materials.flatMap(({ set, recordings }) =>
    Object.entries(rates).flatMap(([rate, rateHz]) => {
      if (rateHz !== undefined && rateHz >= (recordings[0] as Recording).rateHz) return [];
      const rows = noRows();
      recordings.forEach((recording, index) => {
        addRows(rows, recording, index, { rateHz }, () => 0.5);
      });
      const judged = judgedOutOfFold(models, recordings, rows);
      const cut = plan.cuts[sets[set as SetName].placement]?.normal ?? Number.NaN;
      const alarms = alarmsOf(judged, cut);
      const score = (only: (recording: Recording) => boolean) => scoreOf(recordings, alarms, { only });
      return resultOf({
        set,
        rate,
        how: 'out-of-fold',
        all: score(() => true),
        young: score(({ age }) => age === 'young'),
        elderly: score(({ age }) => age === 'elderly'),
        curve: curveOf(recordings, judged),
      });
    }),
  );
}
