// A file replaced in one piece: whoever reads it, and whatever crashes, finds the old text or the new one, whole.

import { closeSync, fchmodSync, fchownSync, fsyncSync, openSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { chown, open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes `text` beside `path` and gives it the name when it is on the disk; only the owner of the folder may read it.
 * @throws the file system's error; `path` is then as it was
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  const handle = await open(draft, 'w', 0o600);
  try {
    // A draft that an earlier run left behind may be open to anybody.
    await handle.chmod(0o600);
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await giveToOwnerOf(dirname(path), draft);
  await rename(draft, path);
  // The new name is on the disk only once its folder is.
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** What root writes in the folder of a service, the service is to read. */
async function giveToOwnerOf(folder: string, path: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(folder);
  await chown(path, uid, gid);
}

/** The same where nothing may come between. @throws the file system's error; `path` is then as it was */
export function replaceFileSync(path: string, text: string): void {
  const draft = `${path}.new`;
  const file = openSync(draft, 'w', 0o600);
  try {
    fchmodSync(file, 0o600);
    writeFileSync(file, text);
    fsyncSync(file);
    if (process.getuid?.() === 0) {
      const { uid, gid } = statSync(dirname(path));
      fchownSync(file, uid, gid);
    }
  } finally {
    closeSync(file);
  }
  renameInFolder(draft, path);
}

/** Gives a finished file its name, and sees to it that the name is on the disk. */
export function renameInFolder(from: string, to: string): void {
  renameSync(from, to);
  const folder = openSync(dirname(to), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
