// How far an alert has come on one channel: its states as a table, and the marks that the resident's stages are read from.

import type { Alert } from '#contract/alert.ts';
import type { Confirms } from '#contract/channel.ts';
import type { Delivery, DeliveryState } from '#contract/delivery.ts';
import type { MonoMs } from '#contract/time.ts';

export type DeliveryEvent = 'committed' | 'sent' | 'receipt' | 'person-acknowledged' | 'new-rev';

/**
 * The states of the newest rev. It is published beside its commit, so the next hop may have it before the disk's answer: only
 * both together are `sent`. A receipt may come before either, and is never taken back by what happens later. A network's
 * report that it was delivered is no receipt, and no state: it only ends the wait.
 */
export const steps = {
  queued: { committed: 'registered', receipt: 'received', 'new-rev': 'queued' },
  registered: { sent: 'sent', receipt: 'received', 'new-rev': 'queued' },
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

const marks = { committed: 'registeredRev', sent: 'sentRev', receipt: 'receivedRev', report: 'deliveredRev' } as const;

/** Something happened to `rev`: its mark rises. The state changes only where it is the newest rev. */
export function happened(delivery: Delivery, event: keyof typeof marks, rev: number): Delivery {
  const mark = marks[event];
  const isNewest = rev === delivery.queuedRev;
  const reached = isNewest && event !== 'report' ? step(delivery.state, event) : delivery.state;
  return {
    ...delivery,
    [mark]: Math.max(delivery[mark] ?? 0, rev),
    ...(event === 'sent' && isNewest && { attempts: delivery.attempts + 1 }),
    state: event === 'committed' && isNewest && delivery.sentRev === rev ? step(reached, 'sent') : reached,
  };
}

/** The proof that a channel gives came, for this rev. The same delivery where that proves nothing new. */
export function arrived(delivery: Delivery, confirms: Confirms, rev: number): Delivery {
  const event = { receipt: 'receipt', 'delivery-report': 'report', none: undefined } as const;
  const proof = event[confirms];
  return proof === undefined || (delivery[marks[proof]] ?? 0) >= rev ? delivery : happened(delivery, proof, rev);
}

/** A person has acknowledged, and the platform has the newest rev: nothing is left to do. */
export const confirmed = (delivery: Delivery): Delivery => ({
  ...delivery,
  state: step(delivery.state, 'person-acknowledged'),
});

/** Newest rev of which the channel has proved that it arrived; where it can prove nothing, that has left. */
function provenRev({ sentRev, deliveredRev = 0, receivedRev }: Delivery, confirms: Confirms): number {
  switch (confirms) {
    case 'receipt':
      return receivedRev;
    case 'delivery-report':
      return deliveredRev;
    case 'none':
      return sentRev;
  }
}

/** True while the present call has been offered, and nothing proves that it arrived. */
export const awaitsProof = (delivery: Delivery, { callRev }: Pick<Alert, 'callRev'>, confirms: Confirms): boolean =>
  delivery.queuedRev >= callRev && provenRev(delivery, confirms) < callRev;

/** True when nothing more is done for the newest rev. Only a receipt is waited for without end: a report may never come. */
export const isSettled = (delivery: Delivery, confirms: Confirms): boolean =>
  (confirms === 'receipt' ? delivery.receivedRev : delivery.sentRev) >= delivery.queuedRev;
