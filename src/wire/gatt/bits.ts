// Small things that the decoders of measurements share.

export const bits = (...numbers: number[]): number => numbers.reduce((mask, bit) => mask | (1 << bit), 0);

export const hundredths = (value: number): number => Math.round(value * 100) / 100;

/** `vouched`: the device says nothing against the value. `doubtful`: moved, early, poor signal. `void`: no measurement of a person. */
export type Standing = 'vouched' | 'doubtful' | 'void';

/** What a meter says in place of a number, as `meterStatus` has it. */
export type MeterWord =
  | `${'heartRate' | 'spo2' | 'bodyTemperature' | 'systolic' | 'diastolic' | 'glucose'}-${'above' | 'below'}`
  | 'failed'
  | 'irregular-pulse';

/** Those that are said; undefined when none is. */
export function said(...words: (MeterWord | false | undefined)[]): MeterWord[] | undefined {
  const all = words.filter((word) => word !== undefined && word !== false);
  return all.length > 0 ? all : undefined;
}
