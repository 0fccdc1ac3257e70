// Falls and what is like them, from the reference recordings where they are, else made by hand: a dozen seconds around the
// event each, and what the detector makes of them without a radio.

import type { Device } from '#contract/device.ts';
import { clapping, falling, type Movement, sittingDown, told, turningOver, walking } from '#fakes/motion.ts';
import { play } from '#fakes/play.ts';
import { atRate, type Clip, type WearableName, wearables, type Xyz } from '#fakes/wearables.ts';
import { fall } from '#src/detectors/fall.ts';
import { haveRecordings, type Recording, readSet, type SetName, sets } from '../../scripts/train-falls/recordings.ts';

export interface Event extends Clip {
  /** Set and recording. */
  name: string;
  activity: string;
  fall: boolean;
}

/** What each wearable plays: the set that was recorded where it is worn. */
const setOf = { infinitime: 'weda', polar: 'sisfall', bangle: 'weda' } as const satisfies Record<WearableName, SetName>;
export const placementOf = (name: WearableName) => sets[setOf[name]].placement;

const BEFORE_S = 6;
const AFTER_S = 4;
export const CLIP_SECONDS = BEFORE_S + AFTER_S;

/** Around the peak; where the recording is shorter, as it began and ended. */
function clipOf({ set, id, activity, fall, rateHz, x, y, z, peakS }: Recording): Event {
  const first = Math.round((peakS - BEFORE_S) * rateHz);
  const at = (i: number): Xyz => {
    const known = Math.max(0, Math.min(x.length - 1, i));
    return [x[known] as number, y[known] as number, z[known] as number];
  };
  const length = CLIP_SECONDS * rateHz;
  return { name: `${set} ${id}`, activity, fall, rateHz, xyz: Array.from({ length }, (_, i) => at(first + i)) };
}

const byHand = (name: string, movement: Movement, isFall: boolean): Event => ({
  name: `by hand: ${name}`,
  activity: name,
  fall: isFall,
  ...told(movement, { rateHz: 50, seconds: CLIP_SECONDS }),
});
const handMade: readonly Event[] = [
  byHand('fall', falling(BEFORE_S), true),
  byHand('hard fall', falling(BEFORE_S, { impactG: 6, turned: 60 }), true),
  byHand('fall without much turning', falling(BEFORE_S, { impactG: 5 }), true),
  byHand('walking', walking, false),
  byHand('sitting down', sittingDown(BEFORE_S), false),
  byHand('turning over', turningOver(BEFORE_S - 1), false),
  byHand('clapping', clapping(BEFORE_S - 2), false),
];

export const source = haveRecordings() ? 'the reference recordings' : 'movements made by hand (no recordings here)';

const loaded = new Map<SetName, readonly Recording[]>();
function recordings(set: SetName): readonly Recording[] {
  const known = loaded.get(set) ?? readSet(set);
  loaded.set(set, known);
  return known;
}

const peakOf = ({ xyz }: Clip): number => xyz.reduce((most, sample) => Math.max(most, Math.hypot(...sample)), 0);
/** One of each activity, those that hit hardest first. */
function hardestOfEach(clips: readonly Event[]): Event[] {
  const sorted = clips.toSorted((a, b) => peakOf(b) - peakOf(a));
  return sorted.filter((clip, i) => sorted.findIndex(({ activity }) => activity === clip.activity) === i);
}

const evenly = <T>(all: readonly T[], most: number): T[] =>
  all.filter((_, i) => i % Math.max(1, Math.floor(all.length / most)) === 0).slice(0, most);

/** Score of the fall that is found without a radio, in what the wearable's sensor can measure; undefined where none is. */
export function plainly(name: WearableName, clip: Clip): number | undefined {
  const { rateHz: wanted, rangeG } = wearables[name];
  const { rateHz, xyz } = atRate(clip, wanted);
  const device: Device = { id: 'w-1', kind: 'wearable', placement: placementOf(name) };
  const home = play(fall);
  for (let from = 0; from < xyz.length; from += 10) {
    const cut = xyz
      .slice(from, from + 10)
      .map((sample) => sample.map((g) => Math.max(-rangeG, Math.min(rangeG, g))) as Xyz);
    home.reading(1_000_000 + Math.round((from * 1_000) / rateHz), device, 'acceleration', { rateHz, xyz: cut });
  }
  home.quiet(1_000_000 + (CLIP_SECONDS + 5) * 1_000);
  const scores = home.findings.flatMap(({ because }) => because.flatMap(({ score }) => Number(score ?? [])));
  return scores.length > 0 ? Math.max(...scores) : undefined;
}

/**
 * The clearest falls, and of daily life what hits hardest and is no fall without a radio: what may differ through one is the
 * radio's doing, not the model's.
 */
export function clear(name: WearableName, falls: number, daily: number): { falls: Event[]; daily: Event[] } {
  const all = haveRecordings() ? undefined : handMade;
  const pool = (isFall: boolean, most: number, by: (clips: Event[]) => Event[]): Event[] =>
    all
      ? all.filter((clip) => clip.fall === isFall)
      : by(
          evenly(
            recordings(setOf[name]).filter((recording) => recording.fall === isFall),
            most,
          ).map(clipOf),
        );
  const found = pool(true, 40, (clips) => clips)
    .map((clip) => ({ clip, score: plainly(name, clip) ?? 0 }))
    .toSorted((a, b) => b.score - a.score)
    .map(({ clip }) => clip);
  const hard = pool(false, 200, (clips) => hardestOfEach(clips)).filter((clip) => plainly(name, clip) === undefined);
  return { falls: found.slice(0, falls), daily: hard.slice(0, daily) };
}

/** Falls and daily life as they come, in turns. */
export function mixed(name: WearableName, count: number): Event[] {
  if (!haveRecordings()) return [...handMade];
  const half = (isFall: boolean) =>
    evenly(
      recordings(setOf[name]).filter((recording) => recording.fall === isFall),
      Math.ceil(count / 2),
    ).map(clipOf);
  const daily = half(false);
  return half(true)
    .flatMap((clip, i) => [clip, daily[i]])
    .filter((clip) => clip !== undefined);
}
