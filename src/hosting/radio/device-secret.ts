// The secret that a driver reads at its start: looked at again, so that one which was written or renewed is used.

import { type Cancel, type Clock, every, SECOND } from '#contract/time.ts';

const LOOK_EVERY_MS = 10 * SECOND;

/** @param changed what was read is not what there is any more; never called before something was read */
export function watchSecret(
  clock: Clock,
  read: () => string | undefined,
  changed: () => void,
): { read: typeof read; stop: Cancel } {
  let used: string | undefined;
  let last: string | undefined;
  let cancel: Cancel | undefined;

  function look(): void {
    let found: string | undefined;
    try {
      found = read();
    } catch {
      // Open to others, or not to us: what is in use goes on.
      return;
    }
    // Twice the same: half of a file that is being written is not taken for a key.
    const settled = found === last;
    last = found;
    if (!settled || found === used) return;
    used = found;
    changed();
  }

  return {
    read() {
      used = read();
      last = used;
      cancel ??= every(clock, LOOK_EVERY_MS, 'driver-secret', look);
      return used;
    },
    stop: () => cancel?.(),
  };
}
