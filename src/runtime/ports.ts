// What the pipeline needs of the world.

import type { Bands, Indicator, Speaker, Switchgear } from '#contract/actuator.ts';
import type { OutboxEntry } from '#contract/delivery.ts';
import type { Ids } from '#contract/ids.ts';
import type { History, Journal } from '#contract/store.ts';
import type { Tap } from '#contract/tap.ts';
import type { Clock } from '#contract/time.ts';

export interface Ports {
  clock: Clock;
  ids: Ids;
  journal: Journal;
  history: Pick<History, 'append' | 'flush'>;
  switchgear: Switchgear;
  speaker: Speaker;
  indicator: Indicator;
  bands: Bands;
  /** Hands an entry to its channel: it may be sent from now on. */
  offer(entry: OutboxEntry): void;
  tap: Tap;
}
