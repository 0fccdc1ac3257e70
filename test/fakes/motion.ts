// Movements made by hand from plain physics, for tests that need no recording: what a device worn on the body would feel.
// They are caricatures. How well the detector does on people is measured on recordings (`npm run evaluate:falls`).

import type { Samples } from '#contract/value.ts';

type Vector = [number, number, number];

/** Acceleration in g at `t` seconds. */
export type Movement = (t: number) => Vector;

const G: Vector = [0, 0, 1];
const scaled = ([x, y, z]: Vector, by: number): Vector => [x * by, y * by, z * by];
const sum = (...vectors: Vector[]): Vector =>
  vectors.reduce((a, b) => [a[0] + b[0], a[1] + b[1], a[2] + b[2]], [0, 0, 0]);

/** A half sine of `height` that lasts from `at` for `seconds`. */
const pulse = (t: number, at: number, seconds: number, height: number) =>
  t < at || t > at + seconds ? 0 : height * Math.sin((Math.PI * (t - at)) / seconds);

/** Muscles are never quite still; no randomness, so that every run is the same. */
const tremor = (t: number, size = 0.01): Vector => [
  size * Math.sin(61 * t) + size * Math.sin(23.7 * t + 1),
  size * Math.sin(47 * t + 2) + size * Math.sin(31.3 * t),
  size * Math.sin(53 * t + 4),
];

/** Steps, two a second. */
export const walking: Movement = (t) =>
  sum(G, [0.1 * Math.sin(6.28 * t), 0.08 * Math.sin(12.56 * t + 1), 0.28 * Math.sin(12.56 * t)], tremor(t, 0.02));

/** Upright and at rest. */
export const standing: Movement = (t) => sum(G, tremor(t));

/**
 * Walks, topples for 0.6 s while the ground's push fades and the body turns by `turned` degrees, hits the ground with
 * about `impactG` at `impactS`, bounces once, and lies. `flail`: how strongly an arm swings on the way down, g. Weight leaves as in an inverted pendulum: slowly, then quickly.
 */
export const falling =
  (impactS: number, { impactG = 3.6, turned = 85, flail = 0 } = {}): Movement =>
  (t) => {
    const toppling = Math.max(0, Math.min(1, (t - impactS + 0.6) / 0.6));
    const angle = (turned * Math.PI * toppling ** 2) / 180;
    const up: Vector = [Math.sin(angle), 0, Math.cos(angle)];
    const arm = (at: number): Vector => [
      0,
      flail * Math.sin(17 * (at - impactS)),
      (flail / 2) * Math.cos(11 * (at - impactS)),
    ];
    if (t < impactS - 0.6) return walking(t);
    if (t < impactS - 0.04) return sum(scaled(up, 1 - 0.75 * toppling ** 1.5), arm(t), tremor(t, 0.05));
    const hit = pulse(t, impactS - 0.04, 0.1, impactG - 1) + pulse(t, impactS + 0.2, 0.1, (impactG - 1) / 4);
    const swing = 0.25 * Math.exp(-(t - impactS) * 3) * Math.sin(20 * (t - impactS));
    return sum(up, scaled([0.75, 0.3, 0.59], hit), [0, swing, swing / 2], tremor(t, 0.004));
  };

/** Claps hands, about three times a second, from `fromS` for `seconds`. */
export const clapping =
  (fromS: number, seconds = 4): Movement =>
  (t) => {
    if (t < fromS || t > fromS + seconds) return standing(t);
    const phase = (t - fromS) % 0.33;
    return sum(G, [0.5 * Math.sin(19 * t), pulse(phase, 0.1, 0.04, 2.6), 0.3 * Math.cos(19 * t)], tremor(t, 0.05));
  };

/** Sits down on a chair at `atS`: a short loss of weight, a soft bump, the same posture. */
export const sittingDown =
  (atS: number): Movement =>
  (t) =>
    sum(G, scaled(G, -pulse(t, atS - 0.7, 0.6, 0.3) + pulse(t, atS - 0.1, 0.25, 0.6)), tremor(t, 0.02));

/** Turns over in bed at `atS`: gravity moves to the other side within two seconds, nothing hits. */
export const turningOver =
  (atS: number): Movement =>
  (t) => {
    const angle = Math.PI * Math.max(0, Math.min(1, (t - atS) / 2));
    const shove = pulse(t, atS + 0.8, 0.3, 0.5);
    return sum([Math.cos(angle), 0, Math.sin(angle)], [0, shove, shove / 2], tremor(t, 0.01));
  };

/** How a device tells a movement: rate, full scale per axis, and how it sits on the body. */
export interface Told {
  rateHz?: number;
  seconds?: number;
  fromS?: number;
  rangeG?: number;
  /** Rows of a matrix that turns or mirrors the axes. */
  axes?: readonly [Vector, Vector, Vector];
}

export function told(movement: Movement, options: Told = {}): Samples {
  const { rateHz = 50, seconds = 16, fromS = 0, rangeG = 16, axes } = options;
  const clipped = (g: number) => Math.max(-rangeG, Math.min(rangeG, g));
  const dot = (a: Vector, b: Vector) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  const xyz = Array.from({ length: Math.round(seconds * rateHz) }, (_, i): Vector => {
    const felt = movement(fromS + i / rateHz);
    const turned = axes ? (axes.map((axis) => dot(axis, felt)) as Vector) : felt;
    return turned.map(clipped) as Vector;
  });
  return { rateHz, xyz };
}
