// SFLOAT and FLOAT of ISO/IEEE 11073-20601.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { float, floatOffScale, sfloat, sfloatOffScale } from '#wire/medfloat.ts';

describe('SFLOAT', () => {
  it.each([
    // Personal Health Devices Transcoding White Paper and PLX Service: plain values, exponents of both signs.
    [0x0072, 114],
    [0xf072, 11.4],
    [0x2072, 11_400],
    [0x0062, 98],
    [0xf3d4, 98],
    [0x0fff, -1],
    [0xffff, -0.1],
    [0x07fd, 2045],
    [0x0803, -2045],
    [0x0000, 0],
  ])('%i is %f', (raw, value) => expect(sfloat(raw)).toBe(value));

  it.each([0x07ff, 0x0800, 0x07fe, 0x0802, 0x0801, 0xf7ff, 0x17fe])('%i is no value', (raw) => {
    expect(sfloat(raw)).toBeUndefined();
  });

  it('is its mantissa times a power of ten, or nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2045, max: 2045 }), fc.integer({ min: -8, max: 7 }), (mantissa, exponent) => {
        const raw = ((exponent & 0xf) << 12) | (mantissa & 0xfff);
        expect(sfloat(raw)).toBeCloseTo(mantissa * 10 ** exponent, 9);
      }),
    );
  });
});

describe('FLOAT', () => {
  it.each([
    // White paper, 2.2: 36.4 °C is FF 00 01 6C.
    [0xff00016c, 36.4],
    [0xfe000e4c, 36.6],
    [0x0000004b, 75],
    [0xfffffff6, -1],
    [0x02000001, 100],
  ])('%i is %f', (raw, value) => expect(float(raw)).toBe(value));

  it.each([0x007fffff, 0x00800000, 0x007ffffe, 0x00800002, 0x00800001, 0xff7fffff])('%i is no value', (raw) => {
    expect(float(raw)).toBeUndefined();
  });

  it('is always a number that can be reckoned with, or nothing', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), (raw) => {
        const value = float(raw);
        expect(value === undefined || Number.isFinite(value)).toBe(true);
      }),
    );
  });
});

describe('the infinities', () => {
  it('say that there is a value beyond the scale, and on which side; the other special values say that there is none', () => {
    // ISO/IEEE 11073-20601, annex F: +INFINITY, -INFINITY; NaN, NRes, reserved.
    expect([0x07fe, 0xf7fe, 0x0802].map(sfloatOffScale)).toEqual(['above', 'above', 'below']);
    expect([0x07ff, 0x0800, 0x0801, 0x0072].map(sfloatOffScale)).toEqual([undefined, undefined, undefined, undefined]);
    expect([0x007ffffe, 0x00800002, 0x007fffff].map(floatOffScale)).toEqual(['above', 'below', undefined]);
  });

  it('are never numbers as well', () => {
    fc.assert(
      fc.property(fc.nat(0xffff), fc.nat(0xffffffff), (short, long) => {
        if (sfloatOffScale(short)) expect(sfloat(short)).toBeUndefined();
        if (floatOffScale(long)) expect(float(long)).toBeUndefined();
      }),
      { numRuns: 20_000 },
    );
  });
});
