// Whether figures taken over a long time stand still: by their slope over the second half, when caches are full and code is hot.

/** One kind of figure, taken again and again. */
export interface Track {
  name: string;
  unit: string;
  values: number[];
  /** The most that it may rise over the second half, in its unit, or as a part of its median. None: it is only shown. */
  bound?: { rise: number } | { part: number } | { notAbove: 'first half' } | undefined;
}

export interface Check {
  name: string;
  unit: string;
  /** Median of the second half. */
  level: number;
  /** By its slope, from the middle to the end. */
  rise: number;
  allowed: number;
  met: boolean;
}

/** A series of samples at equal distances in time. */
export interface Series {
  title: string;
  /** What one sample stands for: `day`, `minute`. */
  step: string;
  steps: number;
  tracks: Track[];
}

export interface Verdict {
  checks: Check[];
  met: boolean;
}

export function judge(tracks: readonly Track[]): Verdict {
  const checks = tracks.flatMap((track): Check[] => (track.bound ? [check(track, track.bound)] : []));
  return { checks, met: checks.length > 0 && checks.every(({ met }) => met) };
}

function check({ name, unit, values }: Track, bound: NonNullable<Track['bound']>): Check {
  const half = Math.floor(values.length / 2);
  const [first, second] = [values.slice(0, half), values.slice(half)];
  const level = median(second);
  if ('notAbove' in bound) {
    const rise = Math.max(...second) - Math.max(...first);
    return { name, unit, level, rise, allowed: 0, met: rise <= 0 };
  }
  const rise = slope(second) * (second.length - 1);
  const allowed = 'rise' in bound ? bound.rise : bound.part * level;
  return { name, unit, level, rise, allowed, met: rise <= allowed };
}

/** Per sample: the median of the slopes between all pairs (Theil and Sen), which a few outliers do not move. */
export function slope(values: readonly number[]): number {
  const slopes = values.flatMap((from, at) => values.slice(at + 1).map((to, further) => (to - from) / (further + 1)));
  return slopes.length === 0 ? 0 : median(slopes);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return Number.isInteger(middle)
    ? ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
    : (sorted[Math.floor(middle)] ?? Number.NaN);
}

const round = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2));

/** For people. */
export const sentence = ({ name, unit, level, rise, allowed, met }: Check): string =>
  `${met ? 'flat ' : 'RISES'}  ${name}: ${round(level)} ${unit}, ${rise < 0 ? '' : '+'}${round(rise)} over the second half (at most ${round(allowed)})`;
