// Measurement characteristics of the health services of Bluetooth, in the layout of the GATT Specification Supplement. Each
// decoder gives undefined for bytes that are too short or break the layout. A value that the device does not have is
// undefined, never a number; `says` holds why, where the device gives a reason (beyond its scale, failed).

import { type Cursor, cursor } from '../cursor.ts';
import { float, floatOffScale, sfloat, sfloatOffScale } from '../medfloat.ts';
import { bits, hundredths, type MeterWord, type Standing, wordsOf } from './bits.ts';
import { type Stamp, stamp } from './device-time.ts';

export interface HeartRate {
  /** Beats a minute; undefined while the sensor finds none. */
  rate: number | undefined;
  /** Undefined where the sensor cannot detect contact. */
  worn: boolean | undefined;
  /** Intervals between beats, ms. */
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
  const none = rate === 0 || rate === 0xffff;
  return { rate: none ? undefined : rate, worn: flags & 4 ? (flags & 2) !== 0 : undefined, rrMs };
}

/** What a meter says beside its numbers, and when it measured; without a time the measurement is of now. */
interface Spoken extends Stamp {
  says?: MeterWord[] | undefined;
}

export interface Temperature extends Spoken {
  celsius: number | undefined;
}

/** 2A1C, Temperature Measurement (GSS 3.230). */
export function temperature(bytes: Uint8Array): Temperature | undefined {
  const read = cursor(bytes);
  const flags = read.u8();
  const raw = read.u32();
  const value = float(raw);
  const off = floatOffScale(raw);
  const when = flags & 2 ? stamp(read) : {};
  if (flags & 4) read.skip(1);
  if (read.short) return undefined;
  const fahrenheit = (flags & 1) !== 0;
  return {
    celsius: value !== undefined && fahrenheit ? hundredths(((value - 32) * 5) / 9) : value,
    ...when,
    says: wordsOf(off ? `bodyTemperature-${off}` : value === undefined && 'failed'),
  };
}

export interface Oximetry extends Spoken {
  /** Oxygen saturation, %. */
  spo2: number | undefined;
  /** Pulse, /min. */
  pulse: number | undefined;
  standing: Standing;
  /** False where the sensor says that it is off the finger. */
  worn: boolean | undefined;
  /** The device or its sensor says that it is broken. */
  broken: boolean;
}

/** 2A5E, PLX Spot-Check Measurement (GSS 3.168). */
export function plxSpot(bytes: Uint8Array): Oximetry | undefined {
  const read = cursor(bytes);
  const flags = read.u8();
  const values = saturation(read);
  const when = flags & 1 ? stamp(read) : {};
  const status = flags & 2 ? read.u16() : 0;
  const sensor = flags & 4 ? read.u24() : 0;
  if (flags & 8) read.skip(2);
  if (read.short) return undefined;
  const found = { ...values, ...when, ...judged(status, sensor) };
  // A spot check is started by a person, so that no result means that it failed; a demonstration or a test is nobody's.
  const failed = (status & PLX_NOBODY) === 0 && (found.standing === 'void' || found.spo2 === undefined) && !found.says;
  return failed ? { ...found, says: wordsOf('failed') } : found;
}

/** 2A5F, PLX Continuous Measurement (GSS 3.166): the normal values; the fast and the slow ones are not read. */
export function plxContinuous(bytes: Uint8Array): Oximetry | undefined {
  const read = cursor(bytes);
  const flags = read.u8();
  const values = saturation(read);
  if (flags & 1) read.skip(4);
  if (flags & 2) read.skip(4);
  const status = flags & 4 ? read.u16() : 0;
  const sensor = flags & 8 ? read.u24() : 0;
  if (flags & 16) read.skip(2);
  return read.short ? undefined : { ...values, ...judged(status, sensor) };
}

/** What oximeters older than the standard send for "no value", and bridges pass on. */
const NO_SPO2 = 127;
const NO_PULSE = 255;

function saturation(read: Cursor): Pick<Oximetry, 'spo2' | 'pulse' | 'says'> {
  const [rawSpo2, rawPulse] = [read.u16(), read.u16()];
  const [spo2, pulse] = [sfloat(rawSpo2), sfloat(rawPulse)];
  const [spo2Off, pulseOff] = [sfloatOffScale(rawSpo2), sfloatOffScale(rawPulse)];
  const beats = pulse === 0 || pulse === NO_PULSE ? undefined : pulse;
  // 0 and 0: no finger. 0 % beside a pulse is passed on: whether it can be is for others to judge.
  return {
    spo2: spo2 === NO_SPO2 || (spo2 === 0 && beats === undefined) ? undefined : spo2,
    pulse: beats,
    says: wordsOf(spo2Off && `spo2-${spo2Off}`, pulseOff && `heartRate-${pulseOff}`),
  };
}

/** Measurement status: demonstration, test, calibration; unavailable, invalid. */
const PLX_NOBODY = bits(10, 11, 12);
const PLX_VOID = PLX_NOBODY | bits(13, 15);
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

export interface BloodPressure extends Spoken {
  /** mmHg. */
  systolic: number | undefined;
  diastolic: number | undefined;
  /** Pulse, /min. */
  pulse: number | undefined;
  /** Which of the cuff's users; undefined where the cuff does not know, or does not say. */
  user: number | undefined;
  irregularPulse: boolean;
  standing: Standing;
}

const KPA_IN_MMHG = 7.500_616_8;

/** 2A35, Blood Pressure Measurement (GSS 3.31). */
export function bloodPressure(bytes: Uint8Array): BloodPressure | undefined {
  const read = cursor(bytes);
  const flags = read.u8();
  const [upper, lower] = [read.u16(), read.u16()];
  read.skip(2);
  const when = flags & 2 ? stamp(read) : {};
  const beats = flags & 4 ? read.u16() : undefined;
  const user = flags & 8 ? read.u8() : 255;
  const status = flags & 16 ? read.u16() : 0;
  if (read.short) return undefined;
  // Some cuffs send a pressure of 0 for a measurement that was broken off.
  const pressure = (raw: number) => {
    const value = sfloat(raw) || undefined;
    return value === undefined || (flags & 1) === 0 ? value : Math.round(value * KPA_IN_MMHG);
  };
  const [systolic, diastolic] = [pressure(upper), pressure(lower)];
  const pulse = beats === undefined ? undefined : sfloat(beats) || undefined;
  const [upperOff, lowerOff] = [sfloatOffScale(upper), sfloatOffScale(lower)];
  const pulseOff = pulse === undefined ? pulseRange(status) : undefined;
  return {
    systolic,
    diastolic,
    pulse,
    user: user === 255 ? undefined : user,
    irregularPulse: (status & 4) !== 0,
    // Doubtful: body movement, cuff too loose, wrong position.
    standing: (status & bits(0, 1, 5)) !== 0 ? 'doubtful' : 'vouched',
    ...when,
    says: wordsOf(
      upperOff && `systolic-${upperOff}`,
      lowerOff && `diastolic-${lowerOff}`,
      pulseOff && `heartRate-${pulseOff}`,
      ((systolic === undefined && !upperOff) || (diastolic === undefined && !lowerOff)) && 'failed',
      (status & 4) !== 0 && 'irregular-pulse',
    ),
  };
}

/** Bits 3 and 4 of the status: the pulse is beyond the cuff's range. Of use only where there is no number for the pulse. */
const pulseRange = (status: number): 'above' | 'below' | undefined =>
  ([undefined, 'above', 'below', undefined] as const)[(status >> 3) & 3];

export interface Weight extends Spoken {
  kg: number | undefined;
  user: number | undefined;
}

const LB_IN_KG = 0.453_592_37;

/** 2A9D, Weight Measurement (GSS 3.246). */
export function weight(bytes: Uint8Array): Weight | undefined {
  const read = cursor(bytes);
  const flags = read.u8();
  const raw = read.u16();
  const when = flags & 2 ? stamp(read) : {};
  const user = flags & 4 ? read.u8() : 255;
  if (flags & 8) read.skip(4);
  if (read.short) return undefined;
  const kg = flags & 1 ? (raw / 100) * LB_IN_KG : raw / 200;
  // FFFF: "measurement unsuccessful". 0: nobody stands on it.
  return {
    kg: raw === 0xffff || raw === 0 ? undefined : Math.round(kg * 1_000) / 1_000,
    user: user === 255 ? undefined : user,
    ...when,
    says: wordsOf(raw === 0xffff && 'failed'),
  };
}

/** 2A19, Battery Level, %. Undefined above 100, which is reserved. */
export const battery = (bytes: Uint8Array): number | undefined =>
  bytes[0] !== undefined && bytes[0] <= 100 ? bytes[0] : undefined;

/** The text in a characteristic of the Device Information Service. */
export const deviceText = (bytes: Uint8Array): string =>
  new TextDecoder()
    .decode(bytes)
    .replace(/\p{Cc}/gu, '')
    .trim();
