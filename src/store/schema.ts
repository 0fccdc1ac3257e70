// The tables of a store's file: how they are made step by step, and whether those that are there will do.

import Database from 'better-sqlite3';
import type { Format } from '#contract/format.ts';
import { besideOf } from './beside.ts';
import { putInPlace, remove } from './files.ts';
import type { Db, Kind } from './kind.ts';
import { formatOf, userVersionOf } from './user-version.ts';

/** The format that this program writes. */
export const latestOf = ({ migrations }: Pick<Kind, 'migrations'>): Format => ({
  version: migrations.length,
  readableFrom: migrations.at(-1)?.readableFrom ?? migrations.length,
});

/** Migrates an older file, or creates a new one; a newer one stays as it is. */
export function migrate(db: Db, kind: Kind, path: string): void {
  const from = formatIn(db)?.version ?? 0;
  if (from >= kind.migrations.length) return;
  if (from > 0 && kind.copied) copyFor(from, db, path);
  db.transaction(() => {
    for (const { sql } of kind.migrations.slice(from)) db.exec(sql);
    db.pragma(`user_version = ${userVersionOf(latestOf(kind))}`);
  }).immediate();
}

/** Copies it as it was, for the version that wrote it and may be rolled back to. */
function copyFor(version: number, db: Db, path: string): void {
  const copy = besideOf(path, version);
  const making = `${copy}.new`;
  remove(making);
  db.prepare('VACUUM INTO ?').run(making);
  putInPlace(making, copy);
}

export const formatIn = (db: Db): Format | undefined => formatOf(db.pragma('user_version', { simple: true }) as number);

/** For a file of this or an older version: whether its tables are exactly those of its version. */
export const hasTablesOf = (db: Db, kind: Kind, version: number): boolean =>
  schemaOf(db) === withTables(kind, version, schemaOf);

/**
 * For a newer file: whether it has all tables and columns that this program reads and writes, and requires no others.
 */
export function hasOurTables(db: Db, kind: Kind): boolean {
  const ours = withTables(kind, kind.migrations.length, columnsOf);
  const there = columnsOf(db);
  return Object.entries(ours).every(([table, columns]) => {
    const found = there[table] ?? {};
    const known = Object.entries(columns).every(([name, { key }]) => found[name]?.key === key);
    return known && Object.entries(found).every(([name, { key, needed }]) => name in columns || (key === 0 && !needed));
  });
}

/** Root page of each table in a new file. */
export const rootsOf = (kind: Kind): Record<string, number> =>
  withTables(kind, kind.migrations.length, (db) => {
    const rows = db.prepare("SELECT name, rootpage FROM sqlite_schema WHERE type = 'table'").raw().all();
    return Object.fromEntries(rows as [string, number][]);
  });

function withTables<Result>(kind: Kind, version: number, use: (db: Db) => Result): Result {
  const db = new Database(':memory:');
  try {
    for (const { sql } of kind.migrations.slice(0, version)) db.exec(sql);
    return use(db);
  } finally {
    db.close();
  }
}

interface Column {
  /** Its place in the primary key, from 1; 0 for none. */
  key: number;
  /** No row can be written without it. */
  needed: boolean;
}

function columnsOf(db: Db): Record<string, Record<string, Column>> {
  type Info = { table: string; name: string; key: number; needed: number };
  const rows = db
    .prepare<[], Info>(
      `SELECT s.name AS "table", c.name, c.pk AS key, c."notnull" AND c.dflt_value IS NULL AS needed
       FROM sqlite_schema s, pragma_table_info(s.name) c WHERE s.type = 'table'`,
    )
    .all();
  const tables: Record<string, Record<string, Column>> = {};
  for (const { table, name, key, needed } of rows) {
    tables[table] ??= {};
    tables[table][name] = { key, needed: needed === 1 };
  }
  return tables;
}

const schemaOf = (db: Db): string =>
  JSON.stringify(db.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name').all());
