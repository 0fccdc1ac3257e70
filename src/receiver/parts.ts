// What the receiver's parts are given by index.ts.

import type { Ids } from '#contract/ids.ts';
import type { Log } from '#contract/log.ts';
import type { Clock } from '#contract/time.ts';
import { cloudEvent } from '#contract/uplink/envelope.ts';
import type { ReceiverEvent } from './events.ts';
import type { Store } from './store.ts';

/** What the page has to be sent again. */
export type Change =
  | { what: 'alert'; key: string }
  | { what: 'gateway'; gateway: string }
  | { what: 'fault'; key: string }
  | { what: 'measurement' }
  | { what: 'health' };

export interface Parts {
  tenant: string;
  store: Store;
  clock: Clock;
  ids: Ids;
  log: Log;
  tell(event: ReceiverEvent): void;
  changed(change: Change): void;
  publish(topic: string, payload: string, options?: { retain?: boolean; expirySeconds?: number }): void;
}

export const platformSource = (tenant: string): string => `/${tenant}/platform`;

/** A platform's message as JSON text. */
export function platformEvent<Data>(
  { tenant, clock }: Pick<Parts, 'tenant' | 'clock'>,
  type: 'receipt' | 'command' | 'platform',
  id: string,
  data: Data,
  /** When it came to be, where that is not now: a command that is sent again is as old as it is. */
  madeAt: number = clock.now().wall,
): string {
  return JSON.stringify(cloudEvent(`hearthward.${type}`, platformSource(tenant), id, madeAt, data));
}
