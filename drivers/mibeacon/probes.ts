// A leak sensor with two probes, one of which is dry while the other may be wet: the home is told of both as one.

import type { MiReading } from './objects.ts';

/** Xiaomi Water Leak Sensor 2 (SJWS02LM): one probe below, one above. */
const WITH_TWO = 0x6375;

type Water = Extract<MiReading, { kind: 'water' }>;

export interface Probes {
  /** `unsure`: dry, as far as is known; of the other probe nothing was heard since the start. */
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
      // What is doubted may be somebody else's word: it raises, and is not remembered.
      if (!doubted && upper) above = on;
      if (!doubted && !upper) below = on;
      const wet = on || other === true;
      return { wet, unsure: !wet && two && other === undefined };
    },
  };
}
