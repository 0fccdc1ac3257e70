// A sensor at rest measures the earth's pull, 1 g, wherever its axes point. One that does not has another scale than was
// declared, or is broken. Detection goes on with it: a wrong scale may still show a fall, silence never.

import type { Samples } from '#contract/value.ts';

const WINDOW_MS = 2_000;
/** Every axis steadier than this is rest: of what is measured at rest, and in g at least. A sleeping arm moves by less. */
const STILL = 0.03;
/** Calibration of cheap sensors is seldom better, g. */
const TOLERANCE_G = 0.15;
/** After this many still stretches in a row that disagree. */
const IN_A_ROW = 3;

/** Of a still stretch: the length measured, g, and whether that is wrong by now. Undefined while it moves. */
export type AtRest = { g: number; wrong: boolean } | undefined;

export function atRest(): (samples: Samples) => AtRest {
  let window: [number, number, number][] = [];
  let disagreed = 0;
  return ({ rateHz, xyz }) => {
    window.push(...xyz);
    if ((window.length * 1_000) / rateHz < WINDOW_MS) return undefined;
    const axes = [0, 1, 2].map((axis) => spread(window.map((sample) => sample[axis] as number)));
    window = [];
    const g = Math.hypot(...axes.map(({ mean }) => mean));
    // A scale that is too large, m/s² taken for g, makes as much more of every tremor.
    if (axes.some(({ deviation }) => deviation > STILL * Math.max(1, g))) return undefined;
    disagreed = Math.abs(g - 1) > TOLERANCE_G ? disagreed + 1 : 0;
    return { g: Math.round(g * 100) / 100, wrong: disagreed >= IN_A_ROW };
  };
}

function spread(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(square) };
}
