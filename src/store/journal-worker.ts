// The journal's writer: a worker thread, the only one that waits for the card.

import { workerData } from 'node:worker_threads';
import type { Restored } from '#contract/store.ts';
import { close, inPlace, type Kind, type Opened, openWhole, replaceDamaged } from './database.ts';
import { StoreError, storeError } from './errors.ts';
import { journalKind, readOnly } from './journal-kind.ts';
import { type ChangeRows, everythingOf, readAll } from './journal-rows.ts';
import { type JournalWriter, journalWriter } from './journal-writer.ts';
import { serve } from './worker-side.ts';

export type JournalRequest =
  | { do: 'open' }
  /** In one transaction, in order. */
  | { do: 'commit'; changes: ChangeRows[] }
  /** Finds out whether the disk takes writes again. */
  | { do: 'probe' }
  | { do: 'close' };

export type JournalNews =
  /** Said once, when the file could first be read, before anything is written to it. */
  | { restored: Restored }
  /** Faults and answers that gave way unsent: too many waited. */
  | { forgotten: number };

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
    try {
      return use(openWhole(path, kind, wall, voice.damaged));
    } catch (error) {
      // A full or read-only disk holds its alerts all the same.
      const rows = told ? undefined : readOnly(path);
      if (rows) tell(everythingOf(rows).restored);
      throw error;
    }
  }

  function use(opened: Opened) {
    open = { opened, writer: journalWriter(opened.db) };
    if (found) tell(found);
    found = undefined;
    return open;
  }

  function tell(restored: Restored): void {
    if (!told) voice.news({ restored });
    told = true;
  }

  function note(forgotten: number): void {
    if (forgotten > 0) voice.news({ forgotten });
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

  /** A new one in its place, with what can be read of it. */
  function replace(wall: number, { message }: StoreError): void {
    const image = open && !inPlace(open.opened) ? imageOf(open.opened) : undefined;
    shut();
    use(replaceDamaged(path, kind, wall, message, voice.damaged, image));
  }

  return {
    answer(request, wall) {
      if (request.do === 'open') ensureOpen(wall);
      else if (request.do === 'commit') write(wall, (writer) => note(writer.commit(request.changes)));
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

/** A file without a name can still be read through its connection. */
function imageOf({ db }: Opened): Buffer | undefined {
  try {
    return db.serialize();
  } catch {
    return undefined;
  }
}
