// Reads rows out of a database file that SQLite cannot read, or not wholly: page by page, cell by cell, as far as they
// go. For tables WITHOUT ROWID only: their trees are index trees. Nothing is believed here; the rows' own sums decide.
// Format: https://www.sqlite.org/fileformat2.html

import type { Frame } from './wal.ts';

export const PAGE = 4_096;
const LEAF = 0x0a;
const INTERIOR = 0x02;
/** The largest and the smallest part of a row that stays on its page when the rest goes to overflow pages. */
const MOST_LOCAL = Math.floor(((PAGE - 12) * 64) / 255) - 23;
const LEAST_LOCAL = Math.floor(((PAGE - 12) * 32) / 255) - 23;

export type Column = string | number | null;

export interface Cell {
  /** Undefined when it is not a row at all. */
  columns: Column[] | undefined;
  /** Root page of its tree; undefined when no intact way leads to its page. */
  root: number | undefined;
}

export interface Carved {
  /** Older versions of a page before newer ones. */
  cells: Cell[];
  /**
   * Pages of the trees that are missing, are not tree pages, or do not add up: nobody knows which rows were on them.
   */
  damagedPages: number;
}

/** A page's versions, the newest last: several only where the newest is doubtful. */
type Pages = Map<number, Buffer[]>;

export function carve(file: Buffer, frames: readonly Frame[], roots: readonly number[]): Carved {
  const pages = pagesOf(file, frames);
  const { owners, damaged } = walk(pages, roots);
  const free = freePages(pages);
  const cells: Cell[] = [];
  const depth = Math.max(0, ...[...pages.values()].map((versions) => versions.length));
  for (let age = depth; age > 0; age -= 1)
    for (const [page, versions] of pages) {
      const bytes = versions.at(-age);
      if (!bytes || page === 1 || (free.has(page) && !owners.has(page))) continue;
      for (const at of cellsOf(bytes)) cells.push({ columns: columnsOf(bytes, at, pages), root: owners.get(page) });
    }
  return { cells, damagedPages: damaged.size };
}

function pagesOf(file: Buffer, frames: readonly Frame[]): Pages {
  const pages: Pages = new Map();
  for (let at = 0; at < file.length; at += PAGE) {
    const bytes = file.subarray(at, at + PAGE);
    // A page that was cut off is read as far as it goes.
    pages.set(at / PAGE + 1, [
      bytes.length === PAGE ? bytes : Buffer.concat([bytes, Buffer.alloc(PAGE - bytes.length)]),
    ]);
  }
  const doubtful = new Set(frames.filter(({ sound }) => !sound).map(({ page }) => page));
  for (const { page, bytes, sound } of frames) {
    if (bytes.length !== PAGE || page < 1) continue;
    pages.set(page, sound && !doubtful.has(page) ? [bytes] : [...(pages.get(page) ?? []), bytes]);
  }
  return pages;
}

/** Which tree each page belongs to. */
function walk(pages: Pages, roots: readonly number[]): { owners: Map<number, number>; damaged: Set<number> } {
  const owners = new Map<number, number>();
  const damaged = new Set<number>();
  const visit = (page: number, root: number, depth: number): void => {
    const bytes = pages.get(page)?.at(-1);
    if (owners.has(page)) return;
    if (!bytes || !isTree(bytes) || depth > 20) {
      damaged.add(page);
      return;
    }
    owners.set(page, root);
    if (!addsUp(bytes)) damaged.add(page);
    if (bytes[0] !== INTERIOR) return;
    for (const at of cellsOf(bytes)) visit(bytes.readUInt32BE(at), root, depth + 1);
    visit(bytes.readUInt32BE(8), root, depth + 1);
  };
  for (const root of roots) visit(root, root, 0);
  return { owners, damaged };
}

/** What is on these pages was deleted. */
function freePages(pages: Pages): Set<number> {
  const free = new Set<number>();
  let trunk = pages.get(1)?.at(-1)?.readUInt32BE(32) ?? 0;
  while (trunk > 0 && !free.has(trunk)) {
    free.add(trunk);
    const bytes = pages.get(trunk)?.at(-1);
    // A tree page in this place means that the list is broken.
    if (!bytes || isTree(bytes)) return new Set();
    const count = Math.min(bytes.readUInt32BE(4), PAGE / 4 - 2);
    for (let i = 0; i < count; i += 1) free.add(bytes.readUInt32BE(8 + 4 * i));
    trunk = bytes.readUInt32BE(0);
  }
  return free;
}

const headerOf = (bytes: Buffer): number => (bytes[0] === INTERIOR ? 12 : 8);

const isTree = (bytes: Buffer): boolean =>
  (bytes[0] === LEAF || bytes[0] === INTERIOR) && headerOf(bytes) + 2 * bytes.readUInt16BE(3) <= PAGE;

/** Where the page's cells begin. */
function cellsOf(bytes: Buffer): number[] {
  if (!isTree(bytes)) return [];
  const header = headerOf(bytes);
  const starts = Array.from({ length: bytes.readUInt16BE(3) }, (_, i) => bytes.readUInt16BE(header + 2 * i));
  return starts.filter((at) => at >= header && at <= PAGE - 4);
}

/**
 * Whether cells, free blocks and the gap before them fill the page; on a page that lists too few cells they do not.
 */
function addsUp(bytes: Buffer): boolean {
  const listed = headerOf(bytes) + 2 * bytes.readUInt16BE(3);
  // On a page that is full to the brim this is 65,536, written as 0.
  const gap = (bytes.readUInt16BE(5) || 65_536) - listed;
  let used = listed + gap + bytes.readUInt8(7);
  try {
    for (const at of cellsOf(bytes)) used += sizeOf(bytes, at);
    for (let free = bytes.readUInt16BE(1), i = 0; free > 0 && i < PAGE / 4; free = bytes.readUInt16BE(free), i += 1)
      used += bytes.readUInt16BE(free + 2);
  } catch {
    return false;
  }
  return gap >= 0 && used === PAGE;
}

/** The size of a cell on its page. */
function sizeOf(bytes: Buffer, at: number): number {
  const [length, start] = varint(bytes, bytes[0] === INTERIOR ? at + 4 : at);
  const local = localOf(length);
  return Math.max(4, start - at + local + (local < length ? 4 : 0));
}

/** How much of a row of this length stays on its page. */
function localOf(length: number): number {
  if (length <= MOST_LOCAL) return length;
  const kept = LEAST_LOCAL + ((length - LEAST_LOCAL) % (PAGE - 4));
  return kept <= MOST_LOCAL ? kept : LEAST_LOCAL;
}

function columnsOf(bytes: Buffer, at: number, pages: Pages): Column[] | undefined {
  try {
    const [length, start] = varint(bytes, bytes[0] === INTERIOR ? at + 4 : at);
    const local = localOf(length);
    const head = bytes.subarray(start, start + local);
    if (local === length) return record(head, length);
    return record(Buffer.concat([head, ...overflow(bytes.readUInt32BE(start + local), length - local, pages)]), length);
  } catch (error) {
    // Reading beyond the end of a page is how damage shows here.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function overflow(first: number, length: number, pages: Pages): Buffer[] {
  const parts: Buffer[] = [];
  let rest = length;
  for (let page = first; rest > 0; ) {
    const bytes = pages.get(page)?.at(-1);
    if (!bytes || parts.length > pages.size) throw new RangeError('the chain is broken');
    parts.push(bytes.subarray(4, 4 + Math.min(rest, PAGE - 4)));
    rest -= PAGE - 4;
    page = bytes.readUInt32BE(0);
  }
  return parts;
}

function record(payload: Buffer, length: number): Column[] | undefined {
  if (payload.length !== length) return undefined;
  const [headerLength, start] = varint(payload, 0);
  const columns: Column[] = [];
  let value = headerLength;
  for (let at = start; at < headerLength; ) {
    const [type, next] = varint(payload, at);
    const size = type >= 12 ? Math.floor((type - 12) / 2) : (SIZES[type] ?? 0);
    if (value + size > length) return undefined;
    columns.push(columnOf(payload.subarray(value, value + size), type));
    value += size;
    at = next;
  }
  return value === length ? columns : undefined;
}

const SIZES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];

/** Our columns are text and whole numbers; any other type is not ours. */
function columnOf(bytes: Buffer, type: number): Column {
  if (type >= 13 && type % 2 === 1) return bytes.toString('utf8');
  if (type === 8 || type === 9) return type - 8;
  if (type >= 1 && type <= 5) return bytes.readIntBE(0, bytes.length);
  return type === 6 ? Number(bytes.readBigInt64BE(0)) : null;
}

/** The number, and where its bytes end. */
function varint(bytes: Buffer, from: number): [number, number] {
  let value = 0;
  for (let at = from; at < from + 8; at += 1) {
    const byte = bytes.readUInt8(at);
    value = value * 0x80 + (byte & 0x7f);
    if (byte < 0x80) return [value, at + 1];
  }
  throw new RangeError('a number too large');
}
