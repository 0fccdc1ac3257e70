// A small network as data: one hidden layer over the features and the patterns of a window.

export interface Net {
  hidden: number;
  /** For each input, to bring it to a common scale. */
  mean: Float32Array;
  deviation: Float32Array;
  /** Input by input, all hidden units of each. */
  into: Float32Array;
  hiddenBias: Float32Array;
  out: Float32Array;
  outBias: number;
}

/** An input further from the mean than this, in deviations, says nothing more. */
export const INPUT_LIMIT = 4;

/** Brings an input to the common scale; an unknown one is taken for the mean. */
export const scaled = (value: number, mean: number, deviation: number): number =>
  Number.isNaN(value) ? 0 : Math.max(-INPUT_LIMIT, Math.min(INPUT_LIMIT, (value - mean) / deviation));

/** The log odds that these inputs are a fall's. */
export function netOdds(
  { hidden, mean, deviation, into, hiddenBias, out, outBias }: Net,
  features: Float64Array,
  patterns: Float32Array,
): number {
  const sums = Float64Array.from(hiddenBias);
  for (let i = 0; i < mean.length; i += 1) {
    const value = (i < features.length ? features[i] : patterns[i - features.length]) as number;
    const input = scaled(value, mean[i] as number, deviation[i] as number);
    if (input === 0) continue;
    for (let unit = 0; unit < hidden; unit += 1)
      sums[unit] = (sums[unit] as number) + input * (into[i * hidden + unit] as number);
  }
  return sums.reduce((odds, sum, unit) => odds + Math.max(0, sum) * (out[unit] as number), outBias);
}

/** All numbers as base64 of little-endian float32: mean, deviation, into, hiddenBias, out, outBias. */
export function packedNet({ mean, deviation, into, hiddenBias, out, outBias }: Net): string {
  const all = [...mean, ...deviation, ...into, ...hiddenBias, ...out, outBias];
  const view = new DataView(new ArrayBuffer(all.length * 4));
  all.forEach((value, i) => {
    view.setFloat32(i * 4, value, true);
  });
  return Buffer.from(view.buffer).toString('base64');
}

/** The reverse of `packedNet`. @throws Error where the text does not hold a network of this size. */
export function unpackedNet(text: string, inputs: number, hidden: number): Net {
  const bytes = Buffer.from(text, 'base64');
  const sizes = [inputs, inputs, inputs * hidden, hidden, hidden, 1];
  const wanted = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes.length !== wanted * 4)
    throw new Error(`a fall model's network of ${bytes.length} bytes that should have ${wanted * 4}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  const [mean, deviation, into, hiddenBias, out, outBias] = sizes.map((size) => {
    const values = new Float32Array(size);
    for (let i = 0; i < size; i += 1, at += 4) values[i] = view.getFloat32(at, true);
    return values;
  }) as [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array, Float32Array];
  return { hidden, mean, deviation, into, hiddenBias, out, outBias: outBias[0] as number };
}
