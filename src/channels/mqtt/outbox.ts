// What waits to be sent: in which order it goes, and when an alert goes again. No I/O, and no clock: each call is given the
// time.

import { waitAfter } from '#base/back-off.ts';
import { readEventId } from '#base/event-id.ts';
import type { OutboxEntry } from '#contract/delivery.ts';
import { later, type MonoMs } from '#contract/time.ts';
import type { UplinkTimes } from './times.ts';

export interface Outbox {
  /** Takes its slot, unless the slot holds the same message or a later one. */
  offer(entry: OutboxEntry): void;
  /** The message to send now, or undefined; `room` as from `roomFor`, `alone` when nothing is in flight. */
  next(now: MonoMs, room: Room, alone?: boolean): OutboxEntry | undefined;
  sent(entry: OutboxEntry, now: MonoMs): void;
  /** PUBACK: the message, unless its receipt came first, which proved as much. */
  acknowledged(msgId: string, now: MonoMs): OutboxEntry | undefined;
  /** The broker refused it, with an MQTT reason: later again. */
  refused(msgId: string, now: MonoMs, reason: number): void;
  /** A message that was refused when it was last tried in this session. */
  refusal(): { kind: OutboxEntry['kind']; reason: number } | undefined;
  /** The platform's receipt: `known` when it is of a message of ours, with that message when its PUBACK is still owed. */
  receipt(eventId: string): { known: boolean; unacknowledged?: OutboxEntry | undefined };
  /** How often it was taken without a receipt, or refused, in a row. */
  tries(msgId: string): number;
  /** The session is over: what was in flight is not. One of those may have ended it, or is `certain` to have. */
  interrupted(now: MonoMs, certain?: boolean): void;
  /** A new session: everything goes now, but what is no alert and was in flight at the end of one session after the other. */
  resumed(): void;
  /** The platform (re)started: what it has not given a receipt for may be lost with it. */
  announced(now: MonoMs): void;
  /** When the next message falls due, of those not in flight. */
  dueAt(): MonoMs | undefined;
  entries(): OutboxEntry[];
}

/** What the in-flight limit leaves room for. */
export type Room = 'anything' | 'alerts' | 'nothing';

/** The last places are for alerts: a help call never waits for the PUBACK of a fault. */
const KEPT_FOR_ALERTS = 4;

export function roomFor(inFlight: number, limit: number): Room {
  if (inFlight >= limit) return 'nothing';
  return inFlight < Math.max(1, limit - KEPT_FOR_ALERTS) ? 'anything' : 'alerts';
}

interface Item {
  entry: OutboxEntry;
  /** Not to be sent before; 0 is at once. */
  due: MonoMs;
  /** PUBACKs without a receipt, or refusals, in a row: the back-off grows with them. */
  tries: number;
  lastSentAt: MonoMs | undefined;
  /** The platform announced itself while this was in flight. */
  announced: boolean;
  /** The broker's reason against it. */
  refused: number | undefined;
  /** Sessions in a row that ended while it was in flight. */
  blamed: number;
}

/** From then on it is more than a broken line: an alert goes after the others, all else waits longer than till the next session. */
const BLAMED_TWICE = 2;

const AT_ONCE = 0 as MonoMs;
const rank = { alert: 0, fault: 1, answer: 2, measurement: 3 } as const satisfies Record<OutboxEntry['kind'], number>;

const isBlamed = ({ entry, blamed }: Item): boolean => blamed >= (entry.kind === 'alert' ? BLAMED_TWICE : 1);
const isHeld = ({ entry, blamed }: Item): boolean => entry.kind !== 'alert' && blamed >= BLAMED_TWICE;

/** What ended a session, perhaps, goes after what did not; of several the smallest first, for size is a likely reason. */
const byBlame = (a: Item, b: Item): number =>
  rank[a.entry.kind] - rank[b.entry.kind] ||
  Number(isBlamed(a)) - Number(isBlamed(b)) ||
  (isBlamed(a) ? a.entry.body.length - b.entry.body.length : 0) ||
  byDrainOrder(a.entry, b.entry);

/** Alerts, faults, answers, measurements; within a kind by priority, then in order of birth. */
export const byDrainOrder = (a: OutboxEntry, b: OutboxEntry): number =>
  rank[a.kind] - rank[b.kind] || a.priority - b.priority || a.seq - b.seq;

export function createOutbox(times: Times): Outbox {
  const box: Box = { items: new Map(), slots: new Map(), flights: new Map(), times };
  const all = () => [...box.items.values()];
  return {
    offer: (entry) => offer(box, entry),
    next: (now, room, alone = true) => next(box, now, room, alone),
    sent(entry, now) {
      box.flights.set(entry.msgId, { entry, proven: false });
      const item = holder(box, entry.msgId);
      if (item) item.lastSentAt = now;
    },
    acknowledged: (msgId, now) => acknowledged(box, msgId, now),
    refused: (msgId, now, reason) => refused(box, msgId, now, reason),
    refusal() {
      const item = all().find(({ refused }) => refused !== undefined);
      return item?.refused === undefined ? undefined : { kind: item.entry.kind, reason: item.refused };
    },
    receipt: (eventId) => receipt(box, eventId),
    tries: (msgId) => holder(box, msgId)?.tries ?? 0,
    interrupted: (now, certain = false) => interrupted(box, now, certain),
    resumed() {
      for (const item of all()) if (!isHeld(item)) item.due = AT_ONCE;
    },
    announced: (now) => announced(box, now),
    dueAt: () => dueAt(box),
    entries: () => all().map(({ entry }) => entry),
  };
}

type Times = Pick<UplinkTimes, 'resendMs' | 'resendMaxMs' | 'announceGapMs'>;

interface Box {
  /** By slot. */
  items: Map<string, Item>;
  /** The slot of each item, by msgId. */
  slots: Map<string, string>;
  /** By msgId: a superseded message that is in flight is still owed its PUBACK. `proven`: its receipt came first. */
  flights: Map<string, { entry: OutboxEntry; proven: boolean }>;
  times: Times;
}

function holder({ items, slots }: Box, msgId: string): Item | undefined {
  const slot = slots.get(msgId);
  return slot === undefined ? undefined : items.get(slot);
}

function offer(box: Box, entry: OutboxEntry): void {
  const held = box.items.get(entry.slot);
  if (held && (held.entry.msgId === entry.msgId || held.entry.seq > entry.seq)) return;
  if (held) remove(box, held);
  box.slots.set(entry.msgId, entry.slot);
  box.items.set(entry.slot, {
    entry,
    due: AT_ONCE,
    tries: 0,
    lastSentAt: undefined,
    announced: false,
    refused: undefined,
    blamed: 0,
  });
}

function remove({ items, slots }: Box, { entry }: Item): void {
  items.delete(entry.slot);
  slots.delete(entry.msgId);
}

function dueAt({ items, flights }: Box): MonoMs | undefined {
  let first: MonoMs | undefined;
  for (const { entry, due } of items.values())
    if ((first === undefined || due < first) && !flights.has(entry.msgId)) first = due;
  return first;
}

function next({ items, flights }: Box, now: MonoMs, room: Room, alone: boolean): OutboxEntry | undefined {
  if (room === 'nothing') return undefined;
  let first: Item | undefined;
  for (const item of items.values()) {
    const { entry, due } = item;
    if (due > now || flights.has(entry.msgId) || (room === 'alerts' && entry.kind !== 'alert')) continue;
    // Alone, so that no other is blamed with it. An alert is not made to wait.
    if (entry.kind !== 'alert' && isBlamed(item) && !alone) continue;
    if (!first || byBlame(item, first) < 0) first = item;
  }
  return first?.entry;
}

function acknowledged(box: Box, msgId: string, now: MonoMs): OutboxEntry | undefined {
  const flight = box.flights.get(msgId);
  if (!flight) return undefined;
  box.flights.delete(msgId);
  const item = holder(box, msgId);
  if (item) item.blamed = 0;
  if (item?.entry.kind === 'alert') {
    item.refused = undefined;
    again(box, item, now);
    if (item.announced) item.due = afterAnnouncement(box, item, now);
    item.announced = false;
  } else if (item) remove(box, item);
  return flight.proven ? undefined : flight.entry;
}

function refused(box: Box, msgId: string, now: MonoMs, reason: number): void {
  box.flights.delete(msgId);
  const item = holder(box, msgId);
  if (!item) return;
  item.refused = reason;
  item.blamed = 0;
  // It goes again in any case: nothing more is owed to an announcement meanwhile.
  item.announced = false;
  again(box, item, now);
}

function receipt(box: Box, eventId: string): ReturnType<Outbox['receipt']> {
  const flight = box.flights.get(eventId);
  const unacknowledged = flight && !flight.proven && flight.entry.kind === 'alert' ? flight.entry : undefined;
  if (unacknowledged && flight) flight.proven = true;
  const named = holder(box, eventId);
  if (named?.entry.kind === 'alert') {
    remove(box, named);
    return { known: true, unacknowledged };
  }
  return { known: unacknowledged !== undefined || isOlderRev(eventId, box), unacknowledged };
}

function interrupted({ items, flights, times }: Box, now: MonoMs, certain: boolean): void {
  for (const item of items.values()) {
    if (flights.has(item.entry.msgId)) {
      item.blamed += certain ? BLAMED_TWICE : 1;
      if (isHeld(item)) item.due = later(now, resendAfter(item.blamed - 1, times));
    }
    item.announced = false;
    item.refused = undefined;
  }
  flights.clear();
}

function announced(box: Box, now: MonoMs): void {
  for (const item of box.items.values()) {
    if (item.entry.kind !== 'alert') continue;
    item.tries = 0;
    if (box.flights.has(item.entry.msgId)) item.announced = true;
    else item.due = Math.min(item.due, afterAnnouncement(box, item, now)) as MonoMs;
  }
}

/** It goes once more, later with each time. */
function again({ times }: Box, item: Item, now: MonoMs): void {
  item.tries += 1;
  item.due = later(now, resendAfter(item.tries, times));
}

const resendAfter = (tries: number, { resendMs, resendMaxMs }: Times): number =>
  waitAfter(tries - 1, { firstMs: resendMs, longestMs: resendMaxMs });

const afterAnnouncement = ({ times }: Box, { lastSentAt }: Item, now: MonoMs): MonoMs =>
  Math.max(now, later(lastSentAt ?? AT_ONCE, times.announceGapMs)) as MonoMs;

/** An older rev of an alert that waits here is one of ours. */
function isOlderRev(eventId: string, { items }: Box): boolean {
  const named = readEventId(eventId);
  const held = named && items.get(`alert/${named.alertId}`)?.entry.msgId;
  const heldRev = held === undefined ? undefined : readEventId(held)?.rev;
  return named !== undefined && heldRev !== undefined && named.rev < heldRev;
}
