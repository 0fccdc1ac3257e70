// The alerts: every event is on the disk before its receipt leaves, doubles change nothing, the newest rev is shown.

import { eventId } from '#contract/alert.ts';
import { callOnArrival } from '#contract/uplink/live.ts';
import type { AlertMessage } from '#contract/uplink/messages.ts';
import { topics } from '#contract/uplink/topics.ts';
import { alertKey, isOpenState, type KeptAlert } from './model.ts';
import { type Parts, platformEvent } from './parts.ts';

export interface AlertBook {
  take(gateway: string, message: AlertMessage): void;
  /** The home knows no such alert (its store was lost): a person's word closes it here, or it would stand open for ever. */
  closeOrphan(key: string, by: string, found: string): void;
  /** Stores what the disk would not take before, now that it does. */
  retryHeld(): void;
  held(): number;
  get(key: string): KeptAlert | undefined;
  /** By the gateway's own id, where only one gateway has it. */
  find(alertId: string): KeptAlert | undefined;
  /** Open ones, and the newest closed ones. */
  all(): KeptAlert[];
  /** Writes all that is shown into a store that was begun anew. */
  rewrite(): void;
}

/** Closed alerts that stay on the page. */
const CLOSED_KEPT = 200;
/** Messages held while the disk takes none. Beyond, the oldest is let go: its gateway says it again, having no receipt. */
const MOST_HELD = 1_000;

export function alertBook(parts: Parts): AlertBook {
  const { store, clock, ids, tenant, tell, changed } = parts;
  const kept = new Map<string, KeptAlert>();
  const held = new Map<string, { gateway: string; message: AlertMessage }>();

  store.read((rows) => {
    for (const alert of [...rows.alerts(true, -1), ...rows.alerts(false, CLOSED_KEPT)]) remember(alert);
  });

  function remember(alert: KeptAlert): void {
    kept.set(alertKey(alert.gateway, alert.data.alertId), alert);
    if (kept.size % 50 === 0) forgetClosed();
  }

  function forgetClosed(): void {
    const closed = [...kept].filter(([, { data }]) => !isOpenState(data.state));
    closed.sort(([, a], [, b]) => b.receivedAt - a.receivedAt);
    for (const [key] of closed.slice(CLOSED_KEPT)) kept.delete(key);
  }

  function take(gateway: string, message: AlertMessage): void {
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
      stored,
    });

    const done = store.write((rows) => {
      const added = rows.addAlertEvent({
        gateway,
        eventId: id,
        alertId,
        rev,
        receivedAt,
        body: JSON.stringify(message),
      });
      const before = kept.get(key) ?? rows.alert(gateway, alertId);
      const newer = isNewer(rev, before);
      const next = newer ? nextOf(before, true) : undefined;
      if (next) rows.putAlert(next, isOpenState(data.state));
      return { next, as: !added ? 'double' : newer ? 'new' : 'old' } as const;
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
      const before = kept.get(key);
      held.delete(`${gateway}:${id}`);
      held.set(`${gateway}:${id}`, { gateway, message });
      for (const oldest of held.keys()) {
        if (held.size <= MOST_HELD) break;
        held.delete(oldest);
      }
      if (!before || rev > before.data.rev) {
        remember(nextOf(before, false));
        changed({ what: 'alert', key });
      }
      report('held');
      return;
    }

    held.delete(`${gateway}:${id}`);
    if (done.value.next) {
      remember(done.value.next);
      changed({ what: 'alert', key });
    }
    report(done.value.as);
    parts.publish(
      topics.down({ tenant, gateway }, 'receipt'),
      platformEvent(parts, 'receipt', ids.next(), { eventId: id }),
    );
    tell({ kind: 'receipt', gateway, eventId: id });
  }

  return {
    take,
    closeOrphan(key, by, found) {
      const alert = kept.get(key);
      if (!alert || !isOpenState(alert.data.state)) return;
      const resolution = { by: { name: by, role: 'operator' as const }, found };
      const closed: KeptAlert = { ...alert, data: { ...alert.data, state: 'resolved', resolution } };
      remember(closed);
      store.write((rows) => rows.putAlert(closed, false));
      changed({ what: 'alert', key });
    },
    retryHeld() {
      for (const { gateway, message } of [...held.values()]) take(gateway, message);
    },
    held: () => held.size,
    get: (key) => kept.get(key),
    find(alertId) {
      const [first, ...more] = [...kept.values()].filter(({ data }) => data.alertId === alertId);
      return more.length === 0 ? first : undefined;
    },
    all: () => [...kept.values()],
    rewrite() {
      store.write((rows) => {
        for (const alert of kept.values()) if (alert.stored) rows.putAlert(alert, isOpenState(alert.data.state));
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
