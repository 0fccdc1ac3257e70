// The history: a ring of everything the pipeline handled. Records are packed here, and written by a worker in batches.
//
// The card's budget. A batch costs about two pages of log (one for each ring), whatever is in it, and their share of a
// checkpoint; NORMAL sync leaves it to the kernel when they reach the card. One batch in 5 s is 17,280 a day: some 140 MB
// of log. What tells a story by itself (a press, an alarm bit, a command, a lost link) goes within a second; a gas sensor's
// level, which comes each second, does not, or its batches alone would come to 700 MB.

import { join } from 'node:path';
import type { Log } from '#contract/log.ts';
import type { History, HistoryRecord, HistoryStats, StoreEvents } from '#contract/store.ts';
import { type Clock, SECOND } from '#contract/time.ts';
import { StoreError } from './errors.ts';
import {
  addTo,
  BATCH_MS,
  BUFFER_BYTES,
  begin,
  dueIn,
  emptyBatch,
  enqueue,
  type Filling,
  isFull,
  makeRoom,
  nothingWaits,
  placeOf,
  sealed,
  stored,
  storedUpTo,
  URGENT_BATCH_MS,
  type Waiting,
} from './history-batches.ts';
import { type Batch, checkBudget } from './history-ring.ts';
import { rings } from './history-rows.ts';
import type { HistoryAnswer, HistoryNews, HistoryRequest, HistoryWorkerData } from './history-worker.ts';
import { recordsOf } from './stretch.ts';
import { type Troubles, troubles } from './trouble.ts';
import { linkWorker, type WorkerLink, within } from './worker-link.ts';

export interface OpenHistory {
  dir: string;
  /** For the file and its log together; 1 MiB at least. */
  budgetBytes: number;
  clock: Clock;
  log: Log;
  events: StoreEvents;
  /**
   * Positions begin above this one: the reader's cursor, which outlives a history that was damaged and started over.
   */
  above?: number;
}

const CLOSE_WITHIN_MS = 5 * SECOND;

/** Ends when no batch up to this number waits. */
interface Flush {
  upTo: number;
  resolve(): void;
  reject(error: unknown): void;
}

interface State {
  readonly options: OpenHistory;
  readonly writer: Writer;
  readonly trouble: Troubles;
  readonly filling: Filling;
  readonly waiting: Waiting;
  flushes: Flush[];
  /** Records that were lost before they reached the disk. */
  dropped: number;
  /** The figures of the file, as the writer last gave them. */
  stats: HistoryAnswer['stats'];
  closed: boolean;
}

type Writer = WorkerLink<HistoryRequest, HistoryAnswer>;

/** Opens `DIR/history.db` in its worker and returns at once. @throws StoreError for a budget that is too small. */
export function openHistory(options: OpenHistory): History {
  checkBudget(options.budgetBytes);
  const trouble = troubles('history', options, () => tryAgain(history));
  const history: State = {
    options,
    writer: startWriter(options, trouble),
    trouble,
    filling: emptyBatch(),
    waiting: nothingWaits(),
    flushes: [],
    dropped: 0,
    stats: { records: 0, bytes: 0, bytesWritten: 0, evicted: 0 },
    closed: false,
  };
  openFile(history);
  return {
    append: (record) => append(history, record),
    flush: () => flush(history),
    read: (after, limit) => read(history, after, limit),
    stats: (): HistoryStats => ({ ...history.stats, dropped: history.dropped }),
    close: () => close(history),
  };
}

const startWriter = ({ dir, budgetBytes, clock, log, above = 0 }: OpenHistory, trouble: Troubles): Writer =>
  linkWorker<HistoryRequest, HistoryAnswer, HistoryNews>({
    name: 'history',
    module: new URL('./history-worker.ts', import.meta.url),
    workerData: { path: join(dir, 'history.db'), budgetBytes, above } satisfies HistoryWorkerData,
    clock,
    log,
    onDamaged: trouble.damaged,
    onNewer: trouble.newer,
    onNews({ rejoined }) {
      log.info({ store: 'history', rejoined }, 'taken up what another version wrote beside the history');
    },
  });

function append(history: State, record: HistoryRecord): void {
  const { filling, options } = history;
  if (history.closed) {
    history.dropped += 1;
    return;
  }
  const { ring, urgent } = placeOf(record);
  addTo(filling, ring, record);
  if (isFull(filling)) sealAndWrite(history);
  else if (!filling.due || urgent)
    dueIn(filling, urgent ? URGENT_BATCH_MS : BATCH_MS, options.clock, () => sealAndWrite(history));
}

function sealAndWrite(history: State): void {
  seal(history);
  if (!history.trouble.active) write(history);
}

/** Ends the batch that is being filled, and queues it behind those that wait. */
function seal(history: State): void {
  const { filling, waiting, trouble } = history;
  const batch = sealed(filling);
  if (!batch) return;
  forgetGiants(history, batch);
  enqueue(waiting, batch);
  if (waiting.bytes <= BUFFER_BYTES) return;
  history.dropped += makeRoom(waiting);
  if (!trouble.active) trouble.unwritable(new StoreError('stalled', 'the card does not answer; records are dropped'));
}

/** A block of this size is one record of samples, larger than anything that a sensor sends: no ring has room for it. */
function forgetGiants(history: State, batch: Batch): void {
  const { budgetBytes, log } = history.options;
  for (const ring of rings) {
    const block = batch[ring];
    if (!block || block.body.length <= budgetBytes / 8) continue;
    history.dropped += block.count;
    batch[ring] = undefined;
    log.error({ store: 'history', bytes: block.body.length }, 'record is too large for the history');
  }
}

/** Has the oldest batches written, and then the next, until none waits or the disk takes no more. */
function write(history: State): void {
  const { waiting, writer, trouble } = history;
  if (waiting.underWay > 0 || waiting.batches.length === 0) return;
  writer
    .call({ do: 'append', batches: begin(waiting) })
    .then(
      ({ stats }) => {
        stored(waiting);
        isWritable(history, stats);
        endFlushes(history, storedUpTo(waiting), (ended) => ended.resolve());
      },
      (error) => {
        isUnwritable(history, error);
        endFlushes(history, waiting.newest, (ended) => ended.reject(error));
      },
    )
    .finally(() => {
      waiting.underWay = 0;
      if (!trouble.active) write(history);
    });
}

/** Finds out whether the file can be opened, when there is nothing to write. */
function openFile(history: State): void {
  history.writer.call({ do: 'open' }).then(
    ({ stats }) => isWritable(history, stats),
    (error) => isUnwritable(history, error),
  );
}

const tryAgain = (history: State): void => (history.waiting.batches.length > 0 ? write(history) : openFile(history));

function isWritable(history: State, stats: HistoryAnswer['stats']): void {
  history.stats = stats;
  history.trouble.writable();
}

function isUnwritable(history: State, error: unknown): void {
  if (!history.closed) history.trouble.unwritable(error);
}

async function flush(history: State): Promise<void> {
  const { waiting } = history;
  seal(history);
  if (waiting.batches.length === 0) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  history.flushes.push({ upTo: waiting.newest, resolve, reject });
  write(history);
  await promise;
}

function endFlushes(history: State, upTo: number, end: (flush: Flush) => void): void {
  const ended = history.flushes.filter((flush) => flush.upTo <= upTo);
  history.flushes = history.flushes.filter((flush) => flush.upTo > upTo);
  for (const flush of ended) end(flush);
}

async function read({ writer, closed }: State, after: number, limit: number): ReturnType<History['read']> {
  if (closed) throw new StoreError('closed', 'the history is closed');
  const { stretch } = await writer.call({ do: 'read', after, limit });
  return stretch ? recordsOf(stretch, after, limit).records : [];
}

async function close(history: State): Promise<void> {
  const { writer, trouble, filling, options } = history;
  if (history.closed) return;
  history.closed = true;
  try {
    await within(options.clock, CLOSE_WITHIN_MS, 'the last records were not stored', flush(history));
  } finally {
    trouble.close();
    filling.due?.cancel();
    await writer.close({ do: 'close' }, CLOSE_WITHIN_MS);
  }
}
