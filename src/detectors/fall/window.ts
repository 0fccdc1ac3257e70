// What the fall model looks at: the seconds around an impact, on a grid of its own, whatever rate the device sends at.

/** Three-axis samples in g, oldest first; `t` in ms on any clock, strictly rising. Plain arrays: they live in a checkpoint. */
export interface Stream {
  t: readonly number[];
  x: readonly number[];
  y: readonly number[];
  z: readonly number[];
}

/** Seconds before and after the impact that the model sees. */
export const BEFORE_S = 5;
export const AFTER_S = 2.4;
export const GRID_HZ = 50;
export const IMPACT = Math.round(BEFORE_S * GRID_HZ);
const LENGTH = IMPACT + Math.round(AFTER_S * GRID_HZ) + 1;

/** Two samples farther apart than this have a gap between them, ms. The slowest stream that is taken has 20 Hz. */
export const GAP_MS = 160;

/** The grid: index `IMPACT` is the impact. NaN where the stream has a gap, or had not begun, or has stopped. */
export interface Window {
  x: Float64Array;
  y: Float64Array;
  z: Float64Array;
  /** Length of the vector, g. */
  m: Float64Array;
}

/**
 * Cuts the window around `peakT` out of a stream. Each grid point is the stream's mean over one grid step, the stream
 * taken as straight lines between its samples: faster streams are smoothed to the grid, slower ones interpolated.
 */
export function windowAround(stream: Stream, peakT: number): Window {
  const { t } = stream;
  const window: Window = {
    x: new Float64Array(LENGTH).fill(Number.NaN),
    y: new Float64Array(LENGTH).fill(Number.NaN),
    z: new Float64Array(LENGTH).fill(Number.NaN),
    m: new Float64Array(LENGTH).fill(Number.NaN),
  };
  const step = 1_000 / GRID_HZ;
  let from = firstAfter(t, peakT - BEFORE_S * 1_000 - step) - 1;
  if (from < 0) from = 0;
  for (let at = 0; at < LENGTH; at += 1) {
    const middle = peakT + (at - IMPACT) * step;
    while (from + 1 < t.length && (t[from + 1] as number) < middle - step / 2) from += 1;
    meanAt(stream, from, middle, step / 2, window, at);
  }
  return window;
}

/** Mean over [middle - half, middle + half] of the straight lines from sample `from` on, into the window. */
function meanAt({ t, x, y, z }: Stream, from: number, middle: number, half: number, window: Window, at: number): void {
  let [weight, sumX, sumY, sumZ] = [0, 0, 0, 0];
  const low = middle - half;
  const high = middle + half;
  for (let i = from; i + 1 < t.length; i += 1) {
    const t0 = t[i] as number;
    const t1 = t[i + 1] as number;
    if (t0 > high) break;
    if (t1 - t0 > GAP_MS) continue;
    const a = Math.max(low, t0);
    const b = Math.min(high, t1);
    if (b <= a) continue;
    // The mean of a straight line over [a, b] is its value in the middle.
    const part = ((a + b) / 2 - t0) / (t1 - t0);
    const width = b - a;
    weight += width;
    sumX += width * ((x[i] as number) * (1 - part) + (x[i + 1] as number) * part);
    sumY += width * ((y[i] as number) * (1 - part) + (y[i + 1] as number) * part);
    sumZ += width * ((z[i] as number) * (1 - part) + (z[i + 1] as number) * part);
  }
  if (weight < half) return;
  const gx = sumX / weight;
  const gy = sumY / weight;
  const gz = sumZ / weight;
  window.x[at] = gx;
  window.y[at] = gy;
  window.z[at] = gz;
  window.m[at] = Math.hypot(gx, gy, gz);
}

/** Index of the first element of a rising list that is above `value`. */
function firstAfter(list: readonly number[], value: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
