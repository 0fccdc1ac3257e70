// The history's tables: two rings of blocks, one for telemetry and one for what outlives it, within one budget of
// bytes. Rows are blocks of records rather than records: that takes a fifth of the bytes on the card, and a tenth of
// the time.

import { join } from 'node:path';
import { placeOf } from './beside.ts';
import { StoreError } from './errors.ts';
import {
  type BothEnds,
  endsOf,
  firstWhole,
  markOf,
  newestWhole,
  otherOf,
  type Ring,
  type Row,
  rings,
} from './history-rows.ts';
import type { Db, Kind } from './kind.ts';
import type { Block } from './record-codec.ts';
import { latestOf } from './schema.ts';

/** Records as the main thread numbers them: from 0 within the batch. The writer gives the batch its position. */
export interface Batch {
  /** How many positions it takes, including those of dropped records. */
  span: number;
  telemetry?: Block | undefined;
  kept?: Block | undefined;
}

/** The smallest budget that holds a log and two rings. */
const LEAST_BUDGET = 1_024 * 1_024;
/** Share of the budget that telemetry cannot take from safety readings, commands, links and boots if they need it. */
const KEPT_SHARE = 0.5;
/**
 * Positions left free at each start. What a power cut takes back (NORMAL sync) may already have been read and sent: its
 * positions must not be given again. Far more than the log can hold between two checkpoints.
 */
export const POSITION_LEAP = 1_000_000;
const PAGE = 4_096;

/** The log's share of the budget in bytes. */
export const logShare = (budgetBytes: number): number => Math.min(4 * 1_024 * 1_024, Math.floor(budgetBytes / 4));

/** `bytes` and `records` count on from the first block ever, this one included: the ring's size is a difference of two rows. */
const table = (ring: Ring) => `
  CREATE TABLE ${ring} (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, count INTEGER NOT NULL, records INTEGER NOT NULL, bytes INTEGER NOT NULL, mark INTEGER NOT NULL, body BLOB NOT NULL);`;

/** Rows from before this have none, and keep the old sum. */
const ends = (ring: Ring) => `
  ALTER TABLE ${ring} ADD COLUMN base INTEGER;
  ALTER TABLE ${ring} ADD COLUMN other_base INTEGER;
  ALTER TABLE ${ring} ADD COLUMN other_records INTEGER;`;

const APPLICATION_ID = 0x4877_4873;

// Each step has to leave the file readable for the version before: the file is too large to be copied first.
const migrations: Kind['migrations'] = [
  { readableFrom: 1, sql: `${table('telemetry')}${table('kept')}` },
  { readableFrom: 2, sql: `${ends('telemetry')}${ends('kept')}` },
];

/** The history's file in `dir` that this version works on. */
export const historyIn = (dir: string): string =>
  placeOf(join(dir, 'history.db'), { applicationId: APPLICATION_ID }, latestOf({ migrations })).path;

export const historyKind = (budgetBytes: number): Kind => ({
  applicationId: APPLICATION_ID,
  synchronous: 'NORMAL',
  // Hundreds of megabytes: a damaged page is found when it is read or overwritten.
  checkPages: false,
  keepDamaged: 1,
  copied: false,
  migrations,
  tune(db) {
    const log = logShare(budgetBytes);
    db.pragma(`wal_autocheckpoint = ${Math.floor(log / 2 / (PAGE + 24))}`);
    db.pragma(`journal_size_limit = ${Math.floor(log / 2)}`);
    db.pragma(`max_page_count = ${filePages(budgetBytes)}`);
  },
});

const filePages = (budgetBytes: number): number => Math.floor((budgetBytes - logShare(budgetBytes)) / PAGE);

export interface HistoryRing {
  /** In one transaction, making room first. Returns how many records were overwritten. */
  append(batches: readonly Batch[]): number;
  records(): number;
  /** The next free position. */
  readonly next: number;
}

/** What a transaction changes, if it is committed. */
interface State {
  next: number;
  ends: BothEnds;
  /** The ends that the newest row of a ring states, as we wrote them. */
  stated: Partial<Record<Ring, BothEnds>>;
  /** Where a ring's newest row states only the ends: its position, which the next row takes. */
  closing: Partial<Record<Ring, number | undefined>>;
  /** Sums as in the rows. */
  bytes: Record<Ring, number>;
}

export function historyRing(db: Db, budgetBytes: number, above: number): HistoryRing {
  const pageLimit = filePages(budgetBytes);
  const tables = { telemetry: ringTable(db, 'telemetry'), kept: ringTable(db, 'kept') };
  const pages = db.prepare('PRAGMA page_count').pluck();
  const free = db.prepare('PRAGMA freelist_count').pluck();
  let state = stateOf(db, above);

  /** Deletes the oldest blocks until `need` pages are free. */
  function makeRoom(need: number, now: State): void {
    for (;;) {
      const room = pageLimit - (pages.get() as number) + (free.get() as number) - need;
      if (room >= 0) return;
      const [first, second] = victims();
      if (!drop(first, -room * PAGE, now) && !drop(second, -room * PAGE, now)) return;
    }
  }

  function drop(ring: Ring, least: number, now: State): boolean {
    const gone = tables[ring].dropOldest(least, now.next);
    const { base, records } = now.ends[ring];
    // Where the deleted blocks did not say how many records they held, the reader will count them as damaged.
    if (gone?.records !== undefined)
      now.ends = { ...now.ends, [ring]: { base: Math.min(Math.max(base, gone.records), records), records } };
    return gone !== undefined;
  }

  /** Which ring gives way: telemetry, unless the other takes more than its share. */
  function victims(): [Ring, Ring] {
    const [telemetry, kept] = [tables.telemetry.bytes(), tables.kept.bytes()];
    return kept > (telemetry + kept) * KEPT_SHARE ? ['kept', 'telemetry'] : ['telemetry', 'kept'];
  }

  function put(ring: Ring, block: Block, now: State): void {
    const closing = now.closing[ring];
    if (closing !== undefined) tables[ring].remove(closing);
    now.closing[ring] = block.count === 0 ? block.first : undefined;
    now.bytes[ring] += block.body.length;
    now.stated[ring] = now.ends;
    tables[ring].put(block, now.bytes[ring], now.ends);
  }

  const all = db.transaction((batches: readonly Batch[]): State => {
    const now: State = {
      ...state,
      stated: { ...state.stated },
      closing: { ...state.closing },
      bytes: { ...state.bytes },
    };
    let newest = now.next;
    for (const batch of batches) {
      const blocks = rings.filter((ring) => batch[ring]);
      if (blocks.length > 0) {
        newest = now.next;
        makeRoom(pagesFor(batch), now);
        now.ends = { telemetry: grown('telemetry', batch, now.ends), kept: grown('kept', batch, now.ends) };
      }
      for (const ring of blocks) {
        const block = batch[ring];
        if (block) put(ring, { ...block, first: block.first + now.next, last: block.last + now.next }, now);
      }
      now.next += batch.span;
    }
    if (now.ends !== state.ends)
      for (const ring of rings)
        if (now.stated[ring] !== now.ends) put(ring, { first: newest, last: newest, count: 0, body: NOTHING }, now);
    return now;
  });

  return {
    append(batches) {
      const done = all.immediate(batches);
      const evicted = baseOf(done) - baseOf(state);
      state = done;
      return evicted;
    },
    records: () => rings.reduce((sum, ring) => sum + state.ends[ring].records - state.ends[ring].base, 0),
    get next() {
      return state.next;
    },
  };
}

const NOTHING = new Uint8Array();

function stateOf(db: Db, above: number): State {
  const newest = { telemetry: newestWhole(db, 'telemetry'), kept: newestWhole(db, 'kept') };
  const closing: State['closing'] = {};
  for (const ring of rings) if (newest[ring]?.count === 0) closing[ring] = newest[ring].first;
  return {
    next: Math.max(above, newest.telemetry?.last ?? 0, newest.kept?.last ?? 0) + POSITION_LEAP,
    ends: endsOf(db),
    stated: {},
    closing,
    bytes: { telemetry: newest.telemetry?.bytes ?? 0, kept: newest.kept?.bytes ?? 0 },
  };
}

const baseOf = ({ ends: { telemetry, kept } }: State): number => telemetry.base + kept.base;

const grown = (ring: Ring, batch: Batch, { [ring]: { base, records } }: BothEnds) => ({
  base,
  records: records + (batch[ring]?.count ?? 0),
});

/** The pages of its own, and those that two trees may need to take it in. */
const pagesFor = (batch: Batch): number =>
  rings.reduce((sum, ring) => sum + Math.ceil((batch[ring]?.body.length ?? 0) / PAGE), 12);

function ringTable(db: Db, ring: Ring) {
  type Head = Omit<Row, 'mark' | 'body'> & { /** Bytes of its body. */ size: number };
  const insert = db.prepare(
    `INSERT INTO ${ring} (first, last, count, records, bytes, mark, body, base, other_base, other_records)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const columns = 'first, last, count, records, bytes, length(body) AS size';
  const newest = db.prepare<[], Head>(`SELECT ${columns} FROM ${ring} ORDER BY first DESC LIMIT 1`);
  const oldest = db.prepare<[], Head>(`SELECT ${columns} FROM ${ring} ORDER BY first LIMIT 1`);
  const someOldest = db.prepare<[], Head>(`SELECT ${columns} FROM ${ring} ORDER BY first LIMIT 64`);
  const dropUpTo = db.prepare(`DELETE FROM ${ring} WHERE first <= ?`);
  const dropClosing = db.prepare(`DELETE FROM ${ring} WHERE first = ? AND count = 0`);

  const wholeAt = (first: number): Row | undefined => firstWhole(db, ring, 'WHERE first = ?', first);

  return {
    bytes(): number {
      const [first, last] = [oldest.get(), newest.get()];
      return first && last ? last.bytes - first.bytes + first.size : 0;
    },
    remove: (closing: number) => dropClosing.run(closing),
    put({ first, last, count, body }: Block, bytes: number, both: BothEnds): void {
      const { base, records } = both[ring];
      const other = both[otherOf(ring)];
      const row = { first, last, count, records, bytes, body, base };
      const mark = markOf(ring, { ...row, other_base: other.base, other_records: other.records });
      insert.run(first, last, count, records, bytes, mark, body, base, other.base, other.records);
    },
    /**
     * At least `least` bytes of the oldest, or 64 blocks, and one block in any case; undefined when there is none.
     * `records`: the sum up to the last deleted block, where a whole one states it.
     * @throws StoreError when not even the keys of the oldest make sense.
     */
    dropOldest(least: number, next: number): { records: number | undefined } | undefined {
      const rows = someOldest.all();
      const from = rows[0];
      if (!from) return undefined;
      const enough = rows.findIndex(({ bytes }) => bytes - from.bytes >= least);
      const upTo = enough < 0 ? rows.length - 1 : enough;
      // The first whole one, since a key with a flipped bit could take the rest with it: from the next one on, else one
      // of those before.
      for (const { first } of [...rows.slice(upTo), ...rows.slice(0, upTo).reverse()]) {
        const row = wholeAt(first);
        if (!row) continue;
        dropUpTo.run(first);
        return { records: row.records };
      }
      const last = rows.at(-1)?.first ?? from.first;
      if (!(last < next)) throw new StoreError('damaged', 'the oldest blocks of the ring are damaged');
      dropUpTo.run(last);
      return { records: undefined };
    },
  };
}

/** @throws StoreError for a budget that cannot hold a ring. */
export function checkBudget(budgetBytes: number): void {
  if (!(budgetBytes >= LEAST_BUDGET))
    throw new StoreError(
      'unwritable',
      `a history needs ${LEAST_BUDGET} bytes at least, and its budget is ${budgetBytes}`,
    );
}
