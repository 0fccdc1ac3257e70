// A fault that a device reports by an event, and perhaps never takes back. It ends when the device says so, or when the event
// has not been repeated for a given time; one that was on when the driver started ends that long after the start.

import type { DriverFault, DriverIo } from '#contract/driver.ts';
import { type Cancel, later } from '#contract/time.ts';

export interface EventFault {
  heard(context?: Record<string, string | number | boolean>): void;
  over(): void;
  stop(): void;
}

/** @param lastsMs how long the fault stays on after the last such event */
export function eventFault(
  { clock, fault }: Pick<DriverIo<'ble', unknown>, 'clock' | 'fault'>,
  code: DriverFault,
  lastsMs: number,
): EventFault {
  let due: Cancel = () => undefined;
  const over = () => {
    due();
    fault(code, false);
  };
  const endLater = () => {
    due();
    due = clock.at(later(clock.now().mono, lastsMs), code, over);
  };
  endLater();
  return {
    heard(context) {
      fault(code, true, context);
      endLater();
    },
    over,
    stop: () => due(),
  };
}
