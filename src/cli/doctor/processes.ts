// Other processes of this box, through /proc: which one is the gateway, and which ones have a file open.

import { readdir, readFile, readlink, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Holders } from '#contract/diagnosis.ts';
import { LOCK } from '#src/store/diagnosis/index.ts';

/** The process that holds the lock of the data directory. Its lock is not touched: a gateway may be starting just now. */
export async function gatewayOf({
  root,
  dataDir,
}: {
  root: string;
  dataDir?: string | undefined;
}): Promise<{ pid: number; uid: number; gids: number[] } | undefined> {
  if (dataDir === undefined) return undefined;
  const file = join(dataDir, LOCK);
  const lock = await stat(file).catch(() => undefined);
  const locks = await readFile(join(root, '/proc/locks'), 'utf8').catch(() => '');
  if (!lock) return undefined;
  const path = await realpath(file);
  for (const { pid, device, inode } of parseLocks(locks)) {
    if (inode !== lock.ino) continue;
    // Some file systems number their devices otherwise for stat() than for locks: then the open file tells.
    if (device !== lock.dev && !(await openFiles(root, pid)).includes(path)) continue;
    const status = await readFile(join(root, `/proc/${pid}/status`), 'utf8').catch(() => '');
    return { pid, ...parseStatus(status) };
  }
  return undefined;
}

/** `1: POSIX  ADVISORY  WRITE 1234 fe:00:2279218 1073741824 1073742335` (proc_locks(5)): those that are held for writing. */
export const parseLocks = (text: string): { pid: number; device: number; inode: number }[] =>
  [...text.matchAll(/^\d+: (?:POSIX|OFDLCK)\s+\S+\s+WRITE\s+(\d+) ([0-9a-f]+):([0-9a-f]+):(\d+)\b/gm)].map(
    ([, pid, major = '', minor = '', inode]) => ({
      pid: Number(pid),
      device: deviceNumber(Number.parseInt(major, 16), Number.parseInt(minor, 16)),
      inode: Number(inode),
    }),
  );

/** As stat() gives it (glibc's makedev, for numbers as Linux has them). */
const deviceNumber = (major: number, minor: number): number => (minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12);

function parseStatus(text: string): { uid: number; gids: number[] } {
  const numbers = (name: string): number[] =>
    (new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(text)?.[1] ?? '').split(/\s+/).filter(Boolean).map(Number);
  // Real, effective, saved, file system: rights go by the effective one.
  return { uid: numbers('Uid')[1] ?? 0, gids: [numbers('Gid')[1] ?? 0, ...numbers('Groups')] };
}

/** Who has `path` open. */
export async function holdersOf(root: string, path: string): Promise<Holders> {
  const found: Holders = { holders: [], unseen: 0 };
  const target = await realpath(path);
  const entries = await readdir(join(root, '/proc')).catch(() => []);
  for (const entry of entries) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      if ((await openFiles(root, pid, true)).includes(target))
        found.holders.push({ pid, name: (await readFile(join(root, `/proc/${pid}/comm`), 'utf8')).trim() });
    } catch (thrown) {
      if (/^(EACCES|EPERM)$/.test((thrown as NodeJS.ErrnoException).code ?? '')) found.unseen += 1;
    }
  }
  return found;
}

async function openFiles(root: string, pid: number, strict = false): Promise<string[]> {
  const folder = join(root, `/proc/${pid}/fd`);
  const fds = await readdir(folder).catch((thrown) => {
    if (strict) throw thrown;
    return [];
  });
  return Promise.all(fds.map((fd) => readlink(join(folder, fd)).catch(() => '')));
}
