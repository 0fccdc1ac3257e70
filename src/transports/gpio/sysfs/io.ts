// The kernel's GPIO files under /sys/class/gpio, as text. Synchronous: they cost microseconds, and the thread pool may
// wait for a stalled card.

import { accessSync, closeSync, constants, openSync, readdirSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Fixed in onoff too. */
export const SYSFS_ROOT = '/sys/class/gpio';

/** Paths are below `root`. What fails throws as node:fs does, with the kernel's `code`. */
export interface SysfsIo {
  root: string;
  read(path: string): string;
  /** One write(2) of the whole text; the file is never made. */
  write(path: string, text: string): void;
  /** Names in a folder; none where there is no such folder. */
  list(path: string): string[];
  /** Which file or folder it is, links followed; undefined where there is none. One that is made anew has another. */
  inode(path: string): string | undefined;
  mayWrite(path: string): boolean;
}

export function sysfsIo(root: string = SYSFS_ROOT): SysfsIo {
  const at = (path: string) => join(root, path);
  return {
    root,
    read: (path) => readFileSync(at(path), 'latin1').trim(),
    write(path, text) {
      const file = openSync(at(path), constants.O_WRONLY);
      try {
        writeSync(file, text);
      } finally {
        closeSync(file);
      }
    },
    list(path) {
      try {
        return readdirSync(at(path));
      } catch {
        return [];
      }
    },
    inode(path) {
      try {
        return `${statSync(at(path), { bigint: true }).ino}`;
      } catch {
        return undefined;
      }
    },
    mayWrite(path) {
      try {
        accessSync(at(path), constants.W_OK);
        return true;
      } catch {
        return false;
      }
    },
  };
}
