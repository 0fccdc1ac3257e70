// The fall model as data: features that do not turn with the device, trees that survive their file, a trainer that learns.

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { falling, told } from '#fakes/motion.ts';
import { FEATURES, featuresOf } from '#src/detectors/fall/features.ts';
import { type ModelFile, readModel } from '#src/detectors/fall/judge.ts';
import { models } from '#src/detectors/fall/models.ts';
import { forestOdds, forestOf, packed, type Tree, unpacked } from '#src/detectors/fall/trees.ts';
import { type Stream, windowAround } from '#src/detectors/fall/window.ts';
import { foldsOf } from '../../scripts/train-falls/fit.ts';
import { binEdges, binned, train } from '../../scripts/train-falls/gbdt.ts';
import { type Recording, recordingsOf } from '../../scripts/train-falls/recordings.ts';
import { randomFrom } from '../../scripts/train-falls/variants.ts';

const streamOf = (xyz: readonly (readonly [number, number, number])[], everyMs: number): Stream => ({
  t: xyz.map((_, i) => i * everyMs),
  x: xyz.map(([x]) => x),
  y: xyz.map(([, y]) => y),
  z: xyz.map(([, , z]) => z),
});

describe('the features', () => {
  const g = fc.double({ min: -4, max: 4, noNaN: true });
  const anyStream = fc.array(fc.tuple(g, g, g), { minLength: 5, maxLength: 300 });

  it('are the same with axes swapped and mirrored, whatever the movement', () => {
    fc.assert(
      fc.property(anyStream, fc.double({ min: 5, max: 50, noNaN: true }), fc.nat(299), (xyz, everyMs, at) => {
        const peakT = Math.min(at, xyz.length - 1) * everyMs;
        const plain = featuresOf(windowAround(streamOf(xyz, everyMs), peakT));
        const turned = xyz.map(([x, y, z]): [number, number, number] => [-z, x, y]);
        const other = featuresOf(windowAround(streamOf(turned, everyMs), peakT));
        for (const [i, value] of plain.entries()) {
          if (Number.isNaN(value)) expect(other[i], FEATURES[i]).toBeNaN();
          else expect(other[i], FEATURES[i]).toBeCloseTo(value, 4);
        }
      }),
    );
  });

  it('of a fall are nearly the same at 50 and at 100 Hz', () => {
    const at = (rateHz: number) => {
      const { xyz } = told(falling(8), { rateHz, seconds: 12 });
      return featuresOf(windowAround(streamOf(xyz, 1_000 / rateHz), 8_000));
    };
    const slow = at(50);
    const fast = at(100);
    for (const name of ['peak-mean', 'turn-early-rest', 'dip-area', 'b3-mean', 'a3-mean', 'share-still-after']) {
      const i = FEATURES.indexOf(name);
      expect(Math.abs((fast[i] as number) - (slow[i] as number)), name).toBeLessThan(
        0.1 * Math.abs(slow[i] as number) + 0.02,
      );
    }
  });

  it('are not made up across a gap in the middle', () => {
    const { xyz } = told(falling(8), { seconds: 12 });
    const whole = streamOf(xyz, 20);
    const keep = (_: unknown, i: number) => i < 425 || i > 470;
    const gap = { t: whole.t.filter(keep), x: whole.x.filter(keep), y: whole.y.filter(keep), z: whole.z.filter(keep) };
    const features = featuresOf(windowAround(gap, 8_000));
    expect(features[FEATURES.indexOf('a1-mean')]).toBeNaN();
    expect(features[FEATURES.indexOf('a3-mean')]).toBeCloseTo(1, 1);
  });

  it('are unknown, never wrong numbers, where the stream has a gap', () => {
    const { xyz } = told(falling(8), { seconds: 12 });
    const whole = streamOf(xyz, 20);
    const keep = (i: number) => i < 410;
    const cut: Stream = {
      t: whole.t.filter((_, i) => keep(i)),
      x: whole.x.filter((_, i) => keep(i)),
      y: whole.y.filter((_, i) => keep(i)),
      z: whole.z.filter((_, i) => keep(i)),
    };
    const features = featuresOf(windowAround(cut, 8_000));
    for (const name of ['a1-mean', 'a3-sd', 'turn-early-rest', 'max-after'])
      expect(features[FEATURES.indexOf(name)], name).toBeNaN();
    expect(features[FEATURES.indexOf('dip')]).toBeLessThan(0.6);
  });
});

describe('the trees', () => {
  const leaf = (value: number): Tree => ({ feature: [-1], value: [value], left: [0], unknownLeft: [false] });
  const stump = (feature: number, cut: number, low: number, high: number, unknownLeft: boolean): Tree => ({
    feature: [feature, -1, -1],
    value: [cut, low, high],
    left: [1, 0, 0],
    unknownLeft: [unknownLeft, false, false],
  });
  const anyTree = fc
    .tuple(
      fc.nat(50),
      fc.float({ noNaN: true, min: -9, max: 9 }),
      fc.float({ noNaN: true, min: -9, max: 9 }),
      fc.boolean(),
    )
    .map(([feature, cut, value, unknownLeft]) => stump(feature, cut, value, -value, unknownLeft));

  it('say the same out of their file', () => {
    const features = fc.array(fc.oneof(fc.double({ min: -9, max: 9, noNaN: true }), fc.constant(Number.NaN)), {
      minLength: 51,
      maxLength: 51,
    });
    fc.assert(
      fc.property(fc.array(anyTree, { minLength: 1, maxLength: 20 }), features, (trees, values) => {
        const forest = forestOf([...trees, leaf(0.5)], -1);
        const input = Float64Array.from(values);
        expect(forestOdds(unpacked(packed(forest), -1), input)).toBe(forestOdds(forest, input));
      }),
    );
  });

  it('send what is unknown the way they were taught', () => {
    const unknown = Float64Array.of(Number.NaN);
    expect(forestOdds(forestOf([stump(0, 1, -3, 3, true)], 0), unknown)).toBe(-3);
    expect(forestOdds(forestOf([stump(0, 1, -3, 3, false)], 0), unknown)).toBe(3);
  });

  it('of a torn file are refused', () => {
    const text = packed(forestOf([stump(0, 1, -3, 3, true)], 0));
    expect(() => unpacked(text.slice(0, -12), 0)).toThrow(/says it has/);
  });
});

describe('a model', () => {
  const folder = join(import.meta.dirname, '../../src/detectors/models');
  const files = ['fall-wrist.json', 'fall-trunk.json'];
  const file = JSON.parse(readFileSync(join(folder, 'fall-wrist.json'), 'utf8')) as ModelFile;

  it('made for other features, or another place on the body, is refused', () => {
    expect(() => readModel({ ...file, features: file.features.toReversed() }, 'wrist')).toThrow(/train-falls/);
    const net = { patterns: 1, hidden: 1, weights: '' };
    expect(() => readModel({ ...file, net }, 'wrist')).toThrow(/train-falls/);
    expect(() => readModel(file, 'waist')).toThrow(/waist/);
    expect(() => readModel({ ...file, hits: 0 }, 'wrist')).toThrow(/train-falls/);
  });

  it('is small, says what it was trained on, and is stricter at normal than at high sensitivity', () => {
    for (const name of files) {
      expect(statSync(join(folder, name)).size, name).toBeLessThan(500_000);
      expect(JSON.parse(readFileSync(join(folder, name), 'utf8'))).toMatchObject({
        trainedOn: { licence: expect.stringContaining('to be settled'), sets: expect.any(Array) },
      });
    }
    for (const { cuts } of Object.values(models)) expect(cuts.normal).toBeGreaterThan(cuts.high);
  });
});

describe('the trainer', () => {
  it('learns what no single cut can, and what "unknown" means', () => {
    const random = randomFrom(3);
    const rows = Array.from({ length: 3_000 }, () => [random(), random(), random()] as const);
    const known = rows.map(([a, b, c], i) => [a, b, i % 3 === 0 ? Number.NaN : c] as const);
    // A fall is: the first two on different sides of a half, or the third unknown.
    const labels = Uint8Array.from(known, ([a, b, c]) => Number(a > 0.5 !== b > 0.5 || Number.isNaN(c)));
    const columns = [0, 1, 2].map((f) => Float32Array.from(known, (row) => row[f as 0]));
    const data = binned(columns, binEdges(columns));
    const options = { trees: 40, leaves: 8, rate: 0.3, lambda: 1, minHessian: 1, rows: 0.8, features: 1 };
    const { trees, base } = train(data, labels, new Float32Array(3_000).fill(1), options, random);
    const forest = forestOf(trees, base);
    const right = known.filter((row, i) => forestOdds(forest, Float64Array.from(row)) > 0 === (labels[i] === 1)).length;
    expect(right / known.length).toBeGreaterThan(0.97);
  });

  it('knows a recording that stands in its set again under another name', () => {
    const line = (id: string, mg: number) =>
      JSON.stringify({
        id,
        subj: 'S1',
        age: 'young',
        act: 'Fall',
        fall: true,
        fs: 32,
        n: 1,
        xyz: Buffer.from(Int16Array.of(0, 0, mg).buffer).toString('base64'),
        peak_t: 0,
      });
    const text = [line('T01', 1_000), line('T02', 2_000), line('T03', 1_000)].join('\n');
    const recordings = recordingsOf('smartfallmm-wrist', text);
    expect(recordings.map(({ id, repeats }) => [id, repeats])).toEqual([
      ['T01', false],
      ['T02', false],
      ['T03', true],
    ]);
  });

  it('keeps a person in one fold, in every set', () => {
    const recording = (subject: string, fall: boolean) => ({ subject, fall }) as Recording;
    const people = Array.from({ length: 9 }, (_, i) => `set/S${i}`);
    const wrist = people.map((subject, i) => recording(subject, i < 4));
    const hip = people.toReversed().map((subject, i) => recording(subject, i > 4));
    const fold = foldsOf([wrist, hip], 3);
    expect([...fold.keys()].toSorted()).toEqual(people);
    const fallers = people.slice(0, 4).map((subject) => fold.get(subject));
    expect(new Set(fallers).size).toBe(3);
  });
});
