// A condition that comes and goes with each reading is told as one: a level that hovers at the end of its scale is one fault.

import { type Clock, type MonoMs, SECOND } from '#contract/time.ts';

const LINGERS_MS = 10 * SECOND;

/** Says at each reading whether the condition is told: while it is on, and for ten seconds of readings without it. */
export function lingering(clock: Clock): (on: boolean) => boolean {
  let last: MonoMs | undefined;
  return (on) => {
    const now = clock.now().mono;
    if (on) last = now;
    else if (last !== undefined && now - last >= LINGERS_MS) last = undefined;
    return last !== undefined;
  };
}
