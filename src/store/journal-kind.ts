// The journal's file: its tables through all versions, how it is tuned, checked and mended.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Kind, rootsOf } from './database.ts';
import { type JournalRows, readAll } from './journal-rows.ts';
import { countsOf, putBack, type Salvage, salvage } from './salvage.ts';
import { type Log, parseWal } from './wal.ts';

/** Every row carries a sum over its other columns (`mark`), since SQLite itself does not see a bit that fell over. */
export const journalKind: Kind = {
  applicationId: 0x4877_4a6c,
  synchronous: 'FULL',
  checkPages: true,
  keepDamaged: 3,
  migrations: [
    `
    -- rank: order of birth while open, of closing after.
    CREATE TABLE alerts (id TEXT PRIMARY KEY, open INTEGER NOT NULL, rank INTEGER NOT NULL, mark INTEGER NOT NULL, json TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE deliveries (alert TEXT NOT NULL, channel TEXT NOT NULL, mark INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (alert, channel)) WITHOUT ROWID;
    CREATE TABLE outbox (slot TEXT NOT NULL, channel TEXT NOT NULL, seq INTEGER NOT NULL, msg_id TEXT NOT NULL, kind TEXT NOT NULL, priority INTEGER NOT NULL, mark INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (slot, channel)) WITHOUT ROWID;
    CREATE TABLE checkpoints (id TEXT PRIMARY KEY, mark INTEGER NOT NULL, json TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE facts (name TEXT PRIMARY KEY, mark INTEGER NOT NULL, json TEXT NOT NULL) WITHOUT ROWID;
    -- Written and emptied to find out whether a full or failed disk takes writes again.
    CREATE TABLE probe (id INTEGER PRIMARY KEY, filler BLOB NOT NULL);
    `,
  ],
  tune(db) {
    // Checkpoints are the writer's own, between commits: an automatic one would be waited for by a commit.
    db.pragma('wal_autocheckpoint = 0');
    db.pragma('journal_size_limit = 4194304');
    // Deleted rows are overwritten: they are somebody's life at home, and nothing that a salvage should find.
    db.pragma('secure_delete = ON');
  },
  check: (db) => readAll(db).damage,
  salvage(file, log) {
    const found = salvaged(file, log);
    return { counts: countsOf(found), into: (db) => putBack(db, found.rows) };
  },
};

/** What can be read, where nothing can be written; undefined where the card gives nothing back. */
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
  // Once a version moves a table to another root, this becomes a matter of the file's version.
  const { probe: _, ...roots } = rootsOf(journalKind);
  return salvage(file, log, roots);
}
