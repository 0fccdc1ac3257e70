// Sensitivity against specificity of each set at its native rate, as one picture, with the reference points to beat.

import { percent } from '../../../scripts/train-falls/score.ts';
import type { SetResult } from './tables.ts';

/** What a quick reference reached on other people of the same sets (README of the reference data): sensitivity, specificity. */
const reference: Record<string, [number, number]> = {
  weda: [98.7, 97.6],
  'smartfallmm-wrist': [77.6, 96.6],
  sisfall: [99.4, 99.7],
};
const colours = ['#1f6feb', '#d1480f', '#2da44e', '#8250df', '#9a6700'];

/** The picture's frame in percent: the rest is empty. */
const from = { specificity: 88, sensitivity: 50 };
const size = { width: 720, height: 520, left: 60, top: 30, right: 20, bottom: 60 };

const x = (specificity: number) =>
  size.left +
  ((100 - Math.max(from.specificity, specificity)) / (100 - from.specificity)) * (size.width - size.left - size.right);
const y = (sensitivity: number) =>
  size.top +
  ((100 - Math.max(from.sensitivity, sensitivity)) / (100 - from.sensitivity)) * (size.height - size.top - size.bottom);

export function curvesSvg(results: readonly SetResult[]): string {
  const shown = results.filter(({ rate }) => rate === 'native');
  const parts = shown.flatMap(({ set, curve = [], all }, n) => {
    const colour = colours[n % colours.length] as string;
    const inside = curve.filter(
      (point) => point.specificity >= from.specificity && point.sensitivity >= from.sensitivity,
    );
    const line = inside
      .map((point) => `${x(point.specificity).toFixed(1)},${y(point.sensitivity).toFixed(1)}`)
      .join(' ');
    const own = [percent(all.quiet, all.daily), percent(all.found, all.falls)] as const;
    const rival = reference[set];
    return [
      `<polyline points="${line}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      `<circle cx="${x(own[0])}" cy="${y(own[1])}" r="5" fill="${colour}"/>`,
      ...(rival
        ? [`<path d="M${x(rival[1]) - 5} ${y(rival[0])}h10m-5-5v10" stroke="${colour}" stroke-width="2"/>`]
        : []),
      `<text x="${size.left + 20}" y="${size.height - size.bottom - 20 - n * 18}" fill="${colour}">${set}</text>`,
    ];
  });
  const ticks = [
    ...[88, 90, 92, 94, 96, 98, 100].map(
      (p) => `<text x="${x(p)}" y="${size.height - size.bottom + 20}" text-anchor="middle">${p}</text>`,
    ),
    ...[50, 60, 70, 80, 90, 100].map((p) => `<text x="${size.left - 8}" y="${y(p) + 4}" text-anchor="end">${p}</text>`),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="13"><title>Sensitivity against specificity</title>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<path d="M${size.left} ${size.top}V${size.height - size.bottom}H${size.width - size.right}" fill="none" stroke="#444"/>`,
    ...ticks,
    `<text x="${size.width / 2}" y="${size.height - 14}" text-anchor="middle">specificity of recordings, % (100 at the left)</text>`,
    `<text transform="translate(16 ${size.height / 2}) rotate(-90)" text-anchor="middle">sensitivity, %</text>`,
    `<text x="${size.left + 20}" y="18">Falls found by models that never saw the wearer; dot: the frozen cut, cross: the reference</text>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}
