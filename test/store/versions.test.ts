// Journals of every version there ever was, and of one there is not yet.

import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { JournalChange, Restored } from '#contract/store.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import type { Formats } from '#src/store/checkpoints.ts';
import { close, openWhole } from '#src/store/database.ts';
import { openJournal } from '#src/store/journal.ts';
import { journalKind } from '#src/store/journal-kind.ts';
import { type Everything, readAll, rowsOf } from '#src/store/journal-rows.ts';
import { journalWriter } from '#src/store/journal-writer.ts';
import type { Db, Kind } from '#src/store/kind.ts';
import { formatIn } from '#src/store/schema.ts';
import { formatOf, userVersionOf } from '#src/store/user-version.ts';
import { additive, breaking, foreign, lying, writeUnknown } from './later.ts';
import { alert, delivery, ears, entry, silentLog, tempDir } from './rig.ts';

const fixtures = join(import.meta.dirname, '../fixtures/journal');
const latest = journalKind.migrations.length;
const later: Kind = {
  ...journalKind,
  migrations: [...journalKind.migrations, { sql: 'CREATE TABLE more (id INTEGER PRIMARY KEY)', readableFrom: 1 }],
};
const DAY = 24 * 3_600_000;

function copyOf(version: number): { path: string; held: object } {
  const path = join(tempDir(), 'journal.db');
  copyFileSync(join(fixtures, `v${version}.db`), path);
  return { path, held: JSON.parse(readFileSync(join(fixtures, `v${version}.json`), 'utf8')) as object };
}

function found(path: string, kind: Kind) {
  const told: string[] = [];
  const { db } = openWhole(path, kind, 7, (detail) => told.push(detail));
  const { unknown, ...all } = readAll(db) as Everything;
  expect(unknown).toEqual({ openAlerts: 0, closedAlerts: 0, messages: 0, checkpoints: [] });
  const { version } = formatIn(db) ?? {};
  close(db);
  return { all, version, told };
}

describe('a journal of an earlier version', () => {
  it('has a fixture for each version', () => {
    const names = readdirSync(fixtures).filter((name) => name.endsWith('.db'));
    expect(names.sort()).toEqual(Array.from({ length: latest }, (_, i) => `v${i + 1}.db`).sort());
  });

  it.each(Array.from({ length: latest }, (_, i) => i + 1))('%i goes on with all it held', (version) => {
    const { path, held } = copyOf(version);
    expect(found(path, journalKind)).toEqual({ all: held, version: latest, told: [] });
  });

  it('goes on through a further step', () => {
    const { path, held } = copyOf(latest);
    expect(found(path, later)).toEqual({ all: held, version: latest + 1, told: [] });
  });

  it('goes on with all it held when a step fails, which leaves the file as it was', () => {
    const { path, held } = copyOf(latest);
    const broken: Kind = { ...later, migrations: [...later.migrations, { sql: 'SELECT nonsense', readableFrom: 1 }] };
    expect(() => openWhole(path, broken, 7, () => undefined)).toThrow('nonsense');
    expect(found(path, later)).toEqual({ all: held, version: latest + 1, told: [] });
  });
});

/** Opens it, changes it, and tells what a start would then find. */
function worked(path: string, kind: Kind, change: (db: Db) => void = () => undefined) {
  const told: string[] = [];
  const opened = openWhole(path, kind, 7, (detail) => told.push(detail));
  const all = readAll(opened.db);
  if (all.damage !== undefined) throw new Error(all.damage);
  change(opened.db);
  close(opened.db);
  return { ...opened, name: basename(opened.path), all, told };
}
const commit = (change: JournalChange) => (db: Db) => void journalWriter(db).commit([rowsOf(change)]);
const ids = ({ all: { restored } }: { all: { restored: Restored } }) => restored.alerts.map(({ id }) => id);

describe('a journal of a later version that leaves it readable', () => {
  it('is gone on with: all is there, and what only the later version knows is left as it is', () => {
    const { path, held } = copyOf(latest);
    worked(path, additive, (db) => {
      db.exec("INSERT INTO shifts VALUES (1, 'Li'); UPDATE alerts SET shelved_until = 7; UPDATE outbox SET tries = 3");
      writeUnknown(db);
    });
    const { all, name, newer, told } = worked(path, journalKind, (db) => {
      commit({
        alerts: [alert('open', 'acknowledged', 2), alert('new')],
        deliveries: [{ ...delivery('open'), receivedRev: 1 }],
        put: [entry('open', 2, 20), entry('new', 1, 21)],
        checkpoints: { gas: { since: [2, null] } },
      })(db);
      expect(
        db.prepare('SELECT id, shelved_until FROM alerts WHERE shelved_until NOT NULL ORDER BY id').raw().all(),
      ).toEqual([
        ['closed', 7],
        ['long', 7],
        ['open', 7],
      ]);
    });
    expect({ name, told, newer }).toEqual({ name: 'journal.db', told: [], newer: { version: 2, readableFrom: 1 } });
    expect(all.restored.alerts).toEqual((held as Everything).restored.alerts);
    // The message of an alert of which this version knows nothing goes out all the same.
    expect(all.restored.outbox.map(({ msgId }) => msgId)).toContain('flood.1');
    expect(all.unknown).toEqual({ openAlerts: 2, closedAlerts: 0, messages: 1, checkpoints: [] });

    const back = worked(path, additive, (db) => {
      expect(db.prepare('SELECT * FROM shifts').all()).toEqual([{ id: 1, person: 'Li' }]);
      expect(
        db.prepare("SELECT tries FROM outbox WHERE slot IN ('alert/open', 'alert/new') ORDER BY slot").pluck().all(),
      ).toEqual([0, 3, 3]);
    });
    expect([back.newer, back.rejoined, back.told]).toEqual([undefined, undefined, []]);
    expect(ids(back)).toEqual(['open', 'long', 'new']);
    expect(back.all.restored.alerts[0]?.state).toBe('acknowledged');
    expect(back.all.unknown.openAlerts).toBe(2);
    expect(back.all.restored.checkpoints).toEqual({ gas: { since: [2, null] } });
  });

  it('is believed only if its tables keep what it says; else it is left alone', () => {
    const { path, held } = copyOf(latest);
    worked(path, { ...lying, check: () => undefined, migrations: journalKind.migrations });
    const db = new Database(path);
    for (const { sql } of lying.migrations.slice(1)) db.exec(sql);
    db.pragma(`user_version = ${userVersionOf({ version: 2, readableFrom: 1 })}`);
    db.close();
    const before = readFileSync(path);
    const { name, all } = worked(path, journalKind);
    expect(name).toBe('journal.v1.db');
    expect(all.restored.alerts).toEqual((held as Everything).restored.alerts);
    expect(readFileSync(path)).toEqual(before);
  });
});

describe('a journal of a later version that this one cannot read', () => {
  it('is not touched: what proves itself is in one beside it, and both are one again when the later version is back', () => {
    const { path, held } = copyOf(latest);
    worked(path, breaking, commit({ alerts: [alert('before')], put: [entry('before', 1, 30)] }));
    const before = readFileSync(path);
    const rolledBack = worked(
      path,
      journalKind,
      commit({
        alerts: [alert('before', 'resolved', 2), alert('meanwhile')],
        deliveries: [delivery('meanwhile')],
        put: [entry('before', 2, 31), entry('meanwhile', 1, 32)],
        facts: { floor: 99 },
      }),
    );
    expect(rolledBack).toMatchObject({ name: 'journal.v1.db', told: [], newer: { version: 2, readableFrom: 2 } });
    expect(ids(rolledBack)).toEqual([...(held as Everything).restored.alerts.map(({ id }) => id), 'before']);
    expect(readFileSync(path)).toEqual(before);
    // A second start takes nothing twice: what was resolved stays so.
    const again = worked(
      path,
      journalKind,
      commit({ drop: [{ slot: 'alert/before', channel: 'district', msgId: 'before.2' }] }),
    );
    expect(ids(again)).toEqual(['open', 'long', 'meanwhile']);

    const forward = worked(path, breaking);
    expect(forward).toMatchObject({
      name: 'journal.db',
      newer: undefined,
      rejoined: { file: 'journal.v1.db', counts: { alerts: 2, openAlerts: 1 } },
    });
    expect(ids(forward)).toEqual(['open', 'long', 'meanwhile']);
    expect(forward.all.restored.outbox.map(({ msgId }) => msgId)).toContain('meanwhile.1');
    expect(forward.all.restored.facts.floor).toBe(99);
    expect(existsSync(rolledBack.path)).toBe(false);
    expect(worked(path, breaking).rejoined).toBeUndefined();
  });

  it('has a copy from before the migration, which is gone on with where nothing in the new file proves itself', () => {
    const { path, held } = copyOf(latest);
    const held2 = held as Everything;
    close(openWhole(path, foreign, 7, () => undefined).db);
    expect(existsSync(join(dirname(path), 'journal.v1.db'))).toBe(true);
    const { name, all, told } = worked(path, journalKind, commit({ alerts: [alert('meanwhile')] }));
    expect({ name, told, all: all.restored.alerts }).toEqual({
      name: 'journal.v1.db',
      told: [],
      all: held2.restored.alerts,
    });
  });

  it('leaves a copy that nobody has worked on alone, and for ninety days', () => {
    const { path } = copyOf(latest);
    const copy = join(dirname(path), 'journal.v1.db');
    worked(path, additive);
    worked(path, additive, commit({ alerts: [alert('open', 'resolved', 5)] }));
    expect(worked(path, additive).rejoined).toBeUndefined();
    expect(ids(worked(path, additive))).toEqual(['long']);
    const wall = statSync(copy).mtimeMs;
    close(openWhole(path, additive, wall + 89 * DAY, () => undefined).db);
    expect(existsSync(copy)).toBe(true);
    close(openWhole(path, additive, wall + 91 * DAY, () => undefined).db);
    expect(existsSync(copy)).toBe(false);
  });

  it('is found when its migration stands in the log alone', () => {
    const { path } = copyOf(latest);
    const killed = join(tempDir(), 'journal.db');
    const { db } = openWhole(path, breaking, 7, () => undefined);
    for (const suffix of ['', '-wal']) copyFileSync(path + suffix, killed + suffix);
    close(db);
    expect(formatOf(readFileSync(killed).readInt32BE(60))).toEqual({ version: 1, readableFrom: 1 });
    expect(worked(killed, journalKind).name).toBe('journal.v1.db');
  });

  it('that is damaged in its version is damaged, not newer', () => {
    for (let bit = 0; bit < 32; bit += 1) {
      const { path, held } = copyOf(latest);
      const file = readFileSync(path);
      file[60 + (bit >> 3)] = (file[60 + (bit >> 3)] ?? 0) ^ (1 << (bit & 7));
      writeFileSync(path, file);
      const { name, told, all } = worked(path, journalKind);
      expect({ name, all: all.restored }).toEqual({ name: 'journal.db', all: (held as Everything).restored });
      expect(told).toEqual([expect.stringContaining('set aside as journal.db.damaged-7')]);
    }
  });
});

describe('what a detector remembers in a later format', () => {
  const formats = {
    fall: { version: 2, readableFrom: 1 },
    gas: { version: 2, readableFrom: 2 },
    co: { version: 2, readableFrom: 2 },
  };
  const states = { fall: { level: 1 }, gas: { level: 2 }, co: { level: 3 }, heat: { level: 4 } };
  const restart = async (dir: string, formats: Formats, change: JournalChange = {}) => {
    const events = ears();
    const { journal, restored } = await openJournal({
      dir,
      clock: virtualClock({ wall: 5 }),
      log: silentLog,
      events,
      formats,
    });
    await journal.commit(change);
    await journal.close();
    return { checkpoints: restored.checkpoints, heard: events.heard };
  };

  it('is used where it can be, kept where it cannot, and there again for the later version', async () => {
    const dir = tempDir();
    await restart(dir, formats, { checkpoints: states });
    const rolledBack = await restart(dir, {}, { checkpoints: { gas: { anew: true }, heat: { level: 5 } } });
    expect(rolledBack.checkpoints).toEqual({ fall: { level: 1 }, heat: { level: 4 } });
    expect(rolledBack.heard).toMatchObject([{ what: 'newer', active: true, counts: { checkpointsLeft: 2 } }]);
    expect((await restart(dir, {})).checkpoints).toEqual({
      fall: { level: 1 },
      gas: { anew: true },
      heat: { level: 5 },
    });
    const forward = await restart(dir, formats);
    expect(forward).toEqual({ checkpoints: { ...states, heat: { level: 5 } }, heard: [] });
  });
});

describe('a replacement that a power cut broke off', () => {
  it('is taken up again from what was set aside', () => {
    const { path, held } = copyOf(latest);
    renameSync(path, `${path}.damaged-3`);
    writeFileSync(`${path}.damaged-2`, 'of an earlier time');
    writeFileSync(`${path}.salvaged`, 'half made');
    const { all, told } = found(path, journalKind);
    expect(told).toEqual(['a damaged file was being replaced when the power went']);
    expect(all).toEqual(held);
    expect(existsSync(`${path}.salvaged`)).toBe(false);
  });
});
