// What the concentration bytes mean, one row per kind of module. A new model is a row here, with its manual's clause.

import type { WarmUpRow } from '#driver-kit/warm-up.ts';
import { word } from './codec.ts';

export interface Model {
  /** For the log and the README. */
  title: string;
  /** The meaning of one count. Modules that count ppm need the gas's explosive limit to give %LEL. */
  count: { percentLel: number } | { ppm: number };
  /** Counts at the end of the scale: above it the manual promises only that there is more. */
  fullScale: number;
  /**
   * The highest bit of the concentration is the module's own fault bit; the value is in the lowest 13 bits (ZE15-CO).
   */
  faultBit: boolean;
  /** The counts by which a module says that it has no value: all bits set, unless the highest is the fault bit. */
  noValue: number | null;
  /** Large in %LEL. */
  warmUp: WarmUpRow;
  /** Codes of the mode switch, and decimals in an upload; null for a module that only answers. */
  upload: { active: number; query: number; decimals: number } | null;
}

/** Manual MH-440D: three minutes. EN 50194-1 detectors alarm between 3 and 20 %LEL. */
const warmUp = { seconds: 180, large: 20 };

export const models = {
  'mh-440d-lel': {
    title: 'MH-440D / MH-441D infrared methane, range 0–100 %LEL',
    // Manual MH-441D 6.2: "range 0~100%LEL CH4: ppm = (high × 256 + low) × 500".
    count: { ppm: 500 },
    fullScale: 100,
    faultBit: false,
    noValue: 0xffff,
    warmUp,
    upload: null,
  },
  'mh-440d-vol': {
    title: 'MH-440D / MH-441D infrared methane, range 0–5 %vol',
    // 0.01 %vol a count, as users of the MH-440D read it.
    count: { ppm: 100 },
    fullScale: 500,
    faultBit: false,
    noValue: 0xffff,
    warmUp,
    upload: null,
  },
  'zc-lel': {
    title: 'modules of the ZC and ZE frame family calibrated in 0.1 %LEL, range 0–100.0 %LEL',
    count: { percentLel: 0.1 },
    fullScale: 1_000,
    faultBit: true,
    noValue: null,
    warmUp,
    upload: { active: 0x03, query: 0x04, decimals: 1 },
  },
  'zc-lel-40': {
    title: 'the same, of the makes that switch mode with 40 and 41 (as ZE07, ZE08, ZE25)',
    count: { percentLel: 0.1 },
    fullScale: 1_000,
    faultBit: true,
    noValue: null,
    warmUp,
    upload: { active: 0x40, query: 0x41, decimals: 1 },
  },
} as const satisfies Record<string, Model>;

export type ModelId = keyof typeof models;
export const modelIds = Object.keys(models) as [ModelId, ...ModelId[]];

export type Measured =
  | { kind: 'gas'; percentLel: number }
  /** Beyond the scale: the true level is at its end, `percentLel`, or above, or the sensor is dead. */
  | { kind: 'off-scale'; percentLel: number }
  /** The module's own fault bit. */
  | { kind: 'fault' }
  | { kind: 'no-value' };

/** @param lelPpm the gas's lower explosive limit, for models that count ppm. */
export function measure(model: Model, high: number, low: number, lelPpm: number): Measured {
  if (model.faultBit && (high & 0x80) !== 0) return { kind: 'fault' };
  // Bits that no manual uses are counted at their value: cut off, the worst level would read as none.
  const counts = word(high, low);
  if (counts === model.noValue) return { kind: 'no-value' };
  return counts > model.fullScale
    ? { kind: 'off-scale', percentLel: percentOf(model, model.fullScale, lelPpm) }
    : { kind: 'gas', percentLel: percentOf(model, counts, lelPpm) };
}

/**
 * Rounded to the resolution of the scale. On a scale that continues above the explosive limit, 100 means 100 or more.
 */
function percentOf({ count }: Model, counts: number, lelPpm: number): number {
  const percent = 'ppm' in count ? (counts * count.ppm * 100) / lelPpm : counts * count.percentLel;
  return Math.min(100, Math.round(percent * 100) / 100);
}
