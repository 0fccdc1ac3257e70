// The figures as a page for people: the table, and a picture of each figure beside its floor and its goal.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Figure, type Figures, table } from './figures.ts';

const DOCS = join(import.meta.dirname, '../../docs');
const MARKS = ['<!-- figures: written by npm run bench -- --page -->', '<!-- end of figures -->'] as const;

/** Puts table and picture into docs/performance.md, between its marks. */
export function writePage(figures: Figures, about: string): void {
  const file = join(DOCS, 'performance.md');
  const page = readFileSync(file, 'utf8');
  const [begin, end] = MARKS.map((mark) => page.indexOf(mark));
  if (begin === undefined || end === undefined || begin < 0 || end < begin) throw new Error(`${file} lacks its marks`);
  const body = `${about}\n\n![Figures beside their floors and goals](performance.svg)\n\n${table(figures)}\n`;
  writeFileSync(file, `${page.slice(0, begin)}${MARKS[0]}\n\n${body}\n${page.slice(end)}`);
  writeFileSync(join(DOCS, 'performance.svg'), picture(figures));
}

const WIDTH = 960;
const NAME_WIDTH = 380;
const ROW = 34;
const colours = { met: '#2e7d4f', missed: '#b4472f', none: '#4a6a8a', floor: '#c9ced3' };

/** One row a figure: its bar over its floor's, each row to a scale of its own. */
function picture(figures: Figures): string {
  const rows = Object.entries(figures);
  const height = rows.length * ROW + 50;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13"><title>Figures beside their floors and goals</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    ...legend(),
    ...rows.flatMap(([name, figure], row) => bars(name, figure, 40 + row * ROW)),
    '</svg>',
    '',
  ].join('\n');
}

function legend(): string[] {
  const entries = [
    [colours.met, 'goal met'],
    [colours.missed, 'goal missed'],
    [colours.none, 'no goal'],
    [colours.floor, 'floor, measured in the same run; each row has a scale of its own'],
  ] as const;
  return entries.map(
    ([colour, text], place) =>
      `<rect x="${20 + place * 130}" y="12" width="12" height="12" fill="${colour}"/><text x="${38 + place * 130}" y="22" fill="#333">${text}</text>`,
  );
}

function bars(name: string, { value, unit, floor, met }: Figure, y: number): string[] {
  const scale = (WIDTH - NAME_WIDTH - 190) / (Math.max(value, floor ?? 0) || 1);
  const colour = met === undefined ? colours.none : met ? colours.met : colours.missed;
  const bar = (of: number, top: number, fill: string) =>
    `<rect x="${NAME_WIDTH}" y="${top}" width="${Math.max(1, of * scale).toFixed(1)}" height="10" fill="${fill}"/>`;
  const text = `${shown(value)} ${unit}${floor === undefined ? '' : ` (${shown(floor)})`}`;
  return [
    `<text x="${NAME_WIDTH - 10}" y="${y + 15}" text-anchor="end" fill="#222">${escaped(name)}</text>`,
    bar(value, y + 2, colour),
    ...(floor === undefined ? [] : [bar(floor, y + 14, colours.floor)]),
    `<text x="${(NAME_WIDTH + Math.max(value, floor ?? 0) * scale + 6).toFixed(1)}" y="${y + 15}" fill="#222">${escaped(text)}</text>`,
  ];
}

const shown = (value: number): string =>
  value.toLocaleString('en-US', { maximumSignificantDigits: 3, useGrouping: true });
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
