// Drivers and radios clear a fault each time that they see its cause gone, many times a second. The gateway is asked once.

import { type Fault, type FaultKey, faultKey } from '#contract/fault.ts';
import type { FaultPort } from './ports.ts';

/**
 * Passes every fault that begins or says more, and its end where it was on. The first end of each is passed as well: the
 * fault may be on since before this process began.
 */
export function endsOnce(fault: FaultPort): {
  fault: FaultPort;
  /** Its subject is gone, with all its faults. */
  forget(subject: Fault['subject']): void;
} {
  const over = new Map<FaultKey, Fault['subject']>();
  return {
    fault(code, subject, active, ...more) {
      const key = faultKey({ code, subject });
      if (active) over.delete(key);
      else if (over.has(key)) return;
      else over.set(key, subject);
      fault(code, subject, active, ...more);
    },
    forget(subject) {
      for (const [key, of] of over) if (of === subject) over.delete(key);
    },
  };
}
