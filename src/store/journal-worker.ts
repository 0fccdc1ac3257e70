// The journal's writer: a worker thread, the only one that waits for the card.

import { workerData } from 'node:worker_threads';
import type { Restored } from '#contract/store.ts';
import { close, inPlace, type Kind, type Opened, openWhole, setAside } from './database.ts';
import { StoreError, storeError } from './errors.ts';
import { type ChangeRows, journalKind, readAll } from './journal-rows.ts';
import { type JournalWriter, journalWriter } from './journal-writer.ts';
import { serve } from './worker-side.ts';

export type JournalRequest =
  | { do: 'open' }
  /** In one transaction, in order. */
  | { do: 'commit'; changes: ChangeRows[] }
  /** Finds out whether the disk takes writes again. */
  | { do: 'probe' }
  | { do: 'close' };

/** Said once, when the file was first opened, before anything is written to it. */
export interface JournalNews {
  restored: Restored;
}

const { path } = workerData as { path: string };

/** Failures in a row after which the connection itself is doubted. */
const PATIENCE = 3;
/** Commits between two checkpoints: some hundred pages of log. */
const CHECKPOINT_EVERY = 64;

serve<JournalRequest, null, JournalNews>((voice) => {
  let open: { opened: Opened; writer: JournalWriter } | undefined;
  let found: Restored | undefined;
  let told = false;
  let failures = 0;
  let commits = 0;

  const kind: Kind = {
    ...journalKind,
    check(db) {
      const all = readAll(db);
      found = all.damage === undefined ? all.restored : undefined;
      return all.damage;
    },
  };

  function ensureOpen(wall: number) {
    if (open) return open;
    const opened = openWhole(path, kind, wall, voice.damaged);
    open = { opened, writer: journalWriter(opened.db) };
    if (found && !told) {
      voice.news({ restored: found });
      told = true;
    }
    found = undefined;
    return open;
  }

  function shut(): void {
    if (open) close(open.opened.db);
    open = undefined;
  }

  /** Does it; on a damaged file once more, on a new one. */
  function write(wall: number, job: (writer: JournalWriter) => void, again = true): void {
    try {
      const { opened, writer } = ensureOpen(wall);
      job(writer);
      if (!inPlace(opened)) throw new StoreError('damaged', 'the file was deleted or replaced while it was open');
      if (failures > 0) writer.restartLog();
      failures = 0;
    } catch (error) {
      const reason = storeError(error);
      if (reason.code === 'damaged' && again) {
        replace(wall, reason);
        write(wall, job, false);
        return;
      }
      failures += 1;
      if (failures >= PATIENCE) shut();
      throw reason.code === 'damaged' ? new StoreError('unwritable', reason.message, reason.context) : reason;
    }
  }

  /** Out of the way with it; opening begins a new one. A file that is gone or another's is left to what opening makes of it. */
  function replace(wall: number, { message }: StoreError): void {
    const gone = open !== undefined && !inPlace(open.opened);
    shut();
    voice.damaged(gone ? message : `${message}; set aside as ${setAside(path, wall, kind.keepDamaged)}`);
  }

  return {
    answer(request, wall) {
      if (request.do === 'open') ensureOpen(wall);
      else if (request.do === 'commit') write(wall, (writer) => writer.commit(request.changes));
      else if (request.do === 'probe') write(wall, (writer) => writer.probe());
      else shut();
      return null;
    },
    after(request) {
      if (request.do !== 'commit' || !open || ++commits < CHECKPOINT_EVERY) return;
      commits = 0;
      open.writer.checkpoint();
    },
  };
});
