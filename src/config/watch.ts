// Notices that the configuration file was written, replaced, removed or put back. It looks now and then instead of
// listening: editors replace files in ways that fs.watch misses.

import { type Clock, later, SECOND } from '#contract/time.ts';
import { signature } from './load.ts';

export const LOOK_EVERY_MS = 2 * SECOND;

export interface Watch {
  stop(): void;
}

/**
 * Calls `onChange` when `file` has changed, once it stays the same from one look to the next: a file that an editor is
 * half-way through writing is not read.
 * @param seen the file as it was read, from `readConfigFile` or `loadOrLastGood`: a change since then is noticed too.
 */
export function watchConfig({
  file,
  clock,
  seen,
  onChange,
}: {
  file: string;
  clock: Clock;
  seen: string;
  onChange: () => void;
}): Watch {
  let reported = seen;
  let last = seen;
  let stopped = false;
  let cancel = arm();

  function arm() {
    return clock.at(later(clock.now().mono, LOOK_EVERY_MS), 'config-watch', () => void look());
  }

  async function look(): Promise<void> {
    // The next look waits for this one, so that a card that stalls is not asked again meanwhile.
    const found = await signature(file);
    if (stopped) return;
    cancel = arm();
    const settled = found === last;
    last = found;
    if (!settled || found === reported) return;
    reported = found;
    onChange();
  }

  return {
    stop() {
      stopped = true;
      cancel();
    },
  };
}
