// The history's tables: two rings of blocks, one for telemetry and one for what outlives it, within one budget of bytes.
// Rows are blocks of records rather than records: a fifth of the bytes on the card, and a tenth of the time.

import { crc32 } from 'node:zlib';
import type { Db, Kind } from './database.ts';
import { StoreError } from './errors.ts';
import type { Block } from './record-codec.ts';

export const rings = ['telemetry', 'kept'] as const;
export type Ring = (typeof rings)[number];

/** Records as the main thread numbers them: from 0 on within the batch. The writer gives the batch its place. */
export interface Batch {
  /** Positions it takes, those of dropped records too. */
  span: number;
  telemetry?: Block | undefined;
  kept?: Block | undefined;
}

/** The smallest budget that holds a log and two rings. */
export const LEAST_BUDGET = 1_024 * 1_024;
/** Part of the budget that telemetry cannot take from safety readings, commands, links and boots, if they need it. */
const KEPT_SHARE = 0.5;
/**
 * Positions left free at each start. What a power cut takes back (NORMAL sync) may have been read and sent before: its
 * positions must not be given again. Far more than the log between two checkpoints can hold.
 */
export const POSITION_LEAP = 1_000_000;
const PAGE = 4_096;

/** The log's part of the budget in bytes. */
export const logShare = (budgetBytes: number): number => Math.min(4 * 1_024 * 1_024, Math.floor(budgetBytes / 4));

/** `bytes` and `records` count on from the first block ever, this one included: the ring's size is a difference of two rows. */
const table = (ring: Ring) => `
  CREATE TABLE ${ring} (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, count INTEGER NOT NULL, records INTEGER NOT NULL, bytes INTEGER NOT NULL, mark INTEGER NOT NULL, body BLOB NOT NULL);`;

export const historyKind = (budgetBytes: number): Kind => ({
  applicationId: 0x4877_4873,
  synchronous: 'NORMAL',
  // Hundreds of megabytes: a damaged page is found when it is read or overwritten.
  checkPages: false,
  keepDamaged: 1,
  migrations: [`${table('telemetry')}${table('kept')}`],
  tune(db) {
    const log = logShare(budgetBytes);
    db.pragma(`wal_autocheckpoint = ${Math.floor(log / 2 / (PAGE + 24))}`);
    db.pragma(`journal_size_limit = ${Math.floor(log / 2)}`);
    db.pragma(`max_page_count = ${filePages(budgetBytes)}`);
  },
});

const filePages = (budgetBytes: number): number => Math.floor((budgetBytes - logShare(budgetBytes)) / PAGE);

interface Row {
  first: number;
  last: number;
  count: number;
  records: number;
  bytes: number;
  mark: number;
  body: Buffer;
}
type Ends = Omit<Row, 'mark' | 'body'> & { /** Bytes of its body. */ size: number };

export interface HistoryRing {
  /** In one transaction, making room first. Returns how many records were overwritten. */
  append(batches: readonly Batch[]): number;
  records(): number;
  /** The next free position. */
  readonly next: number;
}

export function historyRing(db: Db, budgetBytes: number, above: number): HistoryRing {
  const pageLimit = filePages(budgetBytes);
  const tables = { telemetry: ringTable(db, 'telemetry'), kept: ringTable(db, 'kept') };
  const pages = db.prepare('PRAGMA page_count').pluck();
  const free = db.prepare('PRAGMA freelist_count').pluck();
  let next = Math.max(above, ...rings.map((ring) => tables[ring].newest()?.last ?? 0)) + POSITION_LEAP;

  /** Deletes the oldest blocks until `need` pages are free; says how many records went. */
  function makeRoom(need: number): number {
    let gone = 0;
    for (;;) {
      const room = pageLimit - (pages.get() as number) + (free.get() as number) - need;
      if (room >= 0) return gone;
      const [first, second] = victims();
      const dropped = tables[first].dropOldest(-room * PAGE) || tables[second].dropOldest(-room * PAGE);
      if (dropped === 0) return gone;
      gone += dropped;
    }
  }

  /** Which ring gives way: telemetry, unless the other takes more than its share. */
  function victims(): [Ring, Ring] {
    const [telemetry, kept] = [tables.telemetry.bytes(), tables.kept.bytes()];
    return kept > (telemetry + kept) * KEPT_SHARE ? ['kept', 'telemetry'] : ['telemetry', 'kept'];
  }

  const all = db.transaction((batches: readonly Batch[]): { evicted: number; next: number } => {
    let evicted = 0;
    let at = next;
    for (const batch of batches) {
      for (const ring of rings) {
        const block = batch[ring];
        if (!block) continue;
        // Its own pages, and those that a tree may need to take it in.
        evicted += makeRoom(Math.ceil(block.body.length / PAGE) + 8);
        tables[ring].put({ ...block, first: block.first + at, last: block.last + at });
      }
      at += batch.span;
    }
    return { evicted, next: at };
  });

  return {
    append(batches) {
      const done = all.immediate(batches);
      next = done.next;
      return done.evicted;
    },
    records: () => tables.telemetry.records() + tables.kept.records(),
    get next() {
      return next;
    },
  };
}

function ringTable(db: Db, ring: Ring) {
  const put = db.prepare(
    `INSERT INTO ${ring} (first, last, count, records, bytes, mark, body) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const columns = 'first, last, count, records, bytes, length(body) AS size';
  const newest = db.prepare<[], Ends>(`SELECT ${columns} FROM ${ring} ORDER BY first DESC LIMIT 1`);
  const oldest = db.prepare<[], Ends>(`SELECT ${columns} FROM ${ring} ORDER BY first LIMIT 1`);
  const someOldest = db.prepare<[], Ends>(`SELECT ${columns} FROM ${ring} ORDER BY first LIMIT 64`);
  const dropUpTo = db.prepare(`DELETE FROM ${ring} WHERE first <= ?`);

  /** From the running sums; `own` is the oldest block's part of its own. */
  function sum(what: 'records' | 'bytes', own: (row: Ends) => number): number {
    const [first, last] = [oldest.get(), newest.get()];
    return first && last ? last[what] - first[what] + own(first) : 0;
  }
  return {
    newest: () => newest.get(),
    bytes: () => sum('bytes', ({ size }) => size),
    records: () => sum('records', ({ count }) => count),
    put(block: Block): void {
      const before = newest.get();
      const records = (before?.records ?? 0) + block.count;
      const sumOfBytes = (before?.bytes ?? 0) + block.body.length;
      const row = { ...block, records, bytes: sumOfBytes };
      put.run(row.first, row.last, row.count, records, sumOfBytes, markOf(row), block.body);
    },
    /** At least `least` bytes of the oldest, or 64 blocks, and one block in any case. Returns how many records went. */
    dropOldest(least: number): number {
      const rows = someOldest.all();
      const from = rows[0];
      if (!from) return 0;
      const last = rows.find(({ bytes: sumOfBytes }) => sumOfBytes - from.bytes >= least) ?? rows.at(-1) ?? from;
      dropUpTo.run(last.first);
      return last.records - from.records + from.count;
    },
  };
}

/** The sum over a row. In a damaged one `body` may be anything. */
const markOf = ({ first, last, count, records, bytes, body }: Omit<Row, 'mark' | 'body'> & { body: unknown }) =>
  body instanceof Uint8Array ? crc32(body, crc32(`${first}/${last}/${count}/${records}/${bytes}`)) : undefined;

/** A stretch of the history, as its blocks. */
export interface Stretch {
  blocks: { first: number; body: Uint8Array }[];
  /** Records up to this position are all in `blocks`, or were damaged. */
  complete: number;
  /** Records of blocks that do not fit their sum, or are gone. */
  damaged: number;
}

/** The blocks that hold at least the next `limit` records above position `after`, or all that there are. */
export function readStretch(db: Db, after: number, limit: number): Stretch {
  const stretch: Stretch = { blocks: [], complete: Number.MAX_SAFE_INTEGER, damaged: 0 };
  for (const ring of rings) {
    const rows = db.prepare<[number, number], Row>(
      `SELECT * FROM ${ring} WHERE first >= coalesce((SELECT max(first) FROM ${ring} WHERE first <= ?), 0)
       AND last > ? ORDER BY first`,
    );
    let records = 0;
    let counted: number | undefined;
    for (const row of rows.iterate(after, after)) {
      // The running sum of the block before must lead up to this one.
      if (counted !== undefined) stretch.damaged += Math.max(0, row.records - row.count - counted);
      counted = row.records;
      if (row.mark === markOf(row)) stretch.blocks.push({ first: row.first, body: row.body });
      else stretch.damaged += row.count;
      // Of a block that begins before, none may be above.
      records += row.first > after ? row.count : 1;
      if (records < limit) continue;
      stretch.complete = Math.min(stretch.complete, row.last);
      break;
    }
  }
  return stretch;
}

/** The blocks of a ring, newest first, damaged ones left out. */
export function* blocksBackwards(db: Db, ring: Ring): Generator<{ first: number; body: Uint8Array }> {
  for (const row of db.prepare<[], Row>(`SELECT * FROM ${ring} ORDER BY first DESC`).iterate())
    if (row.mark === markOf(row)) yield row;
}

/** @throws StoreError for a budget that cannot hold a ring. */
export function checkBudget(budgetBytes: number): void {
  if (!(budgetBytes >= LEAST_BUDGET))
    throw new StoreError(
      'unwritable',
      `a history needs ${LEAST_BUDGET} bytes at least, and its budget is ${budgetBytes}`,
    );
}
