// How far an alert has come on one channel: its states as a table, and the marks that the resident's stages are read from.

import type { Alert } from '#contract/alert.ts';
import type { Delivery, DeliveryState } from '#contract/delivery.ts';
import type { MonoMs } from '#contract/time.ts';

export type DeliveryEvent = 'committed' | 'puback' | 'receipt' | 'person-acknowledged' | 'new-rev';

/**
 * The states of the newest rev. It is published beside its commit, so the broker's PUBACK may come before the disk's answer:
 * only both together are `sent`. A receipt may come before either, and is never taken back by what happens later.
 */
export const steps = {
  queued: { committed: 'registered', receipt: 'received', 'new-rev': 'queued' },
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

/** A new rev is handed over. One that calls anew restarts the wait for its receipt. */
export const queue = (delivery: Delivery, { rev, callRev }: Alert, now: MonoMs): Delivery => ({
  ...delivery,
  state: step(delivery.state, 'new-rev'),
  queuedRev: rev,
  attempts: 0,
  ...(rev === callRev && { waitingSince: now, overdue: false }),
});

const marks = { committed: 'registeredRev', puback: 'sentRev', receipt: 'receivedRev' } as const;

/** Something happened to `rev`: its mark rises. The state changes only where it is the newest rev. */
export function happened(delivery: Delivery, event: keyof typeof marks, rev: number): Delivery {
  const mark = marks[event];
  const isNewest = rev === delivery.queuedRev;
  const reached = isNewest ? step(delivery.state, event) : delivery.state;
  return {
    ...delivery,
    [mark]: Math.max(delivery[mark], rev),
    ...(event === 'puback' && isNewest && { attempts: delivery.attempts + 1 }),
    state: event === 'committed' && isNewest && delivery.sentRev === rev ? step(reached, 'puback') : reached,
  };
}

/** A person has acknowledged, and the platform has the newest rev: nothing is left to do. */
export const confirmed = (delivery: Delivery): Delivery => ({
  ...delivery,
  state: step(delivery.state, 'person-acknowledged'),
});

/** True while the present call has been offered, and has no receipt. */
export const awaitsReceipt = ({ queuedRev, receivedRev }: Delivery, { callRev }: Alert): boolean =>
  queuedRev >= callRev && receivedRev < callRev;
