// Small sums over stretches of a window. A stretch of which less than half is known gives NaN: the model has a branch for it.

import { GRID_HZ, IMPACT, type Window } from './window.ts';

/** Grid indices of a stretch given in seconds from the impact: first included, last not. */
export type Span = { from: number; to: number };

export const span = (fromS: number, toS: number): Span => ({
  from: IMPACT + Math.round(fromS * GRID_HZ),
  to: IMPACT + Math.round(toS * GRID_HZ),
});

/** Of the vector's length over a stretch. */
export interface Summary {
  mean: number;
  sd: number;
  min: number;
  max: number;
  /** Seconds from the impact of the smallest and largest. */
  minAt: number;
  maxAt: number;
}

const nothing: Summary = {
  mean: Number.NaN,
  sd: Number.NaN,
  min: Number.NaN,
  max: Number.NaN,
  minAt: Number.NaN,
  maxAt: Number.NaN,
};

export function summary(m: Float64Array, { from, to }: Span): Summary {
  let [n, sum, squares, min, max, minAt, maxAt] = [0, 0, 0, Infinity, -Infinity, 0, 0];
  for (let i = from; i < to; i += 1) {
    const g = m[i] as number;
    if (Number.isNaN(g)) continue;
    n += 1;
    sum += g;
    squares += g * g;
    if (g < min) {
      min = g;
      minAt = i;
    }
    if (g > max) {
      max = g;
      maxAt = i;
    }
  }
  if (n === 0 || n * 2 < to - from) return nothing;
  const mean = sum / n;
  return {
    mean,
    sd: Math.sqrt(Math.max(0, squares / n - mean * mean)),
    min,
    max,
    minAt: (minAt - IMPACT) / GRID_HZ,
    maxAt: (maxAt - IMPACT) / GRID_HZ,
  };
}

/** Mean of `value(i)` over a stretch; NaN values are left out. */
export function meanOf({ from, to }: Span, value: (i: number) => number): number {
  let [n, sum] = [0, 0];
  for (let i = from; i < to; i += 1) {
    const v = value(i);
    if (Number.isNaN(v)) continue;
    n += 1;
    sum += v;
  }
  return n > 0 && n * 2 >= to - from ? sum / n : Number.NaN;
}

/** Integral over a stretch in seconds, as if what is unknown were like the rest. */
export const integralOf = (stretch: Span, value: (i: number) => number): number =>
  (meanOf(stretch, value) * (stretch.to - stretch.from)) / GRID_HZ;

export type Vector = readonly [number, number, number];

/** Mean vector over a stretch: gravity as the device feels it, where the body is still. */
export function meanVector({ x, y, z }: Window, { from, to }: Span): Vector {
  let [n, sumX, sumY, sumZ] = [0, 0, 0, 0];
  for (let i = from; i < to; i += 1) {
    if (Number.isNaN(x[i] as number)) continue;
    n += 1;
    sumX += x[i] as number;
    sumY += y[i] as number;
    sumZ += z[i] as number;
  }
  return n > 0 && n * 2 >= to - from ? [sumX / n, sumY / n, sumZ / n] : [Number.NaN, Number.NaN, Number.NaN];
}

export const lengthOf = ([x, y, z]: Vector): number => Math.hypot(x, y, z);
export const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** Angle between two vectors, degrees; NaN where one is unknown or nearly nothing. */
export function angle(a: Vector, b: Vector): number {
  const size = lengthOf(a) * lengthOf(b);
  return size > 0.01 ? (Math.acos(Math.max(-1, Math.min(1, dot(a, b) / size))) * 180) / Math.PI : Number.NaN;
}

/** How the samples of a stretch scatter about their mean vector: total (g) and the share of the main direction. */
export function scatter(window: Window, stretch: Span): { total: number; main: number } {
  const mean = meanVector(window, stretch);
  const { x, y, z } = window;
  let [xx, yy, zz, xy, xz, yz, n] = [0, 0, 0, 0, 0, 0, 0];
  for (let i = stretch.from; i < stretch.to; i += 1) {
    const a = (x[i] as number) - mean[0];
    const b = (y[i] as number) - mean[1];
    const c = (z[i] as number) - mean[2];
    if (Number.isNaN(a)) continue;
    xx += a * a;
    yy += b * b;
    zz += c * c;
    xy += a * b;
    xz += a * c;
    yz += b * c;
    n += 1;
  }
  if (n === 0 || Number.isNaN(mean[0])) return { total: Number.NaN, main: Number.NaN };
  const trace = xx + yy + zz;
  // Tr(C²)/Tr(C)² is 1 for one direction and 1/3 for all alike; no eigenvalues needed.
  const squares = xx * xx + yy * yy + zz * zz + 2 * (xy * xy + xz * xz + yz * yz);
  return { total: Math.sqrt(trace / n), main: trace > 1e-9 ? squares / (trace * trace) : Number.NaN };
}
