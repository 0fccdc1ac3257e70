// Measurement characteristics of the health services of Bluetooth, as the GATT Specification Supplement lays them out.
// Undefined is what is too short or breaks the layout. A value that the device does not have is missing, never a number.

import { type Cursor, cursor } from '../cursor.ts';
import { float, sfloat } from '../medfloat.ts';

/** `vouched`: the device says nothing against the value. `doubtful`: moved, early, poor signal. `void`: no measurement of a person. */
export type Standing = 'vouched' | 'doubtful' | 'void';

export interface HeartRate {
  /** Beats a minute; undefined while the sensor finds none. */
  rate: number | undefined;
  /** Undefined where the sensor does not notice contact. */
  worn: boolean | undefined;
  /** Between beats, ms. */
  rrMs: number[];
}

/** 2A37, Heart Rate Measurement (GSS 3.116). */
export function heartRate(bytes: Uint8Array): HeartRate | undefined {
  const read = cursor(bytes);
  const flags = read.u8();
  const rate = flags & 1 ? read.u16() : read.u8();
  if (flags & 8) read.skip(2);
  const rrMs: number[] = [];
  if (flags & 16) while (read.left >= 2) rrMs.push((read.u16() * 1_000) / 1_024);
  if (read.short) return undefined;
  return { rate: rate === 0 ? undefined : rate, worn: flags & 4 ? (flags & 2) !== 0 : undefined, rrMs };
}

/** Seconds on the device's own clock, by its calendar and without a zone: good for differences only. */
export type DeviceTime = number;

export interface Temperature {
  celsius: number | undefined;
  time: DeviceTime | undefined;
}

/** 2A1C, Temperature Measurement (GSS 3.230). */
export function temperature(bytes: Uint8Array): Temperature | undefined {
  const read = cursor(bytes);
  const flags = read.u8();
  const value = float(read.u32());
  const time = flags & 2 ? dateTime(read) : undefined;
  if (flags & 4) read.skip(1);
  if (read.short) return undefined;
  const fahrenheit = (flags & 1) !== 0;
  return { celsius: value !== undefined && fahrenheit ? hundredths(((value - 32) * 5) / 9) : value, time };
}

export interface Oximetry {
  /** Oxygen saturation, %. */
  spo2: number | undefined;
  /** Pulse, /min. */
  pulse: number | undefined;
  standing: Standing;
  /** False where the sensor says that it is off the finger. */
  worn: boolean | undefined;
  /** The device or its sensor says that it is broken. */
  broken: boolean;
  time: DeviceTime | undefined;
}

/** 2A5E, PLX Spot-Check Measurement (GSS 3.168). */
export function plxSpot(bytes: Uint8Array): Oximetry | undefined {
  const read = cursor(bytes);
  const flags = read.u8();
  const spo2 = sfloat(read.u16());
  const pulse = sfloat(read.u16());
  const time = flags & 1 ? dateTime(read) : undefined;
  const status = flags & 2 ? read.u16() : 0;
  const sensor = flags & 4 ? read.u24() : 0;
  if (flags & 8) read.skip(2);
  return read.short ? undefined : { spo2, pulse, time, ...judged(status, sensor) };
}

/** 2A5F, PLX Continuous Measurement (GSS 3.166): the normal values; fast and slow ones are passed over. */
export function plxContinuous(bytes: Uint8Array): Oximetry | undefined {
  const read = cursor(bytes);
  const flags = read.u8();
  const spo2 = sfloat(read.u16());
  const pulse = sfloat(read.u16());
  if (flags & 1) read.skip(4);
  if (flags & 2) read.skip(4);
  const status = flags & 4 ? read.u16() : 0;
  const sensor = flags & 8 ? read.u24() : 0;
  if (flags & 16) read.skip(2);
  return read.short ? undefined : { spo2, pulse, time: undefined, ...judged(status, sensor) };
}

/** Measurement status: demonstration, test, calibration, unavailable, invalid. */
const PLX_VOID = bits(10, 11, 12, 13, 15);
/** Early estimate; questionable. */
const PLX_DOUBT = bits(6, 14);
/** Device and sensor status: irregular, inadequate, poor, low perfusion, erratic, non-pulsatile, questionable pulse, interference. */
const SENSOR_DOUBT = bits(2, 3, 4, 5, 6, 7, 8, 10);
const SENSOR_OFF = bits(11, 13, 15);
const SENSOR_BROKEN = bits(1, 12, 14);

function judged(status: number, sensor: number): Pick<Oximetry, 'standing' | 'worn' | 'broken'> {
  const off = (sensor & SENSOR_OFF) !== 0;
  const broken = (sensor & SENSOR_BROKEN) !== 0;
  const isVoid = (status & PLX_VOID) !== 0 || off || broken;
  const doubtful = (status & PLX_DOUBT) !== 0 || (sensor & SENSOR_DOUBT) !== 0;
  return { standing: isVoid ? 'void' : doubtful ? 'doubtful' : 'vouched', worn: off ? false : undefined, broken };
}

export interface BloodPressure {
  /** mmHg. */
  systolic: number | undefined;
  diastolic: number | undefined;
  /** Pulse, /min. */
  pulse: number | undefined;
  /** Which of the cuff's users; undefined where it does not tell, or does not know. */
  user: number | undefined;
  irregularPulse: boolean;
  standing: Standing;
  time: DeviceTime | undefined;
}

const KPA_IN_MMHG = 7.500_616_8;

/** 2A35, Blood Pressure Measurement (GSS 3.31). */
export function bloodPressure(bytes: Uint8Array): BloodPressure | undefined {
  const read = cursor(bytes);
  const flags = read.u8();
  const pressure = (value: number | undefined) =>
    value === undefined || (flags & 1) === 0 ? value : Math.round(value * KPA_IN_MMHG);
  const systolic = pressure(sfloat(read.u16()));
  const diastolic = pressure(sfloat(read.u16()));
  read.skip(2);
  const time = flags & 2 ? dateTime(read) : undefined;
  const pulse = flags & 4 ? sfloat(read.u16()) : undefined;
  const user = flags & 8 ? read.u8() : 255;
  const status = flags & 16 ? read.u16() : 0;
  if (read.short) return undefined;
  return {
    systolic,
    diastolic,
    pulse,
    user: user === 255 ? undefined : user,
    irregularPulse: (status & 4) !== 0,
    // Body movement, cuff too loose, wrong position.
    standing: (status & bits(0, 1, 5)) !== 0 ? 'doubtful' : 'vouched',
    time,
  };
}

export interface Weight {
  kg: number | undefined;
  user: number | undefined;
  time: DeviceTime | undefined;
}

const LB_IN_KG = 0.453_592_37;

/** 2A9D, Weight Measurement (GSS 3.246). */
export function weight(bytes: Uint8Array): Weight | undefined {
  const read = cursor(bytes);
  const flags = read.u8();
  const raw = read.u16();
  const time = flags & 2 ? dateTime(read) : undefined;
  const user = flags & 4 ? read.u8() : 255;
  if (flags & 8) read.skip(4);
  if (read.short) return undefined;
  const kg = flags & 1 ? (raw / 100) * LB_IN_KG : raw / 200;
  // FFFF: "measurement unsuccessful". 0: nobody stands on it.
  return {
    kg: raw === 0xffff || raw === 0 ? undefined : Math.round(kg * 1_000) / 1_000,
    user: user === 255 ? undefined : user,
    time,
  };
}

export interface Glucose {
  sequence: number;
  /** mmol/L. */
  mmolPerL: number | undefined;
  standing: Standing;
  batteryLow: boolean;
  broken: boolean;
  time: DeviceTime | undefined;
}

/** Grams of glucose in a mole. */
const GLUCOSE_G_PER_MOL = 180.156;
const CONTROL_SOLUTION = { type: 0x0a, location: 0x04 };

/** 2A18, Glucose Measurement (GSS 3.108). */
export function glucose(bytes: Uint8Array): Glucose | undefined {
  const read = cursor(bytes);
  const flags = read.u8();
  const sequence = read.u16();
  const base = dateTime(read);
  const offsetMinutes = flags & 1 ? read.i16() : 0;
  const raw = flags & 2 ? sfloat(read.u16()) : undefined;
  const kind = flags & 2 ? read.u8() : 0;
  const status = flags & 8 ? read.u16() : 0;
  if (read.short) return undefined;
  const molPerL = raw === undefined || flags & 4 ? raw : (raw * 1_000) / GLUCOSE_G_PER_MOL;
  const control = (kind & 0x0f) === CONTROL_SOLUTION.type || kind >> 4 === CONTROL_SOLUTION.location;
  // Malfunction, strip faults, too high or too low to be measured, interrupted, general fault: no measurement.
  const isVoid = control || (status & bits(1, 3, 4, 5, 6, 9, 10)) !== 0;
  return {
    sequence,
    mmolPerL: molPerL === undefined ? undefined : hundredths(molPerL * 1_000),
    // Sample too small, strip too warm or too cold.
    standing: isVoid ? 'void' : (status & bits(2, 7, 8)) !== 0 ? 'doubtful' : 'vouched',
    batteryLow: (status & 1) !== 0,
    broken: (status & bits(1, 10)) !== 0,
    time: base === undefined ? undefined : base + offsetMinutes * 60,
  };
}

export interface GlucoseContext {
  /** Of the measurement that it belongs to. */
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

/** 2A19, Battery Level, %. Undefined above 100, which is reserved. */
export const battery = (bytes: Uint8Array): number | undefined =>
  bytes[0] !== undefined && bytes[0] <= 100 ? bytes[0] : undefined;

/** What stands in a characteristic of the Device Information Service. */
export const deviceText = (bytes: Uint8Array): string =>
  new TextDecoder()
    .decode(bytes)
    .replace(/\p{Cc}/gu, '')
    .trim();

/** Date Time (GSS 3.70). Undefined where year, month or day are unknown or none. */
function dateTime(read: Cursor): DeviceTime | undefined {
  const [year, month, day, hour, minute, second] = [read.u16(), read.u8(), read.u8(), read.u8(), read.u8(), read.u8()];
  if (year < 1_582 || month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
}

/** Days since some day long ago, by the Gregorian calendar. A year that begins in March has its leap day at its end. */
function days(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const m = month > 2 ? month - 3 : month + 9;
  return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + Math.floor((153 * m + 2) / 5) + day;
}

const hundredths = (value: number): number => Math.round(value * 100) / 100;

function bits(...numbers: number[]): number {
  return numbers.reduce((mask, bit) => mask | (1 << bit), 0);
}
