// Everything that can be measured or noticed in a home: one row each.

import type { Value } from './value.ts';

interface QuantityRow {
  /** UCUM code of a number's unit. */
  unit?: string;
  /** Physically possible range of a number; outside it a reading is refused. */
  range?: readonly [number, number];
  codes?: readonly string[];
  type: 'number' | 'boolean' | 'code' | 'samples';
  /** A level holds until the next reading; an edge happens and is over. */
  nature: 'level' | 'edge';
  /**
   * Safety readings are never dropped by a full queue, and outlive telemetry in the history ring. A stream is not kept,
   * except for the seconds around an event, which outlive telemetry as well.
   */
  class: 'safety' | 'telemetry' | 'stream';
}

export const quantities = {
  /**
   * A wearable reports `hold` after 5 s; while it asks whether all is well, that is the answer. A help button's `hold`
   * is a call.
   */
  button: { type: 'code', codes: ['press', 'hold', 'release'], nature: 'edge', class: 'safety' },
  /** Methane or propane, as the sensor is calibrated, in percent of the lower explosive limit. */
  gas: { type: 'number', unit: '%[LEL]', range: [0, 100], nature: 'level', class: 'safety' },
  co: { type: 'number', unit: '[ppm]', range: [0, 10_000], nature: 'level', class: 'safety' },
  /** A certified detector's own alarm, forwarded untouched. */
  gasAlarm: { type: 'boolean', nature: 'level', class: 'safety' },
  coAlarm: { type: 'boolean', nature: 'level', class: 'safety' },
  smoke: { type: 'boolean', nature: 'level', class: 'safety' },
  waterLeak: { type: 'boolean', nature: 'level', class: 'safety' },
  motion: { type: 'boolean', nature: 'level', class: 'telemetry' },
  contact: { type: 'code', codes: ['open', 'closed'], nature: 'level', class: 'telemetry' },
  occupancy: { type: 'boolean', nature: 'level', class: 'telemetry' },
  waterFlow: { type: 'boolean', nature: 'level', class: 'telemetry' },
  /** The total that has passed a water meter, as its display shows it. */
  waterVolume: { type: 'number', unit: 'm3', range: [0, 100_000_000], nature: 'level', class: 'telemetry' },
  on: { type: 'boolean', nature: 'level', class: 'telemetry' },
  power: { type: 'number', unit: 'W', range: [-100_000, 100_000], nature: 'level', class: 'telemetry' },
  temperature: { type: 'number', unit: 'Cel', range: [-60, 1_000], nature: 'level', class: 'telemetry' },
  humidity: { type: 'number', unit: '%', range: [0, 100], nature: 'level', class: 'telemetry' },
  heartRate: { type: 'number', unit: '/min', range: [0, 400], nature: 'level', class: 'telemetry' },
  respirationRate: { type: 'number', unit: '/min', range: [0, 120], nature: 'level', class: 'telemetry' },
  spo2: { type: 'number', unit: '%', range: [0, 100], nature: 'level', class: 'telemetry' },
  bodyTemperature: { type: 'number', unit: 'Cel', range: [0, 60], nature: 'level', class: 'telemetry' },
  systolic: { type: 'number', unit: 'mm[Hg]', range: [0, 400], nature: 'level', class: 'telemetry' },
  diastolic: { type: 'number', unit: 'mm[Hg]', range: [0, 400], nature: 'level', class: 'telemetry' },
  /** In blood, plasma or interstitial fluid, as the meter has it. */
  glucose: { type: 'number', unit: 'mmol/L', range: [0, 100], nature: 'level', class: 'telemetry' },
  weight: { type: 'number', unit: 'kg', range: [0, 700], nature: 'level', class: 'telemetry' },
  /**
   * What a meter says about a measurement in place of a number: that it was beyond what it can show (a glucose meter's
   * HI and LO), or that it could not measure; and about a pulse that it did measure, that it was irregular.
   */
  meterStatus: {
    type: 'code',
    codes: [
      'heartRate-above',
      'heartRate-below',
      'spo2-above',
      'spo2-below',
      'bodyTemperature-above',
      'bodyTemperature-below',
      'systolic-above',
      'systolic-below',
      'diastolic-above',
      'diastolic-below',
      'glucose-above',
      'glucose-below',
      'failed',
      'irregular-pulse',
    ],
    nature: 'level',
    class: 'safety',
  },
  /** A wearable has skin contact, by its own word. */
  worn: { type: 'boolean', nature: 'level', class: 'telemetry' },
  battery: { type: 'number', unit: '%', range: [0, 100], nature: 'level', class: 'telemetry' },
  acceleration: { type: 'samples', unit: '[g]', range: [-64, 64], nature: 'level', class: 'stream' },
} as const satisfies Record<string, QuantityRow>;

export type Quantity = keyof typeof quantities;

export const isQuantity = (name: string): name is Quantity => Object.hasOwn(quantities, name);

/** Why `value` cannot be a value of `quantity`, in words; undefined when it can. */
export function misfit(quantity: Quantity, value: Value): string | undefined {
  const row: QuantityRow = quantities[quantity];
  switch (row.type) {
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'expected true or false';
    case 'code':
      return row.codes?.includes(value as string) ? undefined : `expected one of ${row.codes?.join(', ')}`;
    case 'number':
      return typeof value === 'number' && within(value, row.range) ? undefined : `expected ${numberOf(row)}`;
    case 'samples':
      return typeof value === 'object' &&
        value.rateHz > 0 &&
        value.xyz.every((axes) => axes.length === 3 && axes.every((g) => within(g, row.range)))
        ? undefined
        : `expected rateHz above 0 and samples [[x,y,z],…], each axis ${numberOf(row)}`;
  }
}

const within = (value: number, [low, high]: readonly [number, number] = [-Infinity, Infinity]) =>
  value >= low && value <= high;

const numberOf = ({ unit, range }: QuantityRow) => `a number from ${range?.[0]} to ${range?.[1]} ${unit}`;
