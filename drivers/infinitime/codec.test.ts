// InfiniTime's bytes, by its documents and sources.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hex } from '#fakes/ble-bench.ts';
import { decodeMotion, notification } from './codec.ts';

it.each([
  ['0000 0000 0004', [0, 0, 1]],
  ['0004 00FC 0000', [1, -1, 0]],
  ['FF07 0008 0100', [1.9990234375, 2, 0.0009765625]],
])('%s', (bytes, xyz) => expect(decodeMotion(hex(bytes))).toEqual({ xyz: [xyz] }));

it('is one sample of six bytes, or nothing, and never throws', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
      const frame = decodeMotion(bytes);
      expect(frame !== undefined).toBe(bytes.length === 6);
      for (const g of frame?.xyz.flat() ?? []) expect(Math.abs(g)).toBeLessThanOrEqual(32);
    }),
  );
});

it('shows a title and a text', () => {
  expect(Buffer.from(notification('Hi', 'there')).toString('latin1')).toBe('\0\u0001\0Hi\0there');
  expect(notification('Hi', '帮'.repeat(99)).length).toBeLessThanOrEqual(103);
});
