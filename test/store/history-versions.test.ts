// Histories of every version there ever was, and what a gateway of today makes of them.

import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { History, HistoryRecord } from '#contract/store.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { close, openWhole } from '#src/store/database.ts';
import { openHistory } from '#src/store/history.ts';
import { damageAtEnds, readStretch } from '#src/store/history-read.ts';
import { historyKind, historyRing } from '#src/store/history-ring.ts';
import type { Kind } from '#src/store/kind.ts';
import { readHistory } from '#src/store/readers.ts';
import type { Placed } from '#src/store/record-codec.ts';
import { formatIn } from '#src/store/schema.ts';
import { recordsOf } from '#src/store/stretch.ts';
import { batchOf, ears, press, silentLog, tempDir, temperature } from './rig.ts';

const MIB = 1_024 * 1_024;
const fixtures = join(import.meta.dirname, '../fixtures/history');
const kind = historyKind(MIB);
const latest = kind.migrations.length;
const versions = Array.from({ length: latest }, (_, i) => i + 1);

function copyOf(version: number): { dir: string; path: string; held: Placed[] } {
  const dir = tempDir();
  const path = join(dir, 'history.db');
  copyFileSync(join(fixtures, `v${version}.db`), path);
  return { dir, path, held: JSON.parse(readFileSync(join(fixtures, `v${version}.json`), 'utf8')) as Placed[] };
}

function found(path: string, as: Kind, change: (db: ReturnType<typeof openWhole>['db']) => void = () => undefined) {
  const told: string[] = [];
  const { db } = openWhole(path, as, 7, (detail) => told.push(detail));
  change(db);
  const stretch = readStretch(db, 0, MIB);
  const { damaged, unfit } = stretch;
  const { version } = formatIn(db) ?? {};
  const atEnds = damageAtEnds(db);
  const ring = historyRing(db, MIB, 0).records();
  close(db);
  return { all: recordsOf(stretch, 0, MIB).records, version, told, damaged, unfit, atEnds, ring };
}

const sound = { told: [], damaged: 0, unfit: 0, atEnds: { damaged: 0, unfit: 0 } };

describe('a history of an earlier version', () => {
  it('has a fixture for each version', () => {
    const names = readdirSync(fixtures).filter((name) => name.endsWith('.db'));
    expect(names.sort()).toEqual(versions.map((version) => `v${version}.db`).sort());
  });

  it.each(versions)('%i goes on with all it held', (version) => {
    const { path, held } = copyOf(version);
    expect(found(path, kind)).toEqual({ ...sound, all: held, version: latest, ring: held.length });
  });

  it.each(versions)('%i is read by an onlooker before the gateway has brought it forward', (version) => {
    const { dir, held } = copyOf(version);
    const view = readHistory(dir);
    expect([...view.records()]).toEqual(held);
    expect(view.damaged()).toBe(0);
    view.close();
  });

  it.each(versions)('%i knows its ends once something was added, and says when they are gone', (version) => {
    const { path, held } = copyOf(version);
    const more = [temperature(100), press(101), temperature(102)];
    const { all, ...rest } = found(path, kind, (db) => historyRing(db, MIB, 0).append([batchOf(more)]));
    expect(all.slice(0, held.length)).toEqual(held);
    expect(all.slice(held.length).map(({ record }) => record)).toEqual(more);
    expect(rest).toEqual({ ...sound, version: latest, ring: held.length + 3 });

    const cut = found(path, kind, (db) =>
      db.exec('DELETE FROM telemetry WHERE first = (SELECT max(first) FROM telemetry)'),
    );
    expect(cut).toMatchObject({ damaged: 2, atEnds: { damaged: 2 }, ring: held.length + 3 });
    expect(cut.all).toHaveLength(held.length + 1);
    const early = found(path, kind, (db) => db.exec('DELETE FROM kept WHERE first = (SELECT min(first) FROM kept)'));
    expect(early).toMatchObject({ damaged: 2 + 5, atEnds: { damaged: 2 + 5 } });
  });

  it('goes on through a further step', () => {
    const { path, held } = copyOf(latest);
    const later = {
      ...kind,
      migrations: [...kind.migrations, { sql: 'CREATE TABLE more (id INTEGER PRIMARY KEY)', readableFrom: 2 }],
    };
    expect(found(path, later)).toEqual({ ...sound, all: held, version: latest + 1, ring: held.length });
  });
});

describe('a history of a later version', () => {
  const step = (readableFrom: number, sql: string): Kind => ({
    ...kind,
    migrations: [...kind.migrations, { readableFrom, sql }],
  });
  const additive = step(
    2,
    'ALTER TABLE kept ADD COLUMN sealed INTEGER; CREATE TABLE pictures (first INTEGER PRIMARY KEY)',
  );
  const breaking = step(3, 'CREATE TABLE blocks_by_room (first INTEGER PRIMARY KEY)');
  const open = (dir: string, above = 0) => {
    const events = ears();
    const options = { dir, budgetBytes: MIB, clock: virtualClock({ wall: 5 }), log: silentLog, events, above };
    return { history: openHistory(options), heard: events.heard };
  };
  const append = (history: History, records: readonly HistoryRecord[]) => {
    for (const record of records) history.append(record);
    return history.close();
  };
  const told = (dir: string) => [...readHistory(dir).records()].map(({ record }) => record);
  const more = [temperature(1), press(2), temperature(3), press(4)];

  it('is gone on with where it is readable, and what only that version knows stays', async () => {
    const { dir, path, held } = copyOf(latest);
    found(path, additive, (db) => db.exec('UPDATE kept SET sealed = 1'));
    const { history, heard } = open(dir);
    await append(history, more);
    expect(heard).toMatchObject([
      { what: 'newer', active: true, counts: { file: 'history.db', version: 3, readableFrom: 2 } },
    ]);
    expect(told(dir)).toEqual([...held.map(({ record }) => record), ...more]);
    const back = found(path, additive, (db) =>
      expect(db.prepare('SELECT count(*) FROM kept WHERE sealed').pluck().get()).toBeGreaterThan(0),
    );
    expect(back).toMatchObject({ ...sound, version: 3, ring: held.length + 4 });
  });

  it('is not touched where it is not, and what was heard meanwhile is in it when that version is back', async () => {
    const { dir, path, held } = copyOf(latest);
    close(openWhole(path, breaking, 7, () => undefined).db);
    const before = readFileSync(path);
    for (const records of [more.slice(0, 2), more.slice(2)]) {
      const { history, heard } = open(dir, 500);
      await append(history, records);
      expect(heard).toMatchObject([{ what: 'newer', counts: { file: 'history.db', used: 'history.v2.db' } }]);
    }
    expect(readFileSync(path)).toEqual(before);
    expect(told(dir)).toEqual(more);

    // The later version is this one, with the file as it was before.
    const db = new Database(path);
    db.exec('DROP TABLE blocks_by_room');
    db.pragma('user_version = 2');
    db.close();
    const { history, heard } = open(dir);
    await append(history, [press(5)]);
    expect(heard).toEqual([]);
    expect(told(dir)).toEqual([...held.map(({ record }) => record), ...more, press(5)]);
    expect(found(path, kind)).toMatchObject({ ...sound, ring: held.length + 5 });
    expect(readdirSync(dir).filter((name) => name.startsWith('history.v'))).toEqual([]);
  });

  it('takes up a whole ring that was written beside it, however its blocks lie', async () => {
    const { dir, path, held } = copyOf(latest);
    const beside = path.replace('.db', '.v2.db');
    const { db } = openWhole(beside, kind, 7, () => undefined);
    const ring = historyRing(db, MIB, 0);
    const all: HistoryRecord[] = [];
    for (let batch = 0; batch < 60; batch += 1) {
      const records = Array.from({ length: 400 }, (_, i) =>
        (i % 7 === batch % 7 ? press : temperature)(batch * 400 + i),
      );
      if (batch % 5 === 0) records.splice(0, records.length, temperature(batch * 400));
      ring.append([batchOf(records)]);
      all.push(...records);
    }
    close(db);
    const { history } = open(dir);
    await history.close();
    expect(told(dir)).toEqual([...held.map(({ record }) => record), ...all]);
    expect(found(path, kind)).toMatchObject({ ...sound, ring: held.length + all.length });
  });
});

describe('the ends of the rings', () => {
  const write = (path: string, batches: ReturnType<typeof batchOf>[]) =>
    found(path, kind, (db) => {
      const ring = historyRing(db, MIB, 0);
      for (const batch of batches) ring.append([batch]);
    });
  const presses = Array.from({ length: 5 }, (_, i) => batchOf([press(i)]));

  it('are told by the other ring when one is emptied', () => {
    const path = join(tempDir(), 'history.db');
    expect(write(path, presses)).toMatchObject({ ...sound, ring: 5 });
    const emptied = found(path, kind, (db) => db.exec('DELETE FROM kept'));
    expect(emptied).toMatchObject({ all: [], damaged: 5, atEnds: { damaged: 5 } });
  });

  it('take one row of the ring that is silent, whatever comes in the other', () => {
    const path = join(tempDir(), 'history.db');
    write(path, presses);
    const count = (db: ReturnType<typeof openWhole>['db']) => {
      expect(db.prepare('SELECT count(*) FROM telemetry').pluck().get()).toBe(1);
      expect(db.prepare('SELECT count(*) FROM kept').pluck().get()).toBe(5);
    };
    expect(found(path, kind, count)).toMatchObject(sound);
    expect(write(path, [batchOf([temperature(9)])])).toMatchObject({ ...sound, ring: 6 });
    expect(
      found(path, kind, (db) => expect(db.prepare('SELECT count(*) FROM telemetry').pluck().get()).toBe(1)),
    ).toMatchObject(sound);
  });

  it('are known still when the row that tells them is damaged, which is said, and nothing is counted as lost', () => {
    const path = join(tempDir(), 'history.db');
    write(path, presses);
    const seen = found(path, kind, (db) => db.exec('UPDATE telemetry SET other_records = 77'));
    expect(seen).toMatchObject({ damaged: 0, unfit: 1, atEnds: { damaged: 0, unfit: 1 }, ring: 5 });
    expect(seen.all).toHaveLength(5);
  });

  it('count a damaged newest block, whose own count is not believed', () => {
    const path = join(tempDir(), 'history.db');
    write(path, presses);
    const seen = found(path, kind, (db) =>
      db.exec('UPDATE kept SET count = 1000000, records = 99999999 WHERE first = (SELECT max(first) FROM kept)'),
    );
    expect(seen).toMatchObject({ damaged: 1, unfit: 1, atEnds: { damaged: 1, unfit: 1 }, ring: 5 });
    // And what comes after goes on from where it was.
    expect(write(path, [batchOf([press(6)])])).toMatchObject({ damaged: 1, unfit: 1, ring: 6 });
  });
});
