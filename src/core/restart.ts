// What a restart takes up from the journal: alerts that are open, what waits to be sent, and faults that were reported.

import { isOpen } from '#contract/alert.ts';
import type { Delivery } from '#contract/delivery.ts';
import type { Fault } from '#contract/fault.ts';
import type { Restored } from '#contract/store.ts';
import type { Moment } from '#contract/time.ts';
import { awaitsReceipt } from '#src/alerts/delivery.ts';
import { restarted } from '#src/alerts/lifecycle.ts';
import { carryOver } from '#src/supervision/carried-over.ts';
import { type Case, deliveryOn, newCase, setDelivery } from './cases.ts';
import { placeOf } from './deliveries.ts';
import type { HomeState } from './home.ts';
import { alertSlot } from './outgoing.ts';

export interface TakenUp {
  /** Ids of alerts that the restart itself changed, or that some channel was never offered. */
  toOffer: string[];
  /** Faults that were on. */
  carried: Fault[];
}

export function takeUp(state: HomeState, restored: Restored, channels: readonly string[], now: Moment): TakenUp {
  const carried = carryOver(state.faults, restored, now);
  state.seenUntil ??= typeof restored.facts.floor === 'number' ? restored.facts.floor : null;
  // Where the disk could be read only late, what has happened since is newer than what it holds.
  for (const [id, checkpoint] of Object.entries(restored.checkpoints)) state.detectors[id] ??= checkpoint;
  state.lastSeq = restored.outbox.reduce(
    (last, { seq }) => Math.max(last, seq),
    Math.max(state.lastSeq, Number(restored.facts['last-seq'] ?? 0)),
  );
  const deliveries = Map.groupBy(restored.deliveries, ({ alertId }) => alertId);
  const waiting = new Set(restored.outbox.map(placeOf));
  const toOffer: string[] = [];
  for (const found of restored.alerts) {
    if (Object.hasOwn(state.cases, found.id)) continue;
    const one: Case = { ...newCase(restarted(found, now), now), registeredRev: found.rev };
    state.cases[found.id] = one;
    const known = deliveries.get(found.id)?.filter(({ channel }) => channels.includes(channel)) ?? [];
    for (const delivery of known) setDelivery(one, takenUp(delivery, one, carried, now));
    // Neither received nor waiting to be sent: it is offered anew, and the platform gives its receipt for a double as well.
    const isOffered = (channel: string) =>
      (deliveryOn(one, channel)?.receivedRev ?? 0) >= found.rev ||
      (deliveryOn(one, channel) && waiting.has(placeOf({ slot: alertSlot(found.id), channel })));
    if (one.alert.rev !== found.rev || (isOpen(one.alert) && !channels.every(isOffered))) toOffer.push(found.id);
  }
  return { toOffer, carried };
}

/** The wait for a receipt begins anew, unless it has been reported that one is overdue. */
function takenUp(delivery: Delivery, { alert }: Case, carried: readonly Fault[], { mono }: Moment): Delivery {
  const isReported = carried.some(
    ({ code, subject }) => code === 'uplink-no-receipt' && subject === `uplink:${delivery.channel}`,
  );
  return { ...delivery, waitingSince: mono, overdue: isReported && isOpen(alert) && awaitsReceipt(delivery, alert) };
}
