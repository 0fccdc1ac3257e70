// Where a value of the body begins to matter: defaults from clinical practice, the home's for a person, the platform's.
//
// Where nothing else is said, an alarm is a single NEWS2 score of three, an early warning one of two (Royal College of
// Physicians, National Early Warning Score 2, 2017, chart 1). A score is for nurses on a ward: here it only says when a
// person should look.

import { z } from 'zod';
import { areInOrder, type Limited, type LimitRow, type Limits, limitsShape, type Vital } from '#contract/health.ts';
import type { Json } from '#contract/json.ts';
import { own } from '#contract/own.ts';
import { isOffScale, rungs, type Side } from './steps.ts';

export type Level = 'early' | 'alarm';

export interface Row {
  low: number | null;
  high: number | null;
  criticalLow: number | null;
  criticalHigh: number | null;
  sustainMinutes: number;
}

const defaults: Record<Limited, Row> = {
  // Early: where watches on sale notify by default, after ten minutes at rest. Alarm: NEWS2, 40 and below, 131 and above.
  heartRate: { low: null, high: 120, criticalLow: 40, criticalHigh: 131, sustainMinutes: 10 },
  // NEWS2 scale 1. Who lives with less by nature (COPD: 88 to 92, scale 2) needs limits of their own.
  spo2: { low: 93, high: null, criticalLow: 91, criticalHigh: null, sustainMinutes: 5 },
  // NEWS2: 35.0 and below, 39.1 and above. Early at 38.1, which NEWS2 counts as one: a fever in an old person is news.
  bodyTemperature: { low: null, high: 38.1, criticalLow: 35, criticalHigh: 39.1, sustainMinutes: 15 },
  // NEWS2, and 180 above: the ACC/AHA guideline of 2017 has such a value measured again after five minutes.
  systolic: { low: 100, high: 180, criticalLow: 90, criticalHigh: 220, sustainMinutes: 10 },
  // 120 by the same guideline. NEWS2 knows none.
  diastolic: { low: null, high: 120, criticalLow: null, criticalHigh: null, sustainMinutes: 10 },
  // ADA, Standards of Care 2024, section 6: hypoglycaemia of level 1 (below 3.9) and 2 (below 3.0), and above 13.9 (250 mg/dL).
  // 22.2 (400 mg/dL) is where laboratories telephone the ward.
  glucose: { low: 3.8, high: 13.9, criticalLow: 2.9, criticalHigh: 22.2, sustainMinutes: 15 },
};

/** By how much a value has to be back inside before what it began counts as over. */
const hysteresis: Record<Limited, number> = {
  heartRate: 5,
  spo2: 1,
  bodyTemperature: 0.3,
  systolic: 5,
  diastolic: 3,
  glucose: 0.3,
};

/**
 * The range that these instruments are made for. A value outside is seldom right, and is reported all the same: beyond
 * 62 lies 58, and worse must never mean less. It counts as one in doubt, and in doubt nothing is over.
 */
const usual: Record<Vital, readonly [number, number]> = {
  heartRate: [25, 230],
  // ISO 80601-2-61 has oximeters shown accurate down to 70 %; a finger that is cold or moves reads lower than it is.
  spo2: [60, 100],
  bodyTemperature: [30, 43],
  systolic: [50, 280],
  diastolic: [25, 180],
  glucose: [0.6, 35],
  weight: [20, 350],
};

export const isUsual = (quantity: Vital, value: number): boolean => {
  const [least, most] = usual[quantity];
  return value >= least && value <= most;
};

const row = (quantity: Limited) =>
  limitsShape.shape[quantity]
    .unwrap()
    .prefault({})
    .refine(
      (own) => areInOrder({ ...defaults[quantity], ...own }),
      'expected low ends below high ones, critical ones outside',
    )
    .describe(`Limits of ${quantity} for everybody: ${inWords(defaults[quantity])}.`);

const inWords = ({ low, high, criticalLow, criticalHigh, sustainMinutes }: Row): string =>
  `by default ${Object.entries({ low, high, criticalLow, criticalHigh, sustainMinutes })
    .map(([name, value]) => `${name} ${value ?? 'none'}`)
    .join(', ')}`;

export const options = z
  .strictObject({
    heartRate: row('heartRate'),
    spo2: row('spo2'),
    bodyTemperature: row('bodyTemperature'),
    systolic: row('systolic'),
    diastolic: row('diastolic'),
    glucose: row('glucose'),
    people: z
      .record(z.string(), limitsShape)
      .default({})
      .describe('Limits of one person, by id: what is left out is as for everybody. The platform’s go before these.'),
    repeatMinutes: z
      .number()
      .min(5)
      .max(60)
      .default(15)
      .describe(
        'A measurement beyond its limit is to be repeated within this time; after that it is reported without.',
      ),
    whoseHours: z
      .number()
      .min(1)
      .max(168)
      .default(24)
      .describe('Whose a measurement with a shared meter was can be said for so long; then it stays without a name.'),
  })
  .describe('Values of the body beyond their limits. Tells values and limits, and is no diagnosis.');
export type Options = z.output<typeof options>;

/** What the platform has set for a person. */
export type Platform = Record<string, { version: number; values: Json }>;

/** The limits in force: everybody's, the person's in this home, the platform's, a later one before an earlier. */
export function limitsOf(quantity: Limited, person: string | null, options: Options, platform: Platform): Row {
  const home = person === null ? undefined : own(options.people, person)?.[quantity];
  const set = person === null ? undefined : (own(platform, person)?.values as Limits | undefined)?.[quantity];
  const found = merge(merge(merge(defaults[quantity], options[quantity]), home), set);
  // Each was in order by itself; together they may not be, after the config was changed. The latest word that fits holds.
  if (areInOrder(found)) return found;
  const alone = merge(defaults[quantity], set ?? home);
  return areInOrder(alone) ? alone : defaults[quantity];
}

export function merge(base: Row, over: LimitRow | undefined): Row {
  const said = Object.entries(over ?? {}).filter(([, value]) => value !== undefined);
  return { ...base, ...Object.fromEntries(said) };
}

export interface Beyond {
  level: Level;
  side: Side;
  /** Of the level. */
  limit: number;
  /** The last step that was passed beyond it, at which the same alert calls again; the limit itself where none was. */
  step: number;
}

/** The limit that a value is measured by: off the scale is an alarm where there is any limit on that side. */
const limitFor = (row: Row, level: Level, side: Side, value: number): number | null =>
  limitOf(row, level, side) ?? (isOffScale(value) ? limitOf(row, 'early', side) : null);

/** The limit by which something reported at `step` is over: an alarm also reports what is beyond an early limit. */
export function limitOver(row: Row, level: Level, side: Side, step: number): number | null {
  const own = limitOf(row, level, side);
  if (own !== null && reaches(side, step, own)) return own;
  const early = limitOf(row, 'early', side);
  return early !== null && reaches(side, step, early) ? early : own;
}

/** The limit of a level on a side. */
export const limitOf = (row: Row, level: Level, side: Side): number | null =>
  level === 'alarm' ? row[side === 'low' ? 'criticalLow' : 'criticalHigh'] : row[side === 'low' ? 'low' : 'high'];

export const reaches = (side: Side, value: number, limit: number): boolean =>
  side === 'low' ? value <= limit : value >= limit;

/** The gravest limit that `value` reaches. Off the scale is beyond every limit that there is on that side. */
export function beyond(quantity: Limited, value: number, row: Row): Beyond | undefined {
  for (const level of ['alarm', 'early'] as const)
    for (const side of ['low', 'high'] as const) {
      const limit = limitFor(row, level, side, value);
      if (limit === null || !reaches(side, value, limit)) continue;
      const step = rungs(quantity, side, limit).findLast((one) => reaches(side, value, one)) ?? limit;
      return { level, side, limit, step };
    }
  return undefined;
}

/** Inside the limits of a level, with room to spare. */
export function isBack(quantity: Limited, value: number, row: Row, level: Level): boolean {
  return (['low', 'high'] as const).every((side) => {
    const limit = limitOf(row, level, side);
    return limit === null || isBackFrom(quantity, side, value, limit);
  });
}

export const isBackFrom = (quantity: Limited, side: Side, value: number, limit: number): boolean =>
  side === 'low' ? value >= limit + hysteresis[quantity] : value <= limit - hysteresis[quantity];

export const isLimited = (quantity: string): quantity is Limited => Object.hasOwn(defaults, quantity);

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
