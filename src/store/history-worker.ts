// The history's writer: a worker thread.

import { readFileSync, statSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { close, inPlace, type Opened, openWhole, replaceDamaged } from './database.ts';
import { StoreError, storeError } from './errors.ts';
import { type Damage, damageAtEnds, readStretch, type Stretch } from './history-read.ts';
import { type Batch, type HistoryRing, historyKind, historyRing, logShare } from './history-ring.ts';
import { serve } from './worker-side.ts';

export type HistoryRequest =
  | { do: 'open' }
  | { do: 'append'; batches: Batch[] }
  | { do: 'read'; after: number; limit: number }
  | { do: 'close' };

export interface HistoryAnswer {
  stats: { records: number; bytes: number; bytesWritten: number; evicted: number };
  stretch?: Stretch;
}

export interface HistoryWorkerData {
  path: string;
  budgetBytes: number;
  /** Positions begin above. */
  above: number;
}

const { path, budgetBytes, above } = workerData as HistoryWorkerData;
const kind = historyKind(budgetBytes);
const PATIENCE = 3;

serve<HistoryRequest, HistoryAnswer, never>((voice) => {
  let open: { opened: Opened; ring: HistoryRing } | undefined;
  /** The highest position given in this run: a new file goes on from it. */
  let given = above;
  let failures = 0;
  let evicted = 0;
  /** The most that was missing in any look so far. */
  let told = 0;

  function ensureOpen(wall: number) {
    if (open) return open;
    return use(openWhole(path, kind, wall, voice.damaged));
  }

  function use(opened: Opened) {
    open = { opened, ring: historyRing(opened.db, budgetBytes, given) };
    tell(damageAtEnds(opened.db), 'where its rings begin or end');
    return open;
  }

  /** Once, and again only when more is missing: a reader comes by every few seconds. */
  function tell({ damaged, unfit }: Damage, where: string): void {
    if (damaged + unfit <= told) return;
    told = damaged + unfit;
    voice.damaged(`records are missing or do not fit their sums, ${where}; the others are read`, {
      lostRecords: damaged,
      damagedBlocks: unfit,
    });
  }

  function shut(): void {
    if (open) close(open.opened.db);
    open = undefined;
  }

  /** Does it; on a damaged file once more, on a new one. */
  function attempt<Result>(wall: number, job: (room: NonNullable<typeof open>) => Result, again = true): Result {
    try {
      const room = ensureOpen(wall);
      const result = job(room);
      if (!inPlace(room.opened)) throw new StoreError('damaged', 'the file was deleted or replaced while it was open');
      given = Math.max(given, room.ring.next);
      failures = 0;
      return result;
    } catch (error) {
      const reason = storeError(error);
      if (reason.code === 'damaged' && again) {
        shut();
        use(replaceDamaged(path, kind, wall, reason.message, voice.damaged));
        return attempt(wall, job, false);
      }
      failures += 1;
      if (failures >= PATIENCE) shut();
      throw reason.code === 'damaged' ? new StoreError('unwritable', reason.message, reason.context) : reason;
    }
  }

  const stats = (): HistoryAnswer['stats'] => ({
    records: open?.ring.records() ?? 0,
    bytes: sizeOf(path) + sizeOf(`${path}-wal`),
    bytesWritten: bytesWritten(),
    evicted,
  });

  return {
    answer(request, wall) {
      if (request.do === 'append')
        evicted += attempt(wall, ({ opened, ring }) => {
          refuseWhileLogIsHeld(opened);
          return ring.append(request.batches);
        });
      else if (request.do === 'read') {
        const stretch = attempt(wall, ({ opened }) => readStretch(opened.db, request.after, request.limit));
        tell(stretch, `above position ${request.after}`);
        return { stats: stats(), stretch };
      } else if (request.do === 'open') attempt(wall, () => undefined);
      else shut();
      return { stats: stats() };
    },
    after() {},
  };
});

/** A program that keeps reading in one transaction keeps the log from beginning anew: it would grow without end. */
function refuseWhileLogIsHeld({ db }: Opened): void {
  if (sizeOf(`${path}-wal`) <= logShare(budgetBytes)) return;
  db.pragma('wal_checkpoint(TRUNCATE)');
  if (sizeOf(`${path}-wal`) > logShare(budgetBytes))
    throw new StoreError('unwritable', 'a program that reads the history keeps its log from being cleared');
}

const sizeOf = (name: string): number => statSync(name, { throwIfNoEntry: false })?.size ?? 0;

/**
 * Bytes that this thread gave to write calls, by the kernel's account (Linux; needs CONFIG_TASK_XACCT, as Debian has it):
 * the log's frames, checkpointed pages, and a few bytes for each message to the main thread. 0 where there is no account.
 */
function bytesWritten(): number {
  try {
    return Number(/^wchar: (\d+)/m.exec(readFileSync('/proc/thread-self/io', 'latin1'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
