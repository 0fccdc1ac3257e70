// The receiver's memory on the disk: one SQLite file, WAL, FULL sync. What returns `ok` is on the disk.
// It never throws: a full disk or a damaged file is a trouble that is reported, and healed when `heal` finds it can be.

import { renameSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { reasonOf } from '#contract/errors.ts';
import type { Log } from '#contract/log.ts';
import { type Statements, schema, statements } from './schema.ts';

export type Attempt<T> = { ok: true; value: T } | { ok: false };

export interface StoreTrouble {
  /** What SQLite says: SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_BUSY, … */
  code: string;
  detail: string;
}

export interface Store {
  /** Runs `work` in one transaction, synced to the disk before this returns `ok`. */
  write<T>(work: (rows: Statements) => T): Attempt<T>;
  read<T>(work: (rows: Statements) => T): Attempt<T>;
  trouble(): StoreTrouble | undefined;
  /** Where a damaged file was set aside, since this start. */
  setAside(): string | undefined;
  /** Tries whether writing works again; true when it does. */
  heal(): boolean;
  close(): void;
}

export interface StoreOptions {
  dir: string;
  /** Wall-clock ms, for the name of a file set aside. */
  wall(): number;
  log: Log;
  /** Called when a trouble begins, changes its code, and ends. */
  report(trouble: StoreTrouble | undefined): void;
}

export const STORE_FILE = 'platform.db';
/** How long a write waits for another process's lock (a backup, for one) before it counts as not done. */
const BUSY_MS = 5_000;
const DAMAGE = new Set(['SQLITE_CORRUPT', 'SQLITE_NOTADB', 'SQLITE_CORRUPT_VTAB', 'SQLITE_CORRUPT_INDEX']);

export function openStore({ dir, wall, log, report }: StoreOptions): Store {
  const file = join(dir, STORE_FILE);
  let open: { db: Database.Database; rows: Statements } | undefined;
  let trouble: StoreTrouble | undefined;
  let aside: string | undefined;

  const tell = (next: StoreTrouble | undefined) => {
    const changed = next?.code !== trouble?.code;
    trouble = next;
    if (!changed) return;
    if (next) log.error({ ...next }, 'the receiver cannot store');
    else log.info({}, 'the receiver can store again');
    report(next);
  };

  function openFile(): void {
    const db = new Database(file, { timeout: BUSY_MS });
    try {
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = FULL');
      const [check] = db.pragma('quick_check(1)') as { quick_check: string }[];
      if (check?.quick_check !== 'ok') throw Object.assign(new Error(check?.quick_check), { code: 'SQLITE_CORRUPT' });
      db.exec(schema);
      open = { db, rows: statements(db) };
    } catch (thrown) {
      db.close();
      throw thrown;
    }
  }

  /** Opens the file; a damaged one is renamed, never deleted, and a new one begun. */
  function reopen(): void {
    try {
      openFile();
    } catch (thrown) {
      if (!DAMAGE.has(codeOf(thrown))) throw thrown;
      const name = `${file}.damaged-${new Date(wall()).toISOString().replaceAll(':', '-')}`;
      for (const part of ['', '-wal', '-shm']) rename(`${file}${part}`, `${name}${part}`);
      aside = name;
      log.error({ file: name, reason: reasonOf(thrown) }, 'the store was damaged and set aside');
      openFile();
    }
  }

  function failed(thrown: unknown): { ok: false } {
    const code = codeOf(thrown);
    if (!code.startsWith('SQLITE')) throw thrown;
    if (DAMAGE.has(code)) shut();
    tell({ code, detail: reasonOf(thrown) });
    return { ok: false };
  }

  function shut(): void {
    try {
      open?.db.close();
    } catch (thrown) {
      log.warn({ reason: reasonOf(thrown) }, 'the store did not close cleanly');
    }
    open = undefined;
  }

  function use<T>(work: (rows: Statements) => T, transaction: boolean): Attempt<T> {
    if (!open) return { ok: false };
    const { db, rows } = open;
    try {
      const value = transaction ? db.transaction(() => work(rows)).immediate() : work(rows);
      if (transaction) tell(undefined);
      return { ok: true, value };
    } catch (thrown) {
      return failed(thrown);
    }
  }

  const start = () => {
    try {
      reopen();
      return true;
    } catch (thrown) {
      tell({ code: codeOf(thrown), detail: reasonOf(thrown) });
      return false;
    }
  };
  start();

  return {
    write: (work) => use(work, true),
    read: (work) => use(work, false),
    trouble: () => trouble,
    setAside: () => aside,
    heal: () => (open !== undefined || start()) && use((rows) => rows.probe.run(wall()), true).ok,
    close: shut,
  };
}

function rename(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (thrown) {
    if (codeOf(thrown) !== 'ENOENT') throw thrown;
  }
}

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : 'unknown';
