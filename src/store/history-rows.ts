// The rows of the history: blocks, each with a sum over itself, and the ends of both rings as the newest rows know
// them.
//
// SQLite does not notice a flipped bit in the head of a page, and such a bit can take the first or the last blocks of a
// ring with it. What is left cannot show that. So each row also states where both rings began and ended when it was
// written, and each transaction leaves such a row at the end of both: they lie on pages of different trees, and one
// proves the other.

import { crc32 } from 'node:zlib';
import type { Db } from './kind.ts';

export const rings = ['telemetry', 'kept'] as const;
export type Ring = (typeof rings)[number];

export const otherOf = (ring: Ring): Ring => (ring === 'kept' ? 'telemetry' : 'kept');

/** Counted from the first record ever. */
export interface Ends {
  /** Records that the ring has dropped. */
  base: number;
  /** Records that were ever put into it. */
  records: number;
}
export type BothEnds = Readonly<Record<Ring, Readonly<Ends>>>;

export interface Row {
  /** Positions of its first and last record. */
  first: number;
  last: number;
  /** 0 in a row that states only the ends. */
  count: number;
  /** Sums from the first block ever, this one included. */
  records: number;
  bytes: number;
  mark: number;
  body: Uint8Array;
  /** The ends of this ring (with `records`) and of the other. Null in rows of version 1. */
  base: number | null;
  other_base: number | null;
  other_records: number | null;
}

/** The sum over a row. Nothing in a damaged row is believed. */
export function markOf(ring: Ring, row: Omit<Row, 'mark' | 'body'> & { body: unknown }): number | undefined {
  const { first, last, count, records, bytes, body, base, other_base, other_records } = row;
  if (!(body instanceof Uint8Array)) return undefined;
  const head = `${first}/${last}/${count}/${records}/${bytes}`;
  // A reader may come before the gateway has migrated the file, which then lacks these columns.
  const firstVersion = base === null || base === undefined;
  return crc32(body, crc32(firstVersion ? head : `${ring}/${head}/${base}/${other_base}/${other_records}`));
}

export const isWhole = (ring: Ring, row: Row): boolean => row.mark === markOf(ring, row);

/** The first whole row of a query for rows. */
export function firstWhole(db: Db, ring: Ring, rest: string, ...values: number[]): Row | undefined {
  for (const row of db.prepare<number[], Row>(`SELECT * FROM ${ring} ${rest}`).iterate(...values))
    if (isWhole(ring, row)) return row;
  return undefined;
}

export const newestWhole = (db: Db, ring: Ring): Row | undefined => firstWhole(db, ring, 'ORDER BY first DESC');
export const oldestWhole = (db: Db, ring: Ring): Row | undefined => firstWhole(db, ring, 'ORDER BY first');

/** Where the rings begin and end, by the newest row that states it; in a file of version 1, by what is there. */
export function endsOf(db: Db): BothEnds {
  let ends: BothEnds | undefined;
  for (const ring of rings) {
    const row = newestWhole(db, ring);
    if (!row || row.base === null || row.base === undefined) continue;
    const own = { base: row.base, records: row.records };
    const other = { base: row.other_base ?? 0, records: row.other_records ?? 0 };
    const stated = ring === 'telemetry' ? { telemetry: own, kept: other } : { telemetry: other, kept: own };
    // Every change adds to one of the sums.
    if (!ends || ageOf(stated) > ageOf(ends)) ends = stated;
  }
  return ends ?? { telemetry: seenEnds(db, 'telemetry'), kept: seenEnds(db, 'kept') };
}

const ageOf = ({ telemetry, kept }: BothEnds): number => telemetry.records + kept.records;

function seenEnds(db: Db, ring: Ring): Ends {
  const [oldest, newest] = [oldestWhole(db, ring), newestWhole(db, ring)];
  return oldest && newest ? { base: before(oldest), records: newest.records } : { base: 0, records: 0 };
}

/** The sum of records up to this row. */
export const before = ({ records, count }: Row): number => records - count;
