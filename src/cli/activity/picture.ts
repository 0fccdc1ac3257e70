// The picture of a day, as SVG: a row for each room, a cell for ten minutes, darker where more happened.

import { timeText } from '#contract/local-time.ts';
import type { Words } from '#contract/words.ts';
import { nameOf } from '#src/alerts/words.ts';
import { type ActivityDay, type Quiet, SLOT_MINUTES, SLOTS } from './day.ts';

type Language = keyof Words;

const CELL = 5;
const ROW = 22;
const LEFT = 110;
const TOP = 46;
const WIDTH = LEFT + SLOTS * CELL + 16;

const words = {
  title: { en: 'Activity', 'zh-CN': '活动' },
  nothing: { en: 'Nothing moved on this day.', 'zh-CN': '当天没有任何活动。' },
  after: {
    en: 'Quiet from {since} on in “{room}”, help is called after {limit}',
    'zh-CN': '自{since}起在“{room}”之后若一直安静，{limit}后呼叫帮助',
  },
  usual: {
    en: '; the longest usual pause there at that hour is {longest}',
    'zh-CN': '；该时段通常最长停顿为{longest}',
  },
  longer: {
    en: '; it waits longer than at first, since help was called for nothing more than once in four weeks',
    'zh-CN': '；因误报多于每四周一次，等待时间比最初更长',
  },
  sooner: {
    en: '; it calls sooner than at first, since help was called for nothing less than once in four weeks',
    'zh-CN': '；因误报少于每四周一次，呼叫比最初更早',
  },
  elsewhere: { en: 'no room', 'zh-CN': '未标房间' },
} as const satisfies Record<string, Words>;

export function pictureOf({ date, zone, rooms, alerts, quiet }: ActivityDay, language: Language): string {
  const bottom = TOP + Math.max(1, rooms.length) * ROW + 34;
  const height = bottom + (quiet ? ROW : 0);
  const busiest = Math.max(1, ...rooms.flatMap(({ slots }) => slots));
  const y = (row: number) => TOP + row * ROW;
  const cells = rooms.flatMap(({ slots }, row) =>
    slots.flatMap((count, slot) =>
      count === 0
        ? []
        : [
            `<rect x="${LEFT + slot * CELL}" y="${y(row) + 2}" width="${CELL}" height="${ROW - 4}" fill="#1f6f8b" fill-opacity="${shade(count, busiest)}"/>`,
          ],
    ),
  );
  const hours = Array.from({ length: 9 }, (_, i) => i * 3).map((hour) => {
    const x = LEFT + ((hour * 60) / SLOT_MINUTES) * CELL;
    return `<line x1="${x}" x2="${x}" y1="${TOP}" y2="${bottom - 30}" stroke="#ccd3d8"/><text x="${x}" y="${bottom - 14}" text-anchor="middle">${String(hour).padStart(2, '0')}</text>`;
  });
  const marks = alerts.map(({ minute, hazard, room }) => {
    const x = LEFT + (minute / SLOT_MINUTES) * CELL;
    const name = escaped(nameOf({ hazard, severity: 'alarm' })[language]);
    return `<g><title>${name}${room && ` · ${escaped(room)}`} ${timeText(minute)}</title><line x1="${x}" x2="${x}" y1="${TOP - 4}" y2="${bottom - 30}" stroke="#b3261e" stroke-width="2"/><text x="${x}" y="${TOP - 8}" text-anchor="middle" fill="#b3261e">${name}</text></g>`;
  });
  const labels = rooms.map(
    ({ room }, row) =>
      `<text x="${LEFT - 8}" y="${y(row) + ROW / 2 + 4}" text-anchor="end">${escaped(room || words.elsewhere[language])}</text>`,
  );
  const empty = rooms.length === 0 ? [`<text x="${LEFT}" y="${TOP + 15}">${words.nothing[language]}</text>`] : [];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12" fill="#20292f">`,
    `<title>${words.title[language]} ${date}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text x="${LEFT}" y="20" font-size="14">${words.title[language]} ${date} (${escaped(zone)})</text>`,
    ...hours,
    ...cells,
    ...labels,
    ...empty,
    ...marks,
    ...(quiet
      ? [`<text x="${LEFT}" y="${height - 10}" fill="#5b6770">${escaped(quietWords(quiet, language))}</text>`]
      : []),
    '</svg>',
    '',
  ].join('\n');
}

/** By so much a price has to differ from the first one to be worth a sentence. */
const NOTICEABLE = 1.15;

function quietWords({ since, room, limitMinutes, longestMinutes, by, price }: Quiet, language: Language): string {
  const usual = longestMinutes > 0 ? words.usual[language] : '';
  const moved = by !== 'learned' ? '' : price > NOTICEABLE ? 'longer' : price < 1 / NOTICEABLE ? 'sooner' : '';
  const said = words.after[language] + usual + (moved && words[moved][language]);
  return said
    .replace('{since}', timeText(since))
    .replace('{room}', () => room || words.elsewhere[language])
    .replace('{limit}', span(limitMinutes, language))
    .replace('{longest}', span(longestMinutes, language));
}

const span = (minutes: number, language: Language): string =>
  language === 'en'
    ? `${Math.floor(minutes / 60)} h ${minutes % 60} min`
    : `${Math.floor(minutes / 60)}小时${minutes % 60}分钟`;

/** Darkness grows with the logarithm of the count: a single event is visible, and a hundred do not drown it. */
const shade = (count: number, busiest: number): string =>
  (0.25 + 0.75 * (Math.log1p(count) / Math.log1p(busiest))).toFixed(2);

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const BARS = ' ▁▂▃▄▅▆▇█';

/** The same for a terminal: a line for each room, a bar for each hour. */
export function linesOf({ date, zone, rooms, alerts, first, last, quiet }: ActivityDay, language: Language): string[] {
  const title = `${words.title[language]} ${date} (${zone})`;
  if (rooms.length === 0) return [title, words.nothing[language]];
  const perHour = rooms.map(({ room, slots }) => ({
    name: room || words.elsewhere[language],
    hours: Array.from({ length: 24 }, (_, hour) =>
      slots.slice((hour * 60) / SLOT_MINUTES, ((hour + 1) * 60) / SLOT_MINUTES).reduce((sum, count) => sum + count, 0),
    ),
  }));
  const busiest = Math.max(1, ...perHour.flatMap(({ hours }) => hours));
  const width = Math.max(...perHour.map(({ name }) => columns(name)));
  const pad = (name: string) => name + ' '.repeat(width - columns(name));
  const bar = (count: number) =>
    count === 0 ? ' ' : (BARS[Math.max(1, Math.round(8 * (Math.log1p(count) / Math.log1p(busiest))))] ?? '█');
  return [
    title,
    `${pad('')}  0  3  6  9  12 15 18 21`,
    ...perHour.map(({ name, hours }) => `${pad(name)}  ${hours.map(bar).join('')}`.trimEnd()),
    ...(first !== undefined && last !== undefined ? [`${timeText(first)} – ${timeText(last)}`] : []),
    ...(quiet ? [quietWords(quiet, language)] : []),
    ...alerts.map(({ minute, hazard, room }) =>
      `${timeText(minute)} ${nameOf({ hazard, severity: 'alarm' })[language]} ${room}`.trimEnd(),
    ),
  ];
}

/** Columns of a terminal: a Chinese character takes two. */
const columns = (text: string): number =>
  [...text].reduce(
    (sum, character) =>
      sum +
      (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(character)
        ? 2
        : 1),
    0,
  );
