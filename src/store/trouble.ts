// What is wrong with a store: reported as it begins and ends. A disk that takes no writes is tried again until it does.

import { reasonOf } from '#contract/errors.ts';
import type { Log } from '#contract/log.ts';
import type { StoreEvents } from '#contract/store.ts';
import { type Cancel, type Clock, HOUR, later, SECOND } from '#contract/time.ts';

/** Pause between two attempts on a disk that takes no writes. */
export const RETRY_MS = 5 * SECOND;
/** How long a file's damage is shown after it was replaced: replacing takes milliseconds, and people need to see it. */
export const DAMAGE_SHOWN_MS = HOUR;

export interface Troubles {
  /** Nothing was stored. `retry` is called after a while, and again after each further failure. */
  unwritable(error: unknown): void;
  writable(): void;
  /** `counts`: what was kept and what was lost. */
  damaged(detail: string, counts: Record<string, number>): void;
  /** For as long as the store is open. */
  newer(detail: string, context: Record<string, string | number>): void;
  readonly active: boolean;
  close(): void;
}

export function troubles(
  store: string,
  { clock, log, events }: { clock: Clock; log: Log; events: StoreEvents },
  retry: () => void,
): Troubles {
  let unwritable = false;
  let stopRetry: Cancel | undefined;
  let stopShowing: Cancel | undefined;

  return {
    get active() {
      return unwritable;
    },
    unwritable(error) {
      stopRetry?.();
      stopRetry = clock.at(later(clock.now().mono, RETRY_MS), `${store}-retry`, retry);
      if (unwritable) return;
      unwritable = true;
      log.error({ store, reason: reasonOf(error) }, 'store is unwritable');
      events.trouble('unwritable', true, reasonOf(error));
    },
    writable() {
      stopRetry?.();
      if (!unwritable) return;
      unwritable = false;
      log.info({ store }, 'store is writable again');
      events.trouble('unwritable', false, '');
    },
    damaged(detail, counts) {
      log.error({ store, detail, ...counts }, 'store was damaged');
      events.trouble('damaged', true, detail, counts);
      stopShowing?.();
      stopShowing = clock.at(later(clock.now().mono, DAMAGE_SHOWN_MS), `${store}-damage-shown`, () =>
        events.trouble('damaged', false, ''),
      );
    },
    newer(detail, context) {
      log.warn({ store, detail, ...context }, 'store is of a later version');
      events.trouble('newer', true, detail, context);
    },
    close() {
      stopRetry?.();
      stopShowing?.();
    },
  };
}
