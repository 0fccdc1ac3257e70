// Numbers that distinguish a fall from everything else, from the window around an impact. None changes when the axes
// are turned or mirrored: only lengths of vectors, angles between them and spreads are used. The trainer and the live
// detector share this file; a change here needs a new model (`FEATURES` is written into it and compared).

import {
  angle,
  dot,
  integralOf,
  lengthOf,
  meanOf,
  meanVector,
  type Span,
  scatter,
  span,
  summary,
  type Vector,
} from './statistics.ts';
import { GRID_HZ, IMPACT, type Window } from './window.ts';

/** Lengths above this count as this: sensors of 4 g per axis give no more than 6.9 g in a corner. */
const CEILING_G = 7;

/** Stretches of seconds from the impact; in each the mean, spread and unrest are taken. */
const stretches = {
  b5: span(-5, -3),
  b3: span(-3, -1.5),
  b1: span(-1.5, -0.7),
  b0: span(-0.7, -0.14),
  a0: span(0.14, 0.6),
  a1: span(0.6, 1.2),
  a2: span(1.2, 1.8),
  a3: span(1.8, 2.4),
} as const;
type Stretch = keyof typeof stretches;
const stretchNames = Object.keys(stretches) as Stretch[];

const whole = { before: span(-5, -0.4), last: span(-1.2, 0), after: span(1.2, 2.4), hit: span(-0.3, 0.32) } as const;

/** Each feature of the model in its order. */
export const FEATURES: readonly string[] = Object.keys(named(emptyWindow()));

export const featuresOf = (window: Window): Float64Array => Float64Array.from(Object.values(named(window)));

function named(window: Window): Record<string, number> {
  const { m } = window;
  const capped = m.map((g) => Math.min(g, CEILING_G));
  return {
    ...impact(window, capped),
    ...before(window, capped),
    ...turning(window),
    ...rhythm(capped),
    ...Object.assign({}, ...stretchNames.map((name) => stretchFeatures(name, window, capped))),
  };
}

/** The hit: how hard, how sharp, how long, and what other hits stand around it. */
function impact(window: Window, m: Float64Array): Record<string, number> {
  const near = summary(m, span(-0.06, 0.08));
  const peak = near.max;
  const beforeHit = summary(m, span(-2.4, -0.4));
  const afterHit = summary(m, span(0.42, 2.4));
  const around = span(-0.6, 0.62);
  return {
    peak,
    'peak-mean': meanOf(span(-0.1, 0.12), (i) => m[i] as number),
    'over-area': integralOf(around, (i) => Math.max(0, (m[i] as number) - 1.5)),
    'over-time': integralOf(around, (i) => over(m[i] as number, 1.5)),
    'over2-time': integralOf(around, (i) => over(m[i] as number, 2)),
    'half-width': halfWidth(m, peak),
    'energy-hit': integralOf(span(-0.5, 0.52), (i) => ((m[i] as number) - 1) ** 2),
    'energy-after': integralOf(span(0.52, 1.5), (i) => ((m[i] as number) - 1) ** 2),
    jerk: steepest(window, span(-0.3, 0.32)),
    'jerk-mean': unrest(window, span(-0.4, 0.42)),
    'rise-60': peak - meanOf(span(-0.08, -0.04), (i) => m[i] as number),
    'fall-60': peak - meanOf(span(0.06, 0.1), (i) => m[i] as number),
    'max-before': beforeHit.max,
    'max-before-at': beforeHit.maxAt,
    'max-after': afterHit.max,
    'max-after-at': afterHit.maxAt,
    'peak-of-before': peak - beforeHit.max,
    'peak-of-after': peak - afterHit.max,
    'hits-around': hits(m, span(-1, 1.02), 1.4),
    'hits-after': hits(m, span(0.4, 2.4), 1.5),
    'min-after': summary(m, span(0, 0.6)).min,
    'min-later': summary(m, span(0.6, 2.4)).min,
    'hit-main': scatter(window, whole.hit).main,
    'hit-total': scatter(window, whole.hit).total,
  };
}

/** Before the hit: the dip of a free fall, and how fast the body was going. */
function before(window: Window, m: Float64Array): Record<string, number> {
  const last = summary(m, whole.last);
  const smooth = smoothed(m, Math.round(0.1 * GRID_HZ));
  const slow = summary(smooth, whole.last);
  const gravity = firstKnown(meanVector(window, stretches.b3), meanVector(window, stretches.b1));
  const [down, along] = speed(window, gravity, span(-1.2, 0));
  const [downHit, alongHit] = speed(window, gravity, span(-0.2, 0.3));
  return {
    dip: last.min,
    'dip-at': last.minAt,
    'dip-smooth': slow.min,
    'dip-time': integralOf(whole.last, (i) => over(0.75, m[i] as number)),
    'dip-time-deep': integralOf(whole.last, (i) => over(0.5, m[i] as number)),
    'dip-area': integralOf(whole.last, (i) => Math.max(0, 1 - (m[i] as number))),
    'dip-area-near': integralOf(span(-0.6, 0), (i) => Math.max(0, 1 - (m[i] as number))),
    'speed-down': down,
    'speed-along': along,
    'speed-down-hit': downHit,
    'speed-along-hit': alongHit,
    'swing-before': integralOf(span(-1.2, -0.1), (i) => Math.abs((m[i] as number) - 1)),
  };
}

/** How the device, and the body under it, turned. */
function turning(window: Window): Record<string, number> {
  const g = Object.fromEntries(stretchNames.map((name) => [name, meanVector(window, stretches[name])])) as Record<
    Stretch,
    Vector
  >;
  const early = meanVector(window, span(-5, -1.5));
  const rest = meanVector(window, whole.after);
  const hit = meanVector(window, span(-0.06, 0.08));
  return {
    'turn-b3-a3': angle(g.b3, g.a3),
    'turn-b3-a2': angle(g.b3, g.a2),
    'turn-b3-a1': angle(g.b3, g.a1),
    'turn-b1-a3': angle(g.b1, g.a3),
    'turn-early-rest': angle(early, rest),
    'turn-b1-rest': angle(g.b1, rest),
    'turn-b5-b3': angle(g.b5, g.b3),
    'turn-b3-b1': angle(g.b3, g.b1),
    'turn-b1-b0': angle(g.b1, g.b0),
    'turn-b0-a0': angle(g.b0, g.a0),
    'turn-a0-a1': angle(g.a0, g.a1),
    'turn-a1-a2': angle(g.a1, g.a2),
    'turn-a2-a3': angle(g.a2, g.a3),
    'hit-from-b3': angle(hit, firstKnown(g.b3, g.b1)),
    'hit-from-rest': angle(hit, rest),
    'rest-length': lengthOf(rest),
    'early-length': lengthOf(early),
    'path-before': path(window, -1.5, 0),
    'path-after': path(window, 0.2, 2.4),
    'path-early': path(window, -4.8, -1.5),
  };
}

/** Steps, claps and blows come again and again; a fall does not. */
function rhythm(m: Float64Array): Record<string, number> {
  const early = summary(m, whole.before);
  return {
    'hits-before': hits(m, whole.before, 1.5),
    'hits-before-weak': hits(m, whole.before, 1.2),
    'max-early': summary(m, span(-5, -2.4)).max,
    'beat-before': beat(m, whole.before, early.mean, early.sd),
    'sd-early': early.sd,
    'share-still-after': meanOf(span(0.6, 2.4), (i) => over(0.12, Math.abs((m[i] as number) - 1))),
    'share-still-late': meanOf(span(1.4, 2.4), (i) => over(0.06, Math.abs((m[i] as number) - 1))),
    'share-still-before': meanOf(whole.before, (i) => over(0.12, Math.abs((m[i] as number) - 1))),
  };
}

function stretchFeatures(name: Stretch, window: Window, m: Float64Array): Record<string, number> {
  const { mean, sd, min, max } = summary(m, stretches[name]);
  return {
    [`${name}-mean`]: mean,
    [`${name}-sd`]: sd,
    [`${name}-range`]: max - min,
    [`${name}-unrest`]: unrest(window, stretches[name]),
    [`${name}-scatter`]: scatter(window, stretches[name]).total,
  };
}

function over(value: number, limit: number): number {
  return value > limit ? 1 : Number.isNaN(value + limit) ? Number.NaN : 0;
}

/** Seconds around the impact in which the length stays above half of what the peak has over 1 g. */
function halfWidth(m: Float64Array, peak: number): number {
  const limit = 1 + (peak - 1) / 2;
  let from = IMPACT;
  let to = IMPACT;
  while (from > 0 && (m[from - 1] as number) > limit) from -= 1;
  while (to + 1 < m.length && (m[to + 1] as number) > limit) to += 1;
  return (to - from + 1) / GRID_HZ;
}

/** Change of the vector over two grid steps, g/s. */
function change({ x, y, z }: Window, i: number): number {
  return (
    (Math.hypot(
      (x[i + 1] as number) - (x[i - 1] as number),
      (y[i + 1] as number) - (y[i - 1] as number),
      (z[i + 1] as number) - (z[i - 1] as number),
    ) *
      GRID_HZ) /
    2
  );
}

function unrest(window: Window, { from, to }: Span): number {
  return meanOf({ from: Math.max(from, 1), to: Math.min(to, window.m.length - 1) }, (i) => change(window, i));
}

function steepest(window: Window, { from, to }: Span): number {
  let most = Number.NaN;
  for (let i = from; i < to; i += 1) {
    const now = change(window, i);
    if (!(now <= most) && !Number.isNaN(now)) most = now;
  }
  return most;
}

/** Peaks above a limit that stand at least 0.2 s apart. */
function hits(m: Float64Array, { from, to }: Span, limit: number): number {
  let [count, last, known] = [0, -Infinity, 0];
  for (let i = Math.max(1, from); i < Math.min(to, m.length - 1); i += 1) {
    const g = m[i] as number;
    if (Number.isNaN(g)) continue;
    known += 1;
    if (g < limit || g < (m[i - 1] as number) || g < (m[i + 1] as number)) continue;
    if (i - last >= 0.2 * GRID_HZ) count += 1;
    last = i;
  }
  return known * 2 >= to - from ? count : Number.NaN;
}

/** Velocity gained over a stretch by what is not gravity: along gravity and across it, in g times seconds. */
function speed({ x, y, z }: Window, gravity: Vector, stretch: Span): [down: number, along: number] {
  const size = lengthOf(gravity);
  if (!(size > 0.3)) return [Number.NaN, Number.NaN];
  const gained: Vector = [
    integralOf(stretch, (i) => (x[i] as number) - gravity[0]),
    integralOf(stretch, (i) => (y[i] as number) - gravity[1]),
    integralOf(stretch, (i) => (z[i] as number) - gravity[2]),
  ];
  const down = dot(gained, gravity) / size;
  return [down, Math.sqrt(Math.max(0, dot(gained, gained) - down * down))];
}

/** Degrees that the vector, averaged over 0.2 s, swept through. */
function path(window: Window, fromS: number, toS: number): number {
  let [sum, known, steps] = [0, 0, 0];
  let last: Vector | undefined;
  for (let s = fromS; s + 0.2 <= toS + 1e-9; s += 0.2) {
    const now = meanVector(window, span(s, s + 0.2));
    if (last) {
      const turned = angle(last, now);
      steps += 1;
      if (!Number.isNaN(turned)) {
        sum += turned;
        known += 1;
      }
    }
    last = now;
  }
  return known * 2 >= steps && known > 0 ? (sum * steps) / known : Number.NaN;
}

/** How strongly the length repeats itself after 0.3 to 1.5 s: 1 is a clockwork, 0 or less no rhythm. */
function beat(m: Float64Array, { from, to }: Span, mean: number, sd: number): number {
  if (!(sd > 0.02)) return Number.isNaN(sd) ? Number.NaN : 0;
  let best = Number.NaN;
  for (let lag = Math.round(0.3 * GRID_HZ); lag <= 1.5 * GRID_HZ; lag += 2) {
    let [sum, n] = [0, 0];
    for (let i = from; i + lag < to; i += 1) {
      const product = ((m[i] as number) - mean) * ((m[i + lag] as number) - mean);
      if (Number.isNaN(product)) continue;
      sum += product;
      n += 1;
    }
    if (n * 2 < to - from - lag) continue;
    const correlation = sum / n / (sd * sd);
    if (!(correlation <= best)) best = correlation;
  }
  return best;
}

function smoothed(m: Float64Array, halfWidthSteps: number): Float64Array {
  return m.map((_, at) =>
    meanOf(
      { from: Math.max(0, at - halfWidthSteps), to: Math.min(m.length, at + halfWidthSteps + 1) },
      (i) => m[i] as number,
    ),
  );
}

function firstKnown(a: Vector, b: Vector): Vector {
  return Number.isNaN(a[0]) ? b : a;
}

function emptyWindow(): Window {
  const nothing = () => new Float64Array(IMPACT + Math.round(2.4 * GRID_HZ) + 1).fill(Number.NaN);
  return { x: nothing(), y: nothing(), z: nothing(), m: nothing() };
}
