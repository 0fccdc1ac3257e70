// AES-128-CCM against the vectors of RFC 3610, and that one wrong bit opens nothing.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openCcm, sealCcm } from '#wire/ccm.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
// RFC 3610, section 8, packet vector #1.
const parts = {
  key: hex('C0C1C2C3C4C5C6C7C8C9CACBCCCDCECF'),
  nonce: hex('00000003020100A0A1A2A3A4A5'),
  aad: hex('0001020304050607'),
};
const plain = hex('08090A0B0C0D0E0F101112131415161718191A1B1C1D1E');
const text = hex('588C979A61C663D2F066D0C2C0F989806D5F6B61DAC384');
const tag = hex('17E8D12CFDF926E0');

it('opens and seals the packet of RFC 3610', () => {
  expect([...(openCcm(parts, text, tag) ?? [])]).toEqual([...plain]);
  const sealed = sealCcm(parts, plain, 8);
  expect([[...sealed.text], [...sealed.tag]]).toEqual([[...text], [...tag]]);
});

it('opens nothing where one bit is wrong, and never throws', () => {
  const all = [...text, ...tag];
  fc.assert(
    fc.property(fc.nat(all.length * 8 - 1), (bit) => {
      const wrong = Uint8Array.from(all);
      wrong[bit >> 3] = (wrong[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(openCcm(parts, wrong.subarray(0, text.length), wrong.subarray(text.length))).toBeUndefined();
    }),
  );
  expect(openCcm({ ...parts, key: hex('00') }, text, tag)).toBeUndefined();
  expect(openCcm(parts, text, hex('01'))).toBeUndefined();
});
