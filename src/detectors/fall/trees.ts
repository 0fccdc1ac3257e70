// Boosted trees as data: how a model is kept in a file, and what it says of a list of features.

/** Node by node; the root is 0, the right child follows the left one. A leaf has feature -1 and its value. */
export interface Tree {
  feature: number[];
  /** A feature's value up to this one goes left; in a leaf what it adds to the log odds. */
  value: number[];
  left: number[];
  unknownLeft: boolean[];
}

/** All trees in one piece. */
export interface Forest {
  base: number;
  /** Node at which each tree begins. */
  roots: Uint32Array;
  /** 255 is a leaf. */
  feature: Uint8Array;
  value: Float32Array;
  /** Node of the left child, counted from the tree's root. */
  left: Uint16Array;
  unknownLeft: Uint8Array;
}

const LEAF = 255;

/** The log odds that these features are a fall's. */
export function forestOdds({ base, roots, feature, value, left, unknownLeft }: Forest, features: Float64Array): number {
  let sum = base;
  for (let tree = 0; tree < roots.length; tree += 1) {
    const root = roots[tree] as number;
    let node = root;
    while (feature[node] !== LEAF) {
      const v = features[feature[node] as number] as number;
      const goesLeft = !Number.isNaN(v) ? v <= (value[node] as number) : unknownLeft[node] === 1;
      node = root + (left[node] as number) + (goesLeft ? 0 : 1);
    }
    sum += value[node] as number;
  }
  return sum;
}

export function forestOf(trees: readonly Tree[], base: number): Forest {
  const roots = new Uint32Array(trees.length);
  let size = 0;
  trees.forEach((tree, n) => {
    roots[n] = size;
    size += tree.feature.length;
  });
  const all = <Value>(pick: (tree: Tree) => Value[]) => trees.flatMap(pick);
  return {
    base,
    roots,
    feature: Uint8Array.from(
      all(({ feature }) => feature),
      (f) => (f < 0 ? LEAF : f),
    ),
    value: Float32Array.from(all(({ value }) => value)),
    left: Uint16Array.from(all(({ left }) => left)),
    unknownLeft: Uint8Array.from(
      all(({ unknownLeft }) => unknownLeft),
      Number,
    ),
  };
}

const NODE_BYTES = 8;

/** The trees as base64: for each tree its number of nodes (u16), then all nodes: feature, unknownLeft, left (u16), value (f32), little-endian. */
export function packed({ roots, feature, value, left, unknownLeft }: Forest): string {
  const bytes = new Uint8Array(2 + roots.length * 2 + feature.length * NODE_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, roots.length, true);
  roots.forEach((root, tree) => {
    view.setUint16(2 + tree * 2, (roots[tree + 1] ?? feature.length) - root, true);
  });
  const start = 2 + roots.length * 2;
  feature.forEach((f, node) => {
    const at = start + node * NODE_BYTES;
    view.setUint8(at, f);
    view.setUint8(at + 1, unknownLeft[node] as number);
    view.setUint16(at + 2, left[node] as number, true);
    view.setFloat32(at + 4, value[node] as number, true);
  });
  return Buffer.from(bytes).toString('base64');
}

/** The reverse of `packed`. */
export function unpacked(text: string, base: number): Forest {
  const bytes = Buffer.from(text, 'base64');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const trees = view.getUint16(0, true);
  const start = 2 + trees * 2;
  const nodes = (bytes.length - start) / NODE_BYTES;
  const roots = new Uint32Array(trees);
  let size = 0;
  for (let tree = 0; tree < trees; tree += 1) {
    roots[tree] = size;
    size += view.getUint16(2 + tree * 2, true);
  }
  if (size !== nodes) throw new Error(`a fall model of ${nodes} nodes that says it has ${size}`);
  const feature = new Uint8Array(nodes);
  const unknownLeft = new Uint8Array(nodes);
  const left = new Uint16Array(nodes);
  const value = new Float32Array(nodes);
  for (let node = 0; node < nodes; node += 1) {
    const at = start + node * NODE_BYTES;
    feature[node] = view.getUint8(at);
    unknownLeft[node] = view.getUint8(at + 1);
    left[node] = view.getUint16(at + 2, true);
    value[node] = view.getFloat32(at + 4, true);
  }
  return { base, roots, feature, value, left, unknownLeft };
}
