// What is trained on what, and how; the cuts are frozen from the tables of `npm run evaluate:falls`, whose models never saw
// the people they are judged on.

import type { Placement, Sensitivity } from '#src/detectors/fall/models.ts';
import type { Options } from './gbdt.ts';
import type { SetName } from './recordings.ts';

export interface Plan {
  model: 'wrist' | 'trunk';
  sets: readonly SetName[];
  /** Each recording is told by so many devices; the large set by fewer. */
  copies: Partial<Record<SetName, number>>;
  options: Options;
  seeds: readonly number[];
  cuts: Partial<Record<Placement, Record<Sensitivity, number>>>;
}

const options: Options = { trees: 250, leaves: 12, rate: 0.06, lambda: 3, minHessian: 2, rows: 0.7, features: 0.2 };

export const plans: readonly Plan[] = [
  {
    model: 'wrist',
    sets: ['weda', 'smartfallmm-wrist'],
    copies: { weda: 4, 'smartfallmm-wrist': 4 },
    options,
    seeds: [1, 2],
    cuts: { wrist: { normal: 1.5, high: 0.3 } },
  },
  {
    model: 'trunk',
    sets: ['sisfall', 'smartfallmm-hip'],
    copies: { sisfall: 2, 'smartfallmm-hip': 5 },
    options,
    seeds: [1, 2],
    cuts: { waist: { normal: 1.5, high: 0 }, hip: { normal: 0.5, high: -0.5 } },
  },
];

/** Sets whose strongest sample need not be the fall's: the impact is looked for by a first round of models. */
export const vagueSets: readonly SetName[] = ['smartfallmm-wrist', 'smartfallmm-hip'];
export const FOLDS = 5;
