// The wrist's network as data: patterns that do not turn with the device, weights that survive their file, a trainer that learns.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { falling, told } from '#fakes/motion.ts';
import { type Net, netOdds, packedNet, unpackedNet } from '#src/detectors/fall/net.ts';
import { PATTERNS, patternsOf } from '#src/detectors/fall/patterns.ts';
import { windowAround } from '#src/detectors/fall/window.ts';
import { scaledInputs, together, trainNet } from '../../scripts/train-falls/net.ts';
import { randomFrom } from '../../scripts/train-falls/variants.ts';

type Xyz = readonly (readonly [number, number, number])[];
const patterns = (xyz: Xyz, everyMs: number, peakT: number) =>
  patternsOf(
    windowAround(
      {
        t: xyz.map((_, i) => i * everyMs),
        x: xyz.map(([x]) => x),
        y: xyz.map(([, y]) => y),
        z: xyz.map(([, , z]) => z),
      },
      peakT,
    ),
  );

describe('the patterns', () => {
  it('are shares, and nearly the same with axes swapped and mirrored, whatever the movement', () => {
    const g = fc.double({ min: -4, max: 4, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(g, g, g), { minLength: 60, maxLength: 300 }), fc.nat(299), (xyz, at) => {
        const peakT = Math.min(at, xyz.length - 1) * 20;
        const plain = patterns(xyz, 20, peakT);
        const turned = patterns(
          xyz.map(([x, y, z]) => [-z, x, y]),
          20,
          peakT,
        );
        expect(plain).toHaveLength(PATTERNS);
        expect(plain.every((share) => share >= 0 && share <= 1)).toBe(true);
        // A point that lies on a level may fall to either side by the last bit.
        const moved = plain.reduce((sum, share, i) => sum + Math.abs(share - (turned[i] as number)), 0);
        expect(moved / PATTERNS).toBeLessThan(0.001);
      }),
    );
  });

  it('tell a fall from standing still, and change little with the rate', () => {
    const at = (rateHz: number) => patterns(told(falling(8), { rateHz, seconds: 12 }).xyz, 1_000 / rateHz, 8_000);
    const still = patterns(
      Array.from({ length: 600 }, () => [0, 0, 1] as const),
      20,
      8_000,
    );
    const apart = (a: Float32Array, b: Float32Array) =>
      a.reduce((sum, share, i) => sum + Math.abs(share - (b[i] as number)), 0) / PATTERNS;
    expect(apart(at(50), still)).toBeGreaterThan(4 * apart(at(50), at(100)));
  });
});

describe('the network', () => {
  const inputs = 6;
  const number = fc.float({ noNaN: true, min: -3, max: 3 });
  const list = (length: number) =>
    fc.array(number, { minLength: length, maxLength: length }).map((values) => Float32Array.from(values));
  const anyNet = fc.integer({ min: 1, max: 4 }).chain((hidden) =>
    fc.record({
      hidden: fc.constant(hidden),
      mean: list(inputs),
      deviation: list(inputs).map((values) => values.map((value) => Math.abs(value) + 0.5)),
      into: list(inputs * hidden),
      hiddenBias: list(hidden),
      out: list(hidden),
      outBias: number,
    }),
  );
  const said = (net: Net, values: Float32Array) =>
    netOdds(net, Float64Array.from(values.subarray(0, 2)), values.subarray(2));

  it('says the same out of its file', () => {
    fc.assert(
      fc.property(anyNet, list(inputs), (net, values) => {
        expect(said(unpackedNet(packedNet(net), inputs, net.hidden), values)).toBe(said(net, values));
      }),
    );
  });

  it('joined of several says their mean', () => {
    fc.assert(
      fc.property(fc.array(anyNet, { minLength: 2, maxLength: 3 }), list(inputs), ([first, ...rest], values) => {
        const { mean, deviation } = first as Net;
        const nets = [first as Net, ...rest.map((net) => ({ ...net, mean, deviation }))];
        const apart = nets.reduce((sum, net) => sum + said(net, values), 0) / nets.length;
        expect(said(together(nets), values)).toBeCloseTo(apart, 3);
      }),
    );
  });

  it('takes what is unknown for the mean, and a wild value for a large one', () => {
    const one = Float32Array.of(1);
    const net = { hidden: 1, mean: one, deviation: one, into: one, hiddenBias: one, out: one, outBias: 0.5 };
    const of = (value: number) => netOdds(net, Float64Array.of(value), new Float32Array());
    expect(of(Number.NaN)).toBe(1.5);
    expect(of(1e9)).toBe(5.5);
    expect(of(-1e9)).toBe(0.5);
  });

  it('of a torn file is refused', () => {
    const [net] = fc.sample(anyNet, 1) as [Net];
    expect(() => unpackedNet(packedNet(net).slice(0, -8), inputs, net.hidden)).toThrow(/should have/);
  });
});

describe("the network's trainer", () => {
  const options = { hidden: 8, steps: 600, batch: 32, rate: 0.02, decay: 0.01, hide: 0, mostWeight: 8 };
  const random = randomFrom(5);
  const rows = Array.from({ length: 1_500 }, () => [[random(), random(), random() < 0.2 ? Number.NaN : random()]]);
  const labels = Uint8Array.from(rows, ([[a = 0, b = 0] = []]) => Number(a > 0.5 !== b > 0.5));
  const train = (weights: Float32Array) => trainNet(scaledInputs(rows), labels, weights, options, randomFrom(2));
  const said = (net: Net) => rows.map(([row = []]) => netOdds(net, Float64Array.from(row), new Float32Array()));

  it('learns what no line can part, and the same every time', () => {
    const net = train(new Float32Array(rows.length).fill(1));
    const right = said(net).filter((odds, i) => odds > 0 === (labels[i] === 1)).length;
    expect(right / rows.length).toBeGreaterThan(0.93);
    expect(packedNet(train(new Float32Array(rows.length).fill(1)))).toBe(packedNet(net));
  });

  it('sees a row as often as its weight says', () => {
    // Only falls weigh anything: everything is a fall.
    const net = train(Float32Array.from(labels));
    expect(said(net).every((odds) => odds > 0)).toBe(true);
  });
});
