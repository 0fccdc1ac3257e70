// Reading the history's rings: the blocks of a stretch, and how many records are missing from it.

import {
  before,
  type Ends,
  endsOf,
  isWhole,
  newestWhole,
  oldestWhole,
  type Ring,
  type Row,
  rings,
} from './history-rows.ts';
import type { Db } from './kind.ts';

/** What is wrong with a history, or a part of it. */
export interface Damage {
  /** Records that were stored and cannot be read: their blocks do not fit their sums, or are gone. */
  damaged: number;
  /** Rows that do not fit their sums. Such a row may have held nothing but the ends of the rings. */
  unfit: number;
}

/** A stretch of the history, as its blocks. */
export interface Stretch extends Damage {
  blocks: { first: number; body: Uint8Array }[];
  /** Records up to this position are all in `blocks`, or were damaged. */
  complete: number;
}

/** The blocks that hold at least the next `limit` records above position `after`, or all that there are. */
export function readStretch(db: Db, after: number, limit: number): Stretch {
  const stretch: Stretch = { blocks: [], complete: Number.MAX_SAFE_INTEGER, damaged: 0, unfit: 0 };
  // One transaction: the rings depend on each other, and a gateway may be writing.
  db.transaction(() => {
    const ends = endsOf(db);
    for (const ring of rings) readRing(db, ring, ends[ring], after, limit, stretch);
  })();
  return stretch;
}

/** Adds this ring's part. The sums of its rows must lead from one to the next, and finally to `ends`. */
function readRing(db: Db, ring: Ring, ends: Ends, after: number, limit: number, stretch: Stretch): void {
  const start = startOf(db, ring, after);
  let counted = start ? before(start) : ends.base;
  let records = 0;
  for (const row of rowsFrom(db, ring, start)) {
    // Whole but behind: an old page is in the place of another.
    if (!isWhole(ring, row) || before(row) < counted) {
      stretch.unfit += 1;
      continue;
    }
    stretch.damaged += before(row) - counted;
    counted = row.records;
    if (row.last <= after || row.count === 0) continue;
    stretch.blocks.push({ first: row.first, body: row.body });
    // Of a block that begins earlier, perhaps no record is above.
    records += row.first > after ? row.count : 1;
    if (records < limit) continue;
    stretch.complete = Math.min(stretch.complete, row.last);
    return;
  }
  stretch.damaged += Math.max(0, ends.records - counted);
}

/**
 * The newest whole row that begins at or before `after`. A search among keys, one of which has a flipped bit, may land
 * anywhere.
 */
function startOf(db: Db, ring: Ring, after: number): Row | undefined {
  const rows = db.prepare<[number], Row>(`SELECT * FROM ${ring} WHERE first <= ? ORDER BY first DESC`);
  for (const row of rows.iterate(after)) if (row.first <= after && isWhole(ring, row)) return row;
  return undefined;
}

/** Without a start: from the very first row, without a search. */
function rowsFrom(db: Db, ring: Ring, start: Row | undefined): Iterable<Row> {
  if (!start) return db.prepare<[], Row>(`SELECT * FROM ${ring} ORDER BY first`).iterate();
  return db.prepare<[number], Row>(`SELECT * FROM ${ring} WHERE first >= ? ORDER BY first`).iterate(start.first);
}

/** What a look at the ends of the rings shows, without reading what lies between. */
export function damageAtEnds(db: Db): Damage {
  const found: Damage = { damaged: 0, unfit: 0 };
  const ends = endsOf(db);
  for (const ring of rings) {
    const [oldest, newest] = [oldestWhole(db, ring), newestWhole(db, ring)];
    const range = db.prepare<[], { first: number | null; last: number | null }>(
      `SELECT (SELECT first FROM ${ring} ORDER BY first LIMIT 1) AS first, (SELECT first FROM ${ring} ORDER BY first DESC LIMIT 1) AS last`,
    );
    const { first, last } = range.get() ?? { first: null, last: null };
    if ((oldest?.first ?? null) !== first) found.unfit += 1;
    else if ((newest?.first ?? null) !== last) found.unfit += 1;
    found.damaged += oldest ? Math.max(0, before(oldest) - ends[ring].base) : 0;
    found.damaged += Math.max(0, ends[ring].records - (newest?.records ?? ends[ring].base));
  }
  return found;
}

/** The blocks of a ring, oldest first, without damaged ones. */
export function* blocksFrom(db: Db, ring: Ring): Generator<Row> {
  for (const row of db.prepare<[], Row>(`SELECT * FROM ${ring} ORDER BY first`).iterate())
    if (row.count > 0 && isWhole(ring, row)) yield row;
}

/** The blocks of a ring, newest first, without damaged ones. */
export function* blocksBackwards(db: Db, ring: Ring): Generator<{ first: number; body: Uint8Array }> {
  for (const row of db.prepare<[], Row>(`SELECT * FROM ${ring} ORDER BY first DESC`).iterate())
    if (row.count > 0 && isWhole(ring, row)) yield row;
}
