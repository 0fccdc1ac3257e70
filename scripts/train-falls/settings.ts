// What is trained on what, and how; the cuts are frozen from the tables of `npm run evaluate:falls`, whose models never saw
// the people they are judged on.

import type { Placement, Sensitivity } from '#src/detectors/fall/judge.ts';
import type { Options } from './gbdt.ts';
import type { NetOptions } from './net.ts';
import type { SetName } from './recordings.ts';

/** How a model's two parts are trained. */
export interface Learning {
  trees: Options;
  net: NetOptions;
}

export interface Plan {
  model: 'wrist' | 'trunk';
  /** Sets of this place on the body: judged. */
  sets: readonly SetName[];
  /** What each set weighs in the training; those of other places bring more people and more ways to fall. */
  shares: Partial<Record<SetName, number>>;
  /** What recordings with broken frames in them weigh beside a set. */
  garbled: number;
  /** Sets whose falls weigh more (above 1) or less than their daily life, so that one cut suits all sets of the place. */
  lean: Partial<Record<SetName, number>>;
  /** Each recording is told by so many devices; the large set by fewer. */
  copies: Partial<Record<SetName, number>>;
  learning: Learning;
  seeds: readonly number[];
  cuts: Partial<Record<Placement, Record<Sensitivity, number>>>;
  /** So many peaks of one fall count together; 1: each stands alone. */
  hits: number;
}

const trees: Options = { trees: 350, leaves: 28, rate: 0.05, lambda: 3, minHessian: 1, rows: 0.6, features: 0.25 };
const net: NetOptions = { hidden: 24, steps: 5_000, batch: 128, rate: 0.002, decay: 0.1, hide: 0.4, mostWeight: 8 };

export const plans: readonly Plan[] = [
  {
    model: 'wrist',
    sets: ['weda', 'smartfallmm-wrist'],
    // SmartFallMM's falls are the softer and the harder to tell: a model that weighs both sets alike learns WEDA's.
    shares: { weda: 1, 'smartfallmm-wrist': 2, sisfall: 0.3 },
    garbled: 0.2,
    // Its falls are softer than WEDA's, and its daily life calmer.
    lean: { 'smartfallmm-wrist': 1.25 },
    copies: { weda: 6, 'smartfallmm-wrist': 6, sisfall: 1 },
    learning: { trees: { ...trees, trees: 250, leaves: 20, rate: 0.06 }, net },
    seeds: [1, 2],
    cuts: { wrist: { normal: 2.5, high: 1.5 } },
    hits: 5,
  },
  {
    model: 'trunk',
    sets: ['sisfall', 'smartfallmm-hip'],
    shares: { sisfall: 1, 'smartfallmm-hip': 1 },
    garbled: 0.3,
    lean: {},
    copies: { sisfall: 3, 'smartfallmm-hip': 6 },
    learning: { trees, net },
    seeds: [1],
    cuts: { waist: { normal: 1.75, high: 0 }, hip: { normal: -1, high: -2 } },
    hits: 1,
  },
];

/** Sets whose strongest sample need not be the fall's: the impact is looked for by a first round of models. */
export const vagueSets: readonly SetName[] = ['smartfallmm-wrist', 'smartfallmm-hip'];
export const FOLDS = 5;
