// The journal's rows: how a change becomes rows and rows become what a start finds.

import { crc32 } from 'node:zlib';
import { type Alert, isOpen } from '#contract/alert.ts';
import type { Delivery, OutboxEntry } from '#contract/delivery.ts';
import type { Json } from '#contract/json.ts';
import type { JournalChange, Restored } from '#contract/store.ts';
import { checkpointsOf, type Formats } from './checkpoints.ts';
import { StoreError } from './errors.ts';
import type { Db } from './kind.ts';
import { isKnownAlert, isKnownDelivery, isKnownMessage } from './known.ts';

/** The fact that holds the highest outbox number ever put, so that numbering continues after the outbox was empty. */
export const LAST_SEQ = 'last-seq';

/** A change as text, made when `commit` is called: later changes to its objects are not stored. */
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

/** @throws StoreError `not-storable` for what is not JSON. */
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

/** The sum over a row: its columns, in order, with their boundaries. */
export const markOf = (...columns: (string | number)[]): number => crc32(JSON.stringify(columns));

export interface AlertRow {
  id: string;
  open: number;
  rank: number;
  mark: number;
  json: string;
}
export interface DeliveryRow {
  alert: string;
  channel: string;
  mark: number;
  json: string;
}
export interface OutboxRow extends OutboxEntry {
  mark: number;
}
export interface NamedRow {
  name: string;
  mark: number;
  json: string;
}

/** The tables' rows as they stand in the file. */
export interface JournalRows {
  alerts: AlertRow[];
  deliveries: DeliveryRow[];
  outbox: OutboxRow[];
  checkpoints: NamedRow[];
  facts: NamedRow[];
}

/** Whether a row is what was once written. */
export const fits = {
  alerts: (row: AlertRow) => row.mark === markOf(row.id, row.open, row.rank, row.json),
  deliveries: (row: DeliveryRow) => row.mark === markOf(row.alert, row.channel, row.json),
  outbox: (row: OutboxRow) => row.mark === outboxMark(row),
  named: (row: NamedRow) => row.mark === markOf(row.name, row.json),
};

export interface Everything {
  damage?: undefined;
  restored: Restored;
  /** Closed ones too, in order of creation or closing. */
  alerts: Alert[];
  deliveries: Delivery[];
  unknown: Unknown;
}

/** What this version does not know, and leaves in its rows. */
export interface Unknown {
  openAlerts: number;
  closedAlerts: number;
  messages: number;
  /** Detectors whose memory cannot be read. */
  checkpoints: string[];
}

/** The whole journal, every row checked. Tables are scanned, so that nothing hides behind an index. */
export function readAll(db: Db, formats: Formats = {}): { damage: string } | Everything {
  const rows = rowsIn(db);
  const whole =
    rows.alerts.every(fits.alerts) &&
    rows.deliveries.every(fits.deliveries) &&
    rows.outbox.every(fits.outbox) &&
    [...rows.checkpoints, ...rows.facts].every(fits.named);
  return whole ? everythingOf(rows, formats) : { damage: 'a row does not fit its sum' };
}

export function rowsIn(db: Db): JournalRows {
  const all = <Row>(sql: string) => db.prepare(sql).all() as Row[];
  return {
    alerts: all('SELECT id, open, rank, mark, json FROM alerts ORDER BY rank'),
    deliveries: all('SELECT alert, channel, mark, json FROM deliveries'),
    outbox: all('SELECT slot, channel, seq, msg_id AS msgId, kind, priority, mark, body FROM outbox ORDER BY seq'),
    checkpoints: all('SELECT id AS name, mark, json FROM checkpoints'),
    facts: all('SELECT name, mark, json FROM facts'),
  };
}

/** What the rows say. They fit their sums, and are in the order of `readAll`. */
export function everythingOf(rows: JournalRows, formats: Formats = {}): Everything {
  const read = rows.alerts.map(({ open, json }) => ({ isOpen: open === 1, alert: JSON.parse(json) as unknown }));
  const alerts = read.flatMap(({ alert }) => (isKnownAlert(alert) ? [alert] : []));
  const strange = read.filter(({ alert }) => !isKnownAlert(alert));
  const deliveries = rows.deliveries.map(({ json }) => JSON.parse(json) as unknown).filter(isKnownDelivery);
  const messages = rows.outbox.filter(isKnownMessage);
  const open = alerts.filter(isOpen);
  const waiting = new Set([...open.map(({ id }) => alertSlot(id)), ...messages.map(({ slot }) => slot)]);
  const { states, unread } = checkpointsOf(rows.checkpoints, formats);
  const restored: Restored = {
    alerts: open,
    deliveries: deliveries.filter(({ alertId }) => waiting.has(alertSlot(alertId))),
    outbox: messages.map(({ mark: _, ...row }) => row),
    checkpoints: states,
    facts: named(rows.facts),
  };
  const openAlerts = strange.filter((one) => one.isOpen).length;
  const unknown: Unknown = {
    openAlerts,
    closedAlerts: strange.length - openAlerts,
    messages: rows.outbox.length - messages.length,
    checkpoints: unread,
  };
  return { restored, alerts, deliveries, unknown };
}

/** Grows with everything that can happen to a delivery. */
export const progress = ({ queuedRev, registeredRev, sentRev, receivedRev }: Delivery): number =>
  queuedRev + registeredRev + sentRev + receivedRev;

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
