// Glucose meters: measurements and the meals recorded with them, in the layout of the GATT Specification Supplement.

import { cursor } from '../cursor.ts';
import { sfloat, sfloatOffScale } from '../medfloat.ts';
import { bits, hundredths, type MeterWord, type Standing, wordsOf } from './bits.ts';
import { type Stamp, stamp } from './device-time.ts';

export interface Glucose extends Stamp {
  sequence: number;
  /** mmol/L. */
  mmolPerL: number | undefined;
  standing: Standing;
  batteryLow: boolean;
  broken: boolean;
  says?: MeterWord[] | undefined;
}

/** Grams of glucose in a mole. */
const GLUCOSE_G_PER_MOL = 180.156;
const CONTROL_SOLUTION = { type: 0x0a, location: 0x04 };

/** Sensor status: HI and LO on the meter's own display. */
const RESULT_HIGHER = bits(5);
const RESULT_LOWER = bits(6);
/** It could not measure: malfunction, strip inserted wrongly or of the wrong type, read interrupted, general fault. */
const FAILED = bits(1, 3, 4, 9, 10);
/** The meter's clock may be wrong. */
const TIME_FAULT = bits(11);

/** 2A18, Glucose Measurement (GSS 3.108). */
export function glucose(bytes: Uint8Array): Glucose | undefined {
  const read = cursor(bytes);
  const flags = read.u8();
  const sequence = read.u16();
  const base = stamp(read);
  const offsetMinutes = flags & 1 ? read.i16() : 0;
  const raw = flags & 2 ? read.u16() : undefined;
  const kind = flags & 2 ? read.u8() : 0;
  const status = flags & 8 ? read.u16() : 0;
  if (read.short) return undefined;
  const value = raw === undefined ? undefined : sfloat(raw);
  const molPerL = value === undefined || flags & 4 ? value : (value * 1_000) / GLUCOSE_G_PER_MOL;
  const control = (kind & 0x0f) === CONTROL_SOLUTION.type || kind >> 4 === CONTROL_SOLUTION.location;
  const higher = (status & RESULT_HIGHER) !== 0 || (raw !== undefined && sfloatOffScale(raw) === 'above');
  const lower = (status & RESULT_LOWER) !== 0 || (raw !== undefined && sfloatOffScale(raw) === 'below');
  const failed = (status & FAILED) !== 0 || (molPerL === undefined && !higher && !lower);
  const isVoid = control || higher || lower || failed;
  return {
    sequence,
    mmolPerL: molPerL === undefined ? undefined : hundredths(molPerL * 1_000),
    // Doubtful: sample too small, strip too warm or too cold.
    standing: isVoid ? 'void' : (status & bits(2, 7, 8)) !== 0 ? 'doubtful' : 'vouched',
    batteryLow: (status & 1) !== 0,
    broken: (status & bits(1, 10)) !== 0,
    // Control solution is nobody's blood: nothing is reported of it.
    says: control
      ? undefined
      : wordsOf(higher && 'glucose-above', lower && 'glucose-below', failed && !higher && !lower && 'failed'),
    ...(base.time === undefined || (status & TIME_FAULT) !== 0
      ? { undated: true as const }
      : { time: base.time + offsetMinutes * 60 }),
  };
}

export interface GlucoseContext {
  /** Sequence number of the measurement that it belongs to. */
  sequence: number;
  /** Grams of carbohydrate eaten. */
  carbohydrateG: number | undefined;
  meal: 'before' | 'after' | 'fasting' | 'casual' | 'bedtime' | undefined;
}

const meals = [undefined, 'before', 'after', 'fasting', 'casual', 'bedtime'] as const;

/** 2A34, Glucose Measurement Context (GSS 3.109). */
export function glucoseContext(bytes: Uint8Array): GlucoseContext | undefined {
  const read = cursor(bytes);
  const flags = read.u8();
  const sequence = read.u16();
  if (flags & 128) read.skip(1);
  if (flags & 1) read.skip(1);
  const carbohydrate = flags & 1 ? sfloat(read.u16()) : undefined;
  const meal = flags & 2 ? meals[read.u8()] : undefined;
  if (flags & 4) read.skip(1);
  if (flags & 8) read.skip(3);
  if (flags & 16) read.skip(3);
  if (flags & 64) read.skip(2);
  if (read.short) return undefined;
  return { sequence, carbohydrateG: carbohydrate === undefined ? undefined : hundredths(carbohydrate * 1_000), meal };
}
