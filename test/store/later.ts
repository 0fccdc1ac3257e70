// Files of versions that there are not yet: what a program that was rolled back may find.

import { createHash } from 'node:crypto';
import type { Format } from '#contract/format.ts';
import { journalKind } from '#src/store/journal-kind.ts';
import { type AlertRow, markOf } from '#src/store/journal-rows.ts';
import type { Db, Kind, Migration } from '#src/store/kind.ts';
import { type Registry, registryText } from '#src/store/registry-file.ts';
import { alert } from './rig.ts';

const after = (...steps: Migration[]): Kind => ({ ...journalKind, migrations: [...journalKind.migrations, ...steps] });

/** Adds a table and columns that this version can leave alone. */
export const additive = after({
  readableFrom: 1,
  sql: `
    CREATE TABLE shifts (id INTEGER PRIMARY KEY, person TEXT NOT NULL);
    CREATE INDEX open_alerts ON alerts (open);
    ALTER TABLE alerts ADD COLUMN shelved_until INTEGER;
    ALTER TABLE outbox ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;`,
});

/** This version would write rows that it does not know, but what stands in them is as it was. */
export const breaking = after({
  readableFrom: 2,
  sql: 'ALTER TABLE alerts ADD COLUMN owner TEXT; CREATE TABLE owners (id TEXT PRIMARY KEY)',
});

/** Nothing in it proves itself to this version. */
export const foreign: Kind = {
  ...after({
    readableFrom: 2,
    sql: `
      CREATE TABLE book (id TEXT PRIMARY KEY, json TEXT NOT NULL);
      INSERT INTO book SELECT id, json FROM alerts;
      DROP TABLE alerts; DROP TABLE deliveries; DROP TABLE outbox;`,
  }),
  check: () => undefined,
};

/** Says that it can be read, and has a column that nobody could leave alone. */
export const lying = after({
  readableFrom: 1,
  sql: `DROP TABLE facts;
    CREATE TABLE facts (name TEXT PRIMARY KEY, house TEXT NOT NULL, mark INTEGER NOT NULL, json TEXT NOT NULL) WITHOUT ROWID;`,
});

/** An open alert of a hazard, and one in a state, that this version does not know; with the message of the first. */
export function writeUnknown(db: Db): void {
  const flood = { ...alert('flood'), hazard: 'flood' };
  const shelved = { ...alert('shelved'), state: 'shelved' };
  for (const [rank, one] of [flood, shelved].entries()) {
    const row = { id: one.id, open: 1, rank: 100 + rank, json: JSON.stringify(one) } satisfies Omit<AlertRow, 'mark'>;
    const mark = markOf(row.id, row.open, row.rank, row.json);
    db.prepare('INSERT INTO alerts (id, open, rank, mark, json) VALUES (?, ?, ?, ?, ?)').run(
      row.id,
      1,
      row.rank,
      mark,
      row.json,
    );
  }
  const body = (msgId: string) => JSON.stringify({ said: msgId });
  const say = (slot: string, msgId: string, kind: string, seq: number) =>
    db
      .prepare(
        'INSERT INTO outbox (slot, channel, seq, msg_id, kind, priority, mark, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      )
      .run(
        slot,
        'district',
        seq,
        msgId,
        kind,
        0,
        markOf(slot, 'district', seq, msgId, kind, 0, body(msgId)),
        body(msgId),
      );
  say('alert/flood', 'flood.1', 'alert', 90);
  say('picture/1', 'p1', 'picture', 91);
}

/** A registry as a later version writes it. @param change puts into it what this version does not know */
export function laterRegistry(
  registry: Partial<Registry>,
  format: Format,
  change: (content: Record<string, unknown>) => void = () => undefined,
): string {
  const { sha256: _, format: kind, version: __, readableFrom: ___, ...content } = JSON.parse(registryText(registry));
  change(content);
  const { version, readableFrom } = format;
  const sha256 = createHash('sha256')
    .update(JSON.stringify([version, readableFrom, content]))
    .digest('hex');
  return JSON.stringify({ format: kind, version, readableFrom, sha256, ...content });
}
