// History records as bytes: a block of records that shares one dictionary and codes each against the one before.
// Block: records, one after the other. Record: offset of its position from the record before (varint), a tag, and
// - tag 0xff: the record as JSON (varint length, UTF-8);
// - else a reading: bits 0-1 quality, bit 2 wall clock trusted, bit 3 same boot and same wall offset as the reading
//   before, bits 4-6 type of value; then device, quantity, mono, [boot, wall offset], seq, value.
// Varints are little-endian base 128; signed ones are zigzag; a string is its number in the dictionary, a new one the next
// number with its length and UTF-8. Numbers come back to the bit, or a replay would not be one.

import type { HistoryRecord } from '#contract/store.ts';
import type { MonoMs, WallMs } from '#contract/time.ts';
import type { Samples, Value } from '#contract/value.ts';
import { byteReader, byteWriter, type Reader } from './bytes.ts';

export interface Block {
  /** Positions of its first and last record. */
  first: number;
  last: number;
  count: number;
  body: Uint8Array;
}

export interface BlockEncoder {
  readonly count: number;
  /** Bytes so far. */
  readonly size: number;
  /** @param position above that of the record before */
  add(position: number, record: HistoryRecord): void;
  /** The block, and a fresh start; undefined when it is empty. */
  seal(): Block | undefined;
}

const JSON_TAG = 0xff;
const qualities = ['good', 'uncertain', 'bad'] as const;
const FALSE = 0;
const TRUE = 1;
const INTEGER = 2;
const DECIMAL = 3;
const FLOAT = 4;
const TEXT = 5;
const SAMPLES = 6;

/** Powers of ten by which a decimal becomes whole. */
const SCALES = [10, 100, 1_000, 10_000, 100_000, 1_000_000] as const;
/** Beyond this, zigzag would leave the exact whole numbers of a double. */
const LARGEST = 2 ** 51;

export function blockEncoder(): BlockEncoder {
  const out = byteWriter();
  let strings = new Map<string, number>();
  let lastSeq = new Map<string, number>();
  let count = 0;
  let first = 0;
  let last = 0;
  let mono = 0;
  let bootId = '';
  let offset = 0;

  function text(value: string): void {
    const known = strings.get(value);
    out.varint(known ?? strings.size);
    if (known !== undefined) return;
    out.utf8(value);
    strings.set(value, strings.size);
  }

  function reading({ reading: { deviceId, quantity, value, quality, at, seq } }: HistoryRecord & { kind: 'reading' }) {
    const type = typeOf(value);
    const wallOffset = at.wall - at.mono;
    const same = at.bootId === bootId && wallOffset === offset;
    out.byte(qualities.indexOf(quality) | (at.wallTrusted ? 4 : 0) | (same ? 8 : 0) | (type << 4));
    text(deviceId);
    text(quantity);
    out.zigzag(at.mono - mono);
    mono = at.mono;
    if (!same) {
      text(at.bootId);
      out.zigzag(wallOffset);
      bootId = at.bootId;
      offset = wallOffset;
    }
    out.zigzag(seq - (lastSeq.get(deviceId) ?? 0));
    lastSeq.set(deviceId, seq);
    if (type === INTEGER) out.zigzag(value as number);
    else if (type === DECIMAL) decimal(value as number);
    else if (type === FLOAT) out.float64(value as number);
    else if (type === TEXT) text(value as string);
    else if (type === SAMPLES) samples(value as Samples);
  }

  function decimal(value: number): void {
    const scale = scaleOf(value);
    out.byte(scale);
    out.zigzag(Math.round(value * (SCALES[scale] ?? 1)));
  }

  /** Axes as multiples of the finest decimal step that fits all of them, where there is one. */
  function samples({ rateHz, xyz }: Samples): void {
    out.float64(rateHz);
    out.varint(xyz.length);
    const scale = SCALES.findIndex((power) => xyz.every((axes) => axes.every((g) => isScaled(g, power))));
    out.byte(scale < 0 ? JSON_TAG : scale);
    const power = SCALES[scale];
    const before = [0, 0, 0];
    for (const axes of xyz)
      for (let axis = 0; axis < 3; axis += 1) {
        const g = axes[axis] ?? 0;
        if (power === undefined) out.float64(g);
        else {
          const steps = Math.round(g * power);
          out.zigzag(steps - (before[axis] ?? 0));
          before[axis] = steps;
        }
      }
  }

  return {
    get count() {
      return count;
    },
    get size() {
      return out.length;
    },
    add(position, record) {
      if (count === 0) first = position;
      out.varint(count === 0 ? 0 : position - last);
      if (record.kind === 'reading' && fits(record)) reading(record);
      else {
        out.byte(JSON_TAG);
        out.utf8(JSON.stringify(record));
      }
      last = position;
      count += 1;
    },
    seal() {
      if (count === 0) return undefined;
      const block = { first, last, count, body: out.take() };
      strings = new Map();
      lastSeq = new Map();
      count = 0;
      mono = 0;
      bootId = '';
      offset = 0;
      return block;
    },
  };
}

export interface Placed {
  position: number;
  record: HistoryRecord;
}

/** The records of a block whose first is at position `first`; undefined when the bytes are not a block. */
export function decodeBlock(first: number, body: Uint8Array): Placed[] | undefined {
  try {
    const bytes = byteReader(body);
    const records: Placed[] = [];
    const state: Context = { strings: [], lastSeq: new Map(), mono: 0, bootId: '', offset: 0 };
    for (let position = first; !bytes.done(); ) {
      position += bytes.varint();
      const tag = bytes.byte();
      const record = tag === JSON_TAG ? (JSON.parse(bytes.utf8()) as HistoryRecord) : readingOf(tag, bytes, state);
      records.push({ position, record });
    }
    return records;
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

interface Context {
  strings: string[];
  lastSeq: Map<string, number>;
  mono: number;
  bootId: string;
  offset: number;
}

function readingOf(tag: number, bytes: Reader, state: Context): HistoryRecord {
  const text = (): string => {
    const known = bytes.varint();
    if (known === state.strings.length) state.strings.push(bytes.utf8());
    const found = state.strings[known];
    if (found === undefined) throw new RangeError('a string that the block does not have');
    return found;
  };
  const quality = qualities[tag & 3];
  if (quality === undefined) throw new RangeError('no such quality');
  const deviceId = text();
  const quantity = text();
  state.mono += bytes.zigzag();
  if ((tag & 8) === 0) {
    state.bootId = text();
    state.offset = bytes.zigzag();
  }
  const at = {
    mono: state.mono as MonoMs,
    wall: (state.mono + state.offset) as WallMs,
    wallTrusted: (tag & 4) !== 0,
    bootId: state.bootId,
  };
  const seq = (state.lastSeq.get(deviceId) ?? 0) + bytes.zigzag();
  state.lastSeq.set(deviceId, seq);
  const value = readValue(tag >> 4, bytes, text);
  // The name may be one that a later version has dropped from its table: it is what was recorded.
  return { kind: 'reading', reading: { deviceId, quantity: quantity as never, value, quality, at, seq } };
}

function readValue(type: number, bytes: Reader, text: () => string): Value {
  switch (type) {
    case FALSE:
      return false;
    case TRUE:
      return true;
    case INTEGER:
      return bytes.zigzag();
    case DECIMAL: {
      const power = SCALES[bytes.byte()];
      if (power === undefined) throw new RangeError('no such scale');
      return bytes.zigzag() / power;
    }
    case FLOAT:
      return bytes.float64();
    case TEXT:
      return text();
    case SAMPLES:
      return samplesOf(bytes);
    default:
      throw new RangeError('no such type of value');
  }
}

function samplesOf(bytes: Reader): Samples {
  const rateHz = bytes.float64();
  const length = bytes.varint();
  const power = SCALES[bytes.byte()];
  const before: [number, number, number] = [0, 0, 0];
  const xyz: Samples['xyz'] = [];
  for (let i = 0; i < length; i += 1) {
    if (power === undefined) xyz.push([bytes.float64(), bytes.float64(), bytes.float64()]);
    else {
      for (let axis = 0; axis < 3; axis += 1) before[axis] = (before[axis] ?? 0) + bytes.zigzag();
      xyz.push([before[0] / power, before[1] / power, before[2] / power]);
    }
  }
  return { rateHz, xyz };
}

function typeOf(value: Value): number {
  if (typeof value === 'number') return isScaled(value, 1) ? INTEGER : scaleOf(value) < 0 ? FLOAT : DECIMAL;
  if (typeof value === 'boolean') return value ? TRUE : FALSE;
  return typeof value === 'string' ? TEXT : SAMPLES;
}

/** Up to three decimals: sensors hardly ever give more, and looking costs time. */
function scaleOf(value: number): number {
  for (let scale = 0; scale < 3; scale += 1) if (isScaled(value, SCALES[scale] ?? 1)) return scale;
  return -1;
}

/** Whether `value` is a whole number of 1/power and comes back from it bit by bit: a whole number has no -0. */
function isScaled(value: number, power: number): boolean {
  const steps = Math.round(value * power);
  return Math.abs(steps) < LARGEST && Object.is(steps / power, value) && !Object.is(steps, -0);
}

/** Whether a reading has the shape that the compact form can hold; JSON keeps any other. */
function fits({ reading: { at, seq, quality, value } }: HistoryRecord & { kind: 'reading' }): boolean {
  return (
    whole(at.mono) &&
    whole(at.wall) &&
    whole(seq) &&
    qualities.includes(quality) &&
    (typeof value !== 'object' || value.xyz.every((axes) => axes.length === 3))
  );
}

const whole = (value: number): boolean => Number.isInteger(value) && Math.abs(value) < LARGEST / 4;
