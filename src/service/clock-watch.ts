// Watches the wall clock against the monotonic one: a step is a fault for a while, and a line in the history.

import type { FaultCode } from '#contract/fault.ts';
import { type Cancel, type Clock, every, MINUTE, SECOND } from '#contract/time.ts';

const STEP_MS = 2 * SECOND;
const CALM_MS = MINUTE;

export function watchWallClock(
  clock: Clock,
  report: {
    fault(code: FaultCode, active: boolean, context?: Record<string, number>): void;
    stepped(stepMs: number): void;
  },
): Cancel {
  const offsetNow = () => {
    const { mono, wall } = clock.now();
    return wall - mono;
  };
  let offset = offsetNow();
  let trusted = clock.now().wallTrusted;
  let steppedAt: number | undefined;
  const look = () => {
    const { mono, wallTrusted } = clock.now();
    const stepMs = offsetNow() - offset;
    // The first setting from the network is what everybody waits for.
    const expected = wallTrusted && !trusted;
    trusted = wallTrusted;
    offset += stepMs;
    if (Math.abs(stepMs) >= STEP_MS) report.stepped(stepMs);
    if (Math.abs(stepMs) >= STEP_MS && !expected) {
      steppedAt = mono;
      report.fault('clock-stepped', true, { stepSeconds: Math.round(stepMs / SECOND) });
    } else if (steppedAt !== undefined && mono - steppedAt >= CALM_MS) {
      steppedAt = undefined;
      report.fault('clock-stepped', false);
    }
    report.fault('clock-untrusted', !wallTrusted);
  };
  look();
  return every(clock, SECOND, 'clock-watch', look);
}
