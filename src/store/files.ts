// A store's files as files: set aside, put in place, read as far as they go. SQLite takes no part here.

import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { renameInFolder } from '#base/replace-file.ts';
import { StoreError } from './errors.ts';
import { type Log, readWal } from './wal.ts';

/** A database and what SQLite keeps beside it. */
export const SUFFIXES = ['', '-wal', '-shm', '-journal'] as const;
/** The end of the name of a file that is to replace a damaged one. */
export const SALVAGING = '.salvaged';

/** File and log; where a replacement was interrupted, the newest that was set aside. */
export function sourceOf(path: string): { file: Buffer; log: Log } {
  const [newest] = asides(path);
  const file =
    existsSync(path) || !existsSync(path + SALVAGING) || newest === undefined ? path : `${path}.damaged-${newest}`;
  return { file: readAsFarAsItGoes(file), log: readWal(existsSync(`${path}-wal`) ? `${path}-wal` : `${file}-wal`) };
}

/** With zeros where the card returns nothing. */
function readAsFarAsItGoes(path: string): Buffer {
  const size = statSync(path, { throwIfNoEntry: false });
  if (!size?.isFile()) return Buffer.alloc(0);
  const bytes = Buffer.alloc(size.size);
  const file = openSync(path, 'r');
  try {
    for (let at = 0; at < bytes.length; at += PIECE)
      try {
        readSync(file, bytes, at, Math.min(PIECE, bytes.length - at), at);
      } catch {
        // A bad block of the card: its rows are lost, the others are not.
      }
  } finally {
    closeSync(file);
  }
  return bytes;
}

const PIECE = 4_096;

/** A file with all that SQLite keeps beside it. */
export function remove(path: string): void {
  for (const suffix of SUFFIXES) rmSync(path + suffix, { force: true });
}

/**
 * Moves a file and its log out of the way, keeping only the newest few. Returns its new name, undefined if there was no
 * file.
 */
export function setAside(path: string, wall: number, keep: number): string | undefined {
  const there = SUFFIXES.filter((suffix) => existsSync(path + suffix));
  if (there.length === 0) return undefined;
  const taken = new Set(asides(path));
  let at = wall;
  while (taken.has(at)) at += 1;
  for (const suffix of there) renameSync(path + suffix, `${path}.damaged-${at}${suffix}`);
  for (const old of asides(path).slice(keep)) remove(`${path}.damaged-${old}`);
  return `${basename(path)}.damaged-${at}`;
}

/** When files were set aside, the newest first. */
function asides(path: string): number[] {
  const prefix = `${basename(path)}.damaged-`;
  const names = readdirSync(dirname(path)).filter((name) => name.startsWith(prefix));
  const stamps = names.map((name) => Number(/^\d+/.exec(name.slice(prefix.length))?.[0] ?? 0));
  return [...new Set(stamps)].sort((a, b) => b - a);
}

/** The file is on the disk before it gets its name. */
export function putInPlace(made: string, path: string): void {
  if (existsSync(`${made}-wal`)) throw new StoreError('unwritable', 'the new file could not be finished', { path });
  const file = openSync(made, 'r+');
  fsyncSync(file);
  closeSync(file);
  renameInFolder(made, path);
}

export function readStart(path: string, length: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(file, bytes, 0, length, 0));
  } finally {
    closeSync(file);
  }
}
