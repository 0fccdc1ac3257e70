// The minutes in which a sensor speaks but cannot be believed. We cannot see its power, so we assume the worst.

import type { DriverIo } from '#contract/driver.ts';
import { type Cancel, type Clock, later } from '#contract/time.ts';

export interface WarmUp {
  active(): boolean;
  restart(): void;
  stop(): void;
}

/** Begins at once. The fault `sensor-warming-up` is on for as long as it lasts. */
export function warmUp({
  clock,
  fault,
  warmupMs,
}: {
  clock: Clock;
  fault: DriverIo<'serial', unknown>['fault'];
  warmupMs: number;
}): WarmUp {
  let active = false;
  let cancel: Cancel = () => undefined;

  function restart(): void {
    cancel();
    active = warmupMs > 0;
    fault('sensor-warming-up', active, { seconds: Math.round(warmupMs / 1_000) });
    if (!active) return;
    cancel = clock.at(later(clock.now().mono, warmupMs), 'winsen-warm-up', () => {
      active = false;
      fault('sensor-warming-up', false);
    });
  }

  restart();
  return { active: () => active, restart, stop: () => cancel() };
}
