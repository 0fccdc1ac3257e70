// What waits to be sent: in which order it goes, and when an alert goes again. No I/O; every call is told the time.

import { waitAfter } from '#base/back-off.ts';
import type { OutboxEntry } from '#contract/delivery.ts';
import { later, type MonoMs } from '#contract/time.ts';
import type { UplinkTimes } from './times.ts';

export interface Outbox {
  /** Takes its slot, unless the slot holds the same message or a later one. */
  offer(entry: OutboxEntry): void;
  /** The message to send now, or undefined; `room` as from `roomFor`, `alone` when nothing is in flight. */
  next(now: MonoMs, room: Room, alone?: boolean): OutboxEntry | undefined;
  sent(entry: OutboxEntry, now: MonoMs): void;
  /** PUBACK: the message, unless its receipt came first and has told as much. */
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
  /** A new session: everything that is here goes, now; but not what is no alert and ended one session after the other. */
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

export function createOutbox(
  restored: readonly OutboxEntry[],
  times: Pick<UplinkTimes, 'resendMs' | 'resendMaxMs' | 'announceGapMs'>,
): Outbox {
  const items = new Map<string, Item>();
  /** By msgId: a superseded message that is in flight is still owed its PUBACK. */
  const flights = new Map<string, { entry: OutboxEntry; told: boolean }>();

  const holder = (msgId: string): Item | undefined => {
    for (const item of items.values()) if (item.entry.msgId === msgId) return item;
    return undefined;
  };
  const backoff = (tries: number) => waitAfter(tries - 1, { firstMs: times.resendMs, longestMs: times.resendMaxMs });
  const retryLater = (item: Item, now: MonoMs) => {
    item.tries += 1;
    item.due = later(now, backoff(item.tries));
  };
  const announceDue = (item: Item, now: MonoMs) =>
    Math.max(now, (item.lastSentAt ?? AT_ONCE) + times.announceGapMs) as MonoMs;

  function offer(entry: OutboxEntry): void {
    const held = items.get(entry.slot)?.entry;
    if (held && (held.msgId === entry.msgId || held.seq > entry.seq)) return;
    items.set(entry.slot, {
      entry,
      due: AT_ONCE,
      tries: 0,
      lastSentAt: undefined,
      announced: false,
      refused: undefined,
      blamed: 0,
    });
  }
  for (const entry of restored) offer(entry);

  return {
    offer,
    next(now, room, alone = true) {
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
    },
    sent(entry, now) {
      flights.set(entry.msgId, { entry, told: false });
      const item = holder(entry.msgId);
      if (item) item.lastSentAt = now;
    },
    acknowledged(msgId, now) {
      const flight = flights.get(msgId);
      if (!flight) return undefined;
      flights.delete(msgId);
      const item = holder(msgId);
      if (item) item.blamed = 0;
      if (item?.entry.kind === 'alert') {
        item.refused = undefined;
        retryLater(item, now);
        if (item.announced) item.due = announceDue(item, now);
        item.announced = false;
      } else if (item) items.delete(item.entry.slot);
      return flight.told ? undefined : flight.entry;
    },
    refused(msgId, now, reason) {
      flights.delete(msgId);
      const item = holder(msgId);
      if (!item) return;
      item.refused = reason;
      item.blamed = 0;
      // It goes again in any case: nothing more is owed to an announcement meanwhile.
      item.announced = false;
      retryLater(item, now);
    },
    refusal() {
      for (const { entry, refused } of items.values())
        if (refused !== undefined) return { kind: entry.kind, reason: refused };
      return undefined;
    },
    receipt(eventId) {
      const flight = flights.get(eventId);
      const unacknowledged = flight && !flight.told && flight.entry.kind === 'alert' ? flight.entry : undefined;
      if (unacknowledged && flight) flight.told = true;
      const named = holder(eventId);
      if (named?.entry.kind === 'alert') {
        items.delete(named.entry.slot);
        return { known: true, unacknowledged };
      }
      return { known: unacknowledged !== undefined || isOlderRev(eventId, items), unacknowledged };
    },
    tries: (msgId) => holder(msgId)?.tries ?? 0,
    interrupted(now, certain = false) {
      for (const item of items.values()) {
        if (!flights.has(item.entry.msgId)) continue;
        item.blamed += certain ? BLAMED_TWICE : 1;
        if (isHeld(item)) item.due = later(now, backoff(item.blamed - 1));
      }
      flights.clear();
      for (const item of items.values()) {
        item.announced = false;
        item.refused = undefined;
      }
    },
    resumed() {
      for (const item of items.values()) if (!isHeld(item)) item.due = AT_ONCE;
    },
    announced(now) {
      for (const item of items.values()) {
        if (item.entry.kind !== 'alert') continue;
        item.tries = 0;
        if (flights.has(item.entry.msgId)) item.announced = true;
        else item.due = Math.min(item.due, announceDue(item, now)) as MonoMs;
      }
    },
    dueAt() {
      let soonest: MonoMs | undefined;
      for (const { entry, due } of items.values())
        if (!flights.has(entry.msgId) && (soonest === undefined || due < soonest)) soonest = due;
      return soonest;
    },
    entries: () => [...items.values()].map(({ entry }) => entry),
  };
}

/** An event id is `<alertId>.<rev>`: an older rev of an alert that waits here is one of ours. */
function isOlderRev(eventId: string, items: ReadonlyMap<string, Item>): boolean {
  const [, alertId, rev] = /^(.+)\.(\d{1,15})$/.exec(eventId) ?? [];
  const held = items.get(`alert/${alertId}`)?.entry.msgId;
  const heldRev = held && /\.(\d{1,15})$/.exec(held)?.[1];
  return heldRev !== undefined && Number(rev) < Number(heldRev);
}
