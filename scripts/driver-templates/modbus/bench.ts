// A healthy device for the tests that every driver passes: from 20 to 29.9 °C.

import type { BenchDevice } from '#fakes/bench-device.ts';
import { sampleModbus } from './driver.ts';

export const devices: readonly BenchDevice[] = [
  {
    ...{ driver: sampleModbus, kind: 'temperature', wire: 'modbus' },
    registers: (message) => ({ 0: 200 + (message % 100), 1: 0 }),
  },
];
