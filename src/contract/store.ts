// Ports of the two stores. Behind them: SQLite files, each with a writer in a worker thread; in a replay, plain memory.

import type { Alert } from './alert.ts';
import type { Command } from './command.ts';
import type { Delivery, OutboxEntry } from './delivery.ts';
import type { Fault } from './fault.ts';
import type { Json } from './json.ts';
import type { Reading } from './reading.ts';
import type { Moment } from './time.ts';

/** What is written together, in one transaction. */
export interface JournalChange {
  alerts?: Alert[];
  deliveries?: Delivery[];
  /** Each replaces what is in its slot of its channel. */
  put?: OutboxEntry[];
  /** Entries that are done with; one whose slot holds another message by now stays. */
  drop?: Pick<OutboxEntry, 'slot' | 'channel' | 'msgId'>[];
  /** Detector id -> state. */
  checkpoints?: Record<string, Json>;
  /**
   * Small facts by name: `history-cursor`, `floor` (latest wall time seen), `faults` (those that people have seen);
   * `last-seq`, the highest that was put, is the store's own.
   */
  facts?: Record<string, Json>;
}

/** What a start finds. */
export interface Restored {
  /** Open alerts, and their deliveries. */
  alerts: Alert[];
  deliveries: Delivery[];
  outbox: OutboxEntry[];
  checkpoints: Record<string, Json>;
  facts: Record<string, Json>;
}

export interface Journal {
  /** Resolves when the change is on the disk (FULL sync); rejects with a StoreError when it is not and will not be. In order of calls. */
  commit(change: JournalChange): Promise<void>;
  close(): Promise<void>;
}

/** Everything the pipeline handled, in that order: readings, and whatever else an exact replay needs. */
export type HistoryRecord =
  | { kind: 'reading'; reading: Reading }
  | { kind: 'fault'; at: Moment; fault: Fault; active: boolean }
  | { kind: 'command'; at: Moment; command: Command }
  | { kind: 'boot'; at: Moment }
  | { kind: 'clock'; at: Moment; stepMs: number };

export interface HistoryStats {
  records: number;
  /** Size of the database files. */
  bytes: number;
  /** Written to the disk since this store was opened. */
  bytesWritten: number;
  /** Records lost because the disk would not take them, and records overwritten by the ring. */
  dropped: number;
  evicted: number;
}

export interface History {
  /** Adds a record to the next batch, and never waits for the card. */
  append(record: HistoryRecord): void;
  /** Writes the waiting batch now. */
  flush(): Promise<void>;
  /** Stored records with a position above `after`, oldest first. */
  read(after: number, limit: number): Promise<{ position: number; record: HistoryRecord }[]>;
  stats(): HistoryStats;
  close(): Promise<void>;
}

/** Troubles of a store, reported as they begin and end. */
export interface StoreEvents {
  /**
   * `newer`: a later version of this program wrote the file, or wrote to it. What this version does not know stays as
   * it is. `context`: for a damaged store, what was kept and what was lost; for a newer one, what is not read, and
   * which file is used.
   */
  trouble(
    what: 'unwritable' | 'damaged' | 'newer',
    active: boolean,
    detail: string,
    context?: Record<string, string | number>,
  ): void;
}
