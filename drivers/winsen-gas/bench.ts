// Healthy modules for the tests that every driver passes: one that is asked, one that uploads.

import type { BenchDevice } from '#fakes/bench-device.ts';
import { winsenGas } from './driver.ts';

const frame = (...body: number[]) => Uint8Array.of(0xff, ...body, -body.reduce((sum, byte) => sum + byte, 0) & 0xff);
/** 0 to 9.9 %LEL. */
const counts = (message: number) => message % 100;

export const devices: readonly BenchDevice[] = [
  {
    ...{ driver: winsenGas, kind: 'gas', options: { model: 'zc-lel' }, wire: 'serial' },
    answers: ([, , command], message) =>
      command === 0x86 ? frame(0x86, 0, counts(message), 0, 0, 0, 0) : frame(0x78, 1, 0, 0, 0, 0, 0),
  },
  {
    ...{ driver: winsenGas, kind: 'gas', options: { model: 'zc-lel', mode: 'active' }, wire: 'serial' },
    says: (message) => frame(0x01, 0x02, 0x01, 0, counts(message), 0x03, 0xe8),
  },
];
