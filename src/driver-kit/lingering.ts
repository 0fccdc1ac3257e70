// A condition that comes and goes with each reading is reported as one: a level that hovers at the end of its scale is one fault.

import { type Clock, type MonoMs, SECOND } from '#contract/time.ts';

const LINGERS_MS = 10 * SECOND;

/** At each reading, whether the condition is to be reported: while it is on, and until it was off for ten seconds. */
export function lingering(clock: Clock): (on: boolean) => boolean {
  let last: MonoMs | undefined;
  return (on) => {
    const now = clock.now().mono;
    if (on) last = now;
    else if (last !== undefined && now - last >= LINGERS_MS) last = undefined;
    return last !== undefined;
  };
}
