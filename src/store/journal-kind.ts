// The journal's file: its tables through all versions, how it is tuned, checked and repaired.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { absorb, NEWER_SEEN } from './absorb.ts';
import { placeOf } from './beside.ts';
import { type JournalRows, markOf, readAll, rowsIn } from './journal-rows.ts';
import type { Db, Kind } from './kind.ts';
import { countsOf, putBack, type Salvage, salvage } from './salvage.ts';
import { latestOf, rootsOf } from './schema.ts';
import { type Log, parseWal } from './wal.ts';

/** Every row carries a sum over its other columns (`mark`), since SQLite itself does not notice a flipped bit. */
export const journalKind: Kind = {
  applicationId: 0x4877_4a6c,
  synchronous: 'FULL',
  checkPages: true,
  keepDamaged: 3,
  copied: true,
  migrations: [
    {
      readableFrom: 1,
      sql: `
    -- rank: order of birth while open, of closing after.
    CREATE TABLE alerts (id TEXT PRIMARY KEY, open INTEGER NOT NULL, rank INTEGER NOT NULL, mark INTEGER NOT NULL, json TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE deliveries (alert TEXT NOT NULL, channel TEXT NOT NULL, mark INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (alert, channel)) WITHOUT ROWID;
    CREATE TABLE outbox (slot TEXT NOT NULL, channel TEXT NOT NULL, seq INTEGER NOT NULL, msg_id TEXT NOT NULL, kind TEXT NOT NULL, priority INTEGER NOT NULL, mark INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (slot, channel)) WITHOUT ROWID;
    CREATE TABLE checkpoints (id TEXT PRIMARY KEY, mark INTEGER NOT NULL, json TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE facts (name TEXT PRIMARY KEY, mark INTEGER NOT NULL, json TEXT NOT NULL) WITHOUT ROWID;
    -- Written and emptied to find out whether a full or failed disk takes writes again.
    CREATE TABLE probe (id INTEGER PRIMARY KEY, filler BLOB NOT NULL);
    `,
    },
  ],
  tune(db) {
    // The writer makes checkpoints itself, between commits: a commit would have to wait for an automatic one.
    db.pragma('wal_autocheckpoint = 0');
    db.pragma('journal_size_limit = 4194304');
    // Deleted rows are overwritten: they are somebody's life at home, and no salvage should find them.
    db.pragma('secure_delete = ON');
  },
  check: (db) => readAll(db).damage,
  salvage(file, log) {
    const found = salvaged(file, log);
    return { counts: countsOf(found), into: (db) => putBack(db, found.rows) };
  },
  takeUp(db, newer, signature) {
    if (newerSeen(db) === signature) return;
    const { file, log } = newer();
    absorb(db, salvaged(file, log).rows);
    const json = JSON.stringify(signature);
    db.prepare('REPLACE INTO facts (name, mark, json) VALUES (?, ?, ?)').run(
      NEWER_SEEN,
      markOf(NEWER_SEEN, json),
      json,
    );
  },
  rejoin: (db, beside) => (newerSeen(beside) === undefined ? undefined : absorb(db, rowsIn(beside))),
};

/** Which state of a newer file was taken into this one; undefined for a journal that is beside none. */
function newerSeen(db: Db): string | undefined {
  const json = db.prepare<[string], string>('SELECT json FROM facts WHERE name = ?').pluck().get(NEWER_SEEN);
  return json === undefined ? undefined : String(JSON.parse(json));
}

/** The journal's file in `dir` that this version works on. */
export const journalIn = (dir: string): string =>
  placeOf(join(dir, 'journal.db'), journalKind, latestOf(journalKind)).path;

/** What can be read where nothing can be written; undefined where the card returns nothing. */
export function readOnly(path: string): JournalRows | undefined {
  const read = (name: string) => (existsSync(name) ? readFileSync(name) : Buffer.alloc(0));
  try {
    if (!statSync(dirname(path)).isDirectory()) return undefined;
    return salvaged(read(path), parseWal(read(`${path}-wal`))).rows;
  } catch {
    return undefined;
  }
}

function salvaged(file: Buffer, log: Log): Salvage {
  // Should a version ever move a table to another root, this will depend on the file's version.
  const { probe: _, ...roots } = rootsOf(journalKind);
  return salvage(file, log, roots);
}
