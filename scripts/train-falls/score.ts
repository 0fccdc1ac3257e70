// What a model and a cut come to, as events: a recording is told or not, an hour of daily life has so many alarms.

import { heard, oddsTogether, SAME_FALL_MS, type Said } from '#src/detectors/fall/evidence.ts';
import { DECIDE_MS } from '#src/detectors/fall/wearer.ts';
import { AFTER_S } from '#src/detectors/fall/window.ts';
import { hoursOf, type Recording } from './recordings.ts';

/** A peak that was judged, alone: when (s from the recording's start), and the log odds of a fall. */
export interface Judged {
  recording: number;
  peakS: number;
  odds: number;
}

export interface Score {
  falls: number;
  found: number;
  /** Recordings of daily life, and those without an alarm. */
  daily: number;
  quiet: number;
  alarms: number;
  hours: number;
  /** Seconds from the recording's strongest sample to the decision, of falls found within ten seconds of it. */
  delays: number[];
}

/** Alarms as the live detector would raise them: what follows a fall closely is the same fall. Peaks of a recording in their order. */
export function alarmsOf(
  judged: readonly Judged[],
  { cut, hits }: { cut: number; hits: number },
): Map<number, number[]> {
  const alarms = new Map<number, number[]>();
  const said = new Map<number, Said[]>();
  for (const { recording, peakS, odds } of judged) {
    const before = alarms.get(recording) ?? [];
    if (peakS - (before.at(-1) ?? Number.NEGATIVE_INFINITY) <= SAME_FALL_MS / 1_000) continue;
    const now = heard(said.get(recording) ?? [], { t: peakS * 1_000, odds });
    said.set(recording, now);
    if (oddsTogether(now, hits) >= cut) alarms.set(recording, [...before, peakS]);
  }
  return alarms;
}

/** @param alarms by recording: instants (s from its start) of peaks, or with `decided` of decisions. */
export function scoreOf(
  recordings: readonly Recording[],
  alarms: ReadonlyMap<number, readonly number[]>,
  { only = () => true, decided = false }: { only?: (recording: Recording) => boolean; decided?: boolean } = {},
): Score {
  const score: Score = { falls: 0, found: 0, daily: 0, quiet: 0, alarms: 0, hours: 0, delays: [] };
  recordings.forEach((recording, index) => {
    if (!only(recording)) return;
    const told = alarms.get(index) ?? [];
    if (recording.fall) {
      score.falls += 1;
      if (told.length > 0) score.found += 1;
      const decisions = decided ? told : told.map((peakS) => decisionS(recording, peakS));
      const delays = decisions.map((s) => s - recording.peakS).filter((s) => s > 0 && s < 10);
      if (delays.length > 0) score.delays.push(Math.min(...delays));
    } else {
      score.daily += 1;
      score.hours += hoursOf(recording);
      score.alarms += told.length;
      if (told.length === 0) score.quiet += 1;
    }
  });
  return score;
}

/** By the sample that completes the window, or by the clock where the recording ends before. */
const decisionS = ({ x, rateHz }: Recording, peakS: number): number =>
  x.length / rateHz > peakS + AFTER_S ? peakS + AFTER_S : peakS + DECIDE_MS / 1_000;

export const percent = (part: number, of: number): number => (of === 0 ? Number.NaN : (100 * part) / of);

/** Sensitivity and specificity in percent at each cut that changes either, from the strictest to the loosest. */
export function curveOf(
  recordings: readonly Recording[],
  judged: readonly Judged[],
  hits: number,
): { cut: number; sensitivity: number; specificity: number }[] {
  const best = new Float64Array(recordings.length).fill(Number.NEGATIVE_INFINITY);
  const said = new Map<number, Said[]>();
  for (const { recording, peakS, odds } of judged) {
    const now = heard(said.get(recording) ?? [], { t: peakS * 1_000, odds });
    said.set(recording, now);
    best[recording] = Math.max(best[recording] as number, oddsTogether(now, hits));
  }
  const order = [...best.keys()]
    .filter((i) => best[i] !== Number.NEGATIVE_INFINITY)
    .sort((a, b) => (best[b] as number) - (best[a] as number));
  const falls = recordings.filter(({ fall }) => fall).length;
  const daily = recordings.length - falls;
  let [found, wrong] = [0, 0];
  return order.map((i) => {
    if (recordings[i]?.fall) found += 1;
    else wrong += 1;
    return { cut: best[i] as number, sensitivity: percent(found, falls), specificity: percent(daily - wrong, daily) };
  });
}

/** The best sensitivity that the curve has at this specificity or above. */
export const sensitivityAt = (curve: ReturnType<typeof curveOf>, specificity: number): number =>
  Math.max(0, ...curve.filter((point) => point.specificity >= specificity - 1e-9).map((point) => point.sensitivity));
