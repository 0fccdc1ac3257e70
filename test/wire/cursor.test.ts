// Numbers out of bytes that may end too soon.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cursor } from '#wire/cursor.ts';

it('reads what a DataView reads', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 14, maxLength: 14 }), (bytes) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      const read = cursor(bytes);
      expect([read.u8(), read.i16(), read.u32(), read.i32(), read.u16(), read.i8()]).toEqual([
        view.getUint8(0),
        view.getInt16(1, true),
        view.getUint32(3, true),
        view.getInt32(7, true),
        view.getUint16(11, true),
        view.getInt8(13),
      ]);
      expect([read.left, read.short]).toEqual([0, false]);
    }),
  );
});

it('reads three bytes', () => {
  expect(cursor(Uint8Array.of(0x13, 0x8a, 0x01)).u24()).toBe(100_883);
  expect(cursor(Uint8Array.of(0xff, 0xff, 0xff)).i24()).toBe(-1);
});

it('says that the bytes ended, from then on', () => {
  const read = cursor(Uint8Array.of(1, 2, 3));
  expect([read.u16(), read.u16(), read.u8()]).toEqual([0x0201, 0, 0]);
  expect([read.left, read.short]).toEqual([0, true]);
  expect(cursor(Uint8Array.of(1)).bytes(2)).toEqual(new Uint8Array());
});
