// What a newcomer reads leads somewhere: every link to a file, and every function that a page names in a file, is there.

import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verbs } from './cli.ts';

const root = join(import.meta.dirname, '../..');
const pagesIn = (folder: string) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
const pages = [...pagesIn('.'), ...pagesIn('docs'), ...pagesIn('docs/decisions')];
const textOf = (page: string) => readFileSync(join(root, page), 'utf8');

const linksOf = (page: string) =>
  [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^(https?:|#)/.test(target))
    .map((target) => join(dirname(page), target.replace(/#.*/, '')));

describe('pages', () => {
  it.each(pages)('%s links only to what is there', (page) => {
    expect(linksOf(page).filter((target) => !existsSync(join(root, target)))).toEqual([]);
  });

  it('hold nothing that a merge left', () => {
    const files = globSync('{.,docs,drivers,config}/**/*.md', { cwd: root, exclude: ['node_modules/**'] });
    expect(files.length).toBeGreaterThan(40);
    expect(files.filter((file) => /^(<{7}|={7}|>{7})/m.test(textOf(file)))).toEqual([]);
  });

  it('docs/one-path.md names functions that stand in the files it names', () => {
    const named = [...textOf('docs/one-path.md').matchAll(/`(\w+)` in\s+\[[^\]]+\]\(([^)]+)\)/g)];
    expect(named.length).toBeGreaterThan(30);
    const wrong = named.filter(([, name, target = '']) => {
      const source = readFileSync(join(root, 'docs', target), 'utf8');
      return !new RegExp(`\\b(function|const) ${name}\\b|^ +(async )?${name}\\(|\\b${name}: \\(|\\b${name}:`, 'm').test(
        source,
      );
    });
    expect(wrong.map(([match]) => match)).toEqual([]);
  });

  it.each([
    ['README.md', 'docs/commands.md'],
    ['README.zh-CN.md', 'docs/commands.zh-CN.md'],
  ])('%s is short, and sends to a page that knows every verb: %s', (page, commands) => {
    expect(textOf(page)).toContain(commands);
    expect(textOf(page).split('\n').length).toBeLessThanOrEqual(150);
    for (const verb of verbs) expect(textOf(commands)).toContain(`hearthward ${verb}`);
    for (const command of ['npm start', 'npm test']) expect(textOf(page)).toContain(command);
  });
});
