// The secret that a driver reads at its start: looked at again, so that a key which was written or renewed is used.

import { type Cancel, type Clock, every, SECOND } from '#contract/time.ts';

const LOOK_EVERY_MS = 10 * SECOND;

/**
 * What a driver read of its secrets, and whether that is still what they hold.
 * @param changed never before the driver asked
 */
export function watchSecrets(
  clock: Clock,
  read: (name: 'bindkey') => string | undefined,
  changed: () => void,
): { read: typeof read; stop: Cancel } {
  let used: string | undefined;
  let last: string | undefined;
  let cancel: Cancel | undefined;

  function look(): void {
    let found: string | undefined;
    try {
      found = read('bindkey');
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
    read(name) {
      used = read(name);
      last = used;
      cancel ??= every(clock, LOOK_EVERY_MS, 'driver-secret', look);
      return used;
    },
    stop: () => cancel?.(),
  };
}
