// Opens a store's file in its worker: whole and ours, or set aside and begun anew. Nothing here runs on the main thread.

import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { StoreError, storeError } from './errors.ts';
import { putInPlace, readStart, SALVAGING, SUFFIXES, setAside, sourceOf } from './files.ts';
import { type Log, readWal } from './wal.ts';

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
  /** Reads what can be read of a damaged file and its log. */
  salvage?(file: Buffer, log: Log): Salvaged;
}

export interface Salvaged {
  /** Puts it into a new file. */
  into(db: Db): void;
  /** What was kept and what was lost, for the fault's context. */
  counts: Record<string, number>;
}

/** Told of each damaged file: what was wrong, where it lies now, and what was carried over. */
export type OnDamage = (detail: string, counts: Record<string, number>) => void;

/** A connection, and the file it was opened on. */
export interface Opened {
  db: Db;
  path: string;
  inodes: string;
}

/**
 * Opens `path`; from a file that is not whole, what can be read is carried over into a new one, the old one is set aside
 * and `onDamage` is told. `wall` names what is set aside.
 * @throws StoreError `unwritable` when neither is possible now.
 */
export function openWhole(path: string, kind: Kind, wall: number, onDamage: OnDamage): Opened {
  return orUnwritable(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    const damage = outerDamage(path, kind);
    if (damage !== undefined) return replace(path, kind, wall, damage, onDamage);
    try {
      return existsSync(path) ? open(path, kind) : create(path, kind);
    } catch (error) {
      const reason = storeError(error, { path });
      if (reason.code !== 'damaged') throw reason;
      return replace(path, kind, wall, reason.message, onDamage);
    }
  });
}

/**
 * In place of a file that was open until now and turned out to be damaged.
 * @param image the file's bytes, where its name no longer leads to it.
 */
export function replaceDamaged(
  path: string,
  kind: Kind,
  wall: number,
  why: string,
  onDamage: OnDamage,
  image?: Buffer,
): Opened {
  return orUnwritable(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    return replace(path, kind, wall, why, onDamage, image);
  });
}

/**
 * The new file is made first, then the old one set aside, then the new one gets its name: a power cut in between leaves
 * one of the two to go on from.
 */
function replace(path: string, kind: Kind, wall: number, why: string, onDamage: OnDamage, image?: Buffer): Opened {
  const making = path + SALVAGING;
  const salvaged = kind.salvage && salvage(kind.salvage, path, image);
  make(making, kind, (db) => salvaged?.into(db));
  const aside = setAside(path, wall, kind.keepDamaged);
  putInPlace(making, path);
  onDamage(aside ? `${why}; set aside as ${aside}` : why, salvaged?.counts ?? {});
  return open(path, kind);
}

function salvage(read: NonNullable<Kind['salvage']>, path: string, image: Buffer | undefined): Salvaged {
  const { file, log } = image ? { file: image, log: { frames: [] } } : sourceOf(path);
  return read(file, log);
}

function orUnwritable(path: string, attempt: () => Opened): Opened {
  try {
    return attempt();
  } catch (error) {
    const reason = storeError(error, { path });
    throw reason.code === 'unwritable' ? reason : new StoreError('unwritable', reason.message, reason.context, error);
  }
}

/** Whether the name still leads to the file that is open: what is written to a deleted one is written to nobody. */
export const inPlace = ({ path, inodes }: Opened): boolean => inodesOf(path) === inodes;

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
  make(`${path}.new`, kind, () => undefined);
  putInPlace(`${path}.new`, path);
  return open(path, kind);
}

function make(path: string, kind: Kind, fill: (db: Db) => void): void {
  for (const suffix of SUFFIXES) rmSync(path + suffix, { force: true });
  const db = new Database(path, { timeout: 2_000 });
  try {
    db.pragma(`application_id = ${kind.applicationId}`);
    prepare(db, kind);
    migrate(db, kind);
    fill(db);
  } finally {
    close(db);
  }
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
  if (!existsSync(path)) {
    if (existsSync(`${path}-wal`)) return 'the file is missing, but its write-ahead log is there';
    return existsSync(path + SALVAGING) ? 'a damaged file was being replaced when the power went' : undefined;
  }
  if (!statSync(path).isFile()) return 'there is something else in place of the file';
  const header = readStart(path, 100);
  if (header.length < 100) return 'the file is cut short';
  if (header.toString('latin1', 0, 16) !== 'SQLite format 3\0') return 'the file is not a database';
  // Above 2 is a later SQLite's: one that we could read but not write to.
  if ((header[18] ?? 0) > 2 || (header[19] ?? 0) > 2) return 'the header of the file is wrong';
  return kind.synchronous === 'FULL' ? readWal(`${path}-wal`).damage : undefined;
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

/** Root page of each table in a file of the latest version. */
export function rootsOf(kind: Kind): Record<string, number> {
  const db = new Database(':memory:');
  try {
    for (const step of kind.migrations) db.exec(step);
    const rows = db.prepare("SELECT name, rootpage FROM sqlite_schema WHERE type = 'table'").raw().all();
    return Object.fromEntries(rows as [string, number][]);
  } finally {
    db.close();
  }
}

const schemaOf = (db: Db): string =>
  JSON.stringify(db.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name').all());

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
