// The journal's writer: a worker thread, the only one that waits for the card.

import { dirname } from 'node:path';
import { workerData } from 'node:worker_threads';
import type { Restored } from '#contract/store.ts';
import { checkpointText, type Formats, rowName } from './checkpoints.ts';
import { close, inPlace, type Opened, openWhole, replaceDamaged } from './database.ts';
import { StoreError, storeError } from './errors.ts';
import { journalIn, journalKind, readOnly } from './journal-kind.ts';
import { type ChangeRows, type Everything, everythingOf, readAll } from './journal-rows.ts';
import { type JournalWriter, journalWriter } from './journal-writer.ts';
import type { Kind } from './kind.ts';
import { describeNewer } from './newer.ts';
import { serve, type Voice } from './worker-side.ts';

export type JournalRequest =
  | { do: 'open' }
  /** In one transaction, in this order. */
  | { do: 'commit'; changes: ChangeRows[] }
  /** Finds out whether the disk takes writes again. */
  | { do: 'probe' }
  | { do: 'close' };

export type JournalNews =
  /** Once, when the file could first be read, before anything is written to it. */
  | { restored: Restored }
  /** Faults and answers that were dropped unsent: too many waited. */
  | { forgotten: number }
  /** What was merged from a file beside the journal, and from which. */
  | { rejoined: NonNullable<Opened['rejoined']> };

export interface JournalWorkerData {
  path: string;
  /** The formats of what each detector remembers. */
  formats: Formats;
}

const { path, formats } = workerData as JournalWorkerData;

/** Failures in a row after which the connection itself is suspected. */
const PATIENCE = 3;
/** Commits between two checkpoints: some hundred pages of log. */
const CHECKPOINT_EVERY = 64;

interface State {
  voice: Voice<JournalNews>;
  kind: Kind;
  open: { opened: Opened; writer: JournalWriter } | undefined;
  /** What the file held when it was opened, until it is announced. */
  found: Everything | undefined;
  announced: boolean;
  /** Detectors whose row is of a later format. */
  unread: ReadonlySet<string>;
  /** Failures in a row. */
  failures: number;
  /** Since the last checkpoint. */
  commits: number;
}

serve<JournalRequest, null, JournalNews>((voice) => {
  const state: State = {
    voice,
    kind: {
      ...journalKind,
      check(db) {
        const all = readAll(db, formats);
        state.found = all.damage === undefined ? all : undefined;
        return all.damage;
      },
    },
    open: undefined,
    found: undefined,
    announced: false,
    unread: new Set(),
    failures: 0,
    commits: 0,
  };

  return {
    answer(request, wall) {
      if (request.do === 'open') ensureOpen(state, wall);
      else if (request.do === 'commit') write(state, wall, (writer) => commit(state, writer, request.changes));
      else if (request.do === 'probe') write(state, wall, (writer) => writer.probe());
      else shut(state);
      return null;
    },
    after(request) {
      if (request.do !== 'commit' || !state.open || ++state.commits < CHECKPOINT_EVERY) return;
      state.commits = 0;
      state.open.writer.checkpoint();
    },
  };
});

function ensureOpen(state: State, wall: number): NonNullable<State['open']> {
  if (state.open) return state.open;
  try {
    return use(state, openWhole(path, state.kind, wall, state.voice.damaged));
  } catch (error) {
    // A full or read-only disk still holds its alerts.
    const rows = state.announced ? undefined : readOnly(journalIn(dirname(path)));
    if (rows) announce(state, everythingOf(rows, formats));
    throw error;
  }
}

function use(state: State, opened: Opened): NonNullable<State['open']> {
  state.open = { opened, writer: journalWriter(opened.db) };
  if (state.found) {
    state.unread = new Set(state.found.unknown.checkpoints);
    const newer = describeNewer(path, opened, state.found.unknown);
    if (newer) state.voice.newer(newer.detail, newer.context);
    announce(state, state.found);
  }
  state.found = undefined;
  if (opened.rejoined) state.voice.news({ rejoined: opened.rejoined });
  return state.open;
}

function announce(state: State, { restored }: Everything): void {
  if (!state.announced) state.voice.news({ restored });
  state.announced = true;
}

function commit({ voice, unread }: State, writer: JournalWriter, changes: readonly ChangeRows[]): void {
  const inRows = changes.map((change) => ({
    ...change,
    checkpoints: change.checkpoints.map(({ id, json }) => ({
      id: rowName(id, formats, unread),
      json: checkpointText(id, json, formats),
    })),
  }));
  const forgotten = writer.commit(inRows);
  if (forgotten > 0) voice.news({ forgotten });
}

function shut(state: State): void {
  if (state.open) close(state.open.opened.db);
  state.open = undefined;
}

/** Does the job; on a damaged file once more, on a new one. */
function write(state: State, wall: number, job: (writer: JournalWriter) => void, again = true): void {
  try {
    const { opened, writer } = ensureOpen(state, wall);
    job(writer);
    if (!inPlace(opened)) throw new StoreError('damaged', 'the file was deleted or replaced while it was open');
    if (state.failures > 0) writer.restartLog();
    state.failures = 0;
  } catch (error) {
    const reason = storeError(error);
    if (reason.code === 'damaged' && again) {
      replace(state, wall, reason);
      write(state, wall, job, false);
      return;
    }
    state.failures += 1;
    if (state.failures >= PATIENCE) shut(state);
    throw reason.code === 'damaged' ? new StoreError('unwritable', reason.message, reason.context) : reason;
  }
}

/** Puts a new file in its place, with what can be read of it. */
function replace(state: State, wall: number, { message }: StoreError): void {
  const { open } = state;
  const image = open && !inPlace(open.opened) ? imageOf(open.opened) : undefined;
  shut(state);
  use(state, replaceDamaged(open?.opened.path ?? path, state.kind, wall, message, state.voice.damaged, image));
}

/** A file without a name can still be read through its connection. */
function imageOf({ db }: Opened): Buffer | undefined {
  try {
    return db.serialize();
  } catch {
    return undefined;
  }
}
