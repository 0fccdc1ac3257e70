// What makes a file one of a store's: its tables through all versions, how it is tuned, checked and repaired.

import type Database from 'better-sqlite3';
import type { Log } from './wal.ts';

export type Db = Database.Database;

/** One step of a file's format. */
export interface Migration {
  sql: string;
  /**
   * The oldest version that can work with a file that took this step. An older version may do so only if it can leave
   * alone what the step adds: a new table, or a column that is null or has a default, that is in no row's sum, and that
   * need not follow when the others change.
   */
  readableFrom: number;
}

export interface Kind {
  applicationId: number;
  /** Step n takes a file from version n to n + 1. Only ever appended to. */
  migrations: readonly Migration[];
  /** Small enough to be copied before a migration, for a program that is rolled back. */
  copied: boolean;
  synchronous: 'FULL' | 'NORMAL';
  /** Checks all pages at a start; for a small store. */
  checkPages: boolean;
  /** How many damaged files are kept. */
  keepDamaged: number;
  /** Called for each connection of the writer, after opening. */
  tune(db: Db): void;
  /** What is wrong with the content of the latest version, or undefined. */
  check?(db: Db): string | undefined;
  /** Reads what can be read of a damaged file and its log. */
  salvage?(file: Buffer, log: Log): Salvaged;
  /**
   * Takes what can be read of a newer file, which is not touched, into the file beside it that this program works on.
   * @param signature changes when the newer file does: what was taken once is not taken again
   */
  takeUp?(db: Db, newer: () => { file: Buffer; log: Log }, signature: string): void;
  /**
   * Merges what an older program, or this one, wrote beside this file while it could not be read.
   * @returns what was merged; undefined where nobody has worked on `beside`, which then is only a copy
   */
  rejoin?(db: Db, beside: Db): Record<string, number> | undefined;
}

export interface Salvaged {
  /** Puts what was salvaged into a new file. */
  into(db: Db): void;
  /** What was kept and what was lost, for the fault's context. */
  counts: Record<string, number>;
}
