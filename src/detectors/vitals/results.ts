// What the values of one use of a meter add up to.

import type { Measurement, Vital } from '#contract/health.ts';
import type { Quality } from '#contract/reading.ts';
import { isUsual, median } from './limits.ts';
import type { Open } from './state.ts';
import { isOffScale } from './steps.ts';

/** Values of one use that its result is made of. */
export const LAST_VALUES = 30;

export interface Result {
  quantity: Vital;
  /** `OFF_SCALE` for one beyond what the meter can show. */
  value: number;
  quality: Exclude<Quality, 'bad'>;
  /** The meter itself says nothing against it. */
  vouched: boolean;
  /** What the result is with the values that the meter doubts, where that differs. */
  doubted: number | undefined;
}

/** A thermometer climbs to its result, an oximeter settles around it. */
export function resultsOf({ kind, values, undated }: Open): Result[] {
  const come = (all: Open['values']): number => {
    const numbers = all.slice(-LAST_VALUES).map(({ value }) => value);
    return kind === 'oxygen' ? Math.round(median(numbers)) : (numbers.at(-1) ?? Number.NaN);
  };
  return [...new Set(values.map(({ quantity }) => quantity))].map((quantity) => {
    const all = values.filter((one) => one.quantity === quantity);
    const good = all.filter(({ quality }) => quality === 'good');
    const vouched = good.length > 0;
    const value = come(vouched ? good : all);
    const sure = vouched && !undated && isUsual(quantity, value);
    const doubted = come(all);
    return {
      quantity,
      value,
      quality: sure ? 'good' : 'uncertain',
      vouched,
      doubted: doubted === value ? undefined : doubted,
    };
  });
}

export function outcomeOf(results: Result[]): Measurement['outcome'] {
  const off = results.find(({ value }) => isOffScale(value));
  if (off) return off.value > 0 ? 'above-scale' : 'below-scale';
  return results.length > 0 ? 'measured' : 'failed';
}
