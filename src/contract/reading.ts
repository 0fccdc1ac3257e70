// One observation on its way through the pipeline.

import type { Quantity } from './quantity.ts';
import type { Moment } from './time.ts';
import type { Value } from './value.ts';

/** OPC UA's three: `uncertain` is a real value in doubt, believed where it warns and never where it clears; `bad` is none to be used. */
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
}

/** What the driver host makes of a sample: who, when, and the how-manieth of this device since the start. */
export interface Reading extends Sample {
  deviceId: string;
  at: Moment;
  seq: number;
}
