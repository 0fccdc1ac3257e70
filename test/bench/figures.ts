// What a benchmark hands in, and how a figure is made of many samples.

/** One figure of the report; see "Figures" in the docs. Floors are measured interleaved, in the same run. */
export interface Figure {
  value: number;
  unit: string;
  /** Samples behind `value`. */
  n: number;
  floor?: number;
  /** value / floor. */
  ratio?: number;
  /** Lowest and highest sample, or the quantiles that the name says. */
  spread: [number, number];
  /** What is asked for, in words, and whether it was met. */
  goal?: string;
  met?: boolean;
}
export type Figures = Record<string, Figure>;

export interface Benchmark {
  name: string;
  /** One line: what is timed from where to where, and what the floor is. */
  about: string;
  run(report: (text: string) => void): Promise<Figures>;
}

export const quantile = (samples: readonly number[], q: number): number => {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
};

/** The q-quantile of `samples` beside that of `floor`, with the 5 % and 95 % points as spread. */
export function quantileFigure(
  samples: readonly number[],
  floor: readonly number[] | undefined,
  q: number,
  unit: string,
): Figure {
  const value = quantile(samples, q);
  const spread: [number, number] = [quantile(samples, 0.05), quantile(samples, 0.95)];
  if (!floor) return { value, unit, n: samples.length, spread };
  const least = quantile(floor, q);
  return { value, unit, n: samples.length, floor: least, ratio: value / least, spread };
}

/** The median of a few runs, each beside its floor's run. */
export function medianFigure(runs: readonly number[], floors: readonly number[] | undefined, unit: string): Figure {
  const value = quantile(runs, 0.5);
  const spread: [number, number] = [Math.min(...runs), Math.max(...runs)];
  if (!floors) return { value, unit, n: runs.length, spread };
  const floor = quantile(floors, 0.5);
  return { value, unit, n: runs.length, floor, ratio: value / floor, spread };
}

export const asked = (figure: Figure, goal: string, met: boolean): Figure => ({ ...figure, goal, met });

const round = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);

/** The report as a table for people; Markdown, so that the docs can carry it as it is. */
export function table(figures: Figures): string {
  const head = ['figure', 'value', 'floor', 'ratio', 'spread', 'n', 'goal'];
  const rows = Object.entries(figures).map(([name, { value, unit, floor, ratio, spread, n, goal, met }]) => [
    name,
    `${round(value)} ${unit}`,
    floor === undefined ? '' : round(floor),
    ratio === undefined ? '' : round(ratio),
    spread.map(round).join(' – '),
    String(n),
    goal === undefined ? '' : `${goal}: ${met ? 'met' : 'missed'}`,
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
