// Plays a detector on a virtual clock: its state is stored and loaded at every step, and a reading comes before a deadline
// of the same instant.

import type { AnyDetector, Input } from '#contract/detector.ts';
import type { Device } from '#contract/device.ts';
import type { Finding } from '#contract/finding.ts';
import type { Quantity } from '#contract/quantity.ts';
import type { Quality } from '#contract/reading.ts';
import type { MonoMs, WallMs } from '#contract/time.ts';
import type { Value } from '#contract/value.ts';

export interface Played {
  findings: Finding[];
  /** A reading `at` ms. */
  reading(at: number, device: Device, quantity: Quantity, value: Value, quality?: Quality): Played;
  /** Power off and on: the detector keeps what its checkpoint policy keeps. */
  restart(): Played;
}

export function play(detector: AnyDetector, options: Record<string, unknown> = {}): Played {
  const parsed = detector.options.parse(options);
  let stored = JSON.stringify(detector.start());
  let seq = 0;
  const findings: Finding[] = [];
  const moment = (at: number) => ({ mono: at as MonoMs, wall: at as WallMs, wallTrusted: true, bootId: 'boot' });
  const give = (input: Input) => {
    const step = detector.step(JSON.parse(stored), input, parsed);
    stored = JSON.stringify(step.state);
    findings.push(...step.findings);
  };
  const played: Played = {
    findings,
    reading(at, device, quantity, value, quality = 'good') {
      seq += 1;
      give({
        kind: 'reading',
        at: moment(at),
        device,
        reading: { deviceId: device.id, quantity, value, quality, at: moment(at), seq },
      });
      return played;
    },
    restart() {
      if (detector.checkpoint === 'none') stored = JSON.stringify(detector.start());
      return played;
    },
  };
  return played;
}
