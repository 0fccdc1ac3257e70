// What a restart takes up from the journal: alerts that are open, what waits to be sent, and faults that were reported.

import { isOpen } from '#contract/alert.ts';
import type { Confirms } from '#contract/channel.ts';
import type { Delivery } from '#contract/delivery.ts';
import type { Fault } from '#contract/fault.ts';
import type { Restored } from '#contract/store.ts';
import type { Moment } from '#contract/time.ts';
import { awaitsProof, isSettled } from '#src/alerts/delivery.ts';
import { restarted } from '#src/alerts/lifecycle.ts';
import { carryOver } from '#src/supervision/carried-over.ts';
import { type Case, deliveryOn, newCase, setDelivery } from './cases.ts';
import { confirmsOf } from './channel-table.ts';
import { placeOf } from './deliveries.ts';
import { alertNotice } from './outbox.ts';
import { alertSlot } from './outgoing.ts';
import type { WatchedHome } from './watched-home.ts';

export interface TakenUp {
  /** Ids of alerts that the restart itself changed, or that some channel was never offered. */
  toOffer: string[];
  /** Faults that were on. */
  carried: Fault[];
}

export function takeUp({ state, rules, ports }: WatchedHome, restored: Restored, now: Moment): TakenUp {
  const channels = Object.keys(rules.channels);
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
    for (const delivery of known)
      setDelivery(one, takenUp(delivery, one, carried, now, confirmsOf(rules.channels, delivery.channel)));
    // Neither settled nor waiting to be sent: it is offered anew, and a platform gives its receipt for a double as well.
    const isOffered = (channel: string): boolean => {
      const delivery = deliveryOn(one, channel);
      if (!delivery) return ports.channels.render(channel, alertNotice(one.alert, now)) === undefined;
      const isWaiting = waiting.has(placeOf({ slot: alertSlot(found.id), channel }));
      return isWaiting || isSettled(delivery, confirmsOf(rules.channels, channel));
    };
    if (one.alert.rev !== found.rev || (isOpen(one.alert) && !channels.every(isOffered))) toOffer.push(found.id);
  }
  return { toOffer, carried };
}

/** The wait for a proof begins anew, unless it has been reported that one is overdue. */
function takenUp(
  delivery: Delivery,
  { alert }: Case,
  carried: readonly Fault[],
  { mono }: Moment,
  confirms: Confirms,
): Delivery {
  const isReported = carried.some(
    ({ code, subject }) => code === 'uplink-no-receipt' && subject === `uplink:${delivery.channel}`,
  );
  const overdue = isReported && isOpen(alert) && awaitsProof(delivery, alert, confirms);
  return { ...delivery, waitingSince: mono, overdue };
}
