// Measurements of a person's body: what a meter measures, whose it is, and what a platform can ask of the home about it.

import { z } from 'zod';
import type { DeviceKind, Person } from './device.ts';
import type { Quantity } from './quantity.ts';
import type { Quality } from './reading.ts';
import type { Moment } from './time.ts';

/** What describes a body; it leaves the home only as far as the people concerned allow (`Person.healthRecord`). */
export const vitalQuantities = [
  'heartRate',
  'spo2',
  'bodyTemperature',
  'systolic',
  'diastolic',
  'glucose',
  'weight',
] as const satisfies readonly Quantity[];
export type Vital = (typeof vitalQuantities)[number];
export const isMeasured = (quantity: Quantity): quantity is Vital =>
  (vitalQuantities as readonly Quantity[]).includes(quantity);
/** Describes a body, in numbers or in a meter's own words. */
export const isVital = (quantity: Quantity): boolean => quantity === 'meterStatus' || isMeasured(quantity);

/** LOINC codes: what a health record calls each. */
export const loincOf: Record<Vital, string> = {
  heartRate: '8867-4',
  // By pulse oximetry; 2708-6 is by blood gas.
  spo2: '59408-5',
  bodyTemperature: '8310-5',
  systolic: '8480-6',
  diastolic: '8462-4',
  // Moles per volume, capillary blood by a meter.
  glucose: '14743-9',
  weight: '29463-7',
};

/** What somebody sits down to measure, and the kind of device that it is measured with. */
export const meterOf = {
  'blood-pressure': 'blood-pressure',
  glucose: 'glucose-meter',
  oxygen: 'pulse-oximeter',
  temperature: 'thermometer',
  weight: 'scale',
} as const satisfies Record<string, DeviceKind>;
export type MeasurementKind = keyof typeof meterOf;
export const measurementKinds = Object.keys(meterOf) as [MeasurementKind, ...MeasurementKind[]];
export const measuredBy = (kind: DeviceKind): MeasurementKind | undefined =>
  measurementKinds.find((one) => meterOf[one] === kind);

/**
 * `above-scale`, `below-scale`: beyond what the meter can show, in its own word (a glucose meter's HI and LO), which is
 * never turned into a number. `failed`: the meter says that it could not measure. `not-measured`: asked for, and not
 * done in time.
 */
export const outcomes = ['measured', 'above-scale', 'below-scale', 'failed', 'not-measured', 'cancelled'] as const;
/**
 * `known`: it is of the meter's only user, or of somebody who was asked by name to measure. `asked`: several share the
 * meter and nobody has said yet whose it is. `assigned`: a person has said. `unknown`: nobody said in time, or the
 * meter has no named user.
 */
export const whoseStates = ['known', 'asked', 'assigned', 'unknown'] as const;

/** One measurement: all values of one instant. A later rev replaces an earlier one. */
export type Measurement = {
  /** Never changes: made from the meter and the instant. */
  id: string;
  rev: number;
  outcome: (typeof outcomes)[number];
  kind: MeasurementKind;
  person: string | null;
  whose: (typeof whoseStates)[number];
  /** Who shares the meter; for `asked` and `unknown`. */
  candidates: string[];
  /** Null where nobody measured. */
  deviceId: string | null;
  values: { quantity: Vital; value: number; quality: Exclude<Quality, 'bad'> }[];
  at: { [Part in keyof Moment]: Moment[Part] };
  /** The command that asked for it. */
  answers: string | null;
};

const level = z.number().nullable().optional();
/** Limits of one quantity: `low` and `high` make an early warning, the critical ones an alarm; null for none. */
const rowShape = z.strictObject({
  low: level.describe('Early warning at this value and below; null for none.'),
  high: level.describe('Early warning at this value and above; null for none.'),
  criticalLow: level.describe('Alarm at this value and below; null for none.'),
  criticalHigh: level.describe('Alarm at this value and above; null for none.'),
  sustainMinutes: z
    .number()
    .min(1)
    .max(120)
    .optional()
    .describe('A wearable’s values must stay beyond the limit for so long, minutes.'),
});
export type LimitRow = z.infer<typeof rowShape>;

export const limited = [
  'heartRate',
  'spo2',
  'bodyTemperature',
  'systolic',
  'diastolic',
  'glucose',
] as const satisfies readonly Vital[];
export type Limited = (typeof limited)[number];

/** Limits for a person; what is left out stays as it would be without them. */
export const limitsShape = z.strictObject(
  Object.fromEntries(limited.map((quantity) => [quantity, rowShape.optional()])) as Record<
    Limited,
    z.ZodOptional<typeof rowShape>
  >,
);
export type Limits = z.infer<typeof limitsShape>;

/** A critical end lies outside its limit or on it, and every low end below every high one. */
export function areInOrder({ low, high, criticalLow, criticalHigh }: LimitRow): boolean {
  const given = (end: number | null | undefined, without: number) => end ?? without;
  return (
    given(criticalLow, -Infinity) <= given(low, Infinity) &&
    given(criticalHigh, Infinity) >= given(high, -Infinity) &&
    Math.max(given(low, -Infinity), given(criticalLow, -Infinity)) <
      Math.min(given(high, Infinity), given(criticalHigh, Infinity))
  );
}

export const healthActs = ['limits', 'measure', 'cancel-measure', 'assign'] as const;
export type HealthAct = (typeof healthActs)[number];
export const isHealthAct = (act: string): act is HealthAct => (healthActs as readonly string[]).includes(act);

const personId = z.string().min(1).max(48);
/** What each act carries beside its name: exactly the fields of that act. */
export const healthOrders = {
  limits: z.strictObject({
    person: personId,
    version: z
      .int()
      .positive()
      .describe('Rises with each change for this person: an older one never replaces a newer.'),
    values: limitsShape.describe(
      'The platform’s limits for the person, whole: what is left out is as the home has it.',
    ),
  }),
  measure: z.strictObject({
    kind: z.enum(measurementKinds),
    person: personId.optional().describe('Who is to measure. Needed for a name on it where several share the meter.'),
    withinMinutes: z.int().min(5).max(1_440).default(30).describe('After so long it is told as not measured.'),
  }),
  'cancel-measure': z.strictObject({ command: z.string().min(1).max(200).describe('Id of the `measure` command.') }),
  assign: z.strictObject({ measurementId: z.string().min(1).max(200), person: personId }),
} as const satisfies Record<HealthAct, z.ZodType>;

export type HealthOrder = { [Act in HealthAct]: { act: Act } & z.output<(typeof healthOrders)[Act]> }[HealthAct];

export const healthRefusals = [
  'no-such-person',
  'no-such-meter',
  'no-such-measurement',
  'outdated',
  'limits-out-of-order',
  'kept-at-home',
  'already-closed',
] as const;
export type HealthRefusal = (typeof healthRefusals)[number];

/** Whether what is measured may leave the home: everybody it may be of has to allow it. */
export const mayLeave = (people: readonly Person[], of: readonly string[]): boolean =>
  of.every((id) => people.find((person) => person.id === id)?.healthRecord === 'platform');
