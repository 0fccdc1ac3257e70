// Merges the blocks of a history that was written beside this one while this one could not be read.

import { basename } from 'node:path';
import Database from 'better-sqlite3';
import { besides } from './beside.ts';
import { close } from './database.ts';
import { remove, setAside } from './files.ts';
import { blocksFrom } from './history-read.ts';
import type { Batch, HistoryRing } from './history-ring.ts';
import { type Ring, rings } from './history-rows.ts';
import type { Db } from './kind.ts';
import type { Block } from './record-codec.ts';

/** Bytes in one transaction of this file. */
const TOGETHER_BYTES = 64 * 1_024;

/**
 * What was merged is deleted there, so that a power cut costs at most one transaction, merged twice. A file that cannot
 * be read is set aside.
 * @returns the files that were merged, each with its number of records
 */
export function rejoinHistory(
  path: string,
  version: number,
  ring: Pick<HistoryRing, 'append'>,
  wall: number,
): { file: string; counts: { records: number } }[] {
  return besides(path, version).map((file) => {
    const records = taken(file, ring);
    if (records === undefined) setAside(file, wall, 1);
    else remove(file);
    return { file: basename(file), counts: { records: records ?? 0 } };
  });
}

function taken(file: string, ring: Pick<HistoryRing, 'append'>): number | undefined {
  let beside: Db | undefined;
  try {
    beside = new Database(file, { fileMustExist: true, timeout: 2_000 });
    return moveAll(beside, ring);
  } catch (error) {
    // It is about the file there, not about a disk that takes no more here.
    if (/^SQLITE_(CORRUPT|NOTADB|ERROR)/.test(String((error as { code?: unknown }).code))) return undefined;
    throw error;
  } finally {
    if (beside) close(beside);
  }
}

function moveAll(beside: Db, ring: Pick<HistoryRing, 'append'>): number {
  let records = 0;
  for (;;) {
    const some = batchesOf(oldest(beside));
    const newest = some.at(-1)?.upTo;
    if (newest === undefined) return records;
    ring.append(some.map(({ batch }) => batch));
    records += some.reduce((sum, { batch }) => sum + (batch.telemetry?.count ?? 0) + (batch.kept?.count ?? 0), 0);
    for (const name of rings) beside.prepare(`DELETE FROM ${name} WHERE first <= ?`).run(newest);
  }
}

interface Placed extends Block {
  ring: Ring;
}

/** Blocks in order, up to about as many bytes as one transaction takes. Damaged ones are left out. */
function oldest(db: Db): Placed[] {
  const blocks = rings
    .flatMap((ring) => {
      const found: Placed[] = [];
      let bytes = 0;
      for (const { first, last, count, body } of blocksFrom(db, ring)) {
        found.push({ ring, first, last, count, body });
        bytes += body.length;
        if (bytes > TOGETHER_BYTES) break;
      }
      return found;
    })
    .sort((a, b) => a.first - b.first);
  let bytes = 0;
  const end = blocks.findIndex(({ body }) => {
    bytes += body.length;
    return bytes > TOGETHER_BYTES;
  });
  // The other ring's part of a batch begins within it.
  const last = blocks[end]?.last ?? Number.POSITIVE_INFINITY;
  return blocks.filter(({ first }) => first <= last);
}

/** The two rings share each batch: their records interleave by position, and stay so. */
function batchesOf(blocks: readonly Placed[]): { batch: Batch; upTo: number }[] {
  const found: { batch: Batch; from: number; upTo: number }[] = [];
  for (const { ring, first, last, count, body } of blocks) {
    const open = found.at(-1);
    const joins = open !== undefined && first <= open.upTo && open.batch[ring] === undefined;
    const { batch, from } = joins ? open : { batch: { span: 0 } as Batch, from: first };
    const upTo = joins ? Math.max(open.upTo, last) : last;
    batch[ring] = { first: first - from, last: last - from, count, body };
    batch.span = upTo - from + 1;
    if (joins) open.upTo = upTo;
    else found.push({ batch, from, upTo });
  }
  return found;
}
