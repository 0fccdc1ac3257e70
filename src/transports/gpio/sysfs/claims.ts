// Which exported lines are ours. An export outlives its process, and sysfs does not say who made it: so a line is noted
// before it is exported, and a gateway that was killed finds its own lines again without taking anybody else's.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { reasonOf } from '#contract/errors.ts';
import type { Log } from '#contract/log.ts';

const note = z.object({
  bootId: z.string(),
  /** By number, the inode of the exported folder; null between the note and the export. */
  lines: z.record(z.string().regex(/^\d+$/), z.string().nullable()),
});

export interface Claims {
  /** Whether the export of this number, with this inode, was made here, in this run or an earlier one of this boot. */
  isOurs(number: number, inode: string): boolean;
  note(number: number, inode: string | null): void;
  drop(number: number): void;
}

export const CLAIMS_FILE = 'gpio-exports.json';

/** Kept in memory alone where there is no `dir`. A note that cannot be read or written costs its use only. */
export function exportClaims({ dir, bootId, log }: { dir?: string | undefined; bootId: string; log: Log }): Claims {
  const file = dir === undefined ? undefined : join(dir, CLAIMS_FILE);
  const lines = readClaims(file, bootId);

  function save(): void {
    if (file === undefined) return;
    try {
      mkdirSync(dirname(file), { recursive: true });
      // Not flushed: what the note is about does not live longer than the kernel's memory either.
      writeFileSync(`${file}.new`, JSON.stringify({ bootId, lines: Object.fromEntries(lines) }), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    } catch (thrown) {
      log.warn(
        { file, reason: reasonOf(thrown) },
        'cannot note which GPIO lines are exported: a kill may leave them busy',
      );
    }
  }

  return {
    isOurs(number, inode) {
      const noted = lines.get(`${number}`);
      return noted === null || noted === inode;
    },
    note(number, inode) {
      lines.set(`${number}`, inode);
      save();
    },
    drop(number) {
      if (lines.delete(`${number}`)) save();
    },
  };
}

/** The notes of this boot: exports do not live longer. */
export function readClaims(file: string | undefined, bootId: string): Map<string, string | null> {
  try {
    const read = note.parse(JSON.parse(readFileSync(file ?? '', 'utf8')));
    return new Map(read.bootId === bootId ? Object.entries(read.lines) : []);
  } catch {
    return new Map();
  }
}
