// What the hits of one fall say together. A body that goes down meets the floor, an arm swings after it, it rolls: each of
// these peaks looks a little like a fall, where one in daily life stands alone.

import { MERGE_MS } from './peaks.ts';

/** A peak that was judged, alone: when (ms on the stream's clock), and the log odds of a fall. */
export type Said = { t: number; odds: number };

/**
 * Peaks up to this far apart, ms, are of the same fall, while the body comes to rest: within it a peak counts for those
 * after it, and a fall is found only once.
 */
export const SAME_FALL_MS = 8_000;
/** How far, in log odds, a peak may stay behind the strongest and still add about a third of what an equal one adds. */
const REACH = 3;

/**
 * The peaks that count once this one is judged; a peak that is judged again, or moved to a stronger sample near it,
 * replaces itself.
 */
export const heard = (said: readonly Said[], last: Said): Said[] => [
  ...said.filter(({ t }) => last.t - t > MERGE_MS && last.t - t <= SAME_FALL_MS),
  last,
];

/**
 * The log odds of a fall that peaks have together: never less than the strongest alone, at most `REACH` log `most`
 * more.
 *
 * @param most how many peaks count, the most fall-like: the peaks of a long walk do not add up to a fall. With 1 each
 * peak stands alone.
 */
export function oddsTogether(said: readonly Said[], most: number): number {
  const odds = said
    .map((one) => one.odds)
    .sort((a, b) => b - a)
    .slice(0, most);
  const [best = Number.NEGATIVE_INFINITY] = odds;
  return best + REACH * Math.log(odds.reduce((sum, one) => sum + Math.exp((one - best) / REACH), 0));
}
