// What a sensor can say.

/** A batch of three-axis samples on a uniform clock; `xyz` in the quantity's unit, the first at the reading's instant. */
export interface Samples {
  rateHz: number;
  xyz: [number, number, number][];
}

/** A number in the quantity's unit, a truth, a code of the quantity's list, or samples. */
export type Value = number | boolean | string | Samples;
