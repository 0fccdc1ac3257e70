// The alerts in mind, which are those that are shown: of each home its most urgent open ones, and the newest closed ones of all.
// The disk has every one; what a flood from one home holds beyond is counted, and comes up as those before it are closed.

import { fairly } from './fair.ts';
import { alertKey, isOpenState, type KeptAlert, priorityOf } from './model.ts';
import type { Parts } from './parts.ts';

export interface AlertShelf {
  /** Puts it in place of what it was before. @param hidden that it was open on the disk, and not in mind. */
  put(alert: KeptAlert, hidden: boolean): void;
  get(key: string): KeptAlert | undefined;
  all(): KeptAlert[];
  /** How many open ones a gateway has beyond those in mind. */
  more(gateway: string): number;
  /** The store was begun anew: what was on the disk only is there no more. */
  forgetDisk(): void;
}

/** Open alerts of one home that are shown. */
const OPEN_KEPT = 100;
/** Closed alerts that stay on the page; so many of each home before any has more. */
const CLOSED_KEPT = 200;
const CLOSED_OF_ONE = 20;
/** Of these rows the most urgent are looked for, the newest of a home. */
const LOOKED_AT = 1_000;

export function alertShelf({ store, changed }: Pick<Parts, 'store' | 'changed'>): AlertShelf {
  const kept = new Map<string, KeptAlert>();
  /** Keys of open ones, by gateway. */
  const open = new Map<string, Set<string>>();
  const beyond = new Map<string, number>();
  let closed = 0;

  const keyOf = ({ gateway, data }: KeptAlert) => alertKey(gateway, data.alertId);
  const openOf = (gateway: string): Set<string> => {
    const keys = open.get(gateway) ?? new Set();
    open.set(gateway, keys);
    return keys;
  };
  const count = (gateway: string, by: number) => beyond.set(gateway, Math.max(0, (beyond.get(gateway) ?? 0) + by));

  /** @returns the one that had to go for it, if any; perhaps itself. */
  function place(alert: KeptAlert): KeptAlert | undefined {
    const key = keyOf(alert);
    const before = kept.get(key);
    if (before && !isOpenState(before.data.state)) closed -= 1;
    kept.set(key, alert);
    const keys = openOf(alert.gateway);
    if (!isOpenState(alert.data.state)) {
      keys.delete(key);
      closed += 1;
      return undefined;
    }
    keys.add(key);
    if (keys.size <= OPEN_KEPT) return undefined;
    const last = [...keys].flatMap((one) => kept.get(one) ?? []).reduce((a, b) => (byNeed(a, b) > 0 ? a : b));
    keys.delete(keyOf(last));
    kept.delete(keyOf(last));
    return last;
  }

  function bringUp(gateway: string): void {
    const room = OPEN_KEPT - openOf(gateway).size;
    if (room <= 0 || (beyond.get(gateway) ?? 0) === 0) return;
    const read = store.read((rows) => rows.openAlerts(gateway, LOOKED_AT));
    const others = read.ok ? read.value.filter((alert) => !kept.has(keyOf(alert))) : [];
    for (const alert of others.sort(byNeed).slice(0, room)) {
      place(alert);
      count(gateway, -1);
      changed({ what: 'alert', key: keyOf(alert) });
    }
  }

  function forgetClosed(): void {
    if (closed <= CLOSED_KEPT) return;
    const all = [...kept.values()].filter(({ data }) => !isOpenState(data.state));
    all.sort((a, b) => b.receivedAt - a.receivedAt);
    for (const alert of fairly(all, ({ gateway }) => gateway, CLOSED_OF_ONE).slice(CLOSED_KEPT)) {
      kept.delete(keyOf(alert));
      closed -= 1;
      changed({ what: 'alert', key: keyOf(alert) });
    }
  }

  store.read((rows) => {
    for (const alert of rows.closedAlerts(LOOKED_AT)) place(alert);
    for (const { gateway, count: all } of rows.openCounts()) {
      for (const alert of rows.openAlerts(gateway, LOOKED_AT)) place(alert);
      beyond.set(gateway, all - openOf(gateway).size);
    }
  });
  forgetClosed();

  return {
    put(alert, hidden) {
      const { gateway } = alert;
      if (hidden) count(gateway, -1);
      const gone = place(alert);
      if (gone?.stored) count(gateway, 1);
      changed({ what: 'alert', key: keyOf(alert) });
      if (gone && gone !== alert) changed({ what: 'alert', key: keyOf(gone) });
      bringUp(gateway);
      forgetClosed();
    },
    get: (key) => kept.get(key),
    all: () => [...kept.values()],
    more: (gateway) => beyond.get(gateway) ?? 0,
    forgetDisk: () => beyond.clear(),
  };
}

/** Who needs to be in mind most: what somebody has in hand, then as on the page: by severity, hazard, and how long it waits. */
const byNeed = (a: KeptAlert, b: KeptAlert): number =>
  Number(b.data.state === 'acknowledged') - Number(a.data.state === 'acknowledged') ||
  Number(a.data.severity === 'early') - Number(b.data.severity === 'early') ||
  priorityOf(a.data.hazard) - priorityOf(b.data.hazard) ||
  a.firstReceivedAt - b.firstReceivedAt;
