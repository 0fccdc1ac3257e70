import { existsSync, globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { waysOut } from './test/architecture/projects.ts';

const root = import.meta.dirname;
const read = (path: string) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined);
const tests = globSync(['test/**/*.test.ts', 'drivers/**/*.test.ts'], { cwd: root });
const wayOut = waysOut(read);
const pure = tests.filter((path) => wayOut(path) === undefined);
const processes = tests.filter((path) => !pure.includes(path));

/** A bound for what hangs for ever, and no more: whoever waits has a deadline that knows how busy the machine is. */
const HANGS_MS = 45 * 60_000 * Math.max(1, Number(process.env.HEARTHWARD_TEST_PATIENCE ?? 1));

export default defineConfig({
  test: {
    setupFiles: ['test/seed.ts'],
    pool: 'forks',
    testTimeout: HANGS_MS,
    hookTimeout: HANGS_MS,
    // One after the other: what computes is done before anything is started that takes the processor from it.
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          maxWorkers: 2,
          include: pure,
          sequence: { groupOrder: 0 },
          // They share two processes, which may start nothing: that the rule sorted them rightly is held by Node.
          isolate: false,
          execArgv: ['--permission', '--allow-fs-read=*', '--allow-fs-write=*'],
        },
      },
      {
        extends: true,
        test: {
          name: 'processes',
          include: processes,
          globalSetup: 'test/bundled.ts',
          sequence: { groupOrder: 1 },
          // Real brokers, ports and processes. To load the program anew for each file took longer than most tests. One more
          // than there are processors: each waits for what it started most of the time.
          maxWorkers: availableParallelism() + 1,
          isolate: false,
        },
      },
    ],
  },
});
