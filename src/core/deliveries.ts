// How far each alert has come on each channel: on the disk, on its way, received by the platform, or overdue.

import { readEventId } from '#base/event-id.ts';
import { type Alert, isOpen } from '#contract/alert.ts';
import type { Confirms } from '#contract/channel.ts';
import type { Delivery, OutboxEntry } from '#contract/delivery.ts';
import { faultKey } from '#contract/fault.ts';
import { own } from '#contract/own.ts';
import { later, type MonoMs, SECOND, soonest } from '#contract/time.ts';
import { arrived, awaitsProof, confirmed, happened } from '#src/alerts/delivery.ts';
import { isOn } from '#src/supervision/faults.ts';
import { type Case, deliveriesOf, deliveryOn, isDone, setDelivery } from './cases.ts';
import { type ChannelTable, confirmsOf } from './channel-table.ts';
import { alertSlot } from './outgoing.ts';
import { allCases, type Finished, type WatchedHome } from './watched-home.ts';

/** This rev is on the disk. */
export function registered(home: WatchedHome, { id, rev }: Alert): void {
  const one = own(home.state.cases, id);
  if (!one) return;
  one.registeredRev = Math.max(one.registeredRev, rev);
  for (const delivery of deliveriesOf(one)) setDelivery(one, happened(delivery, 'committed', rev));
  home.changes.cues.add(id);
  home.ports.tap({ type: 'registered', at: home.ports.clock.now(), alertId: id, rev });
  for (const { sentRev, channel } of deliveriesOf(one)) if (sentRev === rev) reportSent(home, id, rev, channel);
  forgetIfDone(home, one);
}

/** On the disk and with the next hop, in whichever order: only both together are called sent. */
const reportSent = ({ ports }: WatchedHome, alertId: string, rev: number, channel: string): void =>
  ports.tap({ type: 'sent', at: ports.clock.now(), alertId, rev, channel });

/** An entry has left. An alert stays in the outbox all the same where its channel waits for a receipt. */
export function sent(home: WatchedHome, entry: OutboxEntry): void {
  const { slot, channel, msgId, kind } = entry;
  const confirms = confirmsOf(home.rules.channels, channel);
  if (kind === 'alert') alertSent(home, msgId, channel, confirms);
  if (kind !== 'alert' || confirms !== 'receipt') finish(home, { slot, channel, msgId });
  const one = own(home.state.cases, readEvent(msgId).alertId);
  if (one) forgetIfDone(home, one);
  home.settle();
}

function alertSent(home: WatchedHome, event: string, channel: string, confirms: Confirms): void {
  const { alertId, rev } = readEvent(event);
  const one = own(home.state.cases, alertId);
  const delivery = one && deliveryOn(one, channel);
  if (!delivery) return;
  setDelivery(one, marked(happened(delivery, 'sent', rev), one, confirms));
  home.changes.cues.add(alertId);
  if (one.registeredRev >= rev) reportSent(home, alertId, rev, channel);
}

/** An alert event has arrived, as far as its channel can prove it: only a receipt says that the platform has it. */
export function alertArrived(home: WatchedHome, event: string, channel: string): void {
  const confirms = confirmsOf(home.rules.channels, channel);
  const { alertId, rev } = readEvent(event);
  const one = own(home.state.cases, alertId);
  const before = one && deliveryOn(one, channel);
  const delivery = before && arrived(before, confirms, rev);
  const isNews = one !== undefined && delivery !== undefined && delivery !== before;
  if (isNews) {
    const now = marked(delivery, one, confirms);
    setDelivery(one, confirms === 'receipt' && one.alert.state === 'acknowledged' ? confirmed(now) : now);
    home.changes.cues.add(alertId);
  }
  finish(home, { slot: alertSlot(alertId), channel, msgId: event });
  if (isNews) {
    endNoReceipt(home, channel);
    if (confirms === 'receipt') home.ports.tap({ type: 'received', at: home.ports.clock.now(), alertId, rev, channel });
    forgetIfDone(home, one);
  }
  home.settle();
}

/** It is overdue no more once its proof is there. */
const marked = (delivery: Delivery, { alert }: Case, confirms: Confirms): Delivery => ({
  ...delivery,
  overdue: delivery.overdue && awaitsProof(delivery, alert, confirms),
});

/** With no proof overdue any more, the channel's fault is over. */
function endNoReceipt(home: WatchedHome, channel: string): void {
  const { state, fault } = home;
  const noReceipt = { code: 'uplink-no-receipt', subject: `uplink:${channel}` } as const;
  if (isOn(state.faults, faultKey(noReceipt)) && !isOverdue(home, channel))
    fault(noReceipt.code, noReceipt.subject, false);
}

/** The newest are looked at first: their proofs come last. */
export const isOverdue = (home: WatchedHome, channel: string): boolean =>
  allCases(home).findLast((one) => deliveryOn(one, channel)?.overdue) !== undefined;

/** What is done with leaves the journal together with what else was done with by then, or with the next write. */
const TOGETHER_MS = 2 * SECOND;

/**
 * An entry is done with: it leaves the journal with one of the next writes. After a power cut before that it is sent once
 * more, and the platform drops the double.
 */
function finish(home: WatchedHome, entry: Finished['entry']): void {
  const { unwritten, state, ports } = home;
  if (unwritten.entries.get(placeOf(entry))?.msgId === entry.msgId) unwritten.entries.delete(placeOf(entry));
  const { alertId } = readEvent(entry.msgId);
  const one = own(state.cases, alertId);
  // With its mark in the same write: a restart that found neither would wait for a receipt that nobody owes.
  unwritten.finished.set(finishedKey({ entry }), { entry, alertId, deliveries: one ? deliveriesOf(one) : [] });
  unwritten.finishedAt ??= later(ports.clock.now().mono, TOGETHER_MS);
}

export const finishedKey = ({ entry }: Pick<Finished, 'entry'>): string => `${placeOf(entry)} ${entry.msgId}`;

/** What an entry takes the place of another by. */
export const placeOf = ({ slot, channel }: Pick<OutboxEntry, 'slot' | 'channel'>): string => `${slot} ${channel}`;

/** A closed alert stays until its last rev is settled with every channel. */
function forgetIfDone(home: WatchedHome, one: Case): void {
  if (!isDone(one, home.rules.channels)) return;
  delete home.state.cases[one.alert.id];
  home.caseList = undefined;
  home.agenda.set(one.alert.id, undefined);
  // A report that never came is owed no more.
  for (const { channel } of deliveriesOf(one)) endNoReceipt(home, channel);
}

/** Marks the deliveries whose proof should have come by now. A channel that can have none owes none: it has no fault for that. */
export function markOverdue(home: WatchedHome, one: Case, now: MonoMs): void {
  const { channels } = home.rules;
  for (const delivery of deliveriesOf(one)) {
    const due = proofDue(one, delivery, channels);
    if (due === undefined || due > now) continue;
    setDelivery(one, { ...delivery, overdue: true });
    if (confirmsOf(channels, delivery.channel) !== 'none')
      home.fault('uplink-no-receipt', `uplink:${delivery.channel}`, true);
  }
}

/** When the next of the case's proofs is overdue. */
export const nextProofDue = (one: Case, channels: ChannelTable): MonoMs | undefined =>
  soonest(...deliveriesOf(one).map((delivery) => proofDue(one, delivery, channels)));

/** Undefined where there is nothing to wait for: nothing is open, it is overdue already, or the call was not offered. */
function proofDue({ alert }: Case, delivery: Delivery, channels: ChannelTable): MonoMs | undefined {
  const terms = own(channels, delivery.channel);
  if (!terms || !isOpen(alert) || delivery.overdue) return undefined;
  return awaitsProof(delivery, alert, terms.confirms) ? later(delivery.waitingSince, terms.confirmWithinMs) : undefined;
}

/** For an id of another making, an alert that nobody knows. */
const readEvent = (id: string): { alertId: string; rev: number } => readEventId(id) ?? { alertId: id, rev: 0 };
