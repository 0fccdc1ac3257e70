// Rows of figures: one for each home, way of knowing absence, and method.

import type { Score } from './score.ts';

export interface Row {
  home: string;
  absence: 'known' | 'inferred';
  method: string;
  score: Score;
}
export type Figures = Record<string, { value: number; unit: string; n: number }>;

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

export const delays = ({ median, p90 }: Pick<Score, 'median' | 'p90'>): string =>
  `${median.toFixed(2)} / ${p90.toFixed(2)}`;

const head = [
  'home',
  'absence',
  'method',
  'false alarms',
  'a week',
  'in the first ten days',
  'median h',
  'p90 h',
  'collapses',
];

/** A table in Markdown, so that it can stand in docs/inactivity.md as it is. */
export const printed = (rows: readonly Row[]): string =>
  table(
    head,
    rows.map(({ home, absence, method, score }) => [
      home,
      absence,
      method,
      String(score.falseAlarms),
      score.perWeek.toFixed(2),
      String(score.early),
      score.median.toFixed(2),
      score.p90.toFixed(2),
      String(score.collapses),
    ]),
  );

export const figuresOf = (rows: readonly Row[]): Figures =>
  Object.fromEntries(
    rows.flatMap(({ home, absence, method, score }) => {
      const name = (what: string) => `inactivity.${home}.${absence}.${method.replaceAll(' ', '-')}.${what}`;
      return [
        [name('false-alarms'), { value: score.perWeek, unit: '/wk', n: score.falseAlarms }],
        [name('delay-p50'), { value: score.median, unit: 'h', n: score.collapses }],
        [name('delay-p90'), { value: score.p90, unit: 'h', n: score.collapses }],
      ];
    }),
  );
