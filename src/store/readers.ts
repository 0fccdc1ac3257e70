// The stores for onlookers: commands that show or export what a gateway stored, while it runs in another process or not.

import type { Alert } from '#contract/alert.ts';
import type { Delivery, OutboxEntry } from '#contract/delivery.ts';
import type { Json } from '#contract/json.ts';
import type { Reading } from '#contract/reading.ts';
import type { HistoryRecord } from '#contract/store.ts';
import type { Formats } from './checkpoints.ts';
import { StoreError } from './errors.ts';
import { blocksBackwards, readStretch } from './history-read.ts';
import { historyIn } from './history-ring.ts';
import { type Ring, rings } from './history-rows.ts';
import { journalIn } from './journal-kind.ts';
import { readAll } from './journal-rows.ts';
import type { Db } from './kind.ts';
import { onlook } from './open-read.ts';
import { decodeBlock } from './record-codec.ts';
import { recordsOf } from './stretch.ts';

export interface JournalView {
  /** Open and closed alerts, oldest first: by creation, closed ones by closing. */
  alerts: Alert[];
  deliveries: Delivery[];
  /** What the platform has not confirmed with a receipt. */
  outbox: OutboxEntry[];
  /** Detector id -> state, as it was last written. */
  checkpoints: Record<string, Json>;
  /** Alerts that only a later version of this program understands. */
  unknownAlerts: number;
}

/** @throws StoreError `missing`, `damaged`, or `unwritable` for a file that cannot be read. */
export function readJournal(dir: string, formats: Formats = {}): JournalView {
  const { look, done } = onlook(journalIn(dir));
  try {
    // One transaction: a gateway may be writing.
    return look((db) => {
      const found = db.transaction(() => readAll(db, formats))();
      if (found.damage !== undefined) throw new StoreError('damaged', `journal.db: ${found.damage}`, { dir });
      const { outbox, checkpoints } = found.restored;
      const { openAlerts, closedAlerts } = found.unknown;
      const unknownAlerts = openAlerts + closedAlerts;
      return { alerts: found.alerts, deliveries: found.deliveries, outbox, checkpoints, unknownAlerts };
    });
  } finally {
    done();
  }
}

export interface HistoryView {
  /**
   * All stored records above position `after`, in the order in which the gateway handled them; read piece by piece,
   * each piece in a transaction of its own, so that neither memory nor the gateway's log grows.
   */
  records(after?: number): Generator<{ position: number; record: HistoryRecord }>;
  /** The newest reading of each of these devices, as far back as a few megabytes reach. */
  lastReadings(deviceIds: readonly string[]): Map<string, Reading>;
  /** Records skipped so far because their block does not fit its sum. */
  damaged(): number;
  close(): void;
}

const RECORDS_AT_ONCE = 2_000;
/** Some hundred thousand readings: days of a home. */
const LOOK_BACK_BYTES = 4 * 1_024 * 1_024;

/** @throws StoreError `missing`, or `unwritable` for a file that cannot be read; its functions throw `damaged`. */
export function readHistory(dir: string): HistoryView {
  const { look, done } = onlook(historyIn(dir));
  let damaged = 0;

  function* records(after = 0): Generator<{ position: number; record: HistoryRecord }> {
    for (let from: number | undefined = after; from !== undefined; ) {
      const at: number = from;
      const stretch = look((db) => readStretch(db, at, RECORDS_AT_ONCE));
      damaged += stretch.damaged;
      const { records: some, next } = recordsOf(stretch, at, Number.POSITIVE_INFINITY);
      yield* some;
      from = next;
    }
  }

  return {
    records,
    lastReadings: (deviceIds) => look((db) => newestOf(db, new Set(deviceIds))),
    damaged: () => damaged,
    close: done,
  };
}

/** Reads each ring backwards: a device usually speaks in only one of them. */
function newestOf(db: Db, deviceIds: ReadonlySet<string>): Map<string, Reading> {
  const newest = new Map<string, { position: number; reading: Reading }>();
  const look = (ring: Ring): void => {
    const missing = new Set(deviceIds);
    let bytes = 0;
    for (const { first, body } of blocksBackwards(db, ring)) {
      for (const { position, record } of decodeBlock(first, body) ?? []) {
        if (record.kind !== 'reading' || !deviceIds.has(record.reading.deviceId)) continue;
        const { reading } = record;
        missing.delete(reading.deviceId);
        if ((newest.get(reading.deviceId)?.position ?? -1) < position)
          newest.set(reading.deviceId, { position, reading });
      }
      bytes += body.length;
      if (missing.size === 0 || bytes > LOOK_BACK_BYTES) return;
    }
  };
  for (const ring of rings) look(ring);
  return new Map([...newest].map(([id, { reading }]) => [id, reading]));
}
