// The counters of encrypted adverts, kept over restarts: what was recorded before one and is sent again after it is not new.
// The card is written every few minutes, and soon after an alarm, never once for each advert.

import { createHash } from 'node:crypto';
import type { ConfiguredDevice } from '#contract/config.ts';
import type { Json } from '#contract/json.ts';
import type { Journal } from '#contract/store.ts';
import { type Cancel, type Clock, later, MINUTE, type MonoMs, SECOND } from '#contract/time.ts';

/** Name of the journal's fact. */
const FACT = 'advert-counters';
/** So much of what a device counted may be believed again after a power cut; an alarm is not among it. */
const WRITTEN_WITHIN = 5 * MINUTE;
/** Alarms of a button that is pressed again and again are written no more often. */
const URGENT_EVERY = 10 * SECOND;
const MOST_DEVICES = 500;

export interface AdvertCounters {
  /** The highest that was heard of this very device; one that was paired or configured anew begins anew. */
  last(device: ConfiguredDevice): number | undefined;
  keep(device: ConfiguredDevice, count: number, urgent: boolean): void;
  /** The journal lost what it held. */
  rewrite(): void;
  /** Writes what is not written yet. */
  stop(): Promise<void>;
}

export function advertCounters({
  clock,
  journal,
  facts,
}: {
  clock: Clock;
  journal: Pick<Journal, 'commit'>;
  facts: Readonly<Record<string, Json>>;
}): AdvertCounters {
  const counters = new Map<string, readonly [of: string, count: number]>(stored(facts[FACT]));
  let dirty = false;
  let due: { at: MonoMs; cancel: Cancel } | undefined;
  let urgentAt = later(clock.now().mono, -URGENT_EVERY);

  function write(): Promise<void> {
    due?.cancel();
    due = undefined;
    if (!dirty) return Promise.resolve();
    dirty = false;
    return journal.commit({ facts: { [FACT]: Object.fromEntries(counters) as unknown as Json } }).catch(() => {
      dirty = true;
      writeBy(later(clock.now().mono, WRITTEN_WITHIN));
    });
  }

  function writeBy(at: MonoMs): void {
    if (due && due.at <= at) return;
    due?.cancel();
    due = { at, cancel: clock.at(at, 'advert-counters', () => void write()) };
  }

  return {
    last(device) {
      const [of, count] = counters.get(device.id) ?? [];
      return of === printOf(device) ? count : undefined;
    },
    keep(device, count, urgent) {
      // The latest last: the oldest makes room.
      counters.delete(device.id);
      counters.set(device.id, [printOf(device), count]);
      for (const id of counters.keys()) if (counters.size > MOST_DEVICES) counters.delete(id);
      dirty = true;
      const now = clock.now().mono;
      if (!urgent) return writeBy(later(now, WRITTEN_WITHIN));
      if (now - urgentAt < URGENT_EVERY) return writeBy(later(urgentAt, URGENT_EVERY));
      urgentAt = now;
      void write();
    },
    rewrite() {
      dirty = counters.size > 0;
      void write();
    },
    stop: write,
  };
}

/** Tells a device from another that has its name. */
const printOf = (device: ConfiguredDevice): string =>
  createHash('sha256').update(JSON.stringify(device)).digest('hex').slice(0, 16);

function stored(fact: Json | undefined): [string, readonly [string, number]][] {
  if (typeof fact !== 'object' || fact === null || Array.isArray(fact)) return [];
  return Object.entries(fact).flatMap(([id, kept]): [string, readonly [string, number]][] => {
    const [of, count] = Array.isArray(kept) ? kept : [];
    return typeof of === 'string' && Number.isSafeInteger(count) ? [[id, [of, count as number]]] : [];
  });
}
