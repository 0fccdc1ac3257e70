// The history's writer: a worker thread.

import { readFileSync, statSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { close, inPlace, type Opened, openWhole, replaceDamaged } from './database.ts';
import { StoreError, storeError } from './errors.ts';
import { type Damage, damageAtEnds, readStretch, type Stretch } from './history-read.ts';
import { rejoinHistory } from './history-rejoin.ts';
import { type Batch, type HistoryRing, historyKind, historyRing, logShare } from './history-ring.ts';
import { describeNewer } from './newer.ts';
import { serve, type Voice } from './worker-side.ts';

export type HistoryRequest =
  | { do: 'open' }
  | { do: 'append'; batches: Batch[] }
  | { do: 'read'; after: number; limit: number }
  | { do: 'close' };

export interface HistoryAnswer {
  stats: { records: number; bytes: number; bytesWritten: number; evicted: number };
  stretch?: Stretch;
}

/** What was merged from a file beside the history, and from which. */
export type HistoryNews = { rejoined: ReturnType<typeof rejoinHistory> };

export interface HistoryWorkerData {
  path: string;
  budgetBytes: number;
  /** Positions begin above. */
  above: number;
}

const { path, budgetBytes, above } = workerData as HistoryWorkerData;
const PATIENCE = 3;

interface State {
  voice: Voice<HistoryNews>;
  open: { opened: Opened; ring: HistoryRing; budget: number } | undefined;
  /** The highest position given in this run: a new file continues from it. */
  given: number;
  /** Failures in a row. */
  failures: number;
  evicted: number;
  /** The most that was missing in any look so far. */
  missing: number;
}

serve<HistoryRequest, HistoryAnswer, HistoryNews>((voice) => {
  const state: State = { voice, open: undefined, given: above, failures: 0, evicted: 0, missing: 0 };
  return {
    answer(request, wall) {
      if (request.do === 'append') state.evicted += attempt(state, wall, (room) => append(room, request.batches));
      else if (request.do === 'read') {
        const stretch = attempt(state, wall, ({ opened }) => readStretch(opened.db, request.after, request.limit));
        reportDamage(state, stretch, `above position ${request.after}`);
        return { stats: statsOf(state), stretch };
      } else if (request.do === 'open') attempt(state, wall, () => undefined);
      else shut(state);
      return { stats: statsOf(state) };
    },
    after() {},
  };
});

type Room = NonNullable<State['open']>;

function append({ opened, ring, budget }: Room, batches: readonly Batch[]): number {
  refuseWhileLogIsHeld(opened, budget);
  return ring.append(batches);
}

function ensureOpen(state: State, wall: number): Room {
  if (state.open) return state.open;
  const opened = openWhole(path, historyKind(budgetBytes), wall, state.voice.damaged);
  const newer = describeNewer(path, opened);
  if (newer) state.voice.newer(newer.detail, newer.context);
  const room = use(state, opened);
  if (opened.path !== path) return room;
  const rejoined = rejoinHistory(path, historyKind(budgetBytes).migrations.length, room.ring, wall);
  if (rejoined.length > 0) state.voice.news({ rejoined });
  return room;
}

/** A file beside the history's own may take only a share of the budget, which the other one may use up already. */
const BESIDE_SHARE = 0.25;
const budgetOf = ({ path: used }: Opened): number =>
  used === path ? budgetBytes : Math.max(1_024 * 1_024, Math.floor(budgetBytes * BESIDE_SHARE));

function use(state: State, opened: Opened): Room {
  const budget = budgetOf(opened);
  historyKind(budget).tune(opened.db);
  state.open = { opened, ring: historyRing(opened.db, budget, state.given), budget };
  reportDamage(state, damageAtEnds(opened.db), 'where its rings begin or end');
  return state.open;
}

/** Once, and again only when more is missing: a reader comes by every few seconds. */
function reportDamage(state: State, { damaged, unfit }: Damage, where: string): void {
  if (damaged + unfit <= state.missing) return;
  state.missing = damaged + unfit;
  state.voice.damaged(`records are missing or do not fit their sums, ${where}; the others are read`, {
    lostRecords: damaged,
    damagedBlocks: unfit,
  });
}

function shut(state: State): void {
  if (state.open) close(state.open.opened.db);
  state.open = undefined;
}

/** Does the job; on a damaged file once more, on a new one. */
function attempt<Result>(state: State, wall: number, job: (room: Room) => Result, again = true): Result {
  try {
    const room = ensureOpen(state, wall);
    const result = job(room);
    if (!inPlace(room.opened)) throw new StoreError('damaged', 'the file was deleted or replaced while it was open');
    state.given = Math.max(state.given, room.ring.next);
    state.failures = 0;
    return result;
  } catch (error) {
    const reason = storeError(error);
    if (reason.code === 'damaged' && again) {
      const used = state.open?.opened.path ?? path;
      shut(state);
      use(state, replaceDamaged(used, historyKind(budgetBytes), wall, reason.message, state.voice.damaged));
      return attempt(state, wall, job, false);
    }
    state.failures += 1;
    if (state.failures >= PATIENCE) shut(state);
    throw reason.code === 'damaged' ? new StoreError('unwritable', reason.message, reason.context) : reason;
  }
}

const statsOf = ({ open, evicted }: State): HistoryAnswer['stats'] => {
  const used = open?.opened.path ?? path;
  return {
    records: open?.ring.records() ?? 0,
    bytes: sizeOf(used) + sizeOf(`${used}-wal`),
    bytesWritten: bytesWritten(),
    evicted,
  };
};

/** A program that keeps reading in one transaction keeps the log from starting over: it would grow without end. */
function refuseWhileLogIsHeld({ db, path: used }: Opened, budget: number): void {
  if (sizeOf(`${used}-wal`) <= logShare(budget)) return;
  db.pragma('wal_checkpoint(TRUNCATE)');
  if (sizeOf(`${used}-wal`) > logShare(budget))
    throw new StoreError('unwritable', 'a program that reads the history keeps its log from being cleared');
}

const sizeOf = (name: string): number => statSync(name, { throwIfNoEntry: false })?.size ?? 0;

/**
 * Bytes that this thread passed to write calls, by the kernel's accounting (Linux; needs CONFIG_TASK_XACCT, which
 * Debian has): the log's frames, checkpointed pages, and a few bytes for each message to the main thread. 0 where there
 * is no accounting.
 */
function bytesWritten(): number {
  try {
    return Number(/^wchar: (\d+)/m.exec(readFileSync('/proc/thread-self/io', 'latin1'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
