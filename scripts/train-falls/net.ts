// The small network's trainer: logistic loss, rows drawn by their weight, Adam with weight decay, and in each step some of the
// inputs hidden, so that no single one is relied on.

import { INPUT_LIMIT, type Net } from '#src/detectors/fall/net.ts';
import { normal } from './variants.ts';

export interface NetOptions {
  hidden: number;
  steps: number;
  batch: number;
  /** Of the first step; it falls to nothing as a cosine does. */
  rate: number;
  /** Share of a weight that is taken from it in a step, times the rate. */
  decay: number;
  /** Share of the inputs that a step does not see. */
  hide: number;
  /** No row is drawn oftener than so many others. */
  mostWeight: number;
}

/** Rows of inputs on a common scale, one after the other. */
export interface Inputs {
  width: number;
  mean: Float32Array;
  deviation: Float32Array;
  values: Float32Array;
}

/** @param rows the same columns in each; NaN is unknown. */
export function scaledInputs(rows: readonly ArrayLike<number>[][]): Inputs {
  const parts = rows[0] ?? [];
  const width = parts.reduce((sum, part) => sum + part.length, 0);
  const [sum, squares, known] = [new Float64Array(width), new Float64Array(width), new Float64Array(width)];
  const each = (row: readonly ArrayLike<number>[], take: (column: number, value: number) => void) => {
    let column = 0;
    for (const part of row)
      for (let i = 0; i < part.length; i += 1) {
        take(column, part[i] as number);
        column += 1;
      }
  };
  for (const row of rows)
    each(row, (c, value) => {
      if (Number.isNaN(value)) return;
      known[c] = (known[c] as number) + 1;
      sum[c] = (sum[c] as number) + value;
      squares[c] = (squares[c] as number) + value * value;
    });
  const mean = Float32Array.from(sum, (s, c) => s / Math.max(1, known[c] as number));
  const deviation = Float32Array.from(squares, (s, c) => {
    const n = Math.max(1, known[c] as number);
    return Math.sqrt(Math.max(0, s / n - ((sum[c] as number) / n) ** 2)) + 0.001;
  });
  const values = new Float32Array(rows.length * width);
  rows.forEach((row, r) => {
    each(row, (c, value) => {
      const far = Number.isNaN(value) ? 0 : (value - (mean[c] as number)) / (deviation[c] as number);
      values[r * width + c] = Math.max(-INPUT_LIMIT, Math.min(INPUT_LIMIT, far));
    });
  });
  return { width, mean, deviation, values };
}

/** One network. @param random a generator of this network's own. */
export function trainNet(
  { width, mean, deviation, values }: Inputs,
  labels: Uint8Array,
  weights: Float32Array,
  { hidden, steps, batch, rate, decay, hide }: NetOptions,
  random: () => number,
): Net {
  const draw = drawBy(weights, random);
  const into = learned(width * hidden, () => normal(random) / Math.sqrt(width));
  const hiddenBias = learned(hidden, () => 0);
  const out = learned(hidden, () => normal(random) / Math.sqrt(hidden));
  const outBias = learned(1, () => 0);
  const sums = new Float32Array(hidden);
  const back = new Float32Array(hidden);
  const seen = new Uint16Array(width);
  for (let step = 1; step <= steps; step += 1) {
    let inputs = 0;
    for (let i = 0; i < width; i += 1) if (random() >= hide) seen[inputs++] = i;
    const louder = 1 / (1 - hide);
    for (let n = 0; n < batch; n += 1) {
      const row = draw();
      const start = row * width;
      sums.set(hiddenBias.value);
      for (let s = 0; s < inputs; s += 1) {
        const i = seen[s] as number;
        const input = (values[start + i] as number) * louder;
        const at = i * hidden;
        for (let unit = 0; unit < hidden; unit += 1)
          sums[unit] = (sums[unit] as number) + input * (into.value[at + unit] as number);
      }
      let odds = outBias.value[0] as number;
      for (let unit = 0; unit < hidden; unit += 1)
        odds += Math.max(0, sums[unit] as number) * (out.value[unit] as number);
      const error = (1 / (1 + Math.exp(-odds)) - (labels[row] as number)) / batch;
      outBias.slope[0] = (outBias.slope[0] as number) + error;
      for (let unit = 0; unit < hidden; unit += 1) {
        const active = (sums[unit] as number) > 0;
        out.slope[unit] = (out.slope[unit] as number) + (active ? error * (sums[unit] as number) : 0);
        back[unit] = active ? error * (out.value[unit] as number) : 0;
        hiddenBias.slope[unit] = (hiddenBias.slope[unit] as number) + (back[unit] as number);
      }
      for (let s = 0; s < inputs; s += 1) {
        const i = seen[s] as number;
        const input = (values[start + i] as number) * louder;
        const at = i * hidden;
        for (let unit = 0; unit < hidden; unit += 1)
          into.slope[at + unit] = (into.slope[at + unit] as number) + input * (back[unit] as number);
      }
    }
    const now = rate * (0.5 + 0.5 * Math.cos((Math.PI * step) / steps));
    for (const weight of [into, out]) adam(weight, step, now, decay);
    for (const bias of [hiddenBias, outBias]) adam(bias, step, now, 0);
  }
  return {
    hidden,
    mean,
    deviation,
    into: into.value,
    hiddenBias: hiddenBias.value,
    out: out.value,
    outBias: outBias.value[0] as number,
  };
}

/** Several networks of the same inputs as one that says their mean. */
export function together(nets: readonly Net[]): Net {
  const [{ mean, deviation } = { mean: new Float32Array(), deviation: new Float32Array() }] = nets;
  const hidden = nets.reduce((sum, net) => sum + net.hidden, 0);
  const rows = Array.from(mean, (_, i) =>
    nets.flatMap((net) => [...net.into.subarray(i * net.hidden, (i + 1) * net.hidden)]),
  );
  return {
    hidden,
    mean,
    deviation,
    into: Float32Array.from(rows.flat()),
    hiddenBias: Float32Array.from(nets.flatMap((net) => [...net.hiddenBias])),
    out: Float32Array.from(nets.flatMap((net) => [...net.out].map((weight) => weight / nets.length))),
    outBias: Math.fround(nets.reduce((sum, net) => sum + net.outBias, 0) / nets.length),
  };
}

/** Row numbers, each as often as its weight says. */
function drawBy(weights: Float32Array, random: () => number): () => number {
  const upTo = new Float64Array(weights.length);
  let total = 0;
  weights.forEach((weight, row) => {
    total += weight;
    upTo[row] = total;
  });
  return () => {
    const wanted = random() * total;
    let low = 0;
    let high = weights.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((upTo[middle] as number) <= wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** Numbers that are learned, with what Adam keeps of each. */
interface Learned {
  value: Float32Array;
  slope: Float32Array;
  first: Float32Array;
  second: Float32Array;
}

const learned = (size: number, begin: () => number): Learned => ({
  value: Float32Array.from({ length: size }, begin),
  slope: new Float32Array(size),
  first: new Float32Array(size),
  second: new Float32Array(size),
});

/** One step of AdamW (Loshchilov and Hutter 2019); the slopes are used up. */
function adam({ value, slope, first, second }: Learned, step: number, rate: number, decay: number): void {
  const [unbias1, unbias2, keep] = [1 - 0.9 ** step, 1 - 0.999 ** step, 1 - rate * decay];
  for (let i = 0; i < value.length; i += 1) {
    const g = slope[i] as number;
    const m = 0.9 * (first[i] as number) + 0.1 * g;
    const v = 0.999 * (second[i] as number) + 0.001 * g * g;
    first[i] = m;
    second[i] = v;
    slope[i] = 0;
    value[i] = ((value[i] as number) - (rate * (m / unbias1)) / (Math.sqrt(v / unbias2) + 1e-6)) * keep;
  }
}
