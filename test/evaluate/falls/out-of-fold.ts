// The figures that count: each recording judged by a model that was trained on other people, or on other sets altogether.

import { fitModel, judge, type Material } from '../../../scripts/train-falls/fit.ts';
import {
  judgedOutOfFold,
  materialsOf,
  outOfFold,
  type Say,
  withImpactsFound,
} from '../../../scripts/train-falls/material.ts';
import { type Recording, type SetName, sets } from '../../../scripts/train-falls/recordings.ts';
import { addRows, noRows, type Rows } from '../../../scripts/train-falls/rows.ts';
import { alarmsOf, curveOf, type Judged, scoreOf } from '../../../scripts/train-falls/score.ts';
import type { Plan } from '../../../scripts/train-falls/settings.ts';
import { resultOf, type SetResult } from './tables.ts';

/** Undefined: as recorded. */
export const rates = { native: undefined, '50': 50, '25': 25, '20': 20 } as const;

export interface CrossValidated {
  /** Models that never saw the wearer. */
  people: SetResult[];
  /** Models that never saw the set: another device, other people, another idea of a fall. */
  sets: SetResult[];
}

/** @param leaveOut whether models without each set are trained, too. */
export function crossValidated(plan: Plan, say: Say, leaveOut: boolean): CrossValidated {
  const materials = withImpactsFound(plan, materialsOf(plan, say), say);
  const models = outOfFold(plan, materials, plan.seeds);
  say(`${plan.model}: ${models.models.length} models for ${models.fold.size} people`);
  const own = materials.filter(({ set }) => plan.sets.includes(set as SetName));
  return {
    people: own.flatMap((material) =>
      judged(plan, material, 'out-of-fold', (rows) => judgedOutOfFold(models, material.recordings, rows)),
    ),
    sets: (leaveOut ? own : []).flatMap((material) => {
      const others = fitModel(
        materials.filter(({ set }) => !set.startsWith(material.set)),
        plan.learning,
        plan.seeds,
      );
      say(`${material.set}: a model without it`);
      return judged(plan, material, 'set-left-out', (rows) => judge(others, rows));
    }),
  };
}

function judged(
  plan: Plan,
  { set, recordings }: Material,
  how: SetResult['how'],
  say: (rows: Rows) => Judged[],
): SetResult[] {
  return Object.entries(rates).flatMap(([rate, rateHz]) => {
    if (rateHz !== undefined && rateHz >= (recordings[0] as Recording).rateHz) return [];
    const rows = noRows();
    recordings.forEach((recording, index) => {
      addRows(rows, recording, index, { rateHz }, () => 0.5);
    });
    const said = say(rows);
    const cut = plan.cuts[sets[set as SetName].placement]?.normal ?? Number.NaN;
    const alarms = alarmsOf(said, { cut, hits: plan.hits });
    const score = (only: (recording: Recording) => boolean) => scoreOf(recordings, alarms, { only });
    return resultOf({
      set,
      rate,
      how,
      all: score(() => true),
      young: score(({ age }) => age === 'young'),
      elderly: score(({ age }) => age === 'elderly'),
      curve: curveOf(recordings, said, plan.hits),
    });
  });
}
