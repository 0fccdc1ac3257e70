// Where a program keeps its store when the file is of a later version that it cannot read: in a file of its own beside
// it, `journal.v1.db` beside `journal.db`. The later version merges that one when it comes back.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { standingOf } from '#base/format.ts';
import type { Format } from '#contract/format.ts';
import { readStart } from './files.ts';
import type { Kind } from './kind.ts';
import { formatOf } from './user-version.ts';
import { parseWal } from './wal.ts';

export interface Place {
  /** The file to work on. */
  path: string;
  /** Set where the file of that name is of a later version. */
  newer?: Format | undefined;
}

/** The file that a program which writes `own` works on; `path` is the store's name. */
export function placeOf(path: string, { applicationId }: Pick<Kind, 'applicationId'>, own: Format): Place {
  const header = headerOf(path);
  const format = header?.readUInt32BE(68) === applicationId ? formatOf(header.readInt32BE(60)) : undefined;
  if (!format) return { path };
  const standing = standingOf(format, own);
  if (standing === 'newer') return { path, newer: format };
  return standing === 'unreadable' ? { path: besideOf(path, own.version), newer: format } : { path };
}

export const besideOf = (path: string, version: number): string => path.replace(/\.db$/, `.v${version}.db`);

/** Files beside `path` of versions up to `version`. */
export function besides(path: string, version: number): string[] {
  const [start = '', end = ''] = basename(besideOf(path, 0)).split('0');
  return readdirSync(dirname(path))
    .filter((name) => {
      const number = name.startsWith(start) && name.endsWith(end) ? name.slice(start.length, -end.length) : '';
      return /^\d{1,3}$/.test(number) && Number(number) <= version;
    })
    .map((name) => join(dirname(path), name))
    .sort();
}

/** Changes when the file or its log is written. */
export const signatureOf = (path: string): string =>
  [path, `${path}-wal`]
    .map((name) => statSync(name, { throwIfNoEntry: false }))
    .map((stat) => `${stat?.size ?? 0}/${stat?.mtimeMs ?? 0}`)
    .join(' ');

/** The first 100 bytes, as file and log together have them: a migration may be in the log alone. */
function headerOf(path: string): Buffer | undefined {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return undefined;
  const inFile = readStart(path, 100);
  const log = existsSync(`${path}-wal`) ? readFileSync(`${path}-wal`) : Buffer.alloc(0);
  // Checking the log's sums takes a hundred times as long as a look.
  const inLog = changesFormat(log, inFile)
    ? parseWal(log).frames.findLast(({ page, sound }) => page === 1 && sound)?.bytes
    : undefined;
  const header = inLog ?? inFile;
  return header.length >= 100 ? header : undefined;
}

/** Whether a first page in the log, which may not be valid, has another format than the file. */
function changesFormat(log: Buffer, header: Buffer): boolean {
  const step = 24 + (log.length >= 32 ? log.readUInt32BE(8) : 0);
  if (step < 512) return false;
  for (let at = 32; at + step <= log.length; at += step)
    if (log.readUInt32BE(at) === 1 && !log.subarray(at + 84, at + 96).equals(header.subarray(60, 72))) return true;
  return false;
}
