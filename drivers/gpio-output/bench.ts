// Healthy outputs for the tests that every driver passes: their feedback follows something that is switched in turn.

import type { BenchDevice } from '#fakes/bench-device.ts';
import { gpioOutput } from './driver.ts';

const options = { feedback: { chip: 'pinctrl', line: 'F' } };
const levels = (message: number) => ({ F: message % 2 === 1 });

export const devices: readonly BenchDevice[] = [
  { driver: gpioOutput, kind: 'siren', options, wire: 'gpio', levels },
  { driver: gpioOutput, kind: 'valve', options, wire: 'gpio', levels },
];
