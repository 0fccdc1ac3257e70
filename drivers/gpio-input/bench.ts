// Healthy contacts for the tests that every driver passes: one of each kind, worked and let go in turn.

import type { DeviceKind } from '#contract/device.ts';
import type { BenchDevice } from '#fakes/bench-device.ts';
import { gpioInput } from './driver.ts';

const contact = (kind: DeviceKind, options: object = {}): BenchDevice => ({
  ...{ driver: gpioInput, kind, options, wire: 'gpio' },
  levels: (message) => ({ L: message % 2 === 1 }),
});

export const devices: readonly BenchDevice[] = [
  ...gpioInput.kinds.map((kind) => contact(kind)),
  contact('water', { pulseIdleSeconds: 10 }),
];
