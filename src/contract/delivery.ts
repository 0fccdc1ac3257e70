// How far an alert has come on one channel (the district's platform, the city's), and what waits to be sent.

import type { MonoMs } from './time.ts';

export const deliveryStates = ['queued', 'registered', 'sent', 'received', 'confirmed'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** One per alert and channel. `state` is that of the newest rev; the revs below record how far each stage ever got. */
export interface Delivery {
  alertId: string;
  channel: string;
  state: DeliveryState;
  /**
   * Newest rev that was offered, is known to be on the disk, was accepted by the next hop (an MQTT broker's PUBACK),
   * and was received by the platform; 0 for none yet.
   */
  queuedRev: number;
  registeredRev: number;
  sentRev: number;
  receivedRev: number;
  /** Newest rev that a network reported as delivered to the recipient's device; absent where none was. */
  deliveredRev?: number | undefined;
  /** How often the newest rev was given to the next hop. */
  attempts: number;
  /** When the wait for proof that the present call arrived began. */
  waitingSince: MonoMs;
  /** No proof in time: the resident is shown that we are still trying. */
  overdue: boolean;
}

/** Drain order. Lower goes first. */
export const priorities = { alert: 0, fault: 1, answer: 1, measurement: 1, history: 2 } as const;

export const outboxKinds = ['alert', 'fault', 'answer', 'measurement'] as const;

/** A message that waits in the journal. A later one in the same `slot` replaces it. */
export interface OutboxEntry {
  /** Order of creation; it breaks ties within a priority. */
  seq: number;
  /** `alert/<alertId>`, `fault/<key>`, `answer/<commandId>`, `measurement/<measurementId>`: what the message is about. */
  slot: string;
  channel: string;
  /** `<alertId>.<rev>` for an alert. */
  msgId: string;
  kind: (typeof outboxKinds)[number];
  /** Lower goes first, within a kind too: a help call before a gas warning. */
  priority: number;
  /** The message as its channel made it, and as that channel alone reads it. */
  body: string;
}
