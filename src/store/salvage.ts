// What can be read of a damaged journal. Each row proves itself by its sum; a row that does not fit is never taken.

import type { Delivery } from '#contract/delivery.ts';
import {
  type AlertRow,
  alertSlot,
  type DeliveryRow,
  fits,
  type JournalRows,
  type NamedRow,
  type OutboxRow,
  progress,
} from './journal-rows.ts';
import type { Db } from './kind.ts';
import { type Carved, type Column, carve } from './pages.ts';
import type { Log } from './wal.ts';

export interface Salvage {
  rows: JournalRows;
  /** Rows that were seen, but do not fit their sum. */
  lostRows: number;
  /** Pages that could not be read, or only in part: nobody knows how many rows were on them. */
  damagedPages: number;
}

/**
 * Reads file and log as plain bytes: needs no lock, no room on the disk, and no help from SQLite. `roots`: the root
 * page of each table, by name.
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
  rows.deliveries = newest(
    rows.deliveries,
    ({ alert, channel }) => `${alert} ${channel}`,
    ({ json }) => progress(JSON.parse(json) as Delivery),
  );
  rows.checkpoints = newest(rows.checkpoints, ({ name }) => name);
  rows.facts = newest(rows.facts, ({ name }) => name);
  // A delivery that waits for a receipt, but whose message is lost, would wait for ever. Without it the alert is
  // offered again.
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

/**
 * Adds the cell to its table, which its shape, its sum and its tree identify. False when it is not a row that we wrote;
 * a row of a later version may have columns after ours.
 */
function place(
  { columns = [], root }: Carved['cells'][number],
  roots: Record<string, number>,
  rows: JournalRows,
): boolean {
  const [a, b, c, d, e, f, g, h] = columns;
  const alert = { id: a, open: b, rank: c, mark: d, json: e } as AlertRow;
  const delivery = { alert: a, channel: b, mark: c, json: d } as DeliveryRow;
  const message = { slot: a, channel: b, seq: c, msgId: d, kind: e, priority: f, mark: g, body: h } as OutboxRow;
  const named = { name: a, mark: b, json: c } as NamedRow;
  if (begins(columns, 'ttittiit') && fits.outbox(message)) return rows.outbox.push(message) > 0;
  if (begins(columns, 'tiiit') && fits.alerts(alert)) return rows.alerts.push(alert) > 0;
  if (begins(columns, 'ttit') && fits.deliveries(delivery)) return rows.deliveries.push(delivery) > 0;
  const table = root === roots.checkpoints ? rows.checkpoints : root === roots.facts ? rows.facts : undefined;
  return table !== undefined && begins(columns, 'tit') && fits.named(named) && table.push(named) > 0;
}

/** `t`: text, `i`: a number. */
const begins = (columns: Column[], shape: string): boolean =>
  columns.length >= shape.length &&
  [...shape].every((type, i) => typeof columns[i] === (type === 't' ? 'string' : 'number'));

/** One row for each key: where two versions of a page were read, the row that is further on. */
function newest<Row>(rows: Row[], keyOf: (row: Row) => string, age: (row: Row) => number = () => 0): Row[] {
  const found = new Map<string, Row>();
  for (const row of rows) {
    const other = found.get(keyOf(row));
    if (!other || age(row) >= age(other)) found.set(keyOf(row), row);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
