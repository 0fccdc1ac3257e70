// History records as bytes: what goes in comes out, and bad bytes are said to be bad.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Quantity } from '#contract/quantity.ts';
import type { HistoryRecord } from '#contract/store.ts';
import type { MonoMs, WallMs } from '#contract/time.ts';
import type { Value } from '#contract/value.ts';
import { blockEncoder, decodeBlock } from '#src/store/record-codec.ts';
import { silence } from './rig.ts';

const moment = fc.record({
  mono: fc.nat(2 ** 40).map((ms) => ms as MonoMs),
  wall: fc.maxSafeInteger().map((ms) => (ms % 2 ** 45) as WallMs),
  wallTrusted: fc.boolean(),
  bootId: fc.constantFrom('boot-1', 'boot-2', ''),
});
const axis = fc.oneof(
  fc.integer({ min: -16_000, max: 16_000 }).map((mg) => mg / 1_000),
  fc.double({ noNaN: true }),
);
const value: fc.Arbitrary<Value> = fc.oneof(
  fc.boolean(),
  fc.double(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.integer().map((hundredths) => hundredths / 100),
  fc.string({ unit: 'grapheme' }),
  fc.record({ rateHz: fc.double({ noNaN: true }), xyz: fc.array(fc.tuple(axis, axis, axis), { maxLength: 60 }) }),
);
const reading: fc.Arbitrary<HistoryRecord> = fc.record({
  kind: fc.constant('reading' as const),
  reading: fc.record({
    deviceId: fc.constantFrom('gas-1', 'wrist-1', '门'),
    quantity: fc.constantFrom<Quantity>('gas', 'acceleration', 'contact'),
    value,
    quality: fc.constantFrom('good' as const, 'uncertain' as const, 'bad' as const),
    at: moment,
    seq: fc.nat(),
  }),
});
const record: fc.Arbitrary<HistoryRecord> = fc.oneof(
  { weight: 5, arbitrary: reading },
  fc.string({ unit: 'grapheme' }).map((detail) => {
    const { fault, ...rest } = silence(4);
    return { ...rest, fault: { ...fault, context: { detail } } };
  }),
  fc.record({ kind: fc.constant('boot' as const), at: moment }),
  fc.record({ kind: fc.constant('clock' as const), at: moment, stepMs: fc.integer() }),
);

describe('history records', () => {
  it('come back as they went in, to the bit, at their positions, also from a second block of the same encoder', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(record, fc.integer({ min: 1, max: 300 })), { minLength: 2 }), (steps) => {
        let position = 1_000_000;
        const placed = steps.map(([each, step]) => {
          position += step;
          return { position, record: each };
        });
        const encoder = blockEncoder();
        const half = Math.ceil(placed.length / 2);
        const back = [placed.slice(0, half), placed.slice(half)].flatMap((part) => {
          for (const each of part) encoder.add(each.position, each.record);
          const block = encoder.seal();
          expect(block).toMatchObject({ first: part[0]?.position, last: part.at(-1)?.position, count: part.length });
          return decodeBlock(block?.first ?? 0, block?.body ?? new Uint8Array());
        });
        expect(back).toEqual(placed);
      }),
      { numRuns: 300 },
    );
  });

  it('take about ten bytes for a reading of a home', () => {
    const encoder = blockEncoder();
    for (let i = 0; i < 500; i += 1) {
      encoder.add(i, {
        kind: 'reading',
        reading: {
          deviceId: `device-${i % 12}`,
          quantity: 'temperature',
          value: 20 + (i % 40) / 10,
          quality: 'good',
          at: {
            mono: (i * 700) as MonoMs,
            wall: (1_790_000_000_000 + i * 700) as WallMs,
            wallTrusted: true,
            bootId: 'b',
          },
          seq: Math.floor(i / 12),
        },
      });
    }
    expect((encoder.seal()?.body.length ?? Number.NaN) / 500).toBeLessThan(12);
  });

  it('are given as nothing when the bytes are no block', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const records = decodeBlock(0, bytes);
        expect(records === undefined || Array.isArray(records)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
    expect(decodeBlock(0, Uint8Array.of(0, 0xff, 5, 1))).toBeUndefined();
  });

  it('are given as nothing when the block is cut within a record', () => {
    const encoder = blockEncoder();
    encoder.add(7, { kind: 'boot', at: { mono: 1 as MonoMs, wall: 2 as WallMs, wallTrusted: true, bootId: 'b' } });
    const body = encoder.seal()?.body ?? new Uint8Array();
    for (let length = 1; length < body.length; length += 1)
      expect(decodeBlock(7, body.subarray(0, length))).toBeUndefined();
  });
});
