// `npm run check` names the remedy of what failed, whatever the tools themselves say.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const check = join(import.meta.dirname, '../../scripts/check');

/** Its words and exit code, with tools of which one fails: `biome`, or `node` with the generators. */
function checkWhere(broken: string) {
  const dir = mkdtempSync(join(tmpdir(), 'hearthward-check-'));
  try {
    for (const tool of ['tsc', 'biome', 'node', 'vitest'])
      writeFileSync(join(dir, tool), `#!/bin/sh\nexit ${tool === broken ? 3 : 0}\n`, { mode: 0o755 });
    const { status, stderr } = spawnSync(check, ['--static'], {
      env: { PATH: `${dir}:/usr/bin:/bin` },
      encoding: 'utf8',
    });
    return { status, stderr };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

it.each([
  ['tsc', /FAILED: types/],
  ['biome', /FAILED: lint and format\. npm run format/],
  ['node', /FAILED: generated files\. npm run generate/],
])('npm run check fails with %s, and says what to do', (broken, words) => {
  const { status, stderr } = checkWhere(broken);
  expect(status).toBe(1);
  expect(stderr).toMatch(words);
});

it('npm run check is silent on what is well', () => {
  expect(checkWhere('nothing')).toEqual({ status: 0, stderr: '' });
});
