// A fall model: boosted trees and a small network that err on different people, and what they say together.

import type { placements } from '#contract/device.ts';
import { FEATURES, featuresOf } from './features.ts';
import { type Net, netOdds, unpackedNet } from './net.ts';
import { PATTERNS, patternsOf } from './patterns.ts';
import { type Forest, forestOdds, unpacked } from './trees.ts';
import type { Window } from './window.ts';

export type Placement = (typeof placements)[number];
export type Sensitivity = 'normal' | 'high';

export interface Judge {
  forest: Forest;
  net: Net;
}

export interface FallModel extends Judge {
  /** Log odds from which it counts as a fall. */
  cuts: Record<Sensitivity, number>;
  /** How many peaks of one fall count together, see `oddsTogether`. */
  hits: number;
}

/** What a model looks at. */
export interface Sight {
  features: Float64Array;
  patterns: Float32Array;
}

export const sightOf = (window: Window): Sight => ({ features: featuresOf(window), patterns: patternsOf(window) });

/** The log odds that this is a fall: the mean of both. */
export const oddsOf = ({ forest, net }: Judge, { features, patterns }: Sight): number =>
  (forestOdds(forest, features) + netOdds(net, features, patterns)) / 2;

/** A model as its file holds it. */
export interface ModelFile {
  format: number;
  /** Data, people and settings behind the weights. */
  trainedOn: unknown;
  features: string[];
  cuts: Partial<Record<Placement, Record<Sensitivity, number>>>;
  hits: number;
  base: number;
  /** `packed` trees, base64. */
  trees: string;
  /** `weights` is `packedNet`, base64. */
  net: { patterns: number; hidden: number; weights: string };
}

export const MODEL_FORMAT = 2;

/**
 * @throws Error when the file was made for other features than the code computes, or for another place: its answers
 * would mean nothing.
 */
export function readModel(file: ModelFile, placement: Placement): FallModel {
  const cuts = file.cuts[placement];
  const same = file.format === MODEL_FORMAT && file.features.join() === FEATURES.join();
  if (!same || !cuts || !(file.hits >= 1) || file.net.patterns !== PATTERNS)
    throw new Error(`the fall model for ${placement} was trained for something else: run scripts/train-falls`);
  return {
    forest: unpacked(file.trees, file.base),
    net: unpackedNet(file.net.weights, FEATURES.length + PATTERNS, file.net.hidden),
    cuts,
    hits: file.hits,
  };
}
