// The tracks of a soak as one SVG picture, a small chart under the other, time to the right.

import { type Series, slope, type Track } from './verdict.ts';

const WIDTH = 720;
const HEIGHT = 96;
const LEFT = 84;
const RIGHT = 16;
const TOP = 50;
const GAP = 34;

export function picture(series: readonly Series[]): string {
  let y = 0;
  const parts: string[] = [];
  for (const { title, step, steps, tracks } of series) {
    parts.push(text(8, y + 22, title, 'font-size="15" font-weight="bold"'));
    y += TOP;
    for (const track of tracks) {
      parts.push(chart(track, steps, y));
      y += HEIGHT + GAP;
    }
    parts.push(text(LEFT, y - 8, `0 to ${steps}, each a ${step}`, 'fill="#666"'));
    y += 16;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" font-family="sans-serif" font-size="11"><title>Memory, descriptors and latency over the soak</title>
<rect width="${WIDTH}" height="${y}" fill="#fff"/>
${parts.join('\n')}
</svg>
`;
}

/** Scaled from zero, so that what is flat looks flat; the red line over the second half is the slope that is judged. */
function chart({ name, unit, values, bound }: Track, steps: number, top: number): string {
  const most = niceAbove(Math.max(...values, 1e-9));
  const x = (at: number) => LEFT + ((at + 0.5) / steps) * (WIDTH - LEFT - RIGHT);
  const y = (value: number) => top + HEIGHT - (value / most) * HEIGHT;
  const half = Math.floor(values.length / 2);
  const second = values.slice(half);
  const rise = slope(second);
  const centre = second.length === 0 ? 0 : second.toSorted((a, b) => a - b)[Math.floor(second.length / 2)];
  const middle = half + (second.length - 1) / 2;
  const trend = (at: number) => (centre ?? 0) + rise * (at - middle);
  const line = (from: number, to: number) =>
    `<line x1="${fixed(x(from))}" y1="${fixed(y(trend(from)))}" x2="${fixed(x(to))}" y2="${fixed(y(trend(to)))}" stroke="#c33" stroke-width="1"/>`;
  return [
    `<path d="M${LEFT} ${top}V${top + HEIGHT}H${WIDTH - RIGHT}" fill="none" stroke="#999"/>`,
    text(LEFT - 6, top + 9, most.toLocaleString('en'), 'text-anchor="end" fill="#666"'),
    text(LEFT - 6, top + HEIGHT, '0', 'text-anchor="end" fill="#666"'),
    text(LEFT + 4, top - 4, unit === '' ? name : `${name}, ${unit}`),
    `<polyline fill="none" stroke="#247" stroke-width="1.5" points="${values.map((value, at) => `${fixed(x(at))},${fixed(y(value))}`).join(' ')}"/>`,
    bound && second.length > 1 ? line(half, values.length - 1) : '',
  ].join('\n');
}

const fixed = (value: number): string => value.toFixed(1);

const text = (x: number, y: number, words: string, more = ''): string =>
  `<text x="${x}" y="${fixed(y)}" ${more}>${words.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</text>`;

/** The next of 1, 2, 5, 10, 20, … */
function niceAbove(value: number): number {
  const ten = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((factor) => factor * ten).find((nice) => nice >= value) ?? value;
}
