// Where a fall may have hit the ground: peaks of the acceleration's length, found as the samples come.

/** A peak: when (ms on the stream's clock) and how strong (g). `judged`: by the clock, with samples missing. */
export type Peak = { t: number; g: number; judged: boolean };

/** Peaks nearer than this are one: the strongest of them, ms. */
export const MERGE_MS = 400;

/**
 * Takes one sample into the list of peaks: a sample of `floor` or more opens a peak, or moves the last one to itself if
 * that is near and weaker. Returns the list itself when nothing changed.
 */
export function notePeak(peaks: Peak[], t: number, g: number, floor: number): Peak[] {
  if (g < floor) return peaks;
  const last = peaks.at(-1);
  if (last && t - last.t <= MERGE_MS) return g > last.g ? [...peaks.slice(0, -1), { t, g, judged: false }] : peaks;
  return [...peaks, { t, g, judged: false }];
}

/** Weaker peaks are ignored, g. Low enough for a slow slide down a wall, and for 20 Hz, where peaks lose height. */
export const FLOOR_G = 1.3;
