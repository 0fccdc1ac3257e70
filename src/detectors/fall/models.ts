// The models in force, as `scripts/train-falls` wrote them: one for the wrist, one for waist and hip with a cut for each.

import type { Device } from '#contract/device.ts';
import trunk from '../models/fall-trunk.json' with { type: 'json' };
import wrist from '../models/fall-wrist.json' with { type: 'json' };
import { type FallModel, type Placement, readModel } from './judge.ts';

export const models: Record<Placement, FallModel> = {
  wrist: readModel(wrist, 'wrist'),
  waist: readModel(trunk, 'waist'),
  hip: readModel(trunk, 'hip'),
};

/** A wearable that does not say where it is worn is taken for a watch. */
export const placementOf = ({ placement }: Device): Placement => placement ?? 'wrist';
