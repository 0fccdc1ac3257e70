// A file is the old one or the new one, whole, and open to its owner alone.

import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replaceFile, replaceFileSync } from '#base/replace-file.ts';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hearthward-replace-'));
  file = join(dir, 'state.json');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe.each([
  ['replaceFile', replaceFile],
  ['replaceFileSync', async (path: string, text: string) => replaceFileSync(path, text)],
] as const)('%s', (_name, replace) => {
  it('makes the file, replaces it, and leaves nothing beside it', async () => {
    await replace(file, 'one');
    await replace(file, '二\n');
    expect(readFileSync(file, 'utf8')).toBe('二\n');
    expect(readdirSync(dir)).toEqual(['state.json']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('leaves the old one as it is where the new one cannot be written', async () => {
    writeFileSync(file, 'old');
    mkdirSync(`${file}.new`);
    await expect(replace(file, 'new')).rejects.toThrow();
    expect(readFileSync(file, 'utf8')).toBe('old');
  });

  it('does not take over the permissions of a draft that a run left behind', async () => {
    writeFileSync(`${file}.new`, 'half');
    chmodSync(`${file}.new`, 0o666);
    await replace(file, 'whole');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toBe('whole');
  });
});
