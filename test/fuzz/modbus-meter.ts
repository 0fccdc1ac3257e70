// Meters before hostile slaves: what the driver may say of volume, flow and power, and of how sound they are. What the
// registers mean is said here a second time, straight from the manuals (the clauses stand in drivers/modbus-meter/models.ts).

import type { Sample } from '#contract/reading.ts';
import { modbusMeter } from '../../drivers/modbus-meter/driver.ts';
import { modelIds } from '../../drivers/modbus-meter/models.ts';
import type { Fuzzed } from './damage.ts';
import { fuzzBus, type Target } from './modbus.ts';
import type { Ask } from './modbus-oracle.ts';

interface Meaning {
  /** m³. */
  total?: number;
  /** l/h. */
  flow?: number;
  /** W. */
  power?: number;
  /** The meter vouches for it. */
  sound: boolean;
}

interface Row {
  kind: 'water' | 'switch';
  /** Options of a meter that only the config knows. */
  custom?: object;
  asks: readonly Omit<Ask, 'unit'>[];
  read(parts: readonly Buffer[]): Meaning;
}

/** Two words of which the low one comes first, as the four bytes that they are. */
const lowFirst = (data: Buffer, at: number): Buffer =>
  Buffer.concat([data.subarray(at + 2, at + 4), data.subarray(at, at + 2)]);
const none = Buffer.alloc(34);

const rows: Record<string, Row> = {
  'tuf-2000': {
    kind: 'water',
    asks: [
      { code: 3, address: 0, count: 12 },
      { code: 3, address: 71, count: 1 },
      { code: 3, address: 1_437, count: 2 },
    ],
    read([values = none, errors = none, setting = none]) {
      const [unit, n] = [setting.readUInt16BE(0), setting.readUInt16BE(2)];
      // One line of m³ for each code: cubic metre, litre, gallons, million gallons, cubic foot, barrel.
      const m3 = [1, 1e-3, 3.785_411_784e-3, 4.546_09e-3, 3_785.411_784, 0.028_316_846_592, 0.158_987_294_928][unit];
      const counted = lowFirst(values, 16).readInt32BE(0) + lowFirst(values, 20).readFloatBE(0);
      return {
        flow: lowFirst(values, 0).readFloatBE(0) * 1_000,
        ...(m3 !== undefined && n < 8 && { total: (counted * m3 * 10 ** n) / 1_000 }),
        sound: (errors.readUInt16BE(0) & 0b1101_0011_1111) === 0,
      };
    },
  },
  'dynaflox-ultrad': {
    kind: 'water',
    asks: [{ code: 3, address: 0, count: 17 }],
    read: ([data = none]) => ({
      flow: data.readInt32BE(0),
      total: data.readInt32BE(4) + data.readInt32BE(8) / 1e6,
      sound: data.readUInt16BE(32) === 0,
    }),
  },
  'kaifeng-xintai': {
    kind: 'water',
    asks: [
      { code: 3, address: 1, count: 7 },
      { code: 3, address: 28, count: 1 },
    ],
    read: ([data = none]) => ({
      total: data.readFloatLE(0),
      flow: data.readFloatLE(8) * 1_000,
      sound: data.readUInt16BE(12) === 0xaa,
    }),
  },
  'eastron-sdm120': {
    kind: 'switch',
    asks: [{ code: 4, address: 12, count: 2 }],
    read: ([data = none]) => ({ power: data.readFloatBE(0), sound: true }),
  },
  // Meters that only the config knows: a counter of litres, and one whose two values stand far apart.
  'litre-counter': {
    kind: 'water',
    custom: { total: { address: 4, type: 'u32', words: 'low-first', scale: 0.001, unit: 'm3' } },
    asks: [{ code: 3, address: 4, count: 2 }],
    read: ([data = none]) => ({ total: (data.readUInt16BE(0) + 65_536 * data.readUInt16BE(2)) / 1_000, sound: true }),
  },
  'far-apart': {
    kind: 'water',
    custom: {
      table: 'input',
      total: { address: 40, type: 'float', unit: 'l' },
      flow: { address: 20, type: 'i32', scale: 0.1, unit: 'l/min' },
    },
    asks: [
      { code: 4, address: 20, count: 2 },
      { code: 4, address: 40, count: 3 },
    ],
    read: ([flow = none, total = none]) => ({
      flow: flow.readInt32BE(0) * 6,
      total: total.readFloatBE(0) / 1_000,
      sound: true,
    }),
  },
};
const names = Object.keys(rows);
const rowOf = (model: string): Row => rows[model] as Row;

const LEAST_LITRES_PER_HOUR = 20;
/** As long as a rise may be told as flow: the idle time, and the longest gap between two readings. */
const RISE_TOLD_MS = 130_000;

const meters: Target<string> = {
  models: names,
  asks: (model) => rowOf(model).asks,
  usual,
  start({ clock, transport, port, unit, model, pollSeconds, emit, log }) {
    const { kind, custom, read } = rowOf(model);
    const options = modbusMeter.options.parse({
      ...{ port, unit, pollSeconds, leastLitresPerHour: LEAST_LITRES_PER_HOUR },
      ...(custom ? { model: 'custom', ...custom } : { model }),
    });
    /** Totals that the meter may have said of late. */
    let totals: { at: number; total: number }[] = [];
    return {
      driver: modbusMeter.run({
        ...{ device: { id: `unit-${unit}`, kind }, options, clock, transport, emit, log },
        fault: () => undefined,
      }),
      wrong(sample, choices) {
        const now = clock.now().mono;
        const meanings = choices.map(read);
        const least = Math.min(...totals.map(({ total }) => total));
        totals = [
          ...totals.filter(({ at }) => now - at < RISE_TOLD_MS),
          ...meanings.flatMap(({ total }) => (total === undefined ? [] : [{ at: now, total }])),
        ];
        const most = Math.max(...totals.map(({ total }) => total));
        return meanings.some((meaning) => fits(sample, meaning, most > least))
          ? undefined
          : `the bytes hold ${JSON.stringify(meanings)}, totals from ${least} to ${most}`;
      },
    };
  },
};

function fits({ quantity, value, quality }: Sample, { total, flow, power, sound }: Meaning, rose: boolean): boolean {
  if (quality === 'good' && !sound) return false;
  // Beyond a hundred kilowatts the end of the scale is told, and not vouched for.
  if (quantity === 'power')
    return power !== undefined && power > 100_000 ? value === 100_000 && quality === 'uncertain' : power === value;
  if (quantity === 'waterVolume') return total !== undefined && Math.abs(total - Number(value)) < 1e-6 + total * 1e-12;
  if (value === true) return (flow !== undefined && flow >= LEAST_LITRES_PER_HOUR) || rose;
  return flow === undefined || flow < LEAST_LITRES_PER_HOUR;
}

export function fuzzMeters(frames: number, seed: number): Promise<Fuzzed> {
  const forgotten = modelIds.find((id) => !names.includes(id));
  if (forgotten !== undefined) throw new Error(`${forgotten} has no row here`);
  return fuzzBus(meters, frames, seed);
}

/** A likely word of a meter's register. */
function usual(model: string, address: number, below: (limit: number) => number): number | undefined {
  // 0x3f19 999a is 0.6 as a float; the words around it are not far from that.
  const flow = [0, 0x3f00 + below(0x40)][below(2)] ?? 0;
  const litres = 1_000 + below(3);
  switch (model) {
    case 'tuf-2000':
      return {
        ...{ 0: 0, 1: flow, 8: litres, 9: 0, 10: 0, 11: [0, 0x3f00][below(2)] ?? 0 },
        ...{ 71: below(10) === 0 ? 1 << below(16) : 0, 1437: below(20) === 0 ? below(9) : 1, 1438: 3 },
      }[address];
    case 'dynaflox-ultrad':
      return { ...{ 0: 0, 1: below(2) * 600, 2: 0, 3: 7, 4: 0, 5: litres }, 16: below(10) === 0 ? below(5) : 0 }[
        address
      ];
    case 'kaifeng-xintai':
      // 0x41a0 is 20 as the high half of a float; its bytes stand the other way round.
      return {
        ...{ 1: 0, 2: 0xa041, 5: 0, 6: ((flow & 0xff) << 8) | (flow >> 8), 7: below(10) === 0 ? 0x55 : 0xaa },
        28: below(10) === 0 ? 8 : 1,
      }[address];
    case 'eastron-sdm120':
      return address === 12 ? 0x4400 + below(0x100) : undefined;
    case 'litre-counter':
      return address === 4 ? litres : 0;
    case 'far-apart':
      // 0x447a is 1000 as the high half of a float.
      return { 20: 0, 21: below(2) * 100, 40: 0x447a, 41: below(3) * 0x4000 }[address];
    default:
      return undefined;
  }
}
