// The journal's statements on one connection.

import type { OutboxEntry } from '#contract/delivery.ts';
import { journalBounds } from './journal-bounds.ts';
import { type ChangeRows, LAST_SEQ, markOf, outboxMark } from './journal-rows.ts';
import type { Db } from './kind.ts';

export interface JournalWriter {
  /**
   * All of them in one transaction; returns when it is on the disk, with how many faults and answers were dropped
   * unsent.
   */
  commit(changes: readonly ChangeRows[]): number;
  /** Writes as much as a few alerts need, and takes it back. */
  probe(): void;
  /** Moves what the log holds into the file. Nothing depends on when. */
  checkpoint(): void;
  /** After failed writes: starts the log over, so that no torn end is left in it. */
  restartLog(): void;
}

const PROBE_BYTES = 64 * 1_024;

export function journalWriter(db: Db): JournalWriter {
  const alertNow = db.prepare<[string], { open: number; rank: number }>('SELECT open, rank FROM alerts WHERE id = ?');
  // Never REPLACE: it would empty the columns that a later version added.
  const putAlert = db.prepare(upsert('alerts', ['id'], ['open', 'rank', 'mark', 'json']));
  const putDelivery = db.prepare(upsert('deliveries', ['alert', 'channel'], ['mark', 'json']));
  const putOutbox = db.prepare(
    upsert('outbox', ['slot', 'channel'], ['seq', 'msg_id', 'kind', 'priority', 'mark', 'body']),
  );
  const dropOutbox = db.prepare('DELETE FROM outbox WHERE slot = ? AND channel = ? AND msg_id = ?');
  const putCheckpoint = db.prepare(upsert('checkpoints', ['id'], ['mark', 'json']));
  const putFact = db.prepare(upsert('facts', ['name'], ['mark', 'json']));
  const fact = db.prepare<[string], { json: string }>('SELECT json FROM facts WHERE name = ?');
  const fill = db.prepare('REPLACE INTO probe (id, filler) VALUES (1, zeroblob(?))');
  const empty = db.prepare('DELETE FROM probe');

  const keepWithin = journalBounds(db);
  let rank = db.prepare('SELECT coalesce(max(rank), 0) FROM alerts').pluck().get() as number;
  const highestSeq = db.prepare('SELECT coalesce(max(seq), 0) FROM outbox').pluck().get() as number;
  let lastSeq = Math.max(highestSeq, seqOf(fact.get(LAST_SEQ)?.json ?? '0'));

  function alert({ id, open, json }: ChangeRows['alerts'][number]): void {
    const before = alertNow.get(id);
    const moved = before === undefined || before.open !== open;
    if (moved) rank += 1;
    const at = moved ? rank : before.rank;
    putAlert.run(id, open, at, markOf(id, open, at, json), json);
  }

  const box = (row: OutboxEntry) =>
    putOutbox.run(row.slot, row.channel, row.seq, row.msgId, row.kind, row.priority, outboxMark(row), row.body);

  function factRow(name: string, json: string): void {
    putFact.run(name, markOf(name, json), json);
  }

  function apply(change: ChangeRows): void {
    for (const row of change.alerts) alert(row);
    for (const { alert: id, channel, json } of change.deliveries)
      putDelivery.run(id, channel, markOf(id, channel, json), json);
    for (const row of change.put) box(row);
    for (const { slot, channel, msgId } of change.drop) dropOutbox.run(slot, channel, msgId);
    for (const { id, json } of change.checkpoints) putCheckpoint.run(id, markOf(id, json), json);
    for (const { name, json } of change.facts) if (name !== LAST_SEQ) factRow(name, json);
    noteSeq(change);
  }

  function noteSeq({ facts, lastSeq: put }: ChangeRows): void {
    const said = facts.filter(({ name }) => name === LAST_SEQ).map(({ json }) => seqOf(json));
    const highest = Math.max(lastSeq, put, ...said);
    if (highest > lastSeq) factRow(LAST_SEQ, String(highest));
    lastSeq = highest;
  }

  const all = db.transaction((changes: readonly ChangeRows[]) => {
    for (const change of changes) apply(change);
    return keepWithin(changes);
  });

  return {
    commit(changes) {
      const before = { rank, lastSeq };
      try {
        return all.immediate(changes);
      } catch (error) {
        ({ rank, lastSeq } = before);
        throw error;
      }
    },
    probe() {
      fill.run(PROBE_BYTES);
      empty.run();
    },
    checkpoint: () => checkpoint(db, 'PASSIVE'),
    restartLog: () => checkpoint(db, 'TRUNCATE'),
  };
}

function upsert(table: string, keys: string[], values: string[]): string {
  const columns = [...keys, ...values];
  const marks = columns.map(() => '?').join(', ');
  const updates = values.map((column) => `${column} = excluded.${column}`).join(', ');
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${marks}) ON CONFLICT (${keys.join(', ')}) DO UPDATE SET ${updates}`;
}

const seqOf = (json: string): number => Number(JSON.parse(json)) || 0;

function checkpoint(db: Db, mode: 'PASSIVE' | 'TRUNCATE'): void {
  try {
    db.pragma(`wal_checkpoint(${mode})`);
  } catch {
    // The log still holds it; the next checkpoint, or the next start, moves it.
  }
}
