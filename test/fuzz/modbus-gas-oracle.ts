// What the registers of each gas detector mean, straight from its manual (the clauses stand in drivers/modbus-gas/models.ts).

import type { Ask } from './modbus-oracle.ts';

export interface Meaning {
  /** %LEL of gas, ppm of carbon monoxide; undefined where there is none to be told. */
  level: number | undefined;
  /** The detector vouches for it. */
  sound: boolean;
  alarm: boolean | undefined;
}

export interface Row {
  /** What is asked of it, in order. */
  asks: readonly Omit<Ask, 'unit'>[];
  /** `parts`: the register bytes of each answer. */
  read(parts: readonly Buffer[], kind: 'gas' | 'co', lelPpm: number): Meaning;
}

const first = (parts: readonly Buffer[]): Buffer => parts[0] ?? Buffer.alloc(0);
/** A level of a detector that says nothing of itself. Beyond `top`, its end: `top` is told, and is not vouched for. */
function quiet(level: number, kind: 'gas' | 'co', top = Number.POSITIVE_INFINITY): Meaning {
  const none = { level: undefined, sound: false, alarm: undefined };
  if (Number.isNaN(level) || Math.abs(level) === Number.POSITIVE_INFINITY) return none;
  const [least, most, end] = kind === 'co' ? [-50, 10_000, 10_000] : [-5, 2_000, 100];
  if (level < least) return none;
  return { level: Math.min(Math.max(level, 0), end, top), sound: level <= most && level <= top, alarm: undefined };
}
const inKind = (ppm: number, kind: 'gas' | 'co', lelPpm: number) => (kind === 'co' ? ppm : (ppm / lelPpm) * 100);
/** Sixteen bits that have nothing to say below zero. */
const word = (data: Buffer, at: number): number => (data.readUInt16BE(at) >> 15 ? Number.NaN : data.readUInt16BE(at));
/** A float whose exponent is all zeros was none, nor one far below anything measured whose halves make sense the other way round. */
function float(data: Buffer, at: number): number {
  const value = data.readFloatBE(at);
  const halves = Buffer.concat([data.subarray(at + 2, at + 4), data.subarray(at, at + 2)]);
  const other = Math.abs(halves.readFloatBE(0));
  const exponent = (data.readUInt16BE(at) >> 7) & 0xff;
  if (value !== 0 && exponent === 0) return Number.NaN;
  return value !== 0 && Math.abs(value) < 1e-6 && other >= 1e-3 && other <= 1e6 ? Number.NaN : value;
}

const TWO = [{ code: 3, address: 0, count: 2 }];

export const rows: Record<string, Row> = {
  'two-register': { asks: TWO, read: (parts, kind) => quiet(word(first(parts), 0), kind) },
  'two-register-tenths': { asks: TWO, read: (parts, kind) => quiet(word(first(parts), 0) / 10, kind) },
  'two-register-status': {
    asks: TWO,
    read(parts, kind) {
      const status = first(parts).readUInt16BE(2);
      const { level, sound } = quiet(word(first(parts), 0) / 10, kind);
      return {
        level,
        sound: sound && status <= 2,
        alarm: status === 1 || status === 2,
      };
    },
  },
  'honeywell-midas': {
    asks: [{ code: 3, address: 0, count: 10 }],
    read(parts, kind, lelPpm) {
      const data = first(parts);
      const status = data.readUInt16BE(0);
      const value = float(data, 4);
      const ppm = { 1: value, 2: value / 1_000, 4: value * 10_000 }[data.readUInt8(12)];
      const percent = data.readUInt8(12) === 8 && kind === 'gas' ? value : undefined;
      const told = ppm === undefined ? percent : inKind(ppm, kind, lelPpm);
      // A unit of another kind's detector says nothing of how sound it is.
      const { level, sound } = told === undefined ? { level: undefined, sound: true } : quiet(told, kind);
      return {
        level,
        sound: sound && (status & 0xf) === 1 && (status & 0x30) < 0x20 && data.readUInt16BE(16) !== 0,
        alarm: (status & 0xc0) !== 0,
      };
    },
  },
  'copeland-c': {
    asks: [
      { code: 4, address: 101, count: 5 },
      { code: 4, address: 118, count: 3 },
    ],
    read([now = Buffer.alloc(10), days = Buffer.alloc(6)], kind, lelPpm) {
      const [ppm, bits, range, , lifeUsed] = words(now);
      const [serviceUsed = 0, lifeAllowed = 0, serviceAllowed = 0] = words(days);
      const over = (used: number, allowed: number) => allowed !== 0 && used >= allowed;
      const [low, high] = [((bits ?? 0) & 32) !== 0, ((bits ?? 0) & 16) !== 0];
      const none = range === 0 || ppm === 0xffff || low;
      const top = inKind(range ?? 0, kind, lelPpm);
      const { level, sound } = quiet(none ? Number.NaN : high ? 1e6 : inKind(ppm ?? 0, kind, lelPpm), kind, top);
      return {
        level,
        sound:
          sound &&
          ((bits ?? 0) & 0b11_0011) === 0 &&
          !over(lifeUsed ?? 0, lifeAllowed) &&
          !over(serviceUsed, serviceAllowed),
        alarm: undefined,
      };
    },
  },
  'greystone-cmd5b4': {
    asks: [{ code: 3, address: 1, count: 1 }],
    read(parts, kind, lelPpm) {
      const ppm = first(parts).readUInt16BE(0);
      return quiet(ppm === 0xffff ? Number.NaN : inKind(ppm, kind, lelPpm), kind, inKind(500, kind, lelPpm));
    },
  },
  'raeguard-3': {
    asks: [{ code: 3, address: 8, count: 2 }],
    read: (parts, kind) => quiet(first(parts).readInt32BE(0) < 0 ? Number.NaN : first(parts).readInt32BE(0), kind),
  },
};

const words = (data: Buffer): number[] => Array.from({ length: data.length / 2 }, (_, at) => data.readUInt16BE(2 * at));
