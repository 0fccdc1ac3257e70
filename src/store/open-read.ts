// Opens a store's file for an onlooker, who must leave no trace beside it: SQLite creates a log and its index for a
// reader too, owned by the reader, and a gateway that starts later under its own user may then be unable to write to
// them. https://sqlite.org/wal.html#read_only_databases

import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import { close } from './database.ts';
import { StoreError, storeError } from './errors.ts';
import type { Db } from './kind.ts';

export interface Onlook {
  /** Reads something, in one transaction or one statement; again when a gateway began to write meanwhile. */
  look<Result>(use: (db: Db) => Result): Result;
  done(): void;
}

/** Attempts before a file that is never quiet is given up. */
const TRIES = 5;

/** @throws StoreError `missing`, or `unwritable` for a file that cannot be read; its `look` throws `damaged` too. */
export function onlook(path: string): Onlook {
  let open = openToRead(path);

  return {
    look(use) {
      for (let attempt = 1; ; attempt += 1) {
        let answer: { result: ReturnType<typeof use> } | { error: unknown };
        try {
          answer = { result: use(open.db) };
        } catch (error) {
          answer = { error };
        }
        if (open.held() || attempt === TRIES) {
          if ('result' in answer) return answer.result;
          throw asStoreError(path, answer.error);
        }
        open.done();
        open = openToRead(path);
      }
    },
    done: () => open.done(),
  };
}

interface Open {
  db: Db;
  /** Whether what was read so far was the whole truth. */
  held(): boolean;
  done(): void;
}

function openToRead(path: string): Open {
  if (!existsSync(path))
    throw new StoreError('missing', `${path} does not exist: no gateway has run on this directory`, { path });
  try {
    if (atRest(path)) return openSealed(path);
    // With a log but without its index, SQLite would create one.
    if (existsSync(`${path}-shm`)) return openBeside(path);
  } catch (error) {
    if (!/^SQLITE_(CANTOPEN|READONLY)/.test(String((error as { code?: unknown }).code)))
      throw asStoreError(path, error);
  }
  try {
    return openCopy(path);
  } catch (error) {
    throw asStoreError(path, error);
  }
}

/** Nobody is writing, and nothing waits in a log. */
const atRest = (path: string): boolean => (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0;

/** Opened as a file that never changes: SQLite takes no lock and needs no log. That holds as long as nobody writes. */
function openSealed(path: string): Open {
  const before = stampOf(path);
  const db = sealed(path);
  return { db, held: () => atRest(path) && stampOf(path) === before, done: () => close(db) };
}

/**
 * The library looks at this variable once, when its first connection is made; in a process that has made one already, a
 * name of this form is not a file.
 */
function sealed(path: string): Db {
  const before = process.env.SQLITE_USE_URI;
  process.env.SQLITE_USE_URI = '1';
  try {
    return connect(`${pathToFileURL(path).href}?immutable=1`);
  } finally {
    if (before === undefined) delete process.env.SQLITE_USE_URI;
    else process.env.SQLITE_USE_URI = before;
  }
}

/** Beside a gateway that runs or was killed: its log and index are there. */
function openBeside(path: string): Open {
  const db = connect(path);
  return { db, held: () => true, done: () => close(db) };
}

/** Where this user may not use the index. */
function openCopy(path: string): Open {
  const dir = mkdtempSync(join(tmpdir(), 'hearthward-read-'));
  const remove = () => rmSync(dir, { recursive: true, force: true });
  try {
    const copy = join(dir, basename(path));
    // A gateway that writes meanwhile would leave a copy of two halves.
    for (let attempt = 1, before = ''; before !== stampOf(path); attempt += 1) {
      if (attempt > TRIES) throw new StoreError('unwritable', `${path} changes faster than it can be copied`, { path });
      before = stampOf(path);
      copyFileSync(path, copy);
      rmSync(`${copy}-wal`, { force: true });
      if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`);
    }
    const db = connect(copy);
    return {
      db,
      held: () => true,
      done() {
        close(db);
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

const stampOf = (path: string): string =>
  [path, `${path}-wal`]
    .map((name) => statSync(name, { throwIfNoEntry: false }))
    .map((stat) => `${stat?.ino ?? 0} ${stat?.size ?? 0} ${stat?.mtimeMs ?? 0}`)
    .join('/');

/** Reads the schema, since only then does SQLite look at the file. */
function connect(name: string): Db {
  const db = new Database(name, { readonly: true, fileMustExist: true, timeout: 2_000 });
  try {
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    return db;
  } catch (error) {
    close(db);
    throw error;
  }
}

function asStoreError(path: string, error: unknown): StoreError {
  const { code, message, context } = storeError(error, { path });
  return new StoreError(code, message.includes(path) ? message : `${path}: ${message}`, context, error);
}
