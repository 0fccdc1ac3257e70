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
  /** Each takes the place of what is in its slot of its channel. */
  put?: OutboxEntry[];
  /** Entries done with; one whose slot holds another message by now stays. */
  drop?: Pick<OutboxEntry, 'slot' | 'channel' | 'msgId'>[];
  /** Detector id -> state. */
  checkpoints?: Record<string, Json>;
  /** Small facts by name: `history-cursor`, `floor` (latest wall time seen), `faults` (those that people know of); `last-seq`, the highest that was put, is the store's own. */
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

/** Everything the pipeline was told, in the order it handled it: readings, and what an exact replay needs beside them. */
export type HistoryRecord =
  | { kind: 'reading'; reading: Reading }
  | { kind: 'fault'; at: Moment; fault: Fault; active: boolean }
  | { kind: 'command'; at: Moment; command: Command }
  | { kind: 'boot'; at: Moment }
  | { kind: 'clock'; at: Moment; stepMs: number };

export interface HistoryStats {
  records: number;
  /** Of the database files. */
  bytes: number;
  /** Written to the disk since this store was opened. */
  bytesWritten: number;
  /** Records lost because the disk would not take them, and records overwritten by the ring. */
  dropped: number;
  evicted: number;
}

export interface History {
  /** Takes a record into the next batch, never waiting for the card. */
  append(record: HistoryRecord): void;
  /** Writes what is batched, now. */
  flush(): Promise<void>;
  /** Stored records with a position above `after`, oldest first. */
  read(after: number, limit: number): Promise<{ position: number; record: HistoryRecord }[]>;
  stats(): HistoryStats;
  close(): Promise<void>;
}

/** Troubles of a store, reported as they begin and end. */
export interface StoreEvents {
  /**
   * `newer`: a later version of this program wrote the file, or in it. What this one does not know stays as it is.
   * `context`: of a damaged store what was kept and what was lost; of a newer one what is left, and which file is used.
   */
  trouble(
    what: 'unwritable' | 'damaged' | 'newer',
    active: boolean,
    detail: string,
    context?: Record<string, string | number>,
  ): void;
}
