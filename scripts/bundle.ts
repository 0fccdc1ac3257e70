// The program as a bundle: a file for each process and thread, and what two of them share, in place of some six hundred
// modules that each start would read. Native packages stay outside. What tests start is this; a checkout runs its sources.

import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type OutputChunk, type Plugin, rolldown } from 'rolldown';

const root = join(import.meta.dirname, '..');

/** What a bundle reads besides itself, where it looks for it. */
const beside = ['package.json', 'config/presets'];
const PAGE = 'src/receiver/page';

/** They bring an executable of their own, or look for files beside theirs. */
const outside = /^(better-sqlite3|serialport|@serialport\/|@stoprocent\/noble|onoff)/;

const threads = globSync('src/**/*-worker.ts', { cwd: root });

/** A thread is started by the address of its file, and that stands beside the others. */
const addressesOfThreads: Plugin = {
  name: 'addresses of threads',
  transform(code) {
    const changed = code.replaceAll(/(new URL\('\.\/[\w-]+-worker)\.ts'/g, "$1.js'");
    // Of the same length: the map needs no change.
    return changed === code ? null : { code: changed, map: null };
  },
};

/**
 * Builds the program into a folder of `parent` that is named by its content, and does nothing when it stands there already.
 * Returns the file to be run.
 */
export async function bundle(parent: string): Promise<string> {
  const input = Object.fromEntries(['src/main.ts', ...threads].map((path) => [basename(path, '.ts'), path]));
  const built = await rolldown({
    cwd: root,
    input,
    platform: 'node',
    external: outside,
    plugins: [addressesOfThreads],
  });
  const { output } = await built.generate({ format: 'esm', chunkFileNames: '[name]-[hash].js', sourcemap: true });
  await built.close();

  const files = output.map((file) => ({ name: file.fileName, text: textOf(file as OutputChunk) }));
  const hash = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16);
  const dir = join(parent, hash);
  if (!existsSync(dir)) write(dir, files);
  // Its age is that of its last use.
  utimesSync(dir, new Date(), new Date());
  return join(dir, 'program/main.js');
}

const textOf = (file: OutputChunk | { source: string }): string => ('code' in file ? file.code : file.source);

/** Whole or not at all: two may build at the same time. */
function write(dir: string, files: readonly { name: string; text: string }[]): void {
  mkdirSync(dirname(dir), { recursive: true });
  const unfinished = mkdtempSync(`${dir}-`);
  mkdirSync(join(unfinished, 'program'));
  for (const { name, text } of files) writeFileSync(join(unfinished, 'program', name), text);
  for (const path of beside) cpSync(join(root, path), join(unfinished, path), { recursive: true });
  cpSync(join(root, PAGE), join(unfinished, 'program/page'), { recursive: true });
  try {
    renameSync(unfinished, dir);
  } catch (error) {
    rmSync(unfinished, { recursive: true });
    if (!existsSync(dir)) throw error;
  }
}
