// The journal's tables, and how a change becomes rows and rows become what a start finds.

import { crc32 } from 'node:zlib';
import { type Alert, isOpen } from '#contract/alert.ts';
import type { Delivery, OutboxEntry } from '#contract/delivery.ts';
import type { Json } from '#contract/json.ts';
import type { JournalChange, Restored } from '#contract/store.ts';
import type { Db, Kind } from './database.ts';
import { StoreError } from './errors.ts';

/** Closed alerts kept for people to look at. */
export const CLOSED_KEPT = 1_000;
/** The fact that holds the highest outbox number ever put, so that numbers go on after the box is empty. */
export const LAST_SEQ = 'last-seq';

/** Every row carries a sum over its other columns (`mark`), since SQLite itself does not see a bit that fell over. */
export const journalKind: Kind = {
  applicationId: 0x4877_4a6c,
  synchronous: 'FULL',
  checkPages: true,
  keepDamaged: 3,
  migrations: [
    `
    -- rank: order of birth while open, of closing after.
    CREATE TABLE alerts (id TEXT PRIMARY KEY, open INTEGER NOT NULL, rank INTEGER NOT NULL, mark INTEGER NOT NULL, json TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE deliveries (alert TEXT NOT NULL, channel TEXT NOT NULL, mark INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (alert, channel)) WITHOUT ROWID;
    CREATE TABLE outbox (slot TEXT NOT NULL, channel TEXT NOT NULL, seq INTEGER NOT NULL, msg_id TEXT NOT NULL, kind TEXT NOT NULL, priority INTEGER NOT NULL, mark INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (slot, channel)) WITHOUT ROWID;
    CREATE TABLE checkpoints (id TEXT PRIMARY KEY, mark INTEGER NOT NULL, json TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE facts (name TEXT PRIMARY KEY, mark INTEGER NOT NULL, json TEXT NOT NULL) WITHOUT ROWID;
    -- Written and emptied to find out whether a full or failed disk takes writes again.
    CREATE TABLE probe (id INTEGER PRIMARY KEY, filler BLOB NOT NULL);
    `,
  ],
  tune(db) {
    // Checkpoints are the writer's own, between commits: an automatic one would be waited for by a commit.
    db.pragma('wal_autocheckpoint = 0');
    db.pragma('journal_size_limit = 4194304');
  },
};

/** A change as text, made when `commit` is called: what its objects become later is not stored. */
export interface ChangeRows {
  alerts: { id: string; open: 0 | 1; json: string }[];
  deliveries: { alert: string; channel: string; json: string }[];
  put: OutboxEntry[];
  drop: { slot: string; channel: string; msgId: string }[];
  checkpoints: { id: string; json: string }[];
  facts: { name: string; json: string }[];
  /** The highest outbox number in `put`. */
  lastSeq: number;
}

/** @throws StoreError `not-storable` for what is no JSON. */
export function rowsOf(change: JournalChange): ChangeRows {
  const { alerts = [], deliveries = [], put = [], drop = [], checkpoints = {}, facts = {} } = change;
  return {
    alerts: alerts.map((alert) => ({ id: alert.id, open: isOpen(alert) ? 1 : 0, json: text(alert) })),
    deliveries: deliveries.map((row) => ({ alert: row.alertId, channel: row.channel, json: text(row) })),
    put: put.map(({ seq, slot, channel, msgId, kind, priority, body }) => ({
      seq,
      slot,
      channel,
      msgId,
      kind,
      priority,
      body,
    })),
    drop: drop.map(({ slot, channel, msgId }) => ({ slot, channel, msgId })),
    checkpoints: Object.entries(checkpoints).map(([id, state]) => ({ id, json: text(state) })),
    facts: Object.entries(facts).map(([name, fact]) => ({ name, json: text(fact) })),
    lastSeq: put.reduce((highest, { seq }) => Math.max(highest, seq), 0),
  };
}

function text(value: unknown): string {
  try {
    const json = JSON.stringify(value);
    if (json !== undefined) return json;
  } catch (error) {
    throw new StoreError('not-storable', 'a value of this change is not JSON', {}, error);
  }
  throw new StoreError('not-storable', 'a value of this change is not JSON');
}

/** The sum over a row: its columns, in order, with their borders. */
export const markOf = (...columns: (string | number)[]): number => crc32(JSON.stringify(columns));

interface AlertRow {
  id: string;
  open: number;
  rank: number;
  mark: number;
  json: string;
}
interface DeliveryRow {
  alert: string;
  channel: string;
  mark: number;
  json: string;
}
interface OutboxRow extends Omit<OutboxEntry, 'msgId'> {
  msg_id: string;
  mark: number;
}
interface NamedRow {
  name: string;
  mark: number;
  json: string;
}

export interface Everything {
  damage?: undefined;
  restored: Restored;
  /** Closed ones too, in order of birth or closing. */
  alerts: Alert[];
  deliveries: Delivery[];
}

/** The whole journal, every row looked at. Tables are scanned, so that nothing hides behind an index. */
export function readAll(db: Db): { damage: string } | Everything {
  const alertRows = db.prepare('SELECT id, open, rank, mark, json FROM alerts ORDER BY rank').all() as AlertRow[];
  const deliveryRows = db.prepare('SELECT alert, channel, mark, json FROM deliveries').all() as DeliveryRow[];
  const outboxRows = db
    .prepare('SELECT slot, channel, seq, msg_id, kind, priority, mark, body FROM outbox ORDER BY seq')
    .all() as OutboxRow[];
  const checkpointRows = db.prepare('SELECT id AS name, mark, json FROM checkpoints').all() as NamedRow[];
  const factRows = db.prepare('SELECT name, mark, json FROM facts').all() as NamedRow[];

  const whole =
    alertRows.every((row) => row.mark === markOf(row.id, row.open, row.rank, row.json)) &&
    deliveryRows.every((row) => row.mark === markOf(row.alert, row.channel, row.json)) &&
    outboxRows.every((row) => row.mark === outboxMark({ ...row, msgId: row.msg_id })) &&
    [...checkpointRows, ...factRows].every((row) => row.mark === markOf(row.name, row.json));
  if (!whole) return { damage: 'a row does not fit its sum' };

  const alerts = alertRows.map(({ json }) => JSON.parse(json) as Alert);
  const deliveries = deliveryRows.map(({ json }) => JSON.parse(json) as Delivery);
  const open = alerts.filter(isOpen);
  const waiting = new Set([...open.map(({ id }) => alertSlot(id)), ...outboxRows.map(({ slot }) => slot)]);
  const restored: Restored = {
    alerts: open,
    deliveries: deliveries.filter(({ alertId }) => waiting.has(alertSlot(alertId))),
    outbox: outboxRows.map(({ msg_id: msgId, mark: _, ...row }) => ({ ...row, msgId })),
    checkpoints: named(checkpointRows),
    facts: named(factRows),
  };
  return { restored, alerts, deliveries };
}

export const outboxMark = ({ slot, channel, seq, msgId, kind, priority, body }: OutboxEntry): number =>
  markOf(slot, channel, seq, msgId, kind, priority, body);

/** The outbox slot of an alert's messages. */
export const alertSlot = (alertId: string): string => `alert/${alertId}`;

const named = (rows: NamedRow[]): Record<string, Json> =>
  Object.fromEntries(rows.map(({ name, json }) => [name, JSON.parse(json) as Json]));

export const nothingRestored = (): Restored => ({
  alerts: [],
  deliveries: [],
  outbox: [],
  checkpoints: {},
  facts: {},
});
