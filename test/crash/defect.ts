// A copy of the program with a defect, which a test that is worth its time must find.

import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

export type Defect = [file: string, right: string, wrong: string];

/** Copies the program into an empty `dir`, one text of each file replaced, which must be there; returns `dir`. */
export function copyWithDefect(dir: string, defects: readonly Defect[], parts = ['src', 'drivers']): string {
  for (const part of [...parts, 'package.json']) cpSync(join(root, part), join(dir, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
  for (const [file, right, wrong] of defects) {
    const text = readFileSync(join(dir, file), 'utf8');
    if (!text.includes(right)) throw new Error(`${file} does not hold what the defect replaces: ${right}`);
    writeFileSync(
      join(dir, file),
      text.replace(right, () => wrong),
    );
  }
  return dir;
}
