// Cuts what a gateway says to what can be kept in mind and shown: by the limits of the contract, whatever the field. No I/O.
// What is cut is still a message of its schema: texts end in …, ids stay distinct, lists keep what counts.

import { createHash } from 'node:crypto';
import { LIMITS } from '#contract/uplink/limits.ts';

export interface Fitted<T> {
  value: T;
  /** What was cut, by its place, with what it was: `text.en (900000 characters)`. */
  cut: string[];
}

/** Written for people, and so longer than a name. */
const TEXTS = new Set(['en', 'zh-CN', 'note', 'found']);
/** Whose parts the contract leaves free. */
const FREE = new Set(['because', 'story', 'context']);
const LISTS: Readonly<Record<string, { most: number; newest?: true }>> = {
  because: { most: LIMITS.because },
  story: { most: LIMITS.story, newest: true },
  openAlerts: { most: LIMITS.openAlerts },
  openAtHome: { most: LIMITS.openAlerts },
  candidates: { most: LIMITS.people },
  values: { most: LIMITS.values },
};
/** Counted only, or of one instant each and for the disk: as long as a message can be. Their entries are fitted. */
const WHOLE = new Set(['devices', 'faults', 'readings']);
/** Hundreds of samples, which are for the file and not for the page. */
const NOT_SHOWN = 'evidence';
/** Levels below an entry of a story: enough for `by: {name}` and `at`. */
const DEEPEST = 3;
const FEW = 5;
const STAMP = 'yyyy-mm-ddThh:mm:ss.sss'.length;

export function fitted<T>(value: T): Fitted<T> {
  const cut: string[] = [];
  const note = (path: readonly string[], was: string) => {
    if (cut.length < FEW) cut.push(`${path.slice(0, 4).map(place).join('.')} (${was})`);
  };
  const made = walk(value, [], -1, note) as T;
  return { value: made, cut };
}

type Note = (path: readonly string[], was: string) => void;

/** @param depth below the first free part; -1 outside of any. */
function walk(value: unknown, path: readonly string[], depth: number, note: Note): unknown {
  if (typeof value === 'string') return cutText(value, path, depth >= 0, note);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEEPEST) {
    note(path, 'too deep');
    return '…';
  }
  const below = depth >= 0 ? depth + 1 : -1;
  if (Array.isArray(value)) return walkList(value, path, below, note);
  const all = Object.entries(value).filter(([key]) => depth >= 0 || key !== NOT_SHOWN);
  const made = (depth >= 0 ? all.slice(0, LIMITS.parts) : all).map(([key, one]): [string, unknown] => {
    const inside = [...path, key];
    return [cutName(key, inside, note), walk(one, inside, depth < 0 && FREE.has(key) ? 0 : below, note)];
  });
  const kept = depth === 0 ? affordable(made) : made;
  if (kept.length < all.length) note(path, `${all.length} parts`);
  return Object.fromEntries(kept);
}

function walkList(list: unknown[], path: readonly string[], depth: number, note: Note): unknown[] {
  const name = path.at(-1) ?? '';
  const { most, newest } = (Object.hasOwn(LISTS, name) && LISTS[name]) || { most: LIMITS.parts };
  const some = WHOLE.has(name) ? list : newest ? list.slice(-most) : list.slice(0, most);
  const made = some.map((one) => walk(one, path, depth, note));
  const kept = depth !== 1 ? made : newest ? affordable(made.reverse()).reverse() : affordable(made);
  if (kept.length < list.length) note(path, `${list.length} entries`);
  return kept;
}

/** Facts and story share what there is for free parts, half each. */
function affordable<T>(entries: T[]): T[] {
  let left = LIMITS.free / 2;
  const end = entries.findIndex((one) => {
    left -= JSON.stringify(one).length;
    return left < 0;
  });
  return end < 0 ? entries : entries.slice(0, end);
}

function cutText(text: string, path: readonly string[], free: boolean, note: Note): string {
  const name = path.at(-1) ?? '';
  const isText = TEXTS.has(name) || free;
  const most = isText ? LIMITS.text : LIMITS.name;
  if (text.length <= most) return text.toWellFormed();
  note(path, `${text.length} characters`);
  // A schema has looked at it: only a fraction of a second can be so long.
  if (name === 'wall' || name === 'time') return `${text.slice(0, STAMP)}Z`.toWellFormed();
  return isText ? `${text.slice(0, most - 1)}…`.toWellFormed() : shortened(text);
}

function cutName(key: string, path: readonly string[], note: Note): string {
  if (key.length <= LIMITS.name) return key;
  note(path.slice(0, -1), `a key of ${key.length} characters`);
  return shortened(key);
}

const place = (name: string): string => (name.length > 32 ? `${name.slice(0, 31)}…` : name);

/** What names something: the same for the same, and another for another. */
function shortened(text: string): string {
  const mark = `…${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
  return `${text.slice(0, LIMITS.name - mark.length)}${mark}`.toWellFormed();
}
