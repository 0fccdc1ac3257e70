// Values that a wearable tells all the time: what counts is where they stay, not where they once were.

import type { Limited } from '#contract/health.ts';
import { MINUTE, SECOND } from '#contract/time.ts';
import { type Beyond, isBack, isPlausible, type Level, median, type Row, type Side } from './limits.ts';

export type Stream = {
  bootId: string;
  /** Start of each slot and its median, oldest first. */
  slots: [mono: number, value: number][];
  open: { from: number; values: number[] } | null;
  /** The last that was believed. */
  last: { at: number; value: number } | null;
  /** Values that jumped away from it, until they agree with each other. */
  jumped: number[];
};

export const newStream = (bootId: string): Stream => ({ bootId, slots: [], open: null, last: null, jumped: [] });

/** Slots in the longest time that something has to last. */
const SLOTS = 60;
/** Values kept of one slot. */
const SLOT_VALUES = 20;
/** No body changes by more from one value to the next, given within `JUMP_MS`. */
const LARGEST_STEP: Partial<Record<Limited, number>> = { heartRate: 40, spo2: 8, bodyTemperature: 1 };
const JUMP_MS = 15 * SECOND;
/** So many in a row that agree are a new level and no jump. */
const AGREE = 3;
/** Of the time, beyond the limit; the median has to be as well. */
const SHARE = 0.8;

/** Takes a value of good quality in; what no body can do is left out. */
export function listen(stream: Stream, quantity: Limited, value: number, at: number, row: Row): Stream {
  if (!isPlausible(quantity, value) || (stream.last !== null && at < stream.last.at)) return stream;
  const step = LARGEST_STEP[quantity] ?? Infinity;
  const { last } = stream;
  if (last && at - last.at <= JUMP_MS && Math.abs(value - last.value) > step) {
    const jumped = [...stream.jumped, value].slice(-AGREE);
    const agree = jumped.length === AGREE && Math.max(...jumped) - Math.min(...jumped) <= step;
    if (!agree) return { ...stream, jumped };
  }
  return { ...slotted(stream, value, at, row.sustainMinutes * MINUTE), last: { at, value }, jumped: [] };
}

function slotted(stream: Stream, value: number, at: number, sustainMs: number): Stream {
  const { open } = stream;
  if (open && at - open.from < sustainMs / SLOTS)
    return { ...stream, open: { ...open, values: [...open.values, value].slice(-SLOT_VALUES) } };
  const slots = open ? [...stream.slots, [open.from, median(open.values)] as [number, number]] : stream.slots;
  // One at or before the beginning of the time stays: it shows that the time is covered.
  const begins = slots.findLastIndex(([from]) => from <= at - sustainMs);
  return { ...stream, slots: begins > 0 ? slots.slice(begins) : slots, open: { from: at, values: [value] } };
}

export interface Sustained extends Beyond {
  value: number;
  minutes: number;
}

/** An alarm's level need last half as long. */
const SUSTAIN_SHARE: Record<Level, number> = { early: 1, alarm: 0.5 };

/** The level at which the values have been beyond a limit for long enough. */
export function sustained(stream: Stream, row: Row, level: Level): Sustained | undefined {
  const ends: [Side, number | null][] =
    level === 'alarm'
      ? [
          ['low', row.criticalLow],
          ['high', row.criticalHigh],
        ]
      : [
          ['low', row.low],
          ['high', row.high],
        ];
  for (const [side, limit] of ends) {
    if (limit === null) continue;
    const value = lasting(stream, sustainMs(row, level), (one) => (side === 'low' ? one <= limit : one >= limit));
    if (value !== undefined)
      return { level, side, limit, value: tenths(value), minutes: sustainMs(row, level) / MINUTE };
  }
  return undefined;
}

/** They have been back inside for as long. */
export const isOver = (stream: Stream, quantity: Limited, row: Row, level: Level): boolean =>
  lasting(stream, sustainMs(row, level), (value) => isBack(quantity, value, row, level)) !== undefined;

const sustainMs = (row: Row, level: Level): number => row.sustainMinutes * MINUTE * SUSTAIN_SHARE[level];
const tenths = (value: number): number => Math.round(value * 10) / 10;

/** The median of the last `ms`, where it and most of the time hold `test`. What was not heard proves nothing. */
function lasting(stream: Stream, ms: number, test: (value: number) => boolean): number | undefined {
  const { open, last } = stream;
  if (!open || !last) return undefined;
  const points = [...stream.slots, [open.from, median(open.values)] as const];
  const begins = points.findLastIndex(([from]) => from <= last.at - ms);
  if (begins < 0) return undefined;
  const window = points.slice(begins);
  // So there are three points at least.
  for (const [index, [from]] of window.entries())
    if ((window[index + 1]?.[0] ?? last.at) - from > ms / 2) return undefined;
  const values = window.map(([, value]) => value);
  const value = median(values);
  return test(value) && values.filter(test).length >= SHARE * values.length ? value : undefined;
}
