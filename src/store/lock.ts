// One gateway per data directory: an operating system's lock, which dies with its holder and so is never stale.

import { chownSync, mkdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { reasonOf } from '#contract/errors.ts';
import { StoreError } from './errors.ts';

export interface DataLock {
  /**
   * False where the directory would not take a lock file (read-only, missing, full): the gateway protects the home all
   * the same.
   */
  held: boolean;
  /** Why it is not held. */
  reason?: string;
  release(): void;
}

export const LOCK = 'lock.db';

/**
 * Takes `DIR/lock.db`, which stays empty: only SQLite's exclusive lock on it counts. The lock belongs to the process,
 * by the kernel's record locks: nothing else in this process may open that file.
 * @throws StoreError `in-use` when another process holds it.
 */
export function lockData(dir: string): DataLock {
  const path = join(dir, LOCK);
  try {
    mkdirSync(dir, { recursive: true });
    return held(path);
  } catch (error) {
    if (codeOf(error) === 'SQLITE_NOTADB' || codeOf(error) === 'SQLITE_CORRUPT') return emptied(path);
    return refusal(dir, error);
  }
}

/**
 * Takes `DIR/registry-lock.db` for a change of the registry, beside a gateway that may run on the directory.
 * @throws StoreError `in-use` while another process changes it; `unwritable` where no lock can be had.
 */
export function lockRegistry(dir: string): DataLock {
  const path = join(dir, 'registry-lock.db');
  try {
    mkdirSync(dir, { recursive: true });
    const lock = held(path);
    // A lock file made by root must be usable by the service as well.
    if (process.getuid?.() === 0) {
      const { uid, gid } = statSync(dir);
      chownSync(path, uid, gid);
    }
    return lock;
  } catch (error) {
    if (codeOf(error).startsWith('SQLITE_BUSY'))
      throw new StoreError('in-use', 'another command is changing the registry just now; try again', { dir });
    throw new StoreError('unwritable', `${path} cannot be taken: ${reasonOf(error)}`, { dir }, error);
  }
}

function held(path: string): DataLock {
  const db = new Database(path, { timeout: 0 });
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    throw error;
  }
  holding.add(db);
  return {
    held: true,
    release() {
      holding.delete(db);
      db.close();
    },
  };
}

/** Keeps connections referenced: the garbage collector would close an unreferenced one, and drop its lock. */
const holding = new Set<Database.Database>();

/** Whatever is in it is not ours and means nothing. Truncated in place, so that two starts see the same file. */
function emptied(path: string): DataLock {
  try {
    truncateSync(path, 0);
    return held(path);
  } catch (error) {
    return refusal(path, error);
  }
}

function refusal(dir: string, error: unknown): DataLock {
  if (codeOf(error).startsWith('SQLITE_BUSY'))
    throw new StoreError(
      'in-use',
      `another Hearthward gateway is running on ${dir}; stop it, or give this one its own --data`,
      { dir },
    );
  return { held: false, reason: reasonOf(error), release() {} };
}

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '');
