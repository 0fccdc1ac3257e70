// How long it takes from the exit door until somebody who came in is heard: after that, whoever used it went out.

import { MINUTE } from '#contract/time.ts';

/** The newest delays from the door to the first movement inside, seconds. Plain JSON. */
export type Entries = number[];

const MOST = 60;
/** A longer silence after the door was an absence, and says nothing of coming in. */
const LONGEST_MS = 30 * MINUTE;
const FEWEST = 10;
const DEFAULT_MS = 15 * MINUTE;
const SHORTEST_MS = 5 * MINUTE;

export const newEntries = (): Entries => [];

export const withEntry = (entries: Entries, ms: number | undefined): Entries =>
  ms === undefined || ms > LONGEST_MS ? entries : [...entries, Math.round(ms / 1_000)].slice(-MOST);

/** Half as long again as nearly all of them took, from 5 to 30 minutes. */
export function outAfterMs(entries: Entries): number {
  if (entries.length < FEWEST) return DEFAULT_MS;
  const usual = entries.toSorted((a, b) => a - b)[Math.floor(entries.length * 0.95)] as number;
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, usual * 1_500));
}
