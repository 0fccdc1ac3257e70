// One observation on its way through the pipeline.

import type { Quantity } from './quantity.ts';
import type { Moment } from './time.ts';
import type { Value } from './value.ts';

/**
 * OPC UA's three. `uncertain` is a real value whose origin or exactness is in doubt (a counter that went back, a scale's
 * end): it is believed where it would raise an alarm, and not where it would end or withhold one. `bad` is no value.
 */
export type Quality = 'good' | 'uncertain' | 'bad';

/** What a driver gives. */
export interface Sample {
  quantity: Quantity;
  value: Value;
  quality: Quality;
  /** Of a meter that keeps records: what it says of the one that this value stands in. */
  record?: MeterRecord | undefined;
}

export interface MeterRecord {
  /** Tells it from all others of the device: many meters send all they have at each connection. */
  key: string;
  /** The device's own clock at the measurement, s, by its calendar and without a zone: good for comparing its records. */
  clock?: number | undefined;
  /** Its clock is provably wrong here: the record counts as measured when it came in, and in doubt. */
  undated?: true | undefined;
}

/** What the driver host makes of a sample: who, when, and the how-manieth of this device since the start. */
export interface Reading extends Sample {
  deviceId: string;
  at: Moment;
  seq: number;
}
