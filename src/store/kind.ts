// What makes a file one of a store's: its tables through all versions, how it is tuned, checked and mended.

import type Database from 'better-sqlite3';
import type { Log } from './wal.ts';

export type Db = Database.Database;

/** One step of a file's format. */
export interface Migration {
  sql: string;
  /**
   * The oldest version that can go on with a file that took this step. An older one than this may read it only if what the
   * step adds can be left alone: a new table, or a column that is null or has a default, that is in no row's sum, and that
   * need not follow when the others change.
   */
  readableFrom: number;
}

export interface Kind {
  applicationId: number;
  /** Step n takes a file from version n to n + 1. Only ever appended to. */
  migrations: readonly Migration[];
  /** Small enough to be copied before it is brought forward, for a program that is rolled back. */
  copied: boolean;
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
  /**
   * Takes what can be read of a newer file, which is not touched, into the one beside it that this program works on.
   * @param signature changes when the newer file does: what was taken once is not taken again
   */
  takeUp?(db: Db, newer: () => { file: Buffer; log: Log }, signature: string): void;
  /**
   * Takes what an older program, or this one, wrote beside this file while it could not be read.
   * @returns what was taken; undefined where nobody has worked on `beside`, which is a copy then
   */
  rejoin?(db: Db, beside: Db): Record<string, number> | undefined;
}

export interface Salvaged {
  /** Puts it into a new file. */
  into(db: Db): void;
  /** What was kept and what was lost, for the fault's context. */
  counts: Record<string, number>;
}
