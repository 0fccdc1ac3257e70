// Simulated meters: the works that count what runs through, and the registers that say so.

import { HOUR } from '#contract/time.ts';

export interface MeterState {
  /** Whether water runs now. */
  flowing: boolean;
  /** What has run through in all, litres. */
  litres: number;
  watts: number;
  /** It says that it is broken. */
  fault: boolean;
}

/** What an open tap gives. */
const LITRES_PER_HOUR = 600;
/** It has been in the house for a while. */
const COUNTED_BEFORE = 123_400;

/** Counts from one call to the next, as the tap was in between: it is informed whenever that changes, and asked at each reading. */
export function waterWorks(): (nowMs: number, flowing: boolean) => number {
  let litres = COUNTED_BEFORE;
  let last: { at: number; flowing: boolean } | undefined;
  return (nowMs, flowing) => {
    if (last?.flowing) litres += ((nowMs - last.at) * LITRES_PER_HOUR) / HOUR;
    last = { at: nowMs, flowing };
    return litres;
  };
}

export type MeterMap = (state: MeterState) => Record<number, number>;

/** Registers by address, as the rows of the same name in the driver `modbus-meter` read them; all others are 0. */
export const meterMaps = {
  // Numbers of two registers have their low word first; the total in m³, its fraction apart.
  'tuf-2000': ({ flowing, litres, fault }) => {
    const [flowHigh, flowLow] = float(flowing ? LITRES_PER_HOUR / 1_000 : 0);
    const whole = Math.floor(litres / 1_000);
    const [partHigh, partLow] = float(litres / 1_000 - whole);
    return {
      ...{ 0: flowLow, 1: flowHigh, 8: whole & 0xffff, 9: whole >>> 16, 10: partLow, 11: partHigh },
      ...{ 71: fault ? 1 << TUF_HARDWARE : 0, 1437: TUF_CUBIC_METRES, 1438: TUF_TIMES_ONE },
    };
  },
  'eastron-sdm120': ({ watts }) => {
    const [high, low] = float(watts);
    return { 12: high, 13: low };
  },
} as const satisfies Record<string, MeterMap>;

/** Registers that a meter has; beyond them it refuses. */
export const METER_REGISTERS = 2_048;

const TUF_HARDWARE = 4;
const TUF_CUBIC_METRES = 0;
const TUF_TIMES_ONE = 3;

function float(value: number): [high: number, low: number] {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  return [view.getUint16(0), view.getUint16(2)];
}
