// What can go wrong with a store, and how SQLite's codes sort into it.

import { HearthwardError, reasonOf } from '#contract/errors.ts';

const storeErrorCodes = [
  /** The disk is full, read-only, missing or failing: nothing was stored, and the write is tried again. */
  'unwritable',
  /** The file is not as we wrote it. */
  'damaged',
  /** Another gateway works on this directory. */
  'in-use',
  /** There is no such store. */
  'missing',
  /** The card does not answer, and no more changes can be kept waiting for it. */
  'stalled',
  /** The value cannot be stored as JSON. */
  'not-storable',
  /** The file is of a later version, and this one must not touch it. */
  'newer',
  /** The store was closed. */
  'closed',
] as const;
export type StoreErrorCode = (typeof storeErrorCodes)[number];

export class StoreError extends HearthwardError {
  declare readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, context: Record<string, unknown> = {}, cause?: unknown) {
    super(code, message, context, cause);
  }
}

/** An error as it crosses from a worker to the main thread. */
export interface PlainError {
  code: StoreErrorCode;
  message: string;
  context: Record<string, unknown>;
}

export const plain = ({ code, message, context }: StoreError): PlainError => ({ code, message, context });
export const revive = ({ code, message, context }: PlainError): StoreError => new StoreError(code, message, context);

/**
 * SQLite's error as one of ours. `SQLITE_ERROR` and the constraint codes mean "no such table", "no such column" or a
 * duplicate key: our statements are fixed and upsert, so that only a file that was changed behind our back can cause
 * them.
 */
export function storeError(thrown: unknown, context: Record<string, unknown> = {}): StoreError {
  if (thrown instanceof StoreError) return thrown;
  const sqlite = (thrown as { code?: unknown } | null)?.code;
  const reason = reasonOf(thrown);
  const code: StoreErrorCode = typeof sqlite === 'string' && DAMAGE.test(sqlite) ? 'damaged' : 'unwritable';
  return new StoreError(code, reason, { ...context, ...(typeof sqlite === 'string' && { cause: sqlite }) }, thrown);
}

const DAMAGE =
  /^SQLITE_(CORRUPT|NOTADB|FORMAT|ERROR|CONSTRAINT|MISMATCH|SCHEMA|TOOBIG|IOERR_(SHORT_READ|READ|CORRUPTFS|DATA)$)/;
