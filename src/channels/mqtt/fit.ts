// Messages cut to what the broker takes: what a person can do without goes first, and the message says what is missing.
// Who called for what, where and when is never cut.

import type { OutboxEntry } from '#contract/delivery.ts';

export interface Fitted {
  body: string;
  /** What was left out or shortened. */
  cut: readonly string[];
  /** False: this is as small as it gets, and still too large. */
  fits: boolean;
}

type Data = Record<string, unknown>;

/** One part that can be made smaller. */
interface Part {
  name: string;
  /** In which steps: 0 for a part that is not there. */
  size(data: Data): number;
  /** The data with so much of it left. */
  keep(data: Data, size: number): Data;
}

const whole = (name: string): Part => ({
  name,
  size: (data) => (data[name] === undefined ? 0 : 1),
  keep: (data) => ({ ...data, [name]: undefined }),
});

const listed = (name: string, newest: boolean): Part => ({
  name,
  size: (data) => listIn(data[name]).length,
  keep: (data, size) => {
    const list = listIn(data[name]);
    return { ...data, [name]: newest ? list.slice(list.length - size) : list.slice(0, size) };
  },
});

/** Words in each language, all cut to one length. */
const worded = (name: string): Part => ({
  name,
  size: (data) => Math.max(0, ...Object.values(recordIn(data[name])).map((text) => [...String(text)].length)),
  keep: (data, size) => ({
    ...data,
    [name]: Object.fromEntries(Object.entries(recordIn(data[name])).map(([key, text]) => [key, short(text, size)])),
  }),
});

/** What a person wrote about how it ended; who it was stays. */
const found: Part = {
  name: 'resolution',
  size: (data) => [...String(recordIn(data.resolution).found ?? '')].length,
  keep: (data, size) => ({
    ...data,
    resolution: { ...recordIn(data.resolution), found: short(recordIn(data.resolution).found, size) },
  }),
};

/** Who has dealt with it: whoever asks finds it at the desk. */
const people: Part = {
  name: 'people',
  size: ({ acknowledgedBy, onTheWay, resolution }) =>
    (acknowledgedBy ?? onTheWay ?? resolution) === undefined ? 0 : 1,
  keep: (data) => ({ ...data, acknowledgedBy: undefined, onTheWay: undefined, resolution: undefined }),
};

const room: Part = {
  name: 'room',
  size: (data) => (recordIn(data.device).room === undefined ? 0 : 1),
  keep: (data) => ({ ...data, device: { ...recordIn(data.device), room: undefined } }),
};

const context: Part = {
  name: 'context',
  size: (data) => Math.sign(Object.keys(recordIn(data.context)).length),
  keep: (data) => ({ ...data, context: {} }),
};

/** In the order in which they are given up. */
const parts: Record<OutboxEntry['kind'], readonly Part[]> = {
  alert: [
    ...[whole('evidence'), listed('story', true), whole('scaip'), found, listed('because', false), worded('text')],
    // Better a call that does not say in which room than none.
    ...[people, room],
  ],
  fault: [worded('advice'), context, worded('text')],
  answer: [whole('text')],
  // A value for a health file is whole, or waits.
  measurement: [],
};

/** @param room bytes that the body may have */
export function fitBody(kind: OutboxEntry['kind'], body: string, room: number): Fitted {
  if (Buffer.byteLength(body) <= room) return { body, cut: [], fits: true };
  const message = parsed(body);
  if (!message) return { body, cut: [], fits: false };
  const cut: string[] = [];
  let { data } = message;
  let smallest = body;
  for (const { name, size, keep } of parts[kind]) {
    const most = size(data);
    if (most === 0) continue;
    cut.push(name);
    const rest = data;
    const text = (left: number) => JSON.stringify({ ...message, data: { ...keep(rest, left), truncated: cut } });
    const left = largest(most - 1, (some) => Buffer.byteLength(text(some)) <= room);
    if (left !== undefined) return { body: text(left), cut, fits: true };
    data = keep(rest, 0);
    smallest = text(0);
  }
  return { body: smallest, cut, fits: false };
}

/** The largest number up to `most` that will do, where none above one that will not does; undefined when 0 will not. */
export function largest(most: number, does: (count: number) => boolean): number | undefined {
  if (most < 0 || !does(0)) return undefined;
  let [good, bad] = [0, most + 1];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (does(middle)) good = middle;
    else bad = middle;
  }
  return good;
}

const short = (text: unknown, size: number): string => {
  const letters = [...String(text)];
  if (letters.length <= size) return String(text);
  return size === 0 ? '' : `${letters.slice(0, size - 1).join('')}…`;
};

const listIn = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const recordIn = (value: unknown): Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Data) : {};

function parsed(body: string): { data: Data } | undefined {
  try {
    const message = JSON.parse(body) as { data?: unknown };
    return typeof message.data === 'object' && message.data !== null
      ? { ...message, data: recordIn(message.data) }
      : undefined;
  } catch {
    return undefined;
  }
}
