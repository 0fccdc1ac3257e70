// How the stores do: their troubles as faults, readings lost to a full buffer, and figures for the log.

import type { Fault, FaultCode } from '#contract/fault.ts';
import type { StoreEvents } from '#contract/store.ts';
import { type Cancel, type Clock, every, MINUTE, SECOND } from '#contract/time.ts';

type Store = 'journal' | 'history';

const storeFaults = {
  journal: { unwritable: 'journal-unwritable', damaged: 'journal-damaged', newer: 'format-newer' },
  history: { unwritable: 'history-unwritable', damaged: 'history-damaged', newer: 'format-newer' },
} as const satisfies Record<Store, Record<Parameters<StoreEvents['trouble']>[0], FaultCode>>;

/** What a store reports of itself, as a fault; `damaged` is called, too, where it has lost what it held. */
export const storeTrouble = (
  store: Store,
  fault: (code: FaultCode, subject: `store:${Store}`, active: boolean, context: Fault['context']) => void,
  damaged?: () => void,
): StoreEvents => ({
  trouble(what, active, detail, context = {}) {
    fault(storeFaults[store][what], `store:${store}`, active, active ? { reason: detail, ...context } : {});
    if (what === 'damaged' && active) damaged?.();
  },
});

/** Readings lost to a full buffer are a fault until a minute passes without a further one. */
export function watchDrops(
  clock: Clock,
  dropped: () => number,
  report: (dropping: boolean, dropped: number) => void,
): Cancel {
  let seen = 0;
  let quietSince = clock.now().mono;
  return every(clock, 10 * SECOND, 'drops', () => {
    const now = clock.now().mono;
    const count = dropped();
    if (count > seen) {
      seen = count;
      quietSince = now;
      report(true, count);
    } else if (now - quietSince >= MINUTE) report(false, count);
  });
}
