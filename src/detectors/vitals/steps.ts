// How much worse a value has to get for what was reported already to be reported again: an alarm that somebody has
// acknowledged must not hide that the value goes on falling.
//
// Where a source names a next threshold it is that one; the others are ours, chosen so that a step is more than a meter's own
// error and few are passed on the way.

import { type Limited, limited } from '#contract/health.ts';

export type Side = 'low' | 'high';

const steps: Record<Limited, Record<Side, readonly number[]>> = {
  // 150: from where a fast pulse itself is likely the trouble (AHA, adult tachycardia with a pulse, 2020). Others ours.
  heartRate: { low: [30, 20], high: [150, 180, 220] },
  // 85: below it oxygen is given without reserve (BTS guideline for oxygen, 2017, 15 l/min). 70: below it no oximeter has been
  // shown to be accurate (ISO 80601-2-61). 80 ours.
  spo2: { low: [85, 80, 70], high: [] },
  // Mild, moderate and severe hypothermia part at 32 and 28 (ERC guidelines, 2021); heat stroke begins above 40. 41 ours.
  bodyTemperature: { low: [32, 28], high: [40, 41] },
  // 80 and 70: the next scores of the Modified Early Warning Score (Subbe and others, QJM 2001). 250 ours.
  systolic: { low: [80, 70], high: [250] },
  // Ours: no score counts it.
  diastolic: { low: [], high: [130, 140] },
  // 2.2 and 27.8 (40 and 500 mg/dL): laboratories' call limits, like the alarm's. 33.3 (600 mg/dL): the hyperosmolar state (ADA).
  glucose: { low: [2.2], high: [27.8, 33.3] },
};

/** Stands for a value beyond what the meter can show: the meter gave no number, and none is reported. */
export const OFF_SCALE: Record<Side, number> = { low: -1e9, high: 1e9 };
/** Also true of the median of such a value and a number. */
export const isOffScale = (value: number): boolean => Math.abs(value) >= 1e6;

/** The limit, and the steps beyond it, the gravest last. */
export const rungs = (quantity: Limited, side: Side, limit: number): number[] => [
  limit,
  ...[...steps[quantity][side], OFF_SCALE[side]].filter((step) => (side === 'low' ? step < limit : step > limit)),
];

/** The quantity and value that a meter's word (`meterStatus`) stands for; undefined for a word that is not about the scale. */
export function offScale(word: string): { quantity: Limited; value: number } | undefined {
  const [name, way] = word.split('-');
  const quantity = limited.find((one) => one === name);
  if (quantity === undefined || (way !== 'above' && way !== 'below')) return undefined;
  return { quantity, value: OFF_SCALE[way === 'above' ? 'high' : 'low'] };
}
