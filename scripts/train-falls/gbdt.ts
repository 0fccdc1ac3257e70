// Gradient-boosted trees on histograms, with logistic loss: leaf by leaf, the best gain first.

import type { Tree } from '#src/detectors/fall/trees.ts';

export interface Options {
  trees: number;
  leaves: number;
  rate: number;
  /** L2 on leaf values. */
  lambda: number;
  /** Least sum of weight*p*(1-p) in a leaf. */
  minHessian: number;
  /** Shares of rows and of features that each tree sees. */
  rows: number;
  features: number;
}

/** Feature values in columns, each put into at most 254 bins; bin 255 is "unknown". */
export interface Binned {
  rows: number;
  columns: Uint8Array[];
  /** Of each column: a value in bin b is at most edges[b]. */
  edges: Float64Array[];
}

const UNKNOWN = 255;
const BINS = 256;

export function binEdges(columns: readonly Float32Array[], most = 200): Float64Array[] {
  return columns.map((column) => {
    const known = column.filter((v) => !Number.isNaN(v)).sort();
    const edges = new Set<number>();
    for (let b = 1; b < most; b += 1) {
      const at = Math.floor((known.length * b) / most);
      if (at > 0 && known[at] !== known[at - 1]) edges.add(((known[at] as number) + (known[at - 1] as number)) / 2);
    }
    // Values of few kinds (counts): between each two kinds.
    if (edges.size < 20) for (const v of kinds(known)) edges.add(v);
    return Float64Array.from(
      [...edges].sort((a, b) => a - b),
      Math.fround,
    );
  });
}

function kinds(sorted: Float32Array): number[] {
  const middles: number[] = [];
  for (let i = 1; i < sorted.length && middles.length <= 60; i += 1)
    if (sorted[i] !== sorted[i - 1]) middles.push(((sorted[i] as number) + (sorted[i - 1] as number)) / 2);
  return middles.length <= 60 ? middles : [];
}

export function binned(columns: readonly Float32Array[], edges: Float64Array[]): Binned {
  return {
    rows: columns[0]?.length ?? 0,
    edges,
    columns: columns.map((column, f) =>
      Uint8Array.from(column, (v) => (!Number.isNaN(v) ? binOf(edges[f] as Float64Array, v) : UNKNOWN)),
    ),
  };
}

/** First bin whose edge is not below the value. */
function binOf(edges: Float64Array, value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Leaf {
  node: number;
  rows: Int32Array;
  sums: [g: number, h: number];
  histogram: Float64Array;
  best: Split | undefined;
}

interface Split {
  gain: number;
  column: number;
  bin: number;
  unknownLeft: boolean;
}

/** @param weights of rows; @param init log odds to start from. */
export function train(
  data: Binned,
  labels: Uint8Array,
  weights: Float32Array,
  options: Options,
  random: () => number,
): { trees: Tree[]; base: number } {
  let [positive, total] = [0, 0];
  for (let i = 0; i < data.rows; i += 1) {
    total += weights[i] as number;
    if (labels[i]) positive += weights[i] as number;
  }
  const base = Math.log(positive / (total - positive));
  const score = new Float64Array(data.rows).fill(base);
  const g = new Float64Array(data.rows);
  const h = new Float64Array(data.rows);
  const trees: Tree[] = [];
  for (let n = 0; n < options.trees; n += 1) {
    for (let i = 0; i < data.rows; i += 1) {
      const p = 1 / (1 + Math.exp(-(score[i] as number)));
      const w = weights[i] as number;
      g[i] = w * ((labels[i] as number) - p);
      h[i] = w * Math.max(1e-6, p * (1 - p));
    }
    const rows: number[] = [];
    for (let i = 0; i < data.rows; i += 1) if ((weights[i] as number) > 0 && random() < options.rows) rows.push(i);
    const columns = data.columns.map((_, c) => c).filter(() => random() < options.features);
    const tree = grow(data, Int32Array.from(rows), columns.length > 0 ? columns : [0], g, h, options);
    trees.push(tree);
    addTo(score, data, tree);
  }
  return { trees, base };
}

function grow(
  data: Binned,
  rows: Int32Array,
  columns: number[],
  g: Float64Array,
  h: Float64Array,
  options: Options,
): Tree {
  const tree: Tree = { feature: [-1], value: [0], left: [0], unknownLeft: [false] };
  const leafOf = (node: number, rows: Int32Array, histogram: Float64Array): Leaf => {
    const sums = sumsOf(rows, g, h);
    return { node, rows, sums, histogram, best: bestSplit(histogram, columns, data, sums, options) };
  };
  const leaves = [leafOf(0, rows, histogramOf(data, rows, columns, g, h))];
  while (leaves.length < options.leaves) {
    const at = leaves.reduce(
      (best, leaf, i) => ((leaf.best?.gain ?? 0) > (leaves[best]?.best?.gain ?? 0) ? i : best),
      0,
    );
    const leaf = leaves[at] as Leaf;
    if (!leaf.best) break;
    const { column, bin, unknownLeft } = leaf.best;
    const values = data.columns[column] as Uint8Array;
    const goesLeft = (row: number) => {
      const b = values[row] as number;
      return b === UNKNOWN ? unknownLeft : b <= bin;
    };
    const leftRows = leaf.rows.filter(goesLeft);
    const rightRows = leaf.rows.filter((row) => !goesLeft(row));
    const left = tree.feature.length;
    tree.feature[leaf.node] = column;
    tree.value[leaf.node] = (data.edges[column] as Float64Array)[bin] as number;
    tree.left[leaf.node] = left;
    tree.unknownLeft[leaf.node] = unknownLeft;
    for (let k = 0; k < 2; k += 1) {
      tree.feature.push(-1);
      tree.value.push(0);
      tree.left.push(0);
      tree.unknownLeft.push(false);
    }
    const small = leftRows.length < rightRows.length ? leftRows : rightRows;
    const smallHistogram = histogramOf(data, small, columns, g, h);
    const largeHistogram = leaf.histogram;
    for (let i = 0; i < largeHistogram.length; i += 1)
      largeHistogram[i] = (largeHistogram[i] as number) - (smallHistogram[i] as number);
    leaves[at] = leafOf(left, leftRows, small === leftRows ? smallHistogram : largeHistogram);
    leaves.push(leafOf(left + 1, rightRows, small === rightRows ? smallHistogram : largeHistogram));
  }
  for (const { node, sums } of leaves)
    tree.value[node] = Math.fround((options.rate * sums[0]) / (sums[1] + options.lambda));
  return tree;
}

function sumsOf(rows: Int32Array, g: Float64Array, h: Float64Array): [number, number] {
  let [sumG, sumH] = [0, 0];
  for (const row of rows) {
    sumG += g[row] as number;
    sumH += h[row] as number;
  }
  return [sumG, sumH];
}

/** For each of the columns and bins: sum of gradients and of hessians, side by side. */
function histogramOf(
  data: Binned,
  rows: Int32Array,
  columns: number[],
  g: Float64Array,
  h: Float64Array,
): Float64Array {
  const histogram = new Float64Array(columns.length * BINS * 2);
  for (let c = 0; c < columns.length; c += 1) {
    const values = data.columns[columns[c] as number] as Uint8Array;
    const start = c * BINS * 2;
    for (let i = 0; i < rows.length; i += 1) {
      const row = rows[i] as number;
      const slot = start + (values[row] as number) * 2;
      histogram[slot] = (histogram[slot] as number) + (g[row] as number);
      histogram[slot + 1] = (histogram[slot + 1] as number) + (h[row] as number);
    }
  }
  return histogram;
}

function bestSplit(
  histogram: Float64Array,
  columns: number[],
  data: Binned,
  [sumG, sumH]: [number, number],
  { lambda, minHessian }: Options,
): Split | undefined {
  const parent = sumG ** 2 / (sumH + lambda);
  let best: Split | undefined;
  for (let c = 0; c < columns.length; c += 1) {
    const column = columns[c] as number;
    const start = c * BINS * 2;
    const unknownG = histogram[start + UNKNOWN * 2] as number;
    const unknownH = histogram[start + UNKNOWN * 2 + 1] as number;
    let [leftG, leftH] = [0, 0];
    const bins = (data.edges[column] as Float64Array).length;
    for (let bin = 0; bin < bins; bin += 1) {
      leftG += histogram[start + bin * 2] as number;
      leftH += histogram[start + bin * 2 + 1] as number;
      for (const unknownLeft of unknownH > 1e-9 ? [false, true] : [false]) {
        const gl = unknownLeft ? leftG + unknownG : leftG;
        const hl = unknownLeft ? leftH + unknownH : leftH;
        const gr = sumG - gl;
        const hr = sumH - hl;
        if (hl < minHessian || hr < minHessian) continue;
        const gain = gl ** 2 / (hl + lambda) + gr ** 2 / (hr + lambda) - parent;
        if (gain > (best?.gain ?? 1e-6)) best = { gain, column, bin, unknownLeft };
      }
    }
  }
  return best;
}

function addTo(score: Float64Array, data: Binned, tree: Tree): void {
  const bins = tree.feature.map((f, n) =>
    f < 0 ? 0 : (data.edges[f] as Float64Array).indexOf(tree.value[n] as number),
  );
  for (let row = 0; row < data.rows; row += 1) {
    let node = 0;
    while ((tree.feature[node] as number) >= 0) {
      const b = (data.columns[tree.feature[node] as number] as Uint8Array)[row] as number;
      const left = b === UNKNOWN ? tree.unknownLeft[node] : b <= (bins[node] as number);
      node = (tree.left[node] as number) + (left ? 0 : 1);
    }
    score[row] = (score[row] as number) + (tree.value[node] as number);
  }
}
