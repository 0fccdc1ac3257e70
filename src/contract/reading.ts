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
  /** For a meter that keeps records: what it says about the record that this value belongs to. */
  record?: MeterRecord | undefined;
}

export interface MeterRecord {
  /** Identifies the record among all of the device: many meters send everything they have at each connection. */
  key: string;
  /**
   * The device's own clock at the measurement, s, by its calendar and without a zone: good only for comparing its
   * records.
   */
  clock?: number | undefined;
  /** Its clock is provably wrong here: the record counts as measured when it arrived, and is in doubt. */
  undated?: true | undefined;
}

/**
 * What the driver host makes of a sample: which device, when, and its number among the device's readings since the
 * start.
 */
export interface Reading extends Sample {
  deviceId: string;
  at: Moment;
  seq: number;
}
