// Looks a write-ahead log over before SQLite does. SQLite ends its recovery at the first frame that does not fit and
// says nothing, as a log torn by a power cut must end; damage in the middle would lose all that follows in silence.
// Format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log

import { readFileSync } from 'node:fs';

const HEADER = 32;
const FRAME_HEADER = 24;

export type WalState =
  /** No log, or an empty one. */
  | { state: 'none' }
  /** Whole, or torn within its last transaction, which was promised to nobody. */
  | { state: 'sound' }
  | { state: 'damaged'; why: string };

/** To be called only while this process has no connection to the database: closing the file drops the process' locks on it. */
export function inspectWal(path: string): WalState {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { state: 'none' };
    return { state: 'damaged', why: 'the write-ahead log cannot be read' };
  }
  return judgeWal(bytes);
}

export function judgeWal(bytes: Buffer): WalState {
  const log = scanWal(bytes);
  return log.state === 'sound' ? { state: 'sound' } : log;
}

/**
 * The database file `bytes` with all that its log has committed, as one image in the plain (rollback) format; undefined
 * for a damaged log.
 */
export function withWal(bytes: Buffer, wal: Buffer): Buffer | undefined {
  const log = scanWal(wal);
  // Read and write version: above 2 is a later format, which the last line here must not hide.
  if (log.state === 'damaged' || (bytes[18] ?? 0) > 2 || (bytes[19] ?? 0) > 2) return undefined;
  const { pageSize, pages, committed } =
    log.state === 'sound' ? log : { pageSize: 1, pages: bytes.length, committed: [] };
  const image = Buffer.alloc(committed.length > 0 ? pages * pageSize : bytes.length);
  bytes.copy(image);
  for (const { page, at } of committed) wal.copy(image, (page - 1) * pageSize, at, at + pageSize);
  // 1: a file without a log.
  if (image.length >= 100) image.fill(1, 18, 20);
  return image;
}

interface Frame {
  page: number;
  /** Where its page begins in the log. */
  at: number;
}

type Log =
  | { state: 'none' }
  | { state: 'damaged'; why: string }
  | {
      state: 'sound';
      pageSize: number /** Size of the file after the last commit. */;
      pages: number;
      committed: Frame[];
    };

function scanWal(bytes: Buffer): Log {
  if (bytes.every((byte) => byte === 0)) return { state: 'none' };
  if (bytes.length < HEADER) return { state: 'none' };
  const magic = bytes.readUInt32BE(0);
  if (magic !== 0x377f0682 && magic !== 0x377f0683) return damaged('the write-ahead log does not begin as one');
  const bigEndian = magic === 0x377f0683;
  let sums = checksum(bytes, 0, 24, [0, 0], bigEndian);
  if (sums[0] !== bytes.readUInt32BE(24) || sums[1] !== bytes.readUInt32BE(28))
    return damaged('the header of the write-ahead log is wrong');
  const pageSize = bytes.readUInt32BE(8);
  if (pageSize < 512 || pageSize > 65_536) return damaged('the page size of the write-ahead log is wrong');

  const salts = bytes.subarray(16, 24);
  const ours = (at: number) => bytes.subarray(at + 8, at + 16).equals(salts);
  const step = FRAME_HEADER + pageSize;
  const committed: Frame[] = [];
  let open: Frame[] = [];
  let pages = 0;
  let at = HEADER;
  for (; at + step <= bytes.length && ours(at); at += step) {
    sums = checksum(bytes, at, 8, sums, bigEndian);
    sums = checksum(bytes, at + FRAME_HEADER, pageSize, sums, bigEndian);
    if (sums[0] !== bytes.readUInt32BE(at + 16) || sums[1] !== bytes.readUInt32BE(at + 20)) break;
    open.push({ page: bytes.readUInt32BE(at), at: at + FRAME_HEADER });
    const size = bytes.readUInt32BE(at + 4);
    if (size === 0) continue;
    committed.push(...open);
    open = [];
    pages = size;
  }
  // Each transaction is on the disk before the next begins, so behind a torn one no second can end. Damage within the last
  // transaction, or to the very mark that ends the one before, looks like a power cut and cannot be told from it.
  let ends = 0;
  for (; at + step <= bytes.length; at += step) if (ours(at) && bytes.readUInt32BE(at + 4) !== 0) ends += 1;
  return ends > 1
    ? damaged('the write-ahead log is broken in the middle')
    : { state: 'sound', pageSize, pages, committed };
}

const damaged = (why: string): Log & { state: 'damaged' } => ({ state: 'damaged', why });

/** The running sum over 8-byte steps, in the byte order that the log's magic number names. */
function checksum(
  bytes: Buffer,
  from: number,
  length: number,
  [first, second]: readonly [number, number],
  bigEndian: boolean,
): [number, number] {
  let a = first;
  let b = second;
  for (let at = from; at < from + length; at += 8) {
    a = (a + (bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)) + b) >>> 0;
    b = (b + (bigEndian ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4)) + a) >>> 0;
  }
  return [a, b];
}
