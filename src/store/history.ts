// The history: a ring of everything the pipeline was told. Records are packed here, and written by a worker in batches.
//
// The card's budget. A batch costs about two pages of log (one for each ring), whatever is in it, and their share of a
// checkpoint; NORMAL sync leaves it to the kernel when they reach the card. One batch in 5 s is 17,280 a day: some 140 MB
// of log. What tells a story by itself (a press, an alarm bit, a command, a lost link) goes within a second; a gas sensor's
// level, which comes each second, does not, or its batches alone would come to 700 MB.

import { join } from 'node:path';
import type { Log } from '#contract/log.ts';
import { quantities } from '#contract/quantity.ts';
import type { History, HistoryRecord, HistoryStats, StoreEvents } from '#contract/store.ts';
import { type Cancel, type Clock, later, SECOND } from '#contract/time.ts';
import { StoreError } from './errors.ts';
import { type Batch, checkBudget } from './history-ring.ts';
import { type Ring, rings } from './history-rows.ts';
import type { HistoryAnswer, HistoryNews, HistoryRequest, HistoryWorkerData } from './history-worker.ts';
import { blockEncoder } from './record-codec.ts';
import { recordsOf } from './stretch.ts';
import { troubles } from './trouble.ts';
import { linkWorker, within } from './worker-link.ts';

export interface OpenHistory {
  dir: string;
  /** Of the file and its log together; 1 MiB at least. */
  budgetBytes: number;
  clock: Clock;
  log: Log;
  events: StoreEvents;
  /** Positions begin above this one: the reader's cursor, which outlives a history that was damaged and begun anew. */
  above?: number;
}

export const BATCH_MS = 5 * SECOND;
export const URGENT_BATCH_MS = SECOND;
export const BATCH_RECORDS = 500;
/** Only samples come to so much. */
const BATCH_BYTES = 16 * 1_024;
/** In one transaction, when more than one batch waits: its log has to fit the log's part of the smallest budget. */
const TOGETHER_BYTES = 64 * 1_024;
/** Kept in memory while the disk takes nothing; beyond, telemetry is dropped first, the oldest first. */
export const BUFFER_BYTES = 4 * 1_024 * 1_024;
const CLOSE_WITHIN_MS = 5 * SECOND;

interface Numbered extends Batch {
  number: number;
}

/** Ends when no batch up to this number waits. */
interface Flush {
  upTo: number;
  resolve(): void;
  reject(error: unknown): void;
}

/** Opens `DIR/history.db` in its worker and returns at once. @throws StoreError for a budget that is too small. */
export function openHistory(options: OpenHistory): History {
  const { dir, budgetBytes, clock, log, above = 0 } = options;
  checkBudget(budgetBytes);
  const link = linkWorker<HistoryRequest, HistoryAnswer, HistoryNews>({
    name: 'history',
    module: new URL('./history-worker.ts', import.meta.url),
    workerData: { path: join(dir, 'history.db'), budgetBytes, above } satisfies HistoryWorkerData,
    clock,
    log,
    onDamaged: (detail, counts) => trouble.damaged(detail, counts),
    onNewer: (detail, context) => trouble.newer(detail, context),
    onNews({ rejoined }) {
      log.info({ store: 'history', rejoined }, 'taken up what another version wrote beside the history');
    },
  });
  const encoders = { telemetry: blockEncoder(), kept: blockEncoder() };
  let queue: Numbered[] = [];
  let made = 0;
  /** Batches at the head of the queue that the worker is at. */
  let underWay = 0;
  let queuedBytes = 0;
  let span = 0;
  let due: { at: number; cancel: Cancel } | undefined;
  let closed = false;
  let flushes: Flush[] = [];
  let dropped = 0;
  let stats: HistoryAnswer['stats'] = { records: 0, bytes: 0, bytesWritten: 0, evicted: 0 };

  const trouble = troubles('history', options, () => (queue.length > 0 ? write() : open()));

  function append(record: HistoryRecord): void {
    if (closed) {
      dropped += 1;
      return;
    }
    const { ring, urgent } = placeOf(record);
    encoders[ring].add(span, record);
    span += 1;
    if (span >= BATCH_RECORDS || encoders.telemetry.size + encoders.kept.size >= BATCH_BYTES) {
      seal();
      if (!trouble.active) write();
    } else if (!due || urgent) arm(urgent ? URGENT_BATCH_MS : BATCH_MS);
  }

  function arm(ms: number): void {
    const at = later(clock.now().mono, ms);
    if (due && due.at <= at) return;
    due?.cancel();
    const cancel = clock.at(at, 'history-batch', () => {
      seal();
      if (!trouble.active) write();
    });
    due = { at, cancel };
  }

  function seal(): void {
    due?.cancel();
    due = undefined;
    if (span === 0) return;
    made += 1;
    const batch = { number: made, span, telemetry: encoders.telemetry.seal(), kept: encoders.kept.seal() };
    span = 0;
    for (const ring of rings) forgetGiant(batch, ring);
    queue.push(batch);
    queuedBytes += bytesOf(batch);
    if (queuedBytes > BUFFER_BYTES) makeRoom();
  }

  /** A block of this size is one record of samples, larger than anything that a sensor sends: no ring has room for it. */
  function forgetGiant(batch: Batch, ring: Ring): void {
    const block = batch[ring];
    if (!block || block.body.length <= budgetBytes / 8) return;
    dropped += block.count;
    batch[ring] = undefined;
    log.error({ store: 'history', bytes: block.body.length }, 'record is too large for the history');
  }

  /** Drops the oldest telemetry; when all of it is gone, the oldest of the rest. Batches under way stay. */
  function makeRoom(): void {
    for (const ring of rings)
      for (const batch of queue.slice(underWay)) {
        if (queuedBytes <= BUFFER_BYTES) break;
        const block = batch[ring];
        if (!block) continue;
        queuedBytes -= block.body.length;
        dropped += block.count;
        batch[ring] = undefined;
      }
    queue = queue.filter((batch) => batch.telemetry || batch.kept);
    if (!trouble.active) trouble.unwritable(new StoreError('stalled', 'the card does not answer; records are dropped'));
  }

  function write(): void {
    if (underWay > 0 || queue.length === 0) return;
    const batches = together(queue);
    underWay = batches.length;
    link
      .call({ do: 'append', batches })
      .then(
        (answer) => {
          stats = answer.stats;
          queue = queue.slice(batches.length);
          for (const batch of batches) queuedBytes -= bytesOf(batch);
          trouble.writable();
          const waiting = queue[0]?.number ?? Number.POSITIVE_INFINITY;
          settle(
            (flush) => flush.upTo < waiting,
            (flush) => flush.resolve(),
          );
        },
        (error) => {
          if (!closed) trouble.unwritable(error);
          settle(
            () => true,
            (flush) => flush.reject(error),
          );
        },
      )
      .finally(() => {
        underWay = 0;
        if (!trouble.active) write();
      });
  }

  /** Finds out whether the file can be opened, when there is nothing to write. */
  function open(): void {
    link.call({ do: 'open' }).then(
      (answer) => {
        stats = answer.stats;
        trouble.writable();
      },
      (error) => {
        if (!closed) trouble.unwritable(error);
      },
    );
  }

  function settle(which: (flush: Flush) => boolean, end: (flush: Flush) => void): void {
    const ended = flushes.filter(which);
    flushes = flushes.filter((flush) => !which(flush));
    for (const flush of ended) end(flush);
  }

  async function flush(): Promise<void> {
    seal();
    if (queue.length === 0) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    flushes.push({ upTo: made, resolve, reject });
    write();
    await promise;
  }

  open();

  return {
    append,
    flush,
    async read(after, limit) {
      if (closed) throw new StoreError('closed', 'the history is closed');
      const answer = await link.call({ do: 'read', after, limit });
      return answer.stretch ? recordsOf(answer.stretch, after, limit).records : [];
    },
    stats: (): HistoryStats => ({ ...stats, dropped }),
    async close() {
      if (closed) return;
      closed = true;
      try {
        await within(clock, CLOSE_WITHIN_MS, 'the last records were not stored', flush());
      } finally {
        trouble.close();
        due?.cancel();
        await link.close({ do: 'close' }, CLOSE_WITHIN_MS);
      }
    },
  };
}

const bytesOf = ({ telemetry, kept }: Batch): number => (telemetry?.body.length ?? 0) + (kept?.body.length ?? 0);

/** The oldest batches, as many as one transaction takes. */
function together(queue: readonly Numbered[]): Numbered[] {
  let bytes = 0;
  const end = queue.findIndex((batch) => {
    bytes += bytesOf(batch);
    return bytes > TOGETHER_BYTES;
  });
  return queue.slice(0, end < 0 ? queue.length : Math.max(1, end));
}

const TELEMETRY = { ring: 'telemetry', urgent: false } as const;
const KEPT = { ring: 'kept', urgent: false } as const;
const URGENT = { ring: 'kept', urgent: true } as const;

/** Which ring a record belongs to, and whether it should be on the disk soon. */
export function placeOf(record: HistoryRecord): { ring: Ring; urgent: boolean } {
  if (record.kind !== 'reading') return URGENT;
  const row = quantities[record.reading.quantity];
  if (row.class === 'telemetry') return TELEMETRY;
  return row.type === 'number' || row.class === 'stream' ? KEPT : URGENT;
}
