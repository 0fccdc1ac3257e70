// A leak sensor with two probes, one of which may be dry while the other is wet: to the home they are one.

import type { MiReading } from './objects.ts';

/** Xiaomi Water Leak Sensor 2 (SJWS02LM): one probe below, one above. */
const WITH_TWO = 0x6375;

type Water = Extract<MiReading, { kind: 'water' }>;

export interface Probes {
  /** `unsure`: dry as far as is known, since nothing was heard of the other probe since the start. */
  heard(reading: Water, product: number, doubted: boolean): { wet: boolean; unsure: boolean };
}

export function probes(): Probes {
  let below: boolean | undefined;
  let above: boolean | undefined;
  let two = false;
  return {
    heard({ on, upper }, product, doubted) {
      if (!doubted && (product === WITH_TWO || upper)) two = true;
      const other = upper ? below : above;
      // What is doubted may come from somebody else: it raises, and is not remembered.
      if (!doubted && upper) above = on;
      if (!doubted && !upper) below = on;
      const wet = on || other === true;
      return { wet, unsure: !wet && two && other === undefined };
    },
  };
}
