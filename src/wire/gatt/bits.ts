// What the decoders of measurements share.

export const bits = (...numbers: number[]): number => numbers.reduce((mask, bit) => mask | (1 << bit), 0);

export const hundredths = (value: number): number => Math.round(value * 100) / 100;

/** `vouched`: the device says nothing against the value. `doubtful`: movement, an early estimate, a poor signal. `void`: not measured on a person. */
export type Standing = 'vouched' | 'doubtful' | 'void';

/** What a meter says in place of a number: the codes of the quantity `meterStatus`. */
export type MeterWord =
  | `${'heartRate' | 'spo2' | 'bodyTemperature' | 'systolic' | 'diastolic' | 'glucose'}-${'above' | 'below'}`
  | 'failed'
  | 'irregular-pulse';

/** The words that apply; undefined where none does. */
export function wordsOf(...words: (MeterWord | false | undefined)[]): MeterWord[] | undefined {
  const all = words.filter((word) => word !== undefined && word !== false);
  return all.length > 0 ? all : undefined;
}
