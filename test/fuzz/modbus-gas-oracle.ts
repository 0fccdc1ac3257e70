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
const quiet = (level: number | undefined): Meaning => ({ level, sound: true, alarm: undefined });
/** Levels in the kind's own unit, where they can be real. */
const real = (level: number, kind: 'gas' | 'co'): number | undefined => {
  if (Number.isNaN(level) || Math.abs(level) === Number.POSITIVE_INFINITY) return undefined;
  if (kind === 'co') return level < -50 || level > 10_000 ? undefined : Math.max(0, level);
  return level < -5 || level > 2_000 ? undefined : Math.min(100, Math.max(0, level));
};
const ofPpm = (ppm: number, kind: 'gas' | 'co', lelPpm: number) =>
  real(kind === 'co' ? ppm : (ppm / lelPpm) * 100, kind);

const TWO = [{ code: 3, address: 0, count: 2 }];

export const rows: Record<string, Row> = {
  'two-register': { asks: TWO, read: (parts, kind) => quiet(real(first(parts).readUInt16BE(0), kind)) },
  'two-register-tenths': { asks: TWO, read: (parts, kind) => quiet(real(first(parts).readUInt16BE(0) / 10, kind)) },
  'two-register-status': {
    asks: TWO,
    read(parts, kind) {
      const status = first(parts).readUInt16BE(2);
      return {
        level: real(first(parts).readUInt16BE(0) / 10, kind),
        sound: status <= 2,
        alarm: status === 1 || status === 2,
      };
    },
  },
  'honeywell-midas': {
    asks: [{ code: 3, address: 0, count: 10 }],
    read(parts, kind, lelPpm) {
      const data = first(parts);
      const status = data.readUInt16BE(0);
      const value = data.readFloatBE(4);
      const ppm = { 1: value, 2: value / 1_000, 4: value * 10_000 }[data.readUInt8(12)];
      const percent = data.readUInt8(12) === 8 && kind === 'gas' ? real(value, 'gas') : undefined;
      return {
        level: ppm === undefined ? percent : ofPpm(ppm, kind, lelPpm),
        sound: (status & 0xf) === 1 && (status & 0x30) < 0x20 && data.readUInt16BE(16) !== 0,
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
      return {
        level: range === 0 || (ppm ?? 0) > (range ?? 0) ? undefined : ofPpm(ppm ?? 0, kind, lelPpm),
        sound:
          ((bits ?? 0) & 0b11_0011) === 0 && !over(lifeUsed ?? 0, lifeAllowed) && !over(serviceUsed, serviceAllowed),
        alarm: undefined,
      };
    },
  },
  'greystone-cmd5b4': {
    asks: [{ code: 3, address: 1, count: 1 }],
    read(parts, kind, lelPpm) {
      const ppm = first(parts).readUInt16BE(0);
      return quiet(ppm > 500 ? undefined : ofPpm(ppm, kind, lelPpm));
    },
  },
  'raeguard-3': {
    asks: [{ code: 3, address: 8, count: 2 }],
    read: (parts, kind) => quiet(real(first(parts).readUInt32BE(0), kind)),
  },
};

const words = (data: Buffer): number[] => Array.from({ length: data.length / 2 }, (_, at) => data.readUInt16BE(2 * at));
