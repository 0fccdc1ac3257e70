// Opens a store's file in its worker: whole and ours, or set aside and started over; or a file beside it, where it is
// of a later version that this program cannot read. Nothing here runs on the main thread.

import { copyFileSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import Database from 'better-sqlite3';
import { standingOf } from '#base/format.ts';
import type { Format } from '#contract/format.ts';
import { besideOf, besides, placeOf, signatureOf } from './beside.ts';
import { StoreError, storeError } from './errors.ts';
import { putInPlace, readStart, remove, SALVAGING, setAside, sourceOf } from './files.ts';
import type { Db, Kind, Salvaged } from './kind.ts';
import { formatIn, hasOurTables, hasTablesOf, latestOf, migrate } from './schema.ts';
import { readWal } from './wal.ts';

/** Called for each damaged file: what was wrong, where the file is now, and what was carried over. */
export type OnDamage = (detail: string, counts: Record<string, number>) => void;

/** A connection, and the file it was opened on. */
export interface Opened {
  db: Db;
  path: string;
  inodes: string;
  /** Set where the store's file is of a later version: this very file, or one beside it that cannot be read. */
  newer?: Format | undefined;
  /** What was merged from a file beside it. */
  rejoined?: { file: string; counts: Record<string, number> } | undefined;
}

/**
 * Opens `path`, or the file beside it. From a file that is not whole, what can be read is carried over into a new one,
 * the old one is set aside and `onDamage` is called. `wall` names what is set aside.
 * @throws StoreError `unwritable` when neither is possible now.
 */
export function openWhole(path: string, kind: Kind, wall: number, onDamage: OnDamage): Opened {
  return orUnwritable(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    const place = placeOf(path, kind, latestOf(kind));
    if (place.newer && place.path !== path) return openBeside(path, kind, place.newer, wall, onDamage);
    try {
      const opened = openOrReplace(path, kind, wall, onDamage, (db) => rejoin(db, path, kind, wall, onDamage));
      return { ...opened, newer: place.newer };
    } catch (error) {
      // Its tables do not keep the promise of its format.
      if (place.newer && storeError(error).code === 'newer') return openBeside(path, kind, place.newer, wall, onDamage);
      throw error;
    }
  });
}

/**
 * Replaces a file that was open until now and turned out to be damaged.
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
    return replace({ path, kind, wall, onDamage }, why, image);
  });
}

interface Opening {
  path: string;
  kind: Kind;
  wall: number;
  onDamage: OnDamage;
  /** Adds more to it before its content is checked. */
  add?: ((db: Db) => Opened['rejoined']) | undefined;
}

function openOrReplace(path: string, kind: Kind, wall: number, onDamage: OnDamage, add?: Opening['add']): Opened {
  const opening = { path, kind, wall, onDamage, add };
  const damage = outerDamage(path, kind);
  if (damage !== undefined) return replace(opening, damage);
  try {
    return existsSync(path) ? open(opening) : create(opening);
  } catch (error) {
    const reason = storeError(error, { path });
    if (reason.code !== 'damaged') throw reason;
    return replace(opening, reason.message);
  }
}

/**
 * The file beside a newer one, with all rows of the newer file that fit their sums; the newer file is left as it is.
 */
function openBeside(path: string, kind: Kind, newer: Format, wall: number, onDamage: OnDamage): Opened {
  const own = besideOf(path, kind.migrations.length);
  const opened = openOrReplace(own, kind, wall, onDamage, (db) => {
    kind.takeUp?.(db, () => sourceOf(path), signatureOf(path));
    return undefined;
  });
  return { ...opened, newer };
}

/** How long a copy from before a migration is kept, ms: after that nobody goes back to the version it was made for. */
const COPY_KEPT_MS = 90 * 24 * 3_600_000;

/** Merges what was written beside `path` while it could not be read. */
function rejoin(db: Db, path: string, kind: Kind, wall: number, onDamage: OnDamage): Opened['rejoined'] {
  if (!kind.rejoin) return undefined;
  let all: Opened['rejoined'];
  for (const file of besides(path, kind.migrations.length)) {
    const counts = rejoinFrom(db, file, kind, wall, onDamage);
    if (counts) all = { file: basename(file), counts };
    if (counts || wall - statSync(file).mtimeMs > COPY_KEPT_MS) remove(file);
  }
  return all;
}

/** Merges from a copy, which is migrated first: if a power cut interrupts that, it is done again from the start. */
function rejoinFrom(db: Db, file: string, kind: Kind, wall: number, onDamage: OnDamage) {
  const copy = file.replace(/\.db$/, '.rejoining.db');
  remove(copy);
  for (const suffix of ['', '-wal']) if (existsSync(file + suffix)) copyFileSync(file + suffix, copy + suffix);
  const beside = openOrReplace(copy, { ...kind, copied: false }, wall, onDamage);
  try {
    return kind.rejoin?.(db, beside.db);
  } finally {
    close(beside.db);
    remove(copy);
  }
}

/**
 * The new file is made first, then the old one set aside, then the new one gets its name: after a power cut in between,
 * one of the two is there to go on from.
 */
function replace(opening: Opening, why: string, image?: Buffer): Opened {
  const { path, kind, wall, onDamage } = opening;
  const making = path + SALVAGING;
  const salvaged = kind.salvage && salvage(kind.salvage, path, image);
  make(making, kind, (db) => salvaged?.into(db));
  const aside = setAside(path, wall, kind.keepDamaged);
  putInPlace(making, path);
  onDamage(aside ? `${why}; set aside as ${aside}` : why, salvaged?.counts ?? {});
  return open(opening);
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

/** Whether the name still leads to the file that is open: what is written to a deleted file is lost. */
export const inPlace = ({ path, inodes }: Opened): boolean => inodesOf(path) === inodes;

function open({ path, kind, add }: Opening): Opened {
  const db = new Database(path, { fileMustExist: true, timeout: 2_000 });
  try {
    complain(innerDamage(db, kind));
    prepare(db, kind);
    migrate(db, kind, path);
    const rejoined = add?.(db);
    complain(kind.check?.(db));
    return { db, path, inodes: inodesOf(path), ...(rejoined && { rejoined }) };
  } catch (error) {
    close(db);
    throw error;
  }
}

/** Completed under another name and then renamed: a file under its own name was whole once. */
function create(opening: Opening): Opened {
  const { path, kind } = opening;
  make(`${path}.new`, kind, () => undefined);
  putInPlace(`${path}.new`, path);
  return open(opening);
}

function make(path: string, kind: Kind, fill: (db: Db) => void): void {
  remove(path);
  const db = new Database(path, { timeout: 2_000 });
  try {
    db.pragma(`application_id = ${kind.applicationId}`);
    prepare(db, kind);
    migrate(db, kind, path);
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

/** Damage that shows before SQLite touches the file, and damage that SQLite would overlook. */
function outerDamage(path: string, kind: Kind): string | undefined {
  if (!existsSync(path)) {
    if (existsSync(`${path}-wal`)) return 'the file is missing, but its write-ahead log is there';
    return existsSync(path + SALVAGING) ? 'a damaged file was being replaced when the power went' : undefined;
  }
  if (!statSync(path).isFile()) return 'there is something else in place of the file';
  const header = readStart(path, 100);
  if (header.length < 100) return 'the file is cut short';
  if (header.toString('latin1', 0, 16) !== 'SQLite format 3\0') return 'the file is not a database';
  // Above 2 it is from a later SQLite: one that we could read but not write to.
  if ((header[18] ?? 0) > 2 || (header[19] ?? 0) > 2) return 'the header of the file is wrong';
  return kind.synchronous === 'FULL' ? readWal(`${path}-wal`).damage : undefined;
}

/** @throws StoreError `newer` for a file whose format says that it can be read, and whose tables say that it cannot. */
function innerDamage(db: Db, kind: Kind): string | undefined {
  const id = db.pragma('application_id', { simple: true });
  if (id !== kind.applicationId) return 'the file is a database, but not this store';
  const format = formatIn(db);
  if (!format) return 'the file says no version that there is';
  const standing = standingOf(format, latestOf(kind));
  if (standing === 'own' || standing === 'older') {
    if (!hasTablesOf(db, kind, format.version)) return 'the tables are not those of this store';
  } else if (standing === 'unreadable' || !hasOurTables(db, kind))
    throw new StoreError('newer', `the file is of version ${format.version}`);
  if (kind.checkPages) {
    const [first] = db.pragma('quick_check(1)') as { quick_check: string }[];
    if (first?.quick_check !== 'ok') return `the check of its pages says: ${first?.quick_check}`;
  }
  return undefined;
}

function complain(damage: string | undefined): void {
  if (damage !== undefined) throw new StoreError('damaged', damage);
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
