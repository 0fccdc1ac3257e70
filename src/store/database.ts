// Opens a store's file in its worker: whole and ours, or set aside and begun anew. Nothing here runs on the main thread.

import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { StoreError, storeError } from './errors.ts';
import { inspectWal } from './wal.ts';

export type Db = Database.Database;

/** What makes a file one of ours. */
export interface Kind {
  applicationId: number;
  /** Step n takes a file from `user_version` n to n + 1. Only ever appended to. */
  migrations: readonly string[];
  synchronous: 'FULL' | 'NORMAL';
  /** Reads all pages at a start; for a small store. */
  checkPages: boolean;
  /** Damaged files kept. */
  keepDamaged: number;
  /** For each connection of the writer, after opening. */
  tune(db: Db): void;
  /** What is wrong with the content of the latest version, or undefined. */
  check?(db: Db): string | undefined;
}

/** A connection, and the file it was opened on. */
export interface Opened {
  db: Db;
  path: string;
  inodes: string;
}

/**
 * Opens `path`; a file that is not whole is set aside first, `onDamage` is told, and a new one begun.
 * `wall` names what is set aside.
 * @throws StoreError `unwritable` when neither is possible now.
 */
export function openWhole(path: string, kind: Kind, wall: number, onDamage: (detail: string) => void): Opened {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const before = outerDamage(path, kind);
    if (before === undefined) {
      try {
        return existsSync(path) ? open(path, kind) : create(path, kind);
      } catch (error) {
        const reason = storeError(error, { path });
        if (reason.code !== 'damaged') throw reason;
        onDamage(`${reason.message}; set aside as ${setAside(path, wall, kind.keepDamaged)}`);
      }
    } else onDamage(`${before}; set aside as ${setAside(path, wall, kind.keepDamaged)}`);
    return create(path, kind);
  } catch (error) {
    const reason = storeError(error, { path });
    throw reason.code === 'unwritable' ? reason : new StoreError('unwritable', reason.message, reason.context, error);
  }
}

/** Whether the name still leads to the file that is open: what is written to a deleted one is written to nobody. */
export const inPlace = ({ path, inodes }: Opened): boolean => inodesOf(path) === inodes;

/** Moves a file with its log out of the way, keeping the newest few. Salvage, one day, reads from what lies here. */
export function setAside(path: string, wall: number, keep: number): string {
  const dir = dirname(path);
  const prefix = `${basename(path)}.damaged-`;
  const stamp = (name: string) => Number(/^\d+/.exec(name.slice(prefix.length))?.[0] ?? 0);
  const asides = () => readdirSync(dir).filter((name) => name.startsWith(prefix));
  const taken = new Set(asides().map(stamp));
  let at = wall;
  while (taken.has(at)) at += 1;
  const aside = `${prefix}${at}`;
  for (const suffix of ['', '-wal', '-shm', '-journal'])
    if (existsSync(path + suffix)) renameSync(path + suffix, join(dir, aside + suffix));
  const old = [...new Set(asides().map(stamp))].sort((a, b) => b - a).slice(keep);
  for (const name of asides()) if (old.includes(stamp(name))) rmSync(join(dir, name), { force: true });
  return aside;
}

/** The file's bytes, brought to the latest version in memory; undefined when they are not whole. The caller closes it. */
export function openImage(image: Buffer, kind: Kind): Db | undefined {
  let db: Db | undefined;
  try {
    db = new Database(image);
    complain(innerDamage(db, kind));
    migrate(db, kind);
    return db;
  } catch {
    if (db) close(db);
    return undefined;
  }
}

function open(path: string, kind: Kind): Opened {
  const db = new Database(path, { fileMustExist: true, timeout: 2_000 });
  try {
    complain(innerDamage(db, kind));
    prepare(db, kind);
    migrate(db, kind);
    complain(kind.check?.(db));
    return { db, path, inodes: inodesOf(path) };
  } catch (error) {
    close(db);
    throw error;
  }
}

/** Made whole under another name and then renamed: a file under its own name was whole once. */
function create(path: string, kind: Kind): Opened {
  const making = `${path}.new`;
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(making + suffix, { force: true });
  const db = new Database(making, { timeout: 2_000 });
  try {
    db.pragma(`application_id = ${kind.applicationId}`);
    prepare(db, kind);
    migrate(db, kind);
  } finally {
    close(db);
  }
  const file = openSync(making, 'r+');
  fsyncSync(file);
  closeSync(file);
  renameSync(making, path);
  syncDirectory(dirname(path));
  return open(path, kind);
}

function prepare(db: Db, kind: Kind): void {
  // better-sqlite3 is built with 16 MB of page cache for each connection.
  db.pragma('cache_size = -2000');
  db.pragma('journal_mode = WAL');
  db.pragma(`synchronous = ${kind.synchronous}`);
  kind.tune(db);
}

function migrate(db: Db, kind: Kind): void {
  const from = db.pragma('user_version', { simple: true }) as number;
  if (from === kind.migrations.length) return;
  db.transaction(() => {
    for (const step of kind.migrations.slice(from)) db.exec(step);
    db.pragma(`user_version = ${kind.migrations.length}`);
  }).immediate();
}

/** What can be seen before SQLite touches the file, and what SQLite would take in good part. */
function outerDamage(path: string, kind: Kind): string | undefined {
  const there = existsSync(path);
  if (!there) return existsSync(`${path}-wal`) ? 'the file is missing, but its write-ahead log is there' : undefined;
  if (!statSync(path).isFile()) return 'there is something else in place of the file';
  const header = readStart(path, 100);
  if (header.length < 100) return 'the file is cut short';
  if (header.toString('latin1', 0, 16) !== 'SQLite format 3\0') return 'the file is not a database';
  // Above 2 is a later SQLite's: one that we could read but not write to.
  if ((header[18] ?? 0) > 2 || (header[19] ?? 0) > 2) return 'the header of the file is wrong';
  if (kind.synchronous !== 'FULL') return undefined;
  const wal = inspectWal(`${path}-wal`);
  return wal.state === 'damaged' ? wal.why : undefined;
}

function innerDamage(db: Db, kind: Kind): string | undefined {
  const id = db.pragma('application_id', { simple: true });
  if (id !== kind.applicationId) return 'the file is a database, but not this store';
  const version = db.pragma('user_version', { simple: true }) as number;
  if (version > kind.migrations.length || version < 1)
    return `the file is of version ${version}, and ${kind.migrations.length} is the latest known here`;
  if (schemaOf(db) !== expectedSchema(kind, version)) return 'the tables are not those of this store';
  if (kind.checkPages) {
    const [first] = db.pragma('quick_check(1)') as { quick_check: string }[];
    if (first?.quick_check !== 'ok') return `the check of its pages says: ${first?.quick_check}`;
  }
  return undefined;
}

function complain(damage: string | undefined): void {
  if (damage !== undefined) throw new StoreError('damaged', damage);
}

function expectedSchema(kind: Kind, version: number): string {
  const db = new Database(':memory:');
  try {
    for (const step of kind.migrations.slice(0, version)) db.exec(step);
    return schemaOf(db);
  } finally {
    db.close();
  }
}

const schemaOf = (db: Db): string =>
  JSON.stringify(db.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name').all());

function readStart(path: string, length: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(file, bytes, 0, length, 0));
  } finally {
    closeSync(file);
  }
}

function syncDirectory(dir: string): void {
  const handle = openSync(dir, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

const inodesOf = (path: string): string =>
  [path, `${path}-wal`].map((name) => statSync(name, { throwIfNoEntry: false })?.ino ?? 0).join('/');

/** Closing tidies up and may fail on a bad card; the connection is gone either way. */
export function close(db: Db): void {
  try {
    db.close();
  } catch {
    // Nothing that was promised depends on it.
  }
}
