// CRCs against the catalogue's check values, against their definition, and against what they are there to find.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CrcModel, crcModels, crcOf } from '#wire/crc.ts';

/** What each model makes of "123456789", from the Catalogue of Parametrised CRC Algorithms. */
const checks: Record<keyof typeof crcModels, number> = {
  'CRC-8/SMBUS': 0xf4,
  'CRC-8/MAXIM': 0xa1,
  'CRC-8/NRSC-5': 0xf7,
  'CRC-16/MODBUS': 0x4b37,
  'CRC-16/CCITT-FALSE': 0x29b1,
  'CRC-16/XMODEM': 0x31c3,
  'CRC-16/KERMIT': 0x2189,
  'CRC-16/X-25': 0x906e,
  'CRC-16/EN-13757': 0xc2b7,
  'CRC-32/ISO-HDLC': 0xcbf4_3926,
};
const digits = new TextEncoder().encode('123456789');

/** Models that nobody uses as well: reflected at one end only, any polynomial. */
const model: fc.Arbitrary<CrcModel> = fc.constantFrom(8, 16, 32).chain((width) => {
  const word = fc.integer({ min: 0, max: 2 ** width - 1 });
  return fc.record({
    width: fc.constant(width as 8 | 16 | 32),
    // Without its lowest term a polynomial divides by x, and would overlook the last bits.
    poly: word.map((poly) => (poly | 1) >>> 0),
    init: word,
    refin: fc.boolean(),
    refout: fc.boolean(),
    xorout: word,
  });
});

describe('a CRC', () => {
  it.each(Object.entries(checks))('%s has the check value of the catalogue', (name, check) => {
    expect(crcOf(crcModels[name as keyof typeof crcModels])(digits)).toBe(check);
  });

  it('is the remainder of the division that defines it, bit by bit', () => {
    fc.assert(
      fc.property(model, fc.uint8Array({ maxLength: 40 }), (parameters, bytes) => {
        expect(crcOf(parameters)(bytes)).toBe(remainder(parameters, bytes));
      }),
    );
  });

  it('differs after any damage to a run of bits that is no longer than itself', () => {
    const damage = fc.tuple(
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      fc.nat(),
      fc.bigInt({ min: 1n, max: 255n }),
    );
    fc.assert(
      fc.property(model, damage, (parameters, [bytes, where, flips]) => {
        const at = where % bytes.length;
        const crc = crcOf(parameters);
        expect(crc(bytes.with(at, (bytes[at] as number) ^ Number(flips)))).not.toBe(crc(bytes));
      }),
    );
  });
});

/** By the definition: message bits shifted through a register one after the other, no table and no short cut. */
function remainder({ width, poly, init, refin, refout, xorout }: CrcModel, bytes: Uint8Array): number {
  const top = 1n << BigInt(width - 1);
  const all = (1n << BigInt(width)) - 1n;
  let register = BigInt(init);
  for (const byte of bytes) {
    const bits = [...byte.toString(2).padStart(8, '0')];
    for (const bit of refin ? bits.toReversed() : bits) {
      const out = (register & top) !== 0n;
      register = (register << 1n) & all;
      if (out !== (bit === '1')) register ^= BigInt(poly);
    }
  }
  const result = [...register.toString(2).padStart(width, '0')];
  return Number(BigInt(`0b${(refout ? result.toReversed() : result).join('')}`) ^ BigInt(xorout));
}
