// The counters of encrypted adverts, kept over restarts of the gateway: an advert that somebody recorded before a restart and
// sends again after it is not new. The card is written every few minutes and soon after an alarm, never for each advert.

import { createHash } from 'node:crypto';
import type { ConfiguredDevice } from '#contract/config.ts';
import type { Json } from '#contract/json.ts';
import type { Journal } from '#contract/store.ts';
import { type Cancel, type Clock, later, MINUTE, type MonoMs, SECOND } from '#contract/time.ts';
import type { KeptStore } from '../profile.ts';
import type { CounterMark } from './profile.ts';

/** Name of the journal's fact. */
const FACT = 'advert-counters';
/** Adverts of the last minutes before a power cut may be believed once more after it; those of an alarm are never among them. */
const WRITTEN_WITHIN = 5 * MINUTE;
/** For a button that is pressed again and again the card is written no more often. */
const URGENT_EVERY = 10 * SECOND;
const MOST_DEVICES = 500;

export interface AdvertCounters extends KeptStore<CounterMark> {
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
  const counters = new Map<string, Kept>(stored(facts[FACT]));
  const card = sparingWriter(clock, () => journal.commit({ facts: { [FACT]: written(counters) } }));
  return {
    of(device) {
      const kept = counters.get(device.id);
      return kept?.print === printOf(device) ? kept.mark : undefined;
    },
    keep(device, mark, urgent) {
      // The latest last: the oldest makes room.
      counters.delete(device.id);
      counters.set(device.id, { print: printOf(device), mark });
      for (const id of counters.keys()) if (counters.size > MOST_DEVICES) counters.delete(id);
      card.changed(urgent);
    },
    rewrite() {
      if (counters.size > 0) void card.write();
    },
    stop: card.writeChanges,
  };
}

interface SparingWriter {
  /** Is written within minutes, at once where it is urgent. */
  changed(urgent: boolean): void;
  writeChanges(): Promise<void>;
  write(): Promise<void>;
}

/** Writes what changed, seldom; again where it failed. */
function sparingWriter(clock: Clock, commit: () => Promise<void>): SparingWriter {
  let dirty = false;
  let due: { at: MonoMs; cancel: Cancel } | undefined;
  let urgentAt = later(clock.now().mono, -URGENT_EVERY);

  function write(): Promise<void> {
    due?.cancel();
    due = undefined;
    dirty = false;
    return commit().catch(() => {
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
    changed(urgent) {
      dirty = true;
      const now = clock.now().mono;
      if (!urgent) return writeBy(later(now, WRITTEN_WITHIN));
      if (now - urgentAt < URGENT_EVERY) return writeBy(later(urgentAt, URGENT_EVERY));
      urgentAt = now;
      void write();
    },
    async writeChanges() {
      due?.cancel();
      if (dirty) await write();
    },
    write,
  };
}

const written = (counters: ReadonlyMap<string, Kept>): Json =>
  Object.fromEntries(
    [...counters].map(([id, { print, mark }]) => [
      id,
      mark.old === undefined ? [print, mark.count] : [print, mark.count, mark.old],
    ]),
  );

interface Kept {
  print: string;
  mark: CounterMark;
}

/** Differs for another device, or one that was paired again, under the same id: its counter begins from nothing. */
const printOf = (device: ConfiguredDevice): string =>
  createHash('sha256').update(JSON.stringify(device)).digest('hex').slice(0, 16);

function stored(fact: Json | undefined): [string, Kept][] {
  if (typeof fact !== 'object' || fact === null || Array.isArray(fact)) return [];
  return Object.entries(fact).flatMap(([id, kept]): [string, Kept][] => {
    const [print, count, old] = Array.isArray(kept) ? kept : [];
    if (typeof print !== 'string' || !isCount(count)) return [];
    return [[id, { print, mark: { count, ...(isCount(old) && { old }) } }]];
  });
}

const isCount = (json: Json | undefined): json is number => Number.isSafeInteger(json);
