// The models in force, as `scripts/train-falls` wrote them: one for the wrist, one for waist and hip with a cut for each.

import type { Device, placements } from '#contract/device.ts';
import trunk from '../models/fall-trunk.json' with { type: 'json' };
import wrist from '../models/fall-wrist.json' with { type: 'json' };
import { FEATURES } from './features.ts';
import { type Forest, unpacked } from './trees.ts';

export type Placement = (typeof placements)[number];
export type Sensitivity = 'normal' | 'high';

export interface FallModel {
  forest: Forest;
  /** Log odds from which on it is a fall. */
  cuts: Record<Sensitivity, number>;
}

/** As it stands in its file. */
export interface ModelFile {
  format: number;
  /** Data, people and date behind the weights. */
  trainedOn: unknown;
  features: string[];
  cuts: Partial<Record<Placement, Record<Sensitivity, number>>>;
  base: number;
  /** `packed` trees, base64. */
  trees: string;
}

export const MODEL_FORMAT = 1;

/** @throws Error when the file was made for other features than the code computes, or for another place: it would decide at random. */
export function readModel({ format, features, cuts, base, trees }: ModelFile, placement: Placement): FallModel {
  const own = cuts[placement];
  if (format !== MODEL_FORMAT || features.join() !== FEATURES.join() || !own)
    throw new Error(`the fall model for ${placement} was trained for something else: run scripts/train-falls`);
  return { forest: unpacked(trees, base), cuts: own };
}

export const models: Record<Placement, FallModel> = {
  wrist: readModel(wrist, 'wrist'),
  waist: readModel(trunk, 'waist'),
  hip: readModel(trunk, 'hip'),
};

/** A wearable that does not say where it is worn is taken for a watch. */
export const placementOf = ({ placement }: Device): Placement => placement ?? 'wrist';
