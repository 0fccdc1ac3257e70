// How far each alert has come on each channel: on the disk, given to the broker, received by the platform, or overdue.

import { readEventId } from '#base/event-id.ts';
import { type Alert, isOpen } from '#contract/alert.ts';
import type { OutboxEntry } from '#contract/delivery.ts';
import { faultKey } from '#contract/fault.ts';
import { own } from '#contract/own.ts';
import { later, type MonoMs, SECOND, soonest } from '#contract/time.ts';
import { awaitsReceipt, confirmed, happened } from '#src/alerts/delivery.ts';
import { isOn } from '#src/supervision/faults.ts';
import { type Case, deliveriesOf, deliveryOn, isDone, setDelivery } from './cases.ts';
import { alertSlot } from './outgoing.ts';
import { allCases, type Finished, type WatchedHome } from './watched-home.ts';

/** A call without the platform's receipt for so long is shown as "still trying". */
const RECEIPT_MS = 10 * SECOND;

/** This rev is on the disk. */
export function registered(home: WatchedHome, { id, rev }: Alert): void {
  const one = own(home.state.cases, id);
  if (!one) return;
  one.registeredRev = Math.max(one.registeredRev, rev);
  for (const delivery of deliveriesOf(one)) setDelivery(one, happened(delivery, 'committed', rev));
  home.changes.cues.add(id);
  home.ports.tap({ type: 'registered', at: home.ports.clock.now(), alertId: id, rev });
  for (const { sentRev, channel } of deliveriesOf(one)) if (sentRev === rev) tellSent(home, id, rev, channel);
  forgetIfDone(home, one);
}

/** On the disk and with the broker, in whichever order: only both together are called sent. */
const tellSent = ({ ports }: WatchedHome, alertId: string, rev: number, channel: string): void =>
  ports.tap({ type: 'sent', at: ports.clock.now(), alertId, rev, channel });

/** The broker has an entry. An alert stays in the outbox all the same, until the platform's receipt. */
export function sent(home: WatchedHome, entry: OutboxEntry): void {
  if (entry.kind !== 'alert') {
    finish(home, { slot: entry.slot, channel: entry.channel, msgId: entry.msgId });
    return home.settle();
  }
  const { alertId, rev } = readEvent(entry.msgId);
  const one = own(home.state.cases, alertId);
  const delivery = one && deliveryOn(one, entry.channel);
  if (!delivery) return;
  setDelivery(one, happened(delivery, 'puback', rev));
  home.changes.cues.add(alertId);
  if (one.registeredRev >= rev) tellSent(home, alertId, rev, entry.channel);
  home.settle();
}

/** The platform has an alert event. */
export function received(home: WatchedHome, event: string, channel: string): void {
  const { alertId, rev } = readEvent(event);
  const one = own(home.state.cases, alertId);
  const before = one && deliveryOn(one, channel);
  const entry = { slot: alertSlot(alertId), channel, msgId: event };
  if (!before || before.receivedRev >= rev) {
    finish(home, entry);
    return home.settle();
  }
  const delivery = happened(before, 'receipt', rev);
  const marked = { ...delivery, overdue: delivery.overdue && awaitsReceipt(delivery, one.alert) };
  setDelivery(one, one.alert.state === 'acknowledged' ? confirmed(marked) : marked);
  home.changes.cues.add(alertId);
  finish(home, entry);
  endNoReceipt(home, channel);
  home.ports.tap({ type: 'received', at: home.ports.clock.now(), alertId, rev, channel });
  forgetIfDone(home, one);
  home.settle();
}

/** With no receipt overdue any more, the channel's fault is over. */
function endNoReceipt(home: WatchedHome, channel: string): void {
  const { state, fault } = home;
  const noReceipt = { code: 'uplink-no-receipt', subject: `uplink:${channel}` } as const;
  if (isOn(state.faults, faultKey(noReceipt)) && !isOverdue(home, channel))
    fault(noReceipt.code, noReceipt.subject, false);
}

/** The newest are looked at first: their receipts come last. */
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

/** A closed alert stays until every channel has its last rev. */
function forgetIfDone(home: WatchedHome, one: Case): void {
  if (!isDone(one)) return;
  delete home.state.cases[one.alert.id];
  home.caseList = undefined;
  home.agenda.set(one.alert.id, undefined);
}

/** Marks the deliveries whose receipt should have come by now. */
export function markOverdue(home: WatchedHome, one: Case, now: MonoMs): void {
  for (const delivery of deliveriesOf(one)) {
    const due = receiptDue(one, delivery.channel);
    if (due === undefined || due > now) continue;
    setDelivery(one, { ...delivery, overdue: true });
    home.fault('uplink-no-receipt', `uplink:${delivery.channel}`, true);
  }
}

/** When the next of the case's receipts is overdue. */
export const nextReceiptDue = (one: Case): MonoMs | undefined =>
  soonest(...Object.keys(one.deliveries).map((channel) => receiptDue(one, channel)));

/** Undefined where there is nothing to wait for: nothing is open, it is overdue already, or the call was not offered yet. */
function receiptDue({ alert, deliveries }: Case, channel: string): MonoMs | undefined {
  const delivery = own(deliveries, channel);
  if (!delivery || !isOpen(alert) || delivery.overdue) return undefined;
  return awaitsReceipt(delivery, alert) ? later(delivery.waitingSince, RECEIPT_MS) : undefined;
}

/** For an id of another making, an alert that nobody knows. */
const readEvent = (id: string): { alertId: string; rev: number } => readEventId(id) ?? { alertId: id, rev: 0 };
