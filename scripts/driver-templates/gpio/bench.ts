// A healthy device for the tests that every driver passes: its line changes at each step.

import type { BenchDevice } from '#fakes/bench-device.ts';
import { sampleGpio } from './driver.ts';

export const devices: readonly BenchDevice[] = [
  { driver: sampleGpio, kind: 'contact', wire: 'gpio', levels: (message) => ({ L: message % 2 === 1 }) },
];
