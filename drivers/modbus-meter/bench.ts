// Healthy meters for the tests that every driver passes: water and electricity.

import type { BenchDevice } from '#fakes/bench-device.ts';
import { modbusMeter } from './driver.ts';

export const devices: readonly BenchDevice[] = [
  {
    ...{ driver: modbusMeter, kind: 'water', everyMs: 5_000, wire: 'modbus' },
    options: { model: 'custom', total: { address: 4, type: 'u32', scale: 0.001, unit: 'm3' } },
    // One litre each five seconds.
    registers: (message) => ({ 4: 1, 5: 1_000 + message }),
  },
  {
    ...{ driver: modbusMeter, kind: 'switch', options: { model: 'eastron-sdm120' }, everyMs: 5_000, wire: 'modbus' },
    // 0x447a 0000 is 1000 W as a float.
    registers: (message) => ({ 12: 0x447a, 13: message % 0x1000 }),
  },
];
