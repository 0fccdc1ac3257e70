// The journal in memory, for replays: the same port, nothing on a disk, and no growth with what passes through it.

import { type Alert, isOpen } from '#contract/alert.ts';
import type { Delivery, OutboxEntry } from '#contract/delivery.ts';
import type { Json } from '#contract/json.ts';
import type { Journal, Restored } from '#contract/store.ts';
import { StoreError } from './errors.ts';
import { alertSlot, LAST_SEQ, nothingRestored, rowsOf } from './journal-rows.ts';

export interface MemoryJournal {
  journal: Journal;
  /** What a restart would find. */
  restored(): Restored;
}

/** Begins with a copy of what `from` holds. Closed alerts go as soon as nothing about them waits to be sent. */
export function memoryJournal(from: Restored = nothingRestored()): MemoryJournal {
  // As text: what was committed must not change with the objects it came from.
  const alerts = new Map<string, { open: boolean; json: string }>();
  const deliveries = new Map<string, { alert: string; json: string }>();
  const outbox = new Map<string, OutboxEntry>();
  const checkpoints = new Map<string, string>();
  const facts = new Map<string, string>();
  let closed = false;

  const keyOf = (...parts: string[]) => JSON.stringify(parts);

  function apply(change: Parameters<Journal['commit']>[0]): void {
    const rows = rowsOf(change);
    for (const { id, open, json } of rows.alerts) alerts.set(id, { open: open === 1, json });
    for (const row of rows.deliveries) deliveries.set(keyOf(row.alert, row.channel), row);
    for (const row of rows.put) outbox.set(keyOf(row.slot, row.channel), row);
    for (const { slot, channel, msgId } of rows.drop) {
      const key = keyOf(slot, channel);
      if (outbox.get(key)?.msgId === msgId) outbox.delete(key);
    }
    for (const { id, json } of rows.checkpoints) checkpoints.set(id, json);
    const before = seqOf(facts.get(LAST_SEQ));
    for (const { name, json } of rows.facts) facts.set(name, json);
    const highest = Math.max(before, rows.lastSeq, seqOf(facts.get(LAST_SEQ)));
    if (highest > 0) facts.set(LAST_SEQ, String(highest));
    forget(rows.alerts, rows.drop);
  }

  /** Looks only at alerts that this change may have finished. */
  function forget(touched: readonly { id: string }[], dropped: readonly { slot: string }[]): void {
    const ids = [...touched.map(({ id }) => id), ...dropped.map(({ slot }) => slot.replace(/^alert\//, ''))];
    const done = new Set(ids.filter((id) => alerts.get(id)?.open === false));
    if (done.size === 0) return;
    for (const { slot } of outbox.values()) done.delete(slot.replace(/^alert\//, ''));
    for (const id of done) alerts.delete(id);
    for (const [key, { alert }] of deliveries) if (done.has(alert)) deliveries.delete(key);
  }

  const parsed = (rows: ReadonlyMap<string, string>) =>
    Object.fromEntries([...rows].map(([name, json]) => [name, JSON.parse(json) as Json]));

  apply({ ...from, put: from.outbox });

  return {
    journal: {
      async commit(change) {
        if (closed) throw new StoreError('closed', 'the journal is closed');
        apply(change);
      },
      async close() {
        closed = true;
      },
    },
    restored() {
      const open = [...alerts.values()].map(({ json }) => JSON.parse(json) as Alert).filter(isOpen);
      const entries = [...outbox.values()].sort((a, b) => a.seq - b.seq).map((entry) => ({ ...entry }));
      const waiting = new Set([...open.map(({ id }) => alertSlot(id)), ...entries.map(({ slot }) => slot)]);
      return {
        alerts: open,
        deliveries: [...deliveries]
          .filter(([, { alert }]) => waiting.has(alertSlot(alert)))
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([, { json }]) => JSON.parse(json) as Delivery),
        outbox: entries,
        checkpoints: parsed(checkpoints),
        facts: parsed(facts),
      };
    },
  };
}

const seqOf = (json: string | undefined): number => (json === undefined ? 0 : Number(JSON.parse(json)) || 0);
