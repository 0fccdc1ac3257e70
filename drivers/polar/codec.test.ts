// Polar Measurement Data against the specification's and users' own bytes, and against everything else.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hex } from '#fakes/ble-bench.ts';
import { choose, controlAnswer, decodeFrame, startRequest } from './codec.ts';

describe('the control point', () => {
  it('asks for a stream in the bytes of the specification', () => {
    // H10 at 200 Hz, 16 bits, 8 g; Verity Sense at 52 Hz with three axes.
    expect([...startRequest({ rate: 200, resolution: 16, range: 8, channels: undefined })]).toEqual([
      ...hex('02 02 00 01 C8 00 01 01 10 00 02 01 08 00'),
    ]);
    expect([...startRequest({ rate: 52, resolution: 16, range: 8, channels: 3 })]).toEqual([
      ...hex('02 02 00 01 34 00 01 01 10 00 02 01 08 00 04 01 03'),
    ]);
  });

  it('reads what a device offers, and takes the nearest rate and the widest range', () => {
    const answer = controlAnswer(hex('F0 01 02 00 00 00 04 C800 6400 3200 1900 01 01 1000 02 03 0800 0400 0200'));
    if (answer?.kind !== 'settings') throw new Error('no settings');
    expect(answer.settings).toEqual({ rate: [200, 100, 50, 25], resolution: [16], range: [8, 4, 2], channels: [] });
    expect(choose(answer.settings, 50)).toEqual({ rate: 50, resolution: 16, range: 8, channels: undefined });
    expect(choose({ rate: [], resolution: [16], range: [8], channels: [] }, 50)).toBeUndefined();
  });

  it('reads success, refusal and the factor', () => {
    expect(controlAnswer(hex('F0 02 02 00 00'))).toEqual({ kind: 'started', factor: undefined });
    expect(controlAnswer(hex('F0 02 02 06'))).toEqual({ kind: 'started', factor: undefined });
    expect(controlAnswer(hex('F0 02 02 02'))).toEqual({ kind: 'refused', status: 2 });
    expect(controlAnswer(hex('F0 02 02 00 00 05 01 00 00 80 39'))).toEqual({ kind: 'started', factor: 2 ** -12 });
    expect(controlAnswer(hex('F0 02 00 00 00'))).toBeUndefined();
    expect(controlAnswer(hex('0F 02'))).toBeUndefined();
  });
});

const HEAD = '02 0000000000000000';

describe('data frames', () => {
  it.each([
    ['00 05 FB 40', [[0.005, -0.005, 0.064]]],
    [
      '01 E803 18FC 0000 0100 0200 0300',
      [
        [1, -1, 0],
        [0.001, 0.002, 0.003],
      ],
    ],
    ['02 E80300 18FCFF 000000', [[1, -1, 0]]],
    // The reference sample of the specification's delta example: -48, 357, 4068.
    ['80 D0FF 6501 E40F', [[-48 / 4_096, 357 / 4_096, 4_068 / 4_096]]],
  ])('%s', (body, xyz) => {
    const frame = decodeFrame(hex(HEAD + body), 1 / 4_096);
    frame?.xyz.forEach((sample, index) => {
      sample.forEach((g, axis) => {
        expect(g).toBeCloseTo((xyz[index] as number[])[axis] as number, 9);
      });
    });
    expect(frame?.xyz).toHaveLength(xyz.length);
  });

  it('reads the first block of a frame that a user of a Verity Sense published', () => {
    // polar-ble-sdk issue 443, cut after its first block of deltas.
    const frame = decodeFrame(
      hex('02 00416FC41245930A 81 EE02 1FFE 82FF 08 0A 10DA20D6A30BD9CBE7D6F6C4E6F1E1F3E0151AFE281BF8372C2520131911'),
      undefined,
    );
    expect(frame?.xyz).toHaveLength(11);
    expect(frame?.xyz[0]?.map((g) => Math.round(g * 1_000))).toEqual([750, -481, -126]);
    expect(frame?.xyz[1]?.map((g) => Math.round(g * 1_000))).toEqual([766, -519, -94]);
    expect(frame?.xyz[2]?.map((g) => Math.round(g * 1_000))).toEqual([724, -612, -83]);
    expect(frame?.clockMs).toBeCloseTo(0x0a934512c46f4100 / 1e6, 3);
  });

  it('reads deltas of any width', () => {
    // Reference 10, -5, 0; 4 bits: +2 -1 +3, then -2 +1 -3.
    const frame = decodeFrame(hex(`${HEAD} 81 0A00 FBFF 0000 04 02 F2 E3 D1`), undefined);
    expect(frame?.xyz.map((sample) => sample.map((g) => Math.round(g * 1_000)))).toEqual([
      [10, -5, 0],
      [12, -6, 3],
      [10, -5, 0],
    ]);
  });

  it.each([
    '',
    '02 00',
    `${HEAD} 01 0000`,
    `${HEAD} 03 000000`,
    `${HEAD} 82 000000000000`,
    `${HEAD} 81 0A00 FBFF 0000 04 02 F2`,
    `${HEAD} 81 0A00 FBFF 0000 21 00`,
    '00 0000000000000000 00 000000',
  ])('%s is none', (bytes) => {
    expect(decodeFrame(hex(bytes), 1)).toBeUndefined();
  });

  it('knows no g without its factor', () => {
    expect(decodeFrame(hex(`${HEAD} 80 D0FF 6501 E40F`), undefined)).toBeUndefined();
  });
});

it('never throws, and gives numbers or nothing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.constantFrom(undefined, 2 ** -12, Number.NaN), (drawn, factor) => {
      controlAnswer(drawn);
      controlAnswer(Uint8Array.of(0xf0, 1, 2, 0, 0, ...drawn));
      const frame = decodeFrame(Uint8Array.of(2, ...drawn), factor);
      for (const g of frame?.xyz.flat() ?? []) expect(Number.isFinite(g)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
