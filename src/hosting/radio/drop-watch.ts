// Telemetry that a flooding device lost is a fault until a minute passes without more of it.

import { type Clock, MINUTE } from '#contract/time.ts';

/**
 * @param dropping a fault begins, says more, or ends
 * @returns takes how many readings the radio's process has dropped since its start, and the device that most of them were of
 */
export function dropWatch(
  clock: Clock,
  dropping: (active: boolean, context?: { dropped: number; device?: string }) => void,
): (dropped: number, device: string | undefined) => void {
  let last = { count: 0, at: clock.now().mono };
  return (count, device) => {
    const now = clock.now().mono;
    if (count > last.count) {
      last = { count, at: now };
      dropping(true, { dropped: count, ...(device !== undefined && { device }) });
      // A new process counts from nothing.
    } else if (count < last.count) last = { count, at: last.at };
    if (now - last.at >= MINUTE) dropping(false);
  };
}
