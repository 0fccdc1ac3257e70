// Rows of figures: one for each set, rate and group of ages.

import { type curveOf, percent, type Score, sensitivityAt } from '../../../scripts/train-falls/score.ts';

export type Figures = Record<string, { value: number; unit: string; n: number }>;

export interface SetResult {
  set: string;
  rate: string;
  how: 'out-of-fold' | 'set-left-out' | 'replay';
  all: Score;
  young: Score;
  elderly: Score;
  /** Only out of fold: a replay has the one cut. */
  curve?: ReturnType<typeof curveOf>;
  figures: Figures;
}

export function resultOf(result: Omit<SetResult, 'figures'>): SetResult {
  const { set, rate, how, all, elderly } = result;
  const name = (what: string) => `falls.${how}.${set}.${rate}.${what}`;
  const figures: Figures = {
    [name('sensitivity')]: { value: percent(all.found, all.falls), unit: '%', n: all.falls },
    [name('specificity')]: { value: percent(all.quiet, all.daily), unit: '%', n: all.daily },
    [name('alarms-per-adl-hour')]: { value: all.alarms / all.hours, unit: '/h', n: all.alarms },
    [name('elderly-alarms-per-adl-hour')]: { value: elderly.alarms / elderly.hours, unit: '/h', n: elderly.alarms },
    [name('decision-delay-p50')]: { value: quantile(all.delays, 0.5), unit: 's', n: all.delays.length },
    [name('decision-delay-p95')]: { value: quantile(all.delays, 0.95), unit: 's', n: all.delays.length },
  };
  return { ...result, figures };
}

const head = [
  'set',
  'rate',
  'falls found',
  'sens. %',
  'quiet daily',
  'spec. %',
  'alarms/h',
  'young sp. %',
  'elderly sp. %',
  'elderly al./h',
  'delay s p50/p95',
  'sens. at sp. 97',
  '98',
  '99',
  '99.7',
];

/** A table in Markdown, so that it can stand in docs/falls.md as it is. */
export function printed(results: readonly SetResult[]): string {
  const rows = results.map(({ set, rate, all, young, elderly, curve }) => [
    set,
    rate,
    `${all.found}/${all.falls}`,
    percent(all.found, all.falls).toFixed(1),
    `${all.quiet}/${all.daily}`,
    percent(all.quiet, all.daily).toFixed(1),
    (all.alarms / all.hours).toFixed(2),
    percent(young.quiet, young.daily).toFixed(1),
    percent(elderly.quiet, elderly.daily).toFixed(1),
    (elderly.alarms / elderly.hours).toFixed(2),
    `${quantile(all.delays, 0.5).toFixed(2)}/${quantile(all.delays, 0.95).toFixed(2)}`,
    ...[97, 98, 99, 99.7].map((specificity) => (curve ? sensitivityAt(curve, specificity).toFixed(1) : '')),
  ]);
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Sensitivity / specificity at a row of cuts: from here the frozen cut of each place is taken. */
export function printedCuts(results: readonly SetResult[]): string {
  const cuts = [-1, -0.5, 0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3];
  const rows = results.map(({ set, rate, curve = [] }) => [
    `${set} ${rate}`,
    ...cuts.map((cut) => {
      const at = curve.findLast((point) => point.cut >= cut);
      return at ? `${at.sensitivity.toFixed(1)} / ${at.specificity.toFixed(1)}` : '0 / 100';
    }),
  ]);
  return [['cut', ...cuts.map(String)], ['---', ...cuts.map(() => '---')], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}
