// What Node compiled for a radio's process outlives a power cut: else each start would strip and compile it again.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { until } from '#fakes/wait.ts';

const main = join(import.meta.dirname, '../../src/main.ts');

it('is kept while the process runs, some seconds after its start', async () => {
  const cache = mkdtempSync(join(tmpdir(), 'radio-compiled-'));
  const child = fork(main, ['--child', 'ble'], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
  });
  try {
    const files = () => readdirSync(cache, { recursive: true }).length;
    await until(() => expect(files()).toBeGreaterThan(100));
    expect(child.exitCode).toBeNull();
  } finally {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    rmSync(cache, { recursive: true, force: true });
  }
});
