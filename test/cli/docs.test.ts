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

  it('name no file of the source that is not there', () => {
    const rooms = readdirSync(join(root, 'src'));
    const named = pages.flatMap((page) =>
      [...textOf(page).matchAll(/`(src\/(\w[\w-]*)\/[\w./-]+)`/g)]
        // The sources of other programs have rooms of other names.
        .filter(([, , room = '']) => rooms.includes(room))
        .map(([, path = '']) => ({ page, path })),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(({ path }) => !existsSync(join(root, path)))).toEqual([]);
  });
});

describe('the index of decisions', () => {
  const folder = 'docs/decisions';
  const records = pagesIn(folder)
    .map((page) => ({ file: page.slice(folder.length + 1), text: textOf(page) }))
    .filter(({ file }) => file !== 'README.md');
  const index = textOf(`${folder}/README.md`);

  it('has each record once, with its title and its state', () => {
    expect(records.length).toBeGreaterThan(20);
    expect(indexProblems(index, records)).toEqual([]);
  });

  it.each([
    ['a record without a row', index.replace(/^\| \[009\].*\n/m, ''), ['009: is not in the index']],
    ['a row without its record', `${index}| [099](099-x.md) | X | y | in force |\n`, ['099: is no record']],
    ['another title', index.replace('What is kept of acceleration', 'x'), ['019: has another title']],
    ['a row without a state', index.replace(/(?<=^\| \[001\].*\| )in force/m, 'good'), ['001: says no state']],
    ['an unexplained gap', index.replaceAll('020', ''), ['020: is missing, and nothing says why']],
  ])('is found wrong with %s', (_, text, problems) => {
    expect(indexProblems(text, records)).toEqual(problems);
  });
});

function indexProblems(index: string, records: readonly { file: string; text: string }[]): string[] {
  const rows = [...index.matchAll(/^\| \[(\d{3})\]\((\S+)\) \| (.+) \| (.+) \| (.*) \|$/gm)].map(
    ([, number = '', file = '', title = '', , state = '']) => ({ number, file, title, state }),
  );
  const numberOf = (file: string) => file.slice(0, 3);
  const taken = records.map(({ file }) => numberOf(file));
  const upTo = Array.from({ length: Math.max(...taken.map(Number)) }, (_, n) => String(n + 1).padStart(3, '0'));
  return [
    ...records.flatMap(({ file, text }) => {
      const number = numberOf(file);
      const found = rows.filter((row) => row.number === number && row.file === file);
      const [row] = found;
      if (!row) return [`${number}: is not in the index`];
      if (found.length > 1) return [`${number}: is in the index twice`];
      if (!text.startsWith(`# ${number} ${row.title}\n`)) return [`${number}: has another title`];
      return /^(in force|stale|amended by \[\d{3}\]\(.*\))$/.test(row.state) ? [] : [`${number}: says no state`];
    }),
    ...rows
      .filter(({ file }) => !records.some((one) => one.file === file))
      .map(({ number }) => `${number}: is no record`),
    ...upTo
      .filter((number) => !taken.includes(number) && !index.includes(`There is no ${number}.`))
      .map((number) => `${number}: is missing, and nothing says why`),
  ];
}
