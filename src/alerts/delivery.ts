// How far an alert has come on one channel: a table, and the marks that the resident's stages are read from.

import type { Alert } from '#contract/alert.ts';
import type { Delivery, DeliveryState } from '#contract/delivery.ts';
import type { MonoMs } from '#contract/time.ts';

export type DeliveryEvent = 'committed' | 'puback' | 'receipt' | 'person-acknowledged' | 'new-rev';

/**
 * The newest rev's way. A rev that could not wait for the card is sent from memory, so `sent` may come before
 * `registered`, and a receipt before the broker's own word. Whatever happens later, a receipt is never taken back.
 */
export const steps = {
  queued: { committed: 'registered', puback: 'sent', receipt: 'received', 'new-rev': 'queued' },
  registered: { puback: 'sent', receipt: 'received', 'new-rev': 'queued' },
  sent: { receipt: 'received', 'new-rev': 'queued' },
  received: { 'person-acknowledged': 'confirmed', 'new-rev': 'queued' },
  confirmed: { 'new-rev': 'queued' },
} as const satisfies Record<DeliveryState, Partial<Record<DeliveryEvent, DeliveryState>>>;

const step = (state: DeliveryState, event: DeliveryEvent): DeliveryState => {
  const row: Partial<Record<DeliveryEvent, DeliveryState>> = steps[state];
  return row[event] ?? state;
};

export const newDelivery = (alertId: string, channel: string, now: MonoMs): Delivery => ({
  alertId,
  channel,
  state: 'queued',
  queuedRev: 0,
  registeredRev: 0,
  sentRev: 0,
  receivedRev: 0,
  attempts: 0,
  waitingSince: now,
  overdue: false,
});

/** A new rev is on its way. One that calls anew restarts the wait for its receipt. */
export const queue = (delivery: Delivery, { rev, callRev }: Alert, now: MonoMs): Delivery => ({
  ...delivery,
  state: step(delivery.state, 'new-rev'),
  queuedRev: rev,
  attempts: 0,
  ...(rev === callRev && { waitingSince: now, overdue: false }),
});

const marks = { committed: 'registeredRev', puback: 'sentRev', receipt: 'receivedRev' } as const;

/** Something happened to `rev`: its mark rises; the state is the newest rev's alone. */
export function happened(delivery: Delivery, event: keyof typeof marks, rev: number): Delivery {
  const mark = marks[event];
  return {
    ...delivery,
    [mark]: Math.max(delivery[mark], rev),
    ...(event === 'puback' && rev === delivery.queuedRev && { attempts: delivery.attempts + 1 }),
    ...(rev === delivery.queuedRev && { state: step(delivery.state, event) }),
  };
}

/** A person acknowledged and the platform has the newest rev: nothing is left to do. */
export const confirmed = (delivery: Delivery): Delivery => ({
  ...delivery,
  state: step(delivery.state, 'person-acknowledged'),
});

/** True while the present call has no receipt. */
export const awaitsReceipt = (delivery: Delivery, { callRev }: Alert): boolean => delivery.receivedRev < callRev;
