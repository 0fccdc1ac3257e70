// The bundle that tests start, and its sources, say the same; it is built once.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { program } from '#fakes/program.ts';
import { bundle } from '../../scripts/bundle.ts';

const root = join(import.meta.dirname, '../..');
const said = (file: string, args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
};

it('is what tests start', () => {
  expect(program).toMatch(/bundles\/\w+\/program\/main\.js$/);
});

it.each([[['check-config', '--json', 'config/gateway.example.yaml']], [['--help']], [['nonsense']]])('%j', (args) => {
  expect(said(program, args)).toEqual(said(join(root, 'src/main.ts'), args));
});

it('stands in a folder named by its content, and two who build at the same time leave one', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'hearthward-bundle-'));
  try {
    const [one, other] = await Promise.all([bundle(parent), bundle(parent)]);
    expect(one).toBe(other);
    expect(readdirSync(parent)).toHaveLength(1);
  } finally {
    rmSync(parent, { recursive: true });
  }
});
