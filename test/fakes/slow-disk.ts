// Builds the preloaded library of slow-disk.c and steers it from outside the process under test.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

type Calls = 'sync' | 'write' | 'all';

export interface SlowDisk {
  /** To be added to the environment of the process under test. */
  env: Record<string, string>;
  /** Calls wait from now on, until `release`. */
  hold(calls?: Calls): void;
  /** Each call takes so much longer. */
  delay(ms: number, calls?: Calls): void;
  /** Each call fails with this errno: 5 is EIO, 28 ENOSPC, 30 EROFS. */
  fail(errno: number, calls?: Calls): void;
  /** The disk is well again. */
  release(): void;
  /** Whether a call is being held at this moment. */
  held(): boolean;
}

/** `dir`: a temporary directory for the library and its control file. `suffixes`: ends of the file names concerned. */
export function buildSlowDisk(dir: string, suffixes = ['journal.db-wal', 'journal.db']): SlowDisk {
  mkdirSync(dir, { recursive: true });
  const library = join(dir, 'slow-disk.so');
  const control = join(dir, 'slow-disk.control');
  if (!existsSync(library)) {
    const source = fileURLToPath(new URL('./slow-disk.c', import.meta.url));
    execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-Wall', '-o', library, source, '-ldl']);
  }
  const say = (line: string) => {
    // In one piece: the library reads it at any moment.
    writeFileSync(`${control}.next`, line);
    renameSync(`${control}.next`, control);
  };
  return {
    env: { LD_PRELOAD: library, SLOW_DISK_CONTROL: control, SLOW_DISK_SUFFIXES: suffixes.join(':') },
    hold: (calls = 'sync') => say(`hold ${calls}`),
    delay: (ms, calls = 'sync') => say(`delay ${calls} ${ms}`),
    fail: (errno, calls = 'sync') => say(`fail ${calls} ${errno}`),
    release: () => rmSync(control, { force: true }),
    held: () => existsSync(`${control}.held`),
  };
}
