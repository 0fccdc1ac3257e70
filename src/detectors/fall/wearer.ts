// What the detector keeps of one wearable: its last seconds, and the peaks that are still to be decided.

import type { Samples } from '#contract/value.ts';
import type { Said } from './evidence.ts';
import type { Placement } from './judge.ts';
import { FLOOR_G, notePeak, type Peak } from './peaks.ts';
import { AFTER_S, BEFORE_S, type Stream } from './window.ts';

/** A stretch of samples; `t` in ms of the monotonic clock. */
type Block = { t: number[]; x: number[]; y: number[]; z: number[] };

/** Plain JSON. A step copies the last block and the list of blocks, not the samples. */
export type Wearer = {
  bootId: string;
  placement: Placement;
  blocks: Block[];
  /** To be decided, oldest first; the last may still move to a stronger sample near it. */
  peaks: Peak[];
  /** Peaks that were judged and may still count for the next. */
  said: Said[];
  /** Of the last fall found: peaks shortly after it belong to it. */
  fallT: number | null;
  /** When the device last moved, by more than a breath. */
  movedT: number | null;
};

export const newWearer = (bootId: string, placement: Placement): Wearer => ({
  bootId,
  placement,
  blocks: [],
  peaks: [],
  said: [],
  fallT: null,
  movedT: null,
});

const BLOCK = 32;
/** A resting device differs from 1 g by its calibration; a moving one by more than this. */
const MOVING_G = 0.15;
/** A peak that waits for its deadline, and the window before it. */
const KEEP_MS = (BEFORE_S + AFTER_S + 1) * 1_000;
/**
 * After this long on the clock a peak is decided with what there is, ms: the window, and one sample of the slowest
 * stream.
 */
export const DECIDE_MS = 2_450;

/**
 * One sample after another; `ripe` is called with each peak whose window is complete, and the instant that completed
 * it.
 */
export function hearSamples(
  before: Wearer,
  firstT: number,
  { rateHz, xyz }: Samples,
  ripe: (wearer: Wearer, peak: Peak, t: number) => Wearer,
): Wearer {
  let wearer = before;
  xyz.forEach(([x, y, z], i) => {
    const t = firstT + (i * 1_000) / rateHz;
    // A stream that runs backwards or repeats itself: what is not newer was heard already.
    if (t <= newestT(wearer)) return;
    const g = Math.hypot(x, y, z);
    wearer = {
      ...appended(wearer, t, x, y, z),
      peaks: notePeak(wearer.peaks, t, g, FLOOR_G),
      ...(Math.abs(g - 1) > MOVING_G && { movedT: t }),
    };
    for (let peak = wearer.peaks[0]; peak && t >= peak.t + AFTER_S * 1_000; peak = wearer.peaks[0]) {
      wearer = ripe({ ...wearer, peaks: wearer.peaks.slice(1) }, peak, t);
    }
  });
  return wearer;
}

/** Instant of the newest sample. */
export const newestT = ({ blocks }: Wearer): number => blocks.at(-1)?.t.at(-1) ?? Number.NEGATIVE_INFINITY;

function appended(wearer: Wearer, t: number, x: number, y: number, z: number): Wearer {
  const last = wearer.blocks.at(-1);
  if (last && last.t.length < BLOCK) {
    const grown = { t: [...last.t, t], x: [...last.x, x], y: [...last.y, y], z: [...last.z, z] };
    return { ...wearer, blocks: [...wearer.blocks.slice(0, -1), grown] };
  }
  const kept = wearer.blocks.filter((block) => (block.t.at(-1) as number) >= t - KEEP_MS);
  return { ...wearer, blocks: [...kept, { t: [t], x: [x], y: [y], z: [z] }] };
}

export const streamOf = ({ blocks }: Pick<Wearer, 'blocks'>): Stream => ({
  t: blocks.flatMap(({ t }) => t),
  x: blocks.flatMap(({ x }) => x),
  y: blocks.flatMap(({ y }) => y),
  z: blocks.flatMap(({ z }) => z),
});
