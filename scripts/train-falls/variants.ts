// The same movement as another device would have told it: other rate, other range, a little noise and a poor calibration.

import type { Recording } from './recordings.ts';

/** A small generator of our own, so that training gives the same model every time (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

export interface Device {
  /** Undefined: as recorded. */
  rateHz?: number | undefined;
  /** Mean over the sample's interval, as a sensor with a low-pass does, or the instant's value. */
  smooth?: boolean | undefined;
  /** Full scale per axis, g. */
  rangeG?: number | undefined;
  noiseG?: number | undefined;
  offsetG?: number | undefined;
  /** The same movement faster (above 1) or slower. */
  speed?: number | undefined;
  /** The same movement stronger or weaker: what is not gravity is multiplied. */
  strength?: number | undefined;
  /** Part of 1 by which an axis may be wrong. */
  scale?: number | undefined;
}

/** A stream whose samples may still be changed. */
export type Told = { t: number[]; x: number[]; y: number[]; z: number[] };

export function asToldBy(device: Device, recording: Recording, random: () => number = () => 0.5): Told {
  const rateHz = device.rateHz ?? recording.rateHz;
  const axes = [recording.x, recording.y, recording.z].map((axis) => {
    const offset = (2 * random() - 1) * (device.offsetG ?? 0);
    const gain = 1 + (2 * random() - 1) * (device.scale ?? 0);
    const range = device.rangeG ?? 64;
    const moved = device.strength === undefined ? axis : strengthened(axis, recording.rateHz, device.strength);
    return Array.from(resampled(moved, recording.rateHz * (device.speed ?? 1), rateHz, device.smooth ?? false), (g) => {
      const told = g * gain + offset + (device.noiseG ? device.noiseG * normal(random) : 0);
      return Math.max(-range, Math.min(range, told));
    });
  }) as [number[], number[], number[]];
  return { t: axes[0].map((_, i) => (i * 1_000) / rateHz), x: axes[0], y: axes[1], z: axes[2] };
}

/** Gravity is taken for the mean over a second. */
function strengthened(axis: Float64Array, rateHz: number, by: number): Float64Array {
  const half = Math.round(rateHz / 2);
  let sum = 0;
  let n = 0;
  for (let i = 0; i < Math.min(half, axis.length); i += 1) {
    sum += axis[i] as number;
    n += 1;
  }
  return axis.map((g, i) => {
    if (i + half < axis.length) {
      sum += axis[i + half] as number;
      n += 1;
    }
    if (i - half > 0) {
      sum -= axis[i - half - 1] as number;
      n -= 1;
    }
    const gravity = sum / n;
    return gravity + (g - gravity) * by;
  });
}

function resampled(axis: Float64Array, from: number, to: number, smooth: boolean): Float64Array {
  if (from === to) return axis;
  const at = (sample: number): number => {
    const i = Math.max(0, Math.min(axis.length - 1, Math.floor(sample)));
    const part = Math.max(0, Math.min(1, sample - i));
    return (axis[i] as number) * (1 - part) + (axis[Math.min(i + 1, axis.length - 1)] as number) * part;
  };
  const taps = smooth && to < from ? Math.max(2, Math.round((2 * from) / to)) : 1;
  return Float64Array.from({ length: Math.floor(((axis.length - 1) * to) / from) + 1 }, (_, i) => {
    let sum = 0;
    for (let tap = 0; tap < taps; tap += 1) sum += at((i + (tap + 0.5) / taps - 0.5) * (from / to));
    return sum / taps;
  });
}
