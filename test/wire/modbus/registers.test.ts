// Numbers in registers, against a codec that is not ours.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  numberAt,
  numberTypes,
  oddFloat,
  orders,
  type Place,
  type Registers,
  widthOf,
} from '#wire/modbus/registers.ts';

const registers = (words: Record<number, number>): Registers =>
  new Map(Object.entries(words).map(([at, word]) => [Number(at), word]));
const word = fc.integer({ min: 0, max: 0xffff });

/** The same bytes, put in order and read by Node's Buffer. */
const reads: Record<NonNullable<Place['type']>, (bytes: Buffer) => number> = {
  u16: (bytes) => bytes.readUInt16BE(0),
  i16: (bytes) => bytes.readInt16BE(0),
  u32: (bytes) => bytes.readUInt32BE(0),
  i32: (bytes) => bytes.readInt32BE(0),
  float: (bytes) => {
    const [value, swapped] = [bytes, Buffer.concat([bytes.subarray(2), bytes.subarray(0, 2)])].map((held) =>
      Math.abs(held.readFloatBE(0)),
    ) as [number, number];
    const none = value > 0 && (value < 2 ** -126 || (value < 1e-6 && swapped >= 1e-3 && swapped <= 1e6));
    return none ? Number.NaN : bytes.readFloatBE(0);
  },
  bcd8: (bytes) =>
    [...bytes.toString('hex')].reduce((sum, digit) => (digit > '9' ? Number.NaN : sum * 10 + Number(digit)), 0),
};

describe('numbers', () => {
  it('are what Node’s Buffer makes of the same bytes, in either order of words and of bytes', () => {
    const kind = fc.record({
      type: fc.constantFrom(...numberTypes),
      words: fc.constantFrom(...orders),
      bytes: fc.constantFrom(...orders),
    });
    fc.assert(
      fc.property(word, word, kind, (first, second, { type, words, bytes }) => {
        const held = Buffer.alloc(4);
        held.writeUInt16BE(first, 0);
        held.writeUInt16BE(second, 2);
        if (bytes === 'low-first') held.swap16();
        const inOrder =
          widthOf({ type }) === 2 && words === 'low-first'
            ? Buffer.concat([held.subarray(2), held.subarray(0, 2)])
            : held;
        expect(numberAt(registers({ 7: first, 8: second }), { address: 7, type, words, bytes })).toEqual(
          reads[type](inOrder),
        );
      }),
    );
  });

  it('of eight digits are those, and none where one is no digit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999 }), (value) => {
        const digits = String(value).padStart(8, '0');
        const held = registers({ 0: Number.parseInt(digits.slice(4), 16), 1: Number.parseInt(digits.slice(0, 4), 16) });
        expect(numberAt(held, { address: 0, type: 'bcd8', words: 'low-first' })).toBe(value);
      }),
    );
    expect(numberAt(registers({ 0: 0x1234, 1: 0x5a78 }), { address: 0, type: 'bcd8' })).toBeNaN();
  });

  // IEEE 754: an exponent of zero with any bit set is below 1.2e-38, which nothing in a home measures.
  it('that are floats are none, and never a zero, where their words are swapped or they are subnormal', () => {
    const measured = fc.float({ min: Math.fround(0.001), max: 1_000_000, noNaN: true });
    fc.assert(
      fc.property(measured, fc.constantFrom(...orders), (value, bytes) => {
        const held = Buffer.alloc(4);
        held.writeFloatBE(value);
        if (bytes === 'low-first') held.swap16();
        const words = registers({ 0: held.readUInt16BE(0), 1: held.readUInt16BE(2) });
        const [right, wrong] = (['high-first', 'low-first'] as const).map((order) => ({
          address: 0,
          type: 'float' as const,
          words: order,
          bytes,
        })) as [Place, Place];
        expect([numberAt(words, right), oddFloat(words, right)]).toEqual([value, undefined]);
        const other = numberAt(words, wrong);
        expect(Math.abs(other) < 1e-6 && other !== value).toBe(false);
        if (Number.isNaN(other) && (held.readUInt16BE(2) & 0x7f80) === 0 && bytes === 'high-first')
          expect(oddFloat(words, wrong)).toBe('words-swapped');
      }),
    );
    const zero = registers({ 0: 0, 1: 0, 2: 0x8000, 3: 0, 4: 0, 5: 1 });
    expect(numberAt(zero, { address: 0, type: 'float' })).toBe(0);
    expect(numberAt(zero, { address: 2, type: 'float' })).toBe(-0);
    expect(oddFloat(zero, { address: 4, type: 'float' })).toBe('subnormal');
    expect(oddFloat(zero, { address: 4, type: 'u32' })).toBeUndefined();
  });

  it('of a mask are its bits, moved down', () => {
    expect(numberAt(registers({ 0: 0b1010_0110 }), { address: 0, mask: 0x00f0 })).toBe(0b1010);
    expect(numberAt(registers({ 0: 0xc8ff }), { address: 0, mask: 0xff00 })).toBe(0xc8);
  });

  it('are none where nothing was read', () => {
    expect(numberAt(registers({}), { address: 0 })).toBeNaN();
    expect(numberAt(registers({ 0: 1 }), { address: 0, type: 'u32' })).toBeNaN();
  });
});
