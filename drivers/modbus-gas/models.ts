// Register maps, one row per kind of detector. A new model is a row here, with where its manual says so.
//
// A row gives the level, and everything by which a detector admits that it cannot see. Addresses are those on the wire,
// from 0.

import type { Admits } from '#driver-kit/modbus/conditions.ts';
import type { WarmUpRow } from '#driver-kit/warm-up.ts';
import type { Block, Place } from '#wire/modbus/registers.ts';

export type Unit = '%LEL' | '%vol' | 'ppm' | 'ppb';

/** Why a detector that talks cannot see, or soon will not; `ok` and `alarm` are neither. */
export type Condition =
  | 'ok'
  | 'alarm'
  | 'warming-up'
  /** Its alarms are switched off. */
  | 'inhibited'
  | 'simulation'
  | 'bump-test'
  | 'calibrating'
  | 'instrument-fault'
  | 'no-sensor'
  | 'over-range'
  | 'under-range'
  /** It sees, and asks for service. */
  | 'maintenance'
  | 'service-over';

export interface Model extends Admits<Condition> {
  title: string;
  blocks: readonly Block[];
  level: Place & {
    /** What one count is; 1 by default. */
    scale?: number;
    /** The unit of the scaled level. `as-kind`: %LEL where the device is a `gas`, ppm where it is a `co`. */
    unit: Unit | 'as-kind' | { in: Place; codes: Readonly<Record<number, Unit>> };
    /** In the level's unit, or where the detector states it: above it, the manual promises only that there is more. */
    fullScale?: number | { in: Place };
    /**
     * Numbers, before the scale, by which a detector says that it has no value: from, to. A float that is not a number
     * needs no such range.
     */
    noValue?: readonly [from: number, to: number];
  };
  /** For a detector that reports its own warm-up: how long that is believed. `large` in %LEL and in ppm. */
  warmUp: WarmUpRow<Readonly<Record<'gas' | 'co', number>>>;
  /** A bit that alternates; when it stops, the detector hangs behind a network card that still works. */
  heartbeat?: { address: number; bit: number; everyMs: number };
  /** Days used and days allowed; an allowance of zero is no limit. */
  service?: { used: Place; allowed: Place }[];
  /** Life left, in hours or days. */
  lifeLeft?: Place;
}

/** EN 50194-1 detectors alarm between 3 and 20 %LEL, EN 50291-1 ones at 100 ppm within 40 minutes: a lower level can wait for the end of the warm-up. */
const large = { gas: 20, co: 100 } as const;
/** What gas sensors of this kind need; none of these sheets says less. */
const warmUp = { seconds: 180, large } as const;
/** No sheet says how long. After more than this the detector is broken. */
const ownWarmUp = { seconds: 900, large } as const;
/**
 * Where the scale ends far below them, these cannot be levels: numbers below zero in two's complement, and all ones.
 */
const belowZero = { u16: [0x8000, 0xffff], u32: [0x8000_0000, 0xffff_ffff] } as const;
/** All ones: no sheet gives them a meaning, and a register that was never written holds them. */
const allOnes = [0xffff, 0xffff] as const;

export const models = {
  'two-register': {
    title:
      'transmitter with its level in register 0, as most cheap RS-485 ones: 01 03 00 00 00 02; register 1 is not looked at',
    blocks: [{ table: 'holding', address: 0, count: 2 }],
    level: { address: 0, unit: 'as-kind', noValue: belowZero.u16 },
    warmUp,
  },
  'two-register-tenths': {
    title: 'the same, counting tenths',
    blocks: [{ table: 'holding', address: 0, count: 2 }],
    level: { address: 0, scale: 0.1, unit: 'as-kind', noValue: belowZero.u16 },
    warmUp,
  },
  'two-register-status': {
    title: 'the same, counting tenths, with a status in register 1: 0 normal, 1 and 2 alarms, 3 fault, 4 warming up',
    blocks: [{ table: 'holding', address: 0, count: 2 }],
    level: { address: 0, scale: 0.1, unit: 'as-kind', noValue: belowZero.u16 },
    warmUp: ownWarmUp,
    states: [
      { in: { address: 1 }, codes: { 0: 'ok', 1: 'alarm', 2: 'alarm', 3: 'instrument-fault', 4: 'warming-up' } },
    ],
  },
  // Midas technical manual, appendix A, table A1: 40001 to 40010. About the float it says "word 1 of 2", "word 2 of 2".
  'honeywell-midas': {
    title: 'Honeywell Midas (Modbus TCP)',
    blocks: [{ table: 'holding', address: 0, count: 10 }],
    level: {
      address: 2,
      type: 'float',
      unit: { in: { address: 6, mask: 0xff00 }, codes: { 1: 'ppm', 2: 'ppb', 4: '%vol', 8: '%LEL' } },
    },
    warmUp: ownWarmUp,
    states: [
      {
        in: { address: 0, mask: 0x000f },
        codes: {
          0: 'warming-up',
          1: 'ok',
          2: 'inhibited',
          3: 'inhibited',
          4: 'inhibited',
          5: 'simulation',
          6: 'bump-test',
          7: 'calibrating',
          8: 'calibrating',
        },
      },
      { in: { address: 0, mask: 0x0030 }, codes: { 0: 'ok', 1: 'maintenance', 2: 'instrument-fault' } },
    ],
    bits: [
      { address: 0, bit: 6, means: 'alarm' },
      { address: 0, bit: 7, means: 'alarm' },
    ],
    heartbeat: { address: 0, bit: 11, everyMs: 2_000 },
    lifeLeft: { address: 8 },
  },
  // C-Series manual, "Function 04 Read Input Registers": 101 to 105 and 118 to 120.
  'copeland-c': {
    title: 'Copeland C-Series gas leak detector',
    blocks: [
      { table: 'input', address: 101, count: 5 },
      { table: 'input', address: 118, count: 3 },
    ],
    level: { address: 101, unit: 'ppm', fullScale: { in: { address: 103 } }, noValue: allOnes },
    warmUp,
    bits: [
      { address: 102, bit: 0, means: 'no-sensor' },
      { address: 102, bit: 1, means: 'no-sensor' },
      { address: 102, bit: 4, means: 'over-range' },
      { address: 102, bit: 5, means: 'under-range' },
    ],
    service: [
      { used: { address: 105 }, allowed: { address: 119 } },
      { used: { address: 118 }, allowed: { address: 120 } },
    ],
  },
  // CMD5B4 Modbus manual IN-CMD5B4MOD-01-01, page 16: 0000 to 01F4 are 0 to 500 ppm. Register 2 is the temperature.
  'greystone-cmd5b4': {
    title: 'Greystone CMD5B4 carbon monoxide transmitter, 0–500 ppm',
    blocks: [{ table: 'holding', address: 1, count: 1 }],
    level: { address: 1, unit: 'ppm', fullScale: 500, noValue: allOnes },
    warmUp,
  },
  // RAEGuard 3 manual, appendix A: 01 03 00 08 00 02 is answered by four bytes, one number. It states nothing about the
  // detector's condition.
  'raeguard-3': {
    title: 'Honeywell RAEGuard 3, its level in one 32-bit number',
    blocks: [{ table: 'holding', address: 8, count: 2 }],
    level: { address: 8, type: 'u32', unit: 'as-kind', noValue: belowZero.u32 },
    warmUp,
  },
} as const satisfies Record<string, Model>;

export type ModelId = keyof typeof models;
export const modelIds = Object.keys(models) as [ModelId, ...ModelId[]];
