// The alerts: every event is on the disk before its receipt leaves, doubles change nothing, the newest rev is shown.

import { eventId } from '#base/event-id.ts';
import { callOnArrival } from '#contract/uplink/live.ts';
import type { AlertMessage } from '#contract/uplink/messages.ts';
import { topics } from '#contract/uplink/topics.ts';
import { alertShelf } from './alert-shelf.ts';
import { alertKey, isOpenState, type KeptAlert } from './model.ts';
import { type Parts, platformEvent } from './parts.ts';

export interface AlertBook {
  /** @param body the whole event as it came; `isCut`: the message is less than that. */
  take(gateway: string, message: AlertMessage, body: string, isCut: boolean): void;
  /** The home knows no such alert (its store was lost): a person's word closes it here, or it would stand open for ever. */
  closeOrphan(key: string, by: string, found: string): void;
  /** Stores what the disk would not take before, now that it does. */
  retryHeld(): void;
  held(): number;
  get(key: string): KeptAlert | undefined;
  /** Whether it ever came here, shown or not. */
  knows(gateway: string, alertId: string): boolean;
  /** By the gateway's own id, where only one gateway has it. */
  find(alertId: string): KeptAlert | undefined;
  /** Open ones, and the newest closed ones; of each home as many as anybody can look at. */
  all(): KeptAlert[];
  /** How many more open ones a home has. */
  more(gateway: string): number;
  /** Writes all that is shown into a store that was begun anew. */
  rewrite(): void;
}

/** Messages held while the disk takes none, and characters of them all. Beyond, the oldest of the home that has most is let go: its gateway says it again, having no receipt. */
const MOST_HELD = 1_000;
const MOST_HELD_CHARS = 64_000_000;

export function alertBook(parts: Parts): AlertBook {
  const { store, clock, ids, tenant, tell } = parts;
  const shelf = alertShelf(parts);
  const held = new Map<string, { gateway: string; message: AlertMessage; body: string; isCut: boolean }>();

  function makeRoom(): void {
    const sizes = new Map<string, number>();
    for (const { gateway, body } of held.values()) sizes.set(gateway, (sizes.get(gateway) ?? 0) + body.length);
    let total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    while (held.size > MOST_HELD || total > MOST_HELD_CHARS) {
      const [most] = [...sizes].reduce((a, b) => (b[1] > a[1] ? b : a));
      const [key, oldest] = [...held].find(([, { gateway }]) => gateway === most) ?? [];
      if (key === undefined || oldest === undefined) return;
      held.delete(key);
      total -= oldest.body.length;
      sizes.set(most, (sizes.get(most) ?? 0) - oldest.body.length);
    }
  }

  function take(gateway: string, message: AlertMessage, body: string, isCut: boolean): void {
    const { data } = message;
    const { alertId, rev } = data;
    const id = eventId({ id: alertId, rev });
    const key = alertKey(gateway, alertId);
    const receivedAt = clock.now().wall;
    const nextOf = (before: KeptAlert | undefined, stored: boolean): KeptAlert => ({
      gateway,
      eventId: id,
      data,
      firstReceivedAt: before?.firstReceivedAt ?? receivedAt,
      receivedAt: before?.eventId === id ? before.receivedAt : receivedAt,
      past: sameCall(before, data) ? before?.past : pastOf(message, receivedAt),
      ...(isCut && { cut: true }),
      stored,
    });

    const done = store.write((rows) => {
      const added = rows.addAlertEvent({
        gateway,
        eventId: id,
        alertId,
        rev,
        receivedAt,
        body,
      });
      const inMind = shelf.get(key);
      const before = inMind ?? rows.alert(gateway, alertId);
      const newer = isNewer(rev, before);
      const next = newer ? nextOf(before, true) : undefined;
      if (next) rows.putAlert(next, isOpenState(data.state));
      const hidden = !inMind && before !== undefined && isOpenState(before.data.state);
      return { next, hidden, as: !added ? 'double' : newer ? 'new' : 'old' } as const;
    });

    const report = (as: 'new' | 'old' | 'double' | 'held') =>
      tell({
        kind: 'alert',
        gateway,
        alertId,
        rev,
        hazard: data.hazard,
        severity: data.severity,
        state: data.state,
        room: data.device.room,
        text: data.text,
        as,
      });

    if (!done.ok) {
      // Shown all the same, from memory: an operator must see it. No receipt, so the gateway says it again.
      const before = shelf.get(key);
      held.delete(`${gateway}:${id}`);
      held.set(`${gateway}:${id}`, { gateway, message, body, isCut });
      makeRoom();
      if (!before || rev > before.data.rev) shelf.put(nextOf(before, false), false);
      report('held');
      return;
    }

    held.delete(`${gateway}:${id}`);
    if (done.value.next) shelf.put(done.value.next, done.value.hidden);
    report(done.value.as);
    // By the id that it came with: here it may be cut.
    parts.publish(
      topics.down({ tenant, gateway }, 'receipt'),
      platformEvent(parts, 'receipt', ids.next(), { eventId: message.id }),
    );
    tell({ kind: 'receipt', gateway, eventId: id });
  }

  return {
    take,
    closeOrphan(key, by, found) {
      const alert = shelf.get(key);
      if (!alert || !isOpenState(alert.data.state)) return;
      const resolution = { by: { name: by, role: 'operator' as const }, found };
      const closed: KeptAlert = { ...alert, data: { ...alert.data, state: 'resolved', resolution } };
      store.write((rows) => rows.putAlert(closed, false));
      shelf.put(closed, false);
    },
    retryHeld() {
      for (const { gateway, message, body, isCut } of [...held.values()]) take(gateway, message, body, isCut);
    },
    held: () => held.size,
    get: shelf.get,
    knows(gateway, alertId) {
      if (shelf.get(alertKey(gateway, alertId))) return true;
      const read = store.read((rows) => rows.hasAlert(gateway, alertId));
      return read.ok && read.value;
    },
    find(alertId) {
      const [first, ...more] = shelf.all().filter(({ data }) => data.alertId === alertId);
      return more.length === 0 ? first : undefined;
    },
    all: shelf.all,
    more: shelf.more,
    rewrite() {
      shelf.forgetDisk();
      store.write((rows) => {
        for (const alert of shelf.all()) if (alert.stored) rows.putAlert(alert, isOpenState(alert.data.state));
      });
    },
  };
}

/** Judged once a call, at its first event here: later events of the same call change nothing about how late it came. */
const sameCall = (before: KeptAlert | undefined, { calledAt }: KeptAlert['data']): boolean =>
  before?.data.calledAt.bootId === calledAt.bootId && before.data.calledAt.mono === calledAt.mono;

function pastOf(message: AlertMessage, receivedAt: number): KeptAlert['past'] {
  const { past, ageMs = null } = callOnArrival(message, receivedAt);
  return past ? { ageMs } : undefined;
}

/** A rev is applied once; one that is in memory only is applied again when it comes again. */
const isNewer = (rev: number, before: KeptAlert | undefined): boolean =>
  !before || rev > before.data.rev || (rev === before.data.rev && !before.stored);
