// What can be read of a damaged journal. Each row proves itself by its sum; one that does not fit is never taken.

import type { Delivery } from '#contract/delivery.ts';
import type { Db } from './database.ts';
import { alertSlot, type DeliveryRow, fits, type JournalRows, type NamedRow } from './journal-rows.ts';
import { type Carved, type Column, carve } from './pages.ts';
import type { Log } from './wal.ts';

export interface Salvage {
  rows: JournalRows;
  /** Rows that were seen, but do not fit their sum. */
  lostRows: number;
  /** Pages that could not be read, or not wholly: nobody knows how many rows stood on them. */
  damagedPages: number;
}

/**
 * Reads file and log as plain bytes: needs no lock, no room on the disk, and no help of SQLite.
 * `roots`: root page of each table by its name.
 */
export function salvage(file: Buffer, log: Log, roots: Record<string, number>): Salvage {
  const { cells, damagedPages } = carve(file, log.frames, Object.values(roots));
  const rows: JournalRows = { alerts: [], deliveries: [], outbox: [], checkpoints: [], facts: [] };
  const lostRows = cells.filter((cell) => !place(cell, roots, rows)).length;
  rows.alerts = newest(
    rows.alerts,
    ({ id }) => id,
    ({ json }) => JSON.parse(json).rev ?? 0,
  ).sort((a, b) => a.rank - b.rank);
  rows.outbox = newest(
    rows.outbox,
    ({ slot, channel }) => `${slot} ${channel}`,
    ({ seq }) => seq,
  ).sort((a, b) => a.seq - b.seq);
  rows.deliveries = newest(rows.deliveries, ({ alert, channel }) => `${alert} ${channel}`, progress);
  rows.checkpoints = newest(rows.checkpoints, ({ name }) => name);
  rows.facts = newest(rows.facts, ({ name }) => name);
  // One that waits for a receipt, but whose message is lost, would wait for ever. Without it the alert is offered anew.
  const revs = new Map(rows.alerts.filter(({ open }) => open === 1).map(({ id, json }) => [id, JSON.parse(json).rev]));
  const waiting = new Set(rows.outbox.map(({ slot, channel }) => `${slot} ${channel}`));
  rows.deliveries = rows.deliveries.filter(({ alert, channel, json }) => {
    const received = (JSON.parse(json) as Delivery).receivedRev;
    return received >= (revs.get(alert) ?? 0) || waiting.has(`${alertSlot(alert)} ${channel}`);
  });
  return { rows, lostRows, damagedPages };
}

/** Into a journal that holds nothing yet. */
export function putBack(db: Db, { alerts, deliveries, outbox, checkpoints, facts }: JournalRows): void {
  const alert = db.prepare('INSERT INTO alerts (id, open, rank, mark, json) VALUES (?, ?, ?, ?, ?)');
  const delivery = db.prepare('INSERT INTO deliveries (alert, channel, mark, json) VALUES (?, ?, ?, ?)');
  const entry = db.prepare(
    'INSERT INTO outbox (slot, channel, seq, msg_id, kind, priority, mark, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const checkpoint = db.prepare('INSERT INTO checkpoints (id, mark, json) VALUES (?, ?, ?)');
  const fact = db.prepare('INSERT INTO facts (name, mark, json) VALUES (?, ?, ?)');
  db.transaction(() => {
    for (const row of alerts) alert.run(row.id, row.open, row.rank, row.mark, row.json);
    for (const row of deliveries) delivery.run(row.alert, row.channel, row.mark, row.json);
    for (const row of outbox)
      entry.run(row.slot, row.channel, row.seq, row.msgId, row.kind, row.priority, row.mark, row.body);
    for (const row of checkpoints) checkpoint.run(row.name, row.mark, row.json);
    for (const row of facts) fact.run(row.name, row.mark, row.json);
  }).immediate();
}

/** Counts for people. */
export const countsOf = ({ rows, lostRows, damagedPages }: Salvage): Record<string, number> => ({
  keptOpenAlerts: rows.alerts.filter(({ open }) => open === 1).length,
  keptClosedAlerts: rows.alerts.filter(({ open }) => open === 0).length,
  keptMessages: rows.outbox.length,
  lostRows,
  damagedPages,
});

/** Adds the cell to its table, which its shape and its tree tell. False when it is no row that we wrote. */
function place({ columns, root }: Carved['cells'][number], roots: Record<string, number>, rows: JournalRows): boolean {
  const [a, b, c, d, e, f, g, h] = columns ?? [];
  if (matches(columns, 'tiiit')) {
    return add(
      rows.alerts,
      { id: a as string, open: b as number, rank: c as number, mark: d as number, json: e as string },
      fits.alerts,
    );
  }
  if (matches(columns, 'ttit'))
    return add(
      rows.deliveries,
      { alert: a as string, channel: b as string, mark: c as number, json: d as string },
      fits.deliveries,
    );
  if (matches(columns, 'ttittiit')) {
    const kind = e as 'alert' | 'fault' | 'answer' | 'measurement';
    const ids = { slot: a as string, channel: b as string, seq: c as number, msgId: d as string };
    return add(rows.outbox, { ...ids, kind, priority: f as number, mark: g as number, body: h as string }, fits.outbox);
  }
  const table = root === roots.checkpoints ? rows.checkpoints : root === roots.facts ? rows.facts : undefined;
  if (!table || !matches(columns, 'tit')) return false;
  return add<NamedRow>(table, { name: a as string, mark: b as number, json: c as string }, fits.named);
}

function add<Row>(table: Row[], row: Row, isWhole: (row: Row) => boolean): boolean {
  const whole = isWhole(row);
  if (whole) table.push(row);
  return whole;
}

/** `t`: text, `i`: a number. */
const matches = (columns: Column[] | undefined, shape: string): boolean =>
  columns?.length === shape.length &&
  columns.every((column, i) => typeof column === (shape[i] === 't' ? 'string' : 'number'));

/** One row for each key: where two versions of a page were read, the row that is further on. */
function newest<Row>(rows: Row[], keyOf: (row: Row) => string, age: (row: Row) => number = () => 0): Row[] {
  const found = new Map<string, Row>();
  for (const row of rows) {
    const other = found.get(keyOf(row));
    if (!other || age(row) >= age(other)) found.set(keyOf(row), row);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

/** Grows with all that can happen to a delivery. */
const progress = ({ json }: DeliveryRow): number => {
  const { queuedRev, registeredRev, sentRev, receivedRev } = JSON.parse(json) as Delivery;
  return queuedRev + registeredRev + sentRev + receivedRev;
};
