// False alarms a week against the delay, one small picture for each home: ours as a line, the rivals as dots.

import type { Row } from './tables.ts';

const size = { width: 360, height: 240, left: 44, top: 30, right: 12, bottom: 40 };
/** Beyond these the pictures end. */
const most = { perWeek: 2, hours: 12 };
const columns = 2;

const x = (perWeek: number) =>
  size.left + (Math.min(perWeek, most.perWeek) / most.perWeek) * (size.width - size.left - size.right);
const y = (hours: number) =>
  size.height - size.bottom - (Math.min(hours, most.hours) / most.hours) * (size.height - size.top - size.bottom);

export function curvesSvg(homes: readonly { title: string; ours: readonly Row[]; rivals: readonly Row[] }[]): string {
  const rows = Math.ceil(homes.length / columns);
  const panels = homes.map(({ title, ours, rivals }, n) => {
    const line = (of: 'median' | 'p90', colour: string) =>
      `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${ours
        .map(({ score }) => `${x(score.perWeek).toFixed(1)},${y(score[of]).toFixed(1)}`)
        .join(' ')}"/>`;
    const dots = rivals.flatMap(({ score }) => [
      `<circle cx="${x(score.perWeek).toFixed(1)}" cy="${y(score.median).toFixed(1)}" r="3" fill="#1f6feb"/>`,
      `<circle cx="${x(score.perWeek).toFixed(1)}" cy="${y(score.p90).toFixed(1)}" r="3" fill="#d1480f"/>`,
    ]);
    const ticks = [
      ...[0, 0.5, 1, 1.5, 2].map(
        (value) => `<text x="${x(value)}" y="${size.height - size.bottom + 16}" text-anchor="middle">${value}</text>`,
      ),
      ...[0, 3, 6, 9, 12].map(
        (value) => `<text x="${size.left - 6}" y="${y(value) + 4}" text-anchor="end">${value}</text>`,
      ),
    ];
    return [
      `<g transform="translate(${(n % columns) * size.width} ${Math.floor(n / columns) * size.height})">`,
      `<path d="M${size.left} ${size.top}V${size.height - size.bottom}H${size.width - size.right}" fill="none" stroke="#444"/>`,
      `<text x="${size.left}" y="18" font-weight="bold">${title}</text>`,
      ...ticks,
      `<text x="${size.width / 2}" y="${size.height - 8}" text-anchor="middle">false alarms a week</text>`,
      line('median', '#1f6feb'),
      line('p90', '#d1480f'),
      ...dots,
      '</g>',
    ];
  });
  const height = rows * size.height + 24;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${columns * size.width} ${height}" font-family="sans-serif" font-size="11"><title>False alarms against delay</title>`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    ...panels.flat(),
    `<text x="${size.left}" y="${height - 8}">Hours from collapse to alert. Blue: median, red: 90 %. Lines: ours over the sensitivity; dots: 3 h by day, 9 h by night, and its multiples.</text>`,
    '</svg>',
    '',
  ].join('\n');
}
