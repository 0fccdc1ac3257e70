// The faults that were on when the history was last written, for when no gateway answers.

import { type Fault, faultKey } from '#contract/fault.ts';
import { type Clock, later } from '#contract/time.ts';
import { readHistory } from '#src/store/readers.ts';

const RECORDS_BETWEEN_LOOKS = 5_000;

/**
 * Faults that are on since the last start, without those that another one explains. Reading the history of a large home
 * takes long: after `withinMs` it gives up, and `complete` is false.
 * @throws StoreError where it cannot be read.
 */
export function recordedFaults(
  dir: string,
  clock: Clock,
  withinMs: number,
): { faults: Fault[]; complete: boolean; read: number } {
  const until = later(clock.now().mono, withinMs);
  const on = new Map<string, Fault>();
  const history = readHistory(dir);
  let read = 0;
  try {
    for (const { record } of history.records()) {
      if (record.kind === 'boot') on.clear();
      if (record.kind === 'fault') {
        if (record.active) on.set(faultKey(record.fault), record.fault);
        else on.delete(faultKey(record.fault));
      }
      read += 1;
      if (read % RECORDS_BETWEEN_LOOKS === 0 && clock.now().mono > until) return { faults: [], complete: false, read };
    }
  } finally {
    history.close();
  }
  const shown = [...on.values()].filter(({ dependsOn }) => !dependsOn.some((key) => on.has(key)));
  return { faults: shown, complete: true, read };
}
