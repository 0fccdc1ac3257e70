// A fault that a device tells by an event, and perhaps never takes back: it ends when the device says so, or so long after
// the event was heard last. What was on when the driver started is not known: it ends so long after that.

import type { DriverFault, DriverIo } from '#contract/driver.ts';
import { type Cancel, later } from '#contract/time.ts';

export interface EventFault {
  heard(context?: Record<string, string | number | boolean>): void;
  over(): void;
  stop(): void;
}

/** @param lastsMs after the event was heard last */
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
