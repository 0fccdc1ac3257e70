// Which tests are done before anything is started: a rule about what they import, and a process that holds it.

import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { waysOut } from './projects.ts';

const root = join(import.meta.dirname, '../..');
const readReal = (path: string) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined);

/** The way out of `test/it.test.ts`, in a repository of these files. */
const way = (files: Record<string, string>) => waysOut((path) => files[path])('test/it.test.ts');

describe('a test', () => {
  it.each([
    ["import { spawn } from 'node:child_process';", 'node:child_process'],
    ["import { Worker } from 'node:worker_threads';", 'node:worker_threads'],
    ["import net from 'node:net';", 'node:net'],
    ["import mqtt from 'mqtt';", 'mqtt'],
    ["import Database from 'better-sqlite3';", 'better-sqlite3'],
    ["import { chromium } from 'playwright-core';", 'playwright-core'],
    ["const net = await import('node:net');", 'node:net'],
    ["export * from 'node:http';", 'node:http'],
    ["import x from 'left-pad';", 'left-pad'],
    ['fs.fsyncSync(file);', 'fsyncSync'],
    ['const it = await import(name);', 'an import of something computed'],
  ])('is one of processes with %s', (text, outside) => {
    expect(way({ 'test/it.test.ts': text })).toEqual(['test/it.test.ts', outside]);
  });

  it('is one of processes by what its fakes and the product import, however far away', () => {
    expect(
      way({
        'test/it.test.ts': "import { x } from '#fakes/a.ts';",
        'test/fakes/a.ts': "import { y } from '../rig.ts';\nimport { z } from './a.ts';",
        'test/rig.ts': "import { store } from '#src/store/index.ts';\nimport '#fakes/a.ts';",
        'src/store/index.ts': "new Worker(new URL('./writer.ts', import.meta.url));",
        'src/store/writer.ts': "import Database from 'better-sqlite3';",
      }),
    ).toEqual([
      'test/it.test.ts',
      'test/fakes/a.ts',
      'test/rig.ts',
      'src/store/index.ts',
      'src/store/writer.ts',
      'better-sqlite3',
    ]);
  });

  it('is pure with files, types of anything, and what only computes', () => {
    expect(
      way({
        'test/it.test.ts': [
          "import type { Socket } from 'node:net';",
          "import { readFileSync } from 'node:fs';",
          "import { z } from 'zod/v4';",
          "import { x } from '#base/x.ts';",
          "// import net from 'node:net';",
        ].join('\n'),
        'src/base/x.ts': "import type { Y } from '#src/store/index.ts';\nimport { randomUUID } from 'node:crypto';",
        'src/store/index.ts': "import Database from 'better-sqlite3';",
      }),
    ).toBeUndefined();
  });
});

describe('the projects', () => {
  it('are both there, and tell those that compute from those that start something', () => {
    const tests = globSync(['test/**/*.test.ts', 'drivers/**/*.test.ts'], { cwd: root });
    const wayOut = waysOut(readReal);
    const pure = tests.filter((path) => wayOut(path) === undefined);
    expect(pure.length).toBeGreaterThan(100);
    expect(tests.length - pure.length).toBeGreaterThan(80);
    expect(pure).toContain('test/architecture/projects.test.ts');
    expect(tests).toContain('test/crash/crash.test.ts');
    expect(pure).not.toContain('test/crash/crash.test.ts');
  });

  it('are held by Node: a pure test can start no process and no thread, and load no native code', () => {
    const { permission } = process as { permission?: { has(scope: string): boolean } };
    expect(['child', 'worker', 'addon'].map((scope) => permission?.has(scope))).toEqual([false, false, false]);
  });
});
