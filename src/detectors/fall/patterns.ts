// Shapes of the movement around an impact, for the small network: how often each of a fixed set of short patterns is met
// before, at and after the hit. Fixed, not learned, as in ROCKET (Dempster, Schmidt and Webb 2021): few people suffice to
// weigh them. Only lengths and angles go in, so that nothing changes when the axes are turned or mirrored.

import { IMPACT, type Window } from './window.ts';

/** Half of the window's grid: 25 Hz. */
const LENGTH = 185;
const HIT = IMPACT / 2;
const TAPS = 9;
/** Between a pattern's taps, grid steps: patterns of 0.36 to 2.6 s. */
const STRIDES = [1, 2, 4, 8] as const;
const PER_STRIDE = 5;

/** Stretches in which a pattern is counted, grid steps from the hit. They overlap: a hit has a before and an after. */
const COUNTED = [
  [-115, -25],
  [-35, 5],
  [-7, 15],
  [5, 55],
] as const;

/** A pattern is met where it fits better than this; in units of its channel, one level for each pattern in turn. */
const LEVELS = [-1, -0.3, 0.3, 1] as const;
/** Units of the channels: log length, jerk, cosine to gravity after, cosine to gravity before. */
const UNITS = [1, 0.7, 0.6, 0.6] as const;

/** A pattern weighs three of nine taps against the other six. */
const shapes = (() => {
  const all: (readonly [number, number, number])[] = [];
  for (let a = 0; a < TAPS; a += 1)
    for (let b = a + 1; b < TAPS; b += 1) for (let c = b + 1; c < TAPS; c += 1) all.push([a, b, c]);
  return all;
})();

/** Walks through the shapes so that neighbours differ; it has no divisor in common with their number. */
const SHAPE_STEP = 17;

const patterns = UNITS.flatMap((unit, channel) =>
  STRIDES.flatMap((stride, s) =>
    Array.from({ length: PER_STRIDE }, (_, n) => {
      const group = channel * STRIDES.length + s;
      return {
        channel,
        stride,
        shape: shapes[((group * PER_STRIDE + n) * SHAPE_STEP) % shapes.length] as readonly [number, number, number],
        level: (LEVELS[(n + group) % LEVELS.length] as number) * unit,
      };
    }),
  ),
);

export const PATTERNS = patterns.length * COUNTED.length;

/** Shares, 0 to 1, of the grid points of each stretch at which each pattern is met. What is unknown is taken for rest. */
export function patternsOf(window: Window): Float32Array {
  const shares = new Float32Array(PATTERNS);
  const channels = channelsOf(window);
  const sum = new Float64Array(LENGTH);
  let [summed, at] = [-1, 0];
  patterns.forEach(({ channel, stride, shape: [a, b, c], level }, n) => {
    const padded = channels[channel] as Float64Array;
    if (summed !== Math.floor(n / PER_STRIDE)) {
      summed = Math.floor(n / PER_STRIDE);
      for (let i = 0; i < LENGTH; i += 1) {
        let total = 0;
        for (let tap = 0; tap < TAPS; tap += 1) total += padded[PAD + i + (tap - MIDDLE) * stride] as number;
        sum[i] = total;
      }
    }
    const [first, second, third] = [
      PAD + (a - MIDDLE) * stride,
      PAD + (b - MIDDLE) * stride,
      PAD + (c - MIDDLE) * stride,
    ];
    for (const [from, to] of COUNTED) {
      let met = 0;
      for (let i = HIT + from; i < HIT + to; i += 1) {
        const three = (padded[first + i] as number) + (padded[second + i] as number) + (padded[third + i] as number);
        if (3 * three - (sum[i] as number) > level) met += 1;
      }
      shares[at] = met / (to - from);
      at += 1;
    }
  });
  return shares;
}

const MIDDLE = (TAPS - 1) / 2;
const PAD = MIDDLE * STRIDES[(STRIDES.length - 1) as 3];
/** Seconds of 25 Hz over which the direction of gravity is smoothed, to each side; and where it is taken before and after. */
const SMOOTH = 4;
const GRAVITY_AFTER = [HIT + 30, LENGTH] as const;
const GRAVITY_BEFORE = [HIT - 75, HIT - 18] as const;

/** Each channel with its first and last value repeated beyond its ends. */
function channelsOf({ x, y, z }: Window): Float64Array[] {
  const axes = [halved(x), halved(y), halved(z)] as const;
  const sums = axes.map(runningSum) as [Float64Array, Float64Array, Float64Array];
  const over = (from: number, to: number) => direction(sums.map((sum) => (sum[to] as number) - (sum[from] as number)));
  const after = over(...GRAVITY_AFTER);
  const before = over(...GRAVITY_BEFORE);
  const channels = UNITS.map(() => new Float64Array(LENGTH + 2 * PAD));
  const [length, jerk, toAfter, toBefore] = channels as [Float64Array, Float64Array, Float64Array, Float64Array];
  for (let i = 0; i < LENGTH; i += 1) {
    const [a, b, c] = [axes[0][i] as number, axes[1][i] as number, axes[2][i] as number];
    if (Number.isNaN(a)) continue;
    length[PAD + i] = Math.max(-2, Math.min(2, Math.log(Math.max(0.05, Math.hypot(a, b, c)))));
    if (i > 0 && !Number.isNaN(axes[0][i - 1] as number))
      jerk[PAD + i] = Math.min(
        2,
        Math.hypot(a - (axes[0][i - 1] as number), b - (axes[1][i - 1] as number), c - (axes[2][i - 1] as number)),
      );
    const now = over(Math.max(0, i - SMOOTH), Math.min(LENGTH, i + SMOOTH + 1));
    toAfter[PAD + i] = now[0] * after[0] + now[1] * after[1] + now[2] * after[2];
    toBefore[PAD + i] = now[0] * before[0] + now[1] * before[1] + now[2] * before[2];
  }
  for (const channel of channels) {
    channel.fill(channel[PAD] as number, 0, PAD);
    channel.fill(channel[PAD + LENGTH - 1] as number, PAD + LENGTH);
  }
  return channels;
}

/** Two grid steps in one; NaN only where both are unknown. */
const halved = (axis: Float64Array): Float64Array =>
  Float64Array.from({ length: LENGTH }, (_, i) => {
    const [first, second] = [axis[2 * i] as number, axis[2 * i + 1] as number];
    return Number.isNaN(first) ? second : Number.isNaN(second) ? first : (first + second) / 2;
  });

/** Element i is the sum of all known values before i. */
function runningSum(axis: Float64Array): Float64Array {
  const sums = new Float64Array(axis.length + 1);
  axis.forEach((g, i) => {
    sums[i + 1] = (sums[i] as number) + (Number.isNaN(g) ? 0 : g);
  });
  return sums;
}

function direction([x = 0, y = 0, z = 0]: number[]): readonly [number, number, number] {
  const size = Math.hypot(x, y, z);
  return size > 0.001 ? [x / size, y / size, z / size] : [0, 0, 0];
}
