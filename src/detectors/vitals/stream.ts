// Values that a wearable reports all the time: what counts is where they stay, not where they once were.
//
// A value in doubt counts where it is beyond a limit, and for nothing else: it neither makes room among others that
// are, nor shows that anything is over.

import type { Limited } from '#contract/health.ts';
import { MINUTE, SECOND } from '#contract/time.ts';
import {
  type Beyond,
  beyond,
  isBackFrom,
  type Level,
  limitOf,
  limitOver,
  median,
  type Row,
  reaches,
} from './limits.ts';
import { rungs, type Side } from './steps.ts';

/** When it began, the median of its values, and whether the device vouches for them. */
type Slot = [mono: number, value: number, sure: boolean];

export type Stream = {
  bootId: string;
  /** Oldest first; there may be two for one time, one of them in doubt. */
  slots: Slot[];
  open: { from: number; sure: number[]; doubted: number[] } | null;
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
/** A jump is held back this long at most: then it is believed, whatever came before. */
const JUMP_MS = 15 * SECOND;
/** This many in a row that agree are a new level and no jump. */
const AGREE = 3;
/** The share of the time that has to be beyond the limit; the median has to be as well. */
const SHARE = 0.8;

/** Takes a value in; what no body can do is left out. */
export function listen(
  stream: Stream,
  quantity: Limited,
  { value, sure }: { value: number; sure: boolean },
  at: number,
  row: Row,
): Stream {
  if (stream.last !== null && at < stream.last.at) return stream;
  if (!sure && !beyond(quantity, value, row)) return stream;
  const step = LARGEST_STEP[quantity] ?? Infinity;
  const { last } = stream;
  if (last && at - last.at <= JUMP_MS && Math.abs(value - last.value) > step) {
    const jumped = [...stream.jumped, value].slice(-AGREE);
    const agree = jumped.length === AGREE && Math.max(...jumped) - Math.min(...jumped) <= step;
    if (!agree) return { ...stream, jumped };
  }
  return { ...slotted(stream, value, sure, at, row.sustainMinutes * MINUTE), last: { at, value }, jumped: [] };
}

function slotted(stream: Stream, value: number, isSure: boolean, at: number, sustainMs: number): Stream {
  const { open } = stream;
  const goesOn = open && at - open.from < sustainMs / SLOTS;
  const { from, sure, doubted } = goesOn ? open : { from: at, sure: [], doubted: [] };
  const added = {
    from,
    sure: isSure ? [...sure, value].slice(-SLOT_VALUES) : sure,
    doubted: isSure ? doubted : [...doubted, value].slice(-SLOT_VALUES),
  };
  if (goesOn) return { ...stream, open: added };
  const slots = points(stream);
  // A slot from before the period stays: it shows that the period is covered.
  const begins = slots.findLastIndex(([start]) => start <= at - sustainMs);
  return { ...stream, slots: begins > 0 ? slots.slice(begins) : slots, open: added };
}

const points = ({ slots, open }: Stream): Slot[] => [...slots, ...(open ? closed(open) : [])];

const closed = ({ from, sure, doubted }: NonNullable<Stream['open']>): Slot[] => [
  ...(doubted.length > 0 ? [[from, median(doubted), false] as Slot] : []),
  ...(sure.length > 0 ? [[from, median(sure), true] as Slot] : []),
];

export interface Sustained extends Beyond {
  value: number;
  minutes: number;
  /** More of it was in doubt than not. */
  doubtful: boolean;
}

/** An alarm's level need last half as long; each step beyond it as long again. */
const SUSTAIN_SHARE: Record<Level, number> = { early: 1, alarm: 0.5 };

/** The level at which the values have been beyond a limit for long enough, and the last step that they have. */
export function sustained(stream: Stream, quantity: Limited, row: Row, level: Level): Sustained | undefined {
  const ms = sustainMs(row, level);
  for (const side of ['low', 'high'] as const) {
    const limit = limitOf(row, level, side);
    if (limit === null) continue;
    for (const step of rungs(quantity, side, limit).toReversed()) {
      const found = lasting(stream, ms, 'raises', (value) => reaches(side, value, step));
      if (found)
        return { level, side, limit, step, minutes: ms / MINUTE, ...found, value: Math.round(found.value * 10) / 10 };
    }
  }
  return undefined;
}

/**
 * The step that the values are at now, having been at `step`: they have to be back from it for as long. Null when it is
 * over.
 */
export function easedTo(
  stream: Stream,
  quantity: Limited,
  row: Row,
  { level, side, step }: { level: Level; side: Side; step: number },
): number | null {
  const isOver = (from: number) =>
    lasting(stream, sustainMs(row, level), 'clears', (value) => isBackFrom(quantity, side, value, from)) !== undefined;
  return lowered(quantity, limitOver(row, level, side, step), side, step, isOver);
}

/** The last of the steps that nothing has come back from; null where it is the limit itself. */
export function lowered(
  quantity: Limited,
  limit: number | null,
  side: Side,
  step: number,
  isOver: (step: number) => boolean,
): number | null {
  if (limit === null) return null;
  const held = rungs(quantity, side, limit).findLast((one) => reaches(side, step, one) && !isOver(one));
  return held ?? (isOver(limit) ? null : step);
}

const sustainMs = (row: Row, level: Level): number => row.sustainMinutes * MINUTE * SUSTAIN_SHARE[level];

/** The median of the last `ms`, where it and most of the time hold `test`. What was not heard proves nothing. */
function lasting(
  stream: Stream,
  ms: number,
  what: 'raises' | 'clears',
  test: (value: number) => boolean,
): { value: number; doubtful: boolean } | undefined {
  const { last } = stream;
  if (!last) return undefined;
  const all = points(stream).filter(([, value, sure]) => what === 'clears' || sure || test(value));
  const begins = all.findLastIndex(([from]) => from <= last.at - ms);
  if (begins < 0) return undefined;
  const window = all.slice(begins);
  // So there are three points at least.
  for (const [index, [from]] of window.entries())
    if ((window[index + 1]?.[0] ?? last.at) - from > ms / 2) return undefined;
  const value = median(window.map(([, one]) => one));
  const holds = window.filter(([, one, sure]) => test(one) && (what === 'raises' || sure));
  if (!test(value) || holds.length < SHARE * window.length) return undefined;
  return { value, doubtful: holds.filter(([, , sure]) => !sure).length * 2 > holds.length };
}

/** Heard so recently that it says something about now. */
export const isFresh = ({ last }: Stream, row: Row, now: number): boolean =>
  last !== null && now - last.at <= row.sustainMinutes * MINUTE;
