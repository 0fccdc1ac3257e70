// Checks a write-ahead log before SQLite does. SQLite silently ends its recovery at the first frame that does not fit,
// as it must for a log torn by a power cut; damage in the middle would lose all that follows unnoticed. Format:
// https://www.sqlite.org/fileformat2.html#the_write_ahead_log

import { readFileSync } from 'node:fs';

const HEADER = 32;
const FRAME_HEADER = 24;

/** A page as a transaction left it. */
export interface Frame {
  page: number;
  bytes: Buffer;
  /** Whether it fits its sum. */
  sound: boolean;
}

export interface Log {
  /** Up to the end of the last transaction whose commit mark is there, those of damaged transactions too. */
  frames: Frame[];
  /** What is wrong with it. A log torn within its last transaction, which nobody was promised, counts as whole. */
  damage?: string | undefined;
}

/**
 * Only to be called while this process has no connection to the database: closing the file drops the process' locks on
 * it.
 */
export function readWal(path: string): Log {
  try {
    return parseWal(readFileSync(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { frames: [] };
    return { frames: [], damage: 'the write-ahead log cannot be read' };
  }
}

export function parseWal(bytes: Buffer): Log {
  if (bytes.length < HEADER || bytes.every((byte) => byte === 0)) return { frames: [] };
  const damage = headerDamage(bytes);
  const pageSize = damage ? PAGE_SIZE : bytes.readUInt32BE(8);
  const bigEndian = bytes.readUInt32BE(0) === BIG_ENDIAN;
  const step = FRAME_HEADER + pageSize;
  const found = [];
  for (let at = HEADER; at + step <= bytes.length; at += step) {
    // Each sum continues from the stored one before it, so that a frame behind a broken one can still prove whole.
    const before = at === HEADER ? 24 : at - step + 16;
    const start = checksum(bytes, at, 8, [bytes.readUInt32BE(before), bytes.readUInt32BE(before + 4)], bigEndian);
    const [a, b] = checksum(bytes, at + FRAME_HEADER, pageSize, start, bigEndian);
    found.push({ at, whole: a === bytes.readUInt32BE(at + 16) && b === bytes.readUInt32BE(at + 20) });
  }
  // Where the header does not fit its sum, the salts of the first frame that fits serve as well.
  const saltsAt = damage ? (found.find(({ whole }) => whole)?.at ?? HEADER) + 8 : 16;
  const salts = bytes.subarray(saltsAt, saltsAt + 8);
  const frames = found.map(({ at, whole }) => {
    const ours = bytes.subarray(at + 8, at + 16).equals(salts);
    return {
      page: bytes.readUInt32BE(at),
      bytes: bytes.subarray(at + FRAME_HEADER, at + step),
      sound: ours && whole,
      ends: ours && bytes.readUInt32BE(at + 4) !== 0,
    };
  });
  const first = frames.findIndex(({ sound }) => !sound);
  // Each transaction is on the disk before the next begins, so behind a torn one no second can end. Damage within the
  // last transaction, or to the very mark that ends the one before, looks like a power cut and cannot be distinguished
  // from it.
  const broken = first >= 0 && frames.slice(first).filter(({ ends }) => ends).length > 1;
  return {
    frames: frames.slice(0, frames.findLastIndex(({ ends }) => ends) + 1),
    damage: damage ?? (broken ? 'the write-ahead log is broken in the middle' : undefined),
  };
}

const PAGE_SIZE = 4_096;
const LITTLE_ENDIAN = 0x377f0682;
const BIG_ENDIAN = 0x377f0683;

function headerDamage(bytes: Buffer): string | undefined {
  const magic = bytes.readUInt32BE(0);
  if (magic !== LITTLE_ENDIAN && magic !== BIG_ENDIAN) return 'the write-ahead log does not begin as one';
  const [a, b] = checksum(bytes, 0, 24, [0, 0], magic === BIG_ENDIAN);
  if (a !== bytes.readUInt32BE(24) || b !== bytes.readUInt32BE(28)) return 'the header of the write-ahead log is wrong';
  const pageSize = bytes.readUInt32BE(8);
  return pageSize < 512 || pageSize > 65_536 ? 'the page size of the write-ahead log is wrong' : undefined;
}

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
