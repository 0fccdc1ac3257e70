// Takes the rows of one journal into another: where both have a row, the one that is further on counts. Nothing that is
// open, and nothing that waits to be sent, is lost; what was sent already may be sent once more, and the platform drops
// the duplicate.

import { readEventId } from '#base/event-id.ts';
import type { Alert } from '#contract/alert.ts';
import type { Delivery } from '#contract/delivery.ts';
import { readRow } from './checkpoints.ts';
import {
  alertSlot,
  type JournalRows,
  LAST_SEQ,
  type NamedRow,
  type OutboxRow,
  progress,
  rowsIn,
  rowsOf,
} from './journal-rows.ts';
import { journalWriter } from './journal-writer.ts';
import type { Db } from './kind.ts';
import { isKnownAlert, isKnownDelivery, isKnownMessage } from './known.ts';

/** Facts that only ever count up. */
const COUNTED = ['floor'];
/** How far the history was sent: moved forward, it would skip what the platform of the other journal never got. */
const CURSORS = /^history-cursor/;

/** @returns how many alerts and messages were taken */
export function absorb(db: Db, other: JournalRows): { alerts: number; openAlerts: number; messages: number } {
  const own = rowsIn(db);
  const alerts = newAlerts(own, other);
  const deliveries = newDeliveries(own, other);
  const messages = newMessages(own, other, deliveries);
  let seq = Math.max(0, ...own.outbox.map((row) => row.seq), ...lastSeqs(own, other));
  const put = messages.map((row) => {
    seq += 1;
    return { ...row, seq };
  });
  const change = rowsOf({ alerts, deliveries, put });
  const checkpoints = newCheckpoints(own, other);
  const facts = newFacts(own, other);
  journalWriter(db).commit([
    {
      ...change,
      checkpoints: checkpoints.map(({ name, json }) => ({ id: name, json })),
      facts: facts.map(({ name, json }) => ({ name, json })),
      lastSeq: seq,
    },
  ]);
  const openAlerts = change.alerts.filter(({ open }) => open === 1).length;
  return { alerts: alerts.length, openAlerts, messages: messages.length };
}

function newAlerts(own: JournalRows, other: JournalRows): Alert[] {
  const revs = new Map(own.alerts.map(({ id, json }) => [id, revOf(json)]));
  return other.alerts.flatMap(({ id, json }) => {
    const alert: unknown = JSON.parse(json);
    return isKnownAlert(alert) && alert.rev > (revs.get(id) ?? -1) ? [alert] : [];
  });
}

/** Works for alerts that this version does not understand, too. */
const revOf = (json: string): number => Number((JSON.parse(json) as { rev?: unknown }).rev) || 0;

function newDeliveries(own: JournalRows, other: JournalRows): Delivery[] {
  const key = ({ alert, channel }: { alert: string; channel: string }) => JSON.stringify([alert, channel]);
  const known = new Map(own.deliveries.map((row) => [key(row), row.json]));
  return other.deliveries.flatMap((row) => {
    const [theirs, ours] = [JSON.parse(row.json) as unknown, JSON.parse(known.get(key(row)) ?? 'null') as unknown];
    if (!isKnownDelivery(theirs) || (ours !== null && !isKnownDelivery(ours))) return [];
    return ours === null || progress(theirs) > progress(ours) ? [theirs] : [];
  });
}

/** What waits there and not here, unless its receipt has come meanwhile. */
function newMessages(own: JournalRows, other: JournalRows, newer: readonly Delivery[]): OutboxRow[] {
  const waiting = new Map(own.outbox.map((row) => [place(row), row]));
  const received = new Map<string, number>();
  for (const one of [
    ...own.deliveries.map(({ json }) => JSON.parse(json) as unknown).filter(isKnownDelivery),
    ...newer,
  ])
    received.set(place({ slot: alertSlot(one.alertId), channel: one.channel }), one.receivedRev);
  return other.outbox.filter((row) => {
    const ours = waiting.get(place(row));
    if (!isKnownMessage(row) || ours?.msgId === row.msgId) return false;
    if (row.kind !== 'alert') return true;
    return revIn(row.msgId) > Math.max(ours ? revIn(ours.msgId) : 0, received.get(place(row)) ?? 0);
  });
}

const place = ({ slot, channel }: { slot: string; channel: string }): string => JSON.stringify([slot, channel]);

const revIn = (msgId: string): number => readEventId(msgId)?.rev ?? 0;

/** A later state of the same format. A state of another format could not be read: this journal's own stays. */
const newCheckpoints = (own: JournalRows, other: JournalRows): NamedRow[] =>
  other.checkpoints.filter(({ name, json }) => {
    const ours = own.checkpoints.find((row) => row.name === name);
    return !ours || readRow(ours.json).format.version === readRow(json).format.version;
  });

function newFacts(own: JournalRows, other: JournalRows): NamedRow[] {
  const known = new Map(own.facts.map(({ name, json }) => [name, json]));
  return other.facts.filter(({ name, json }) => {
    const ours = known.get(name);
    if (name === LAST_SEQ || name === NEWER_SEEN) return false;
    if (ours === undefined) return true;
    if (COUNTED.includes(name)) return Number(json) > Number(ours);
    return !CURSORS.test(name);
  });
}

const lastSeqs = (...all: JournalRows[]): number[] =>
  all.flatMap(({ facts }) => facts.filter(({ name }) => name === LAST_SEQ).map(({ json }) => Number(json) || 0));

/** The fact of a journal beside a newer one: which state of the newer file was last taken into it. */
export const NEWER_SEEN = 'newer-journal';
