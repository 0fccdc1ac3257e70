// Damaged files: the journal always opens, and never passes over a loss in silence.

import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Restored } from '#contract/store.ts';
import { systemClock } from '#src/clock/system.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { close, openWhole } from '#src/store/database.ts';
import { openJournal } from '#src/store/journal.ts';
import { journalKind, readOnly } from '#src/store/journal-kind.ts';
import { everythingOf, readAll, rowsOf } from '#src/store/journal-rows.ts';
import { journalWriter } from '#src/store/journal-writer.ts';
import { rootsOf } from '#src/store/schema.ts';
import { DAMAGE_SHOWN_MS } from '#src/store/trouble.ts';
import { alert, delivery, ears, entry, openPatiently, silentLog, tempDir } from './rig.ts';

const ROUNDS = 14;
const change = (n: number) => ({
  alerts: [alert(`a${n}`, n % 3 === 0 ? 'resolved' : 'raised', n)],
  deliveries: [delivery(`a${n}`)],
  put: [entry(`a${n}`, n)],
  checkpoints: { gas: { rounds: n } },
  facts: { newest: n },
});

/** A journal after each of its commits, as a start would find it; and its files, cleanly closed and as a crash leaves them. */
let states: Restored[];
let closedFile: Buffer;
let crashed: { file: Buffer; wal: Buffer };

beforeAll(() => {
  const dir = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
  const path = join(dir, 'journal.db');
  const { db } = openWhole(path, journalKind, 0, () => undefined);
  const writer = journalWriter(db);
  states = [found(db)];
  for (let n = 1; n <= ROUNDS; n += 1) {
    writer.commit([rowsOf(change(n))]);
    states.push(found(db));
    // Half of it is in the file, half in the log.
    if (n === ROUNDS / 2) writer.checkpoint();
  }
  const other = join(dir, 'copy.db');
  copyFileSync(path, other);
  crashed = { file: readFileSync(other), wal: Buffer.alloc(0) };
  execFileSync('cp', [`${path}-wal`, `${other}-wal`]);
  crashed.wal = readFileSync(`${other}-wal`);
  close(db);
  closedFile = readFileSync(path);
  rmSync(dir, { recursive: true });
});

function found(db: Database.Database): Restored {
  const all = readAll(db);
  if (all.damage !== undefined) throw new Error(all.damage);
  return all.restored;
}

const last = () => states.at(-1);

/** What a start makes of these files. */
async function startOn(dir: string, file: Buffer, wal?: Buffer) {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, 'journal.db');
  for (const name of readdirSync(dir)) rmSync(join(dir, name), { recursive: true });
  writeFileSync(path, file);
  if (wal) writeFileSync(`${path}-wal`, wal);
  const told: string[] = [];
  const { db } = openWhole(path, journalKind, 7, (detail) => told.push(detail));
  const opened = found(db);
  journalWriter(db).commit([rowsOf(change(99))]);
  const usable = found(db).facts.newest === 99;
  close(db);
  return { told, opened, usable };
}

describe('a damaged journal', () => {
  it('opens whatever bit fell over, with all that was committed or a word about the damage', async () => {
    const dir = tempDir('fast');
    let heard = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.noBias(fc.nat(closedFile.length - 1)),
        fc.nat(7),
        fc.integer({ min: 1, max: 3 }),
        async (at, bit, bytes) => {
          const file = Buffer.from(closedFile);
          for (let i = at; i < Math.min(at + bytes, file.length); i += 1) file[i] = (file[i] ?? 0) ^ (1 << bit);
          const { told, opened, usable } = await startOn(dir, file);
          expect(usable).toBe(true);
          if (told.length === 0) expect(opened).toEqual(last());
          else heard += 1;
        },
      ),
      { numRuns: 300 },
    );
    expect(heard).toBeGreaterThan(20);
  });

  it('opens however short the file was cut, and says so', async () => {
    const dir = tempDir('fast');
    await fc.assert(
      fc.asyncProperty(fc.nat(closedFile.length - 1), async (length) => {
        const { told, usable } = await startOn(dir, closedFile.subarray(0, length));
        expect(usable).toBe(true);
        expect(told).toHaveLength(1);
      }),
      { numRuns: 40 },
    );
  });

  it('opens with any bytes in its place, and says so', async () => {
    const dir = tempDir('fast');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 9_000 }), fc.boolean(), async (bytes, behindHeader) => {
        const file = behindHeader ? Buffer.concat([closedFile.subarray(0, 100), bytes]) : Buffer.from(bytes);
        const { told, usable } = await startOn(dir, file);
        expect(usable).toBe(true);
        expect(told).toHaveLength(1);
      }),
      { numRuns: 40 },
    );
  });

  it('that is whole reads the same without SQLite', () => {
    const path = join(tempDir('fast'), 'journal.db');
    writeFileSync(path, closedFile);
    expect(everythingOf(readOnly(path) as never).restored).toEqual(last());
    writeFileSync(path, crashed.file);
    writeFileSync(`${path}-wal`, crashed.wal);
    expect(everythingOf(readOnly(path) as never).restored).toEqual(last());
  });

  it('finds all commits in the log of a crash', async () => {
    const { told, opened } = await startOn(tempDir(), crashed.file, crashed.wal);
    expect(told).toEqual([]);
    expect(opened).toEqual(last());
  });

  it('loses no more than the last two transactions to a damaged log without saying so', async () => {
    const dir = tempDir('fast');
    let heard = 0;
    await fc.assert(
      fc.asyncProperty(fc.noBias(fc.nat(crashed.wal.length - 1)), fc.nat(7), fc.boolean(), async (at, bit, cut) => {
        const wal = cut && at > crashed.wal.length - 4_000 ? crashed.wal.subarray(0, at) : Buffer.from(crashed.wal);
        if (wal.length === crashed.wal.length) wal[at] = (wal[at] ?? 0) ^ (1 << bit);
        const { told, opened, usable } = await startOn(dir, crashed.file, wal);
        expect(usable).toBe(true);
        if (told.length === 0) expect(states.slice(-2)).toContainEqual(opened);
        else heard += 1;
      }),
      { numRuns: 60 },
    );
    expect(heard).toBeGreaterThan(20);
  });

  it('notices rows that a page no longer counts', async () => {
    const root = rootsOf(journalKind).facts ?? 0;
    const file = Buffer.from(closedFile);
    const cells = (root - 1) * 4_096 + 3;
    file.writeUInt16BE(file.readUInt16BE(cells) - 1, cells);
    const { told } = await startOn(tempDir('fast'), file);
    expect(told).toEqual([expect.stringContaining('the check of its pages says')]);
  });

  const cases: [string, () => Buffer][] = [
    ['an empty file', () => Buffer.alloc(0)],
    ['a file of a version that nobody writes', () => altered((db) => db.pragma('user_version = 99'))],
    ["another program's database", () => altered((db) => db.pragma('application_id = 1'))],
    ['a file without one of its tables', () => altered((db) => db.exec('DROP TABLE outbox'))],
    ['a file with a row changed by hand', () => altered((db) => db.exec('UPDATE alerts SET open = 0'))],
  ];
  it.each(cases)('sets aside %s, with its log, and says why', async (_, make) => {
    const dir = tempDir('fast');
    const { told } = await startOn(dir, make());
    expect(told).toEqual([expect.stringMatching(/; set aside as journal\.db\.damaged-7$/)]);
    expect(existsSync(join(dir, 'journal.db.damaged-7'))).toBe(true);
  });

  function altered(change: (db: Database.Database) => unknown): Buffer {
    const path = join(tempDir(), 'altered.db');
    writeFileSync(path, closedFile);
    const db = new Database(path);
    change(db);
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.close();
    return readFileSync(path);
  }

  it('keeps the three newest of the files set aside', () => {
    const path = join(tempDir(), 'journal.db');
    for (const wall of [5, 5, 5, 4, 9]) {
      writeFileSync(path, 'rubbish');
      writeFileSync(`${path}-wal`, 'rubbish');
      close(openWhole(path, journalKind, wall, () => undefined).db);
    }
    const kept = readdirSync(join(path, '..')).filter((name) => /damaged/.test(name) && !name.endsWith('-wal'));
    expect(kept.sort()).toEqual(['journal.db.damaged-6', 'journal.db.damaged-7', 'journal.db.damaged-9']);
  });
});

describe('a journal damaged while it is open', () => {
  const clock = virtualClock({ wall: 5 });
  async function running() {
    const dir = tempDir();
    const path = join(dir, 'journal.db');
    const { db } = openWhole(path, journalKind, 0, () => undefined);
    const writer = journalWriter(db);
    // More than its cache holds.
    const long = (n: number) => ({ ...alert(`a${n}`), because: [{ fact: 'x'.repeat(9_000) }] });
    writer.commit([rowsOf({ alerts: Array.from({ length: 600 }, (_, n) => long(n)) })]);
    close(db);
    const events = ears();
    const { journal } = await openJournal({ dir, clock, log: silentLog, events });
    await journal.commit({ facts: { before: true } });
    return { dir, path, events, journal, long };
  }

  it('stores the commit that met the damage in a new file, and says so for an hour', async () => {
    const { dir, path, events, journal, long } = await running();
    // By another process: this one would drop its locks with the file it closes.
    const pages = Math.floor(statSync(path).size / 4_096) - 3;
    execFileSync('dd', ['if=/dev/urandom', `of=${path}`, 'bs=4096', 'seek=3', `count=${pages}`, 'conv=notrunc'], {
      stdio: 'ignore',
    });
    await journal.commit({ alerts: Array.from({ length: 50 }, (_, n) => long(n * 11)) });
    expect(events.short()).toEqual(['damaged begins']);
    clock.advance(DAMAGE_SHOWN_MS);
    expect(events.short()).toEqual(['damaged begins', 'damaged ends']);
    await journal.close();
    expect(readdirSync(dir).some((name) => name.startsWith('journal.db.damaged-'))).toBe(true);
    const again = await openJournal({ dir, clock, log: silentLog, events });
    expect(again.restored.alerts.length).toBeGreaterThanOrEqual(50);
    await again.journal.close();
  });

  it.each([
    ['journal.db', ['journal.db', 'journal.db-wal', 'journal.db-shm']],
    ['its log', ['journal.db-wal']],
  ])('notices that somebody deleted %s, and stores the commit again', async (_, names) => {
    const { dir, events, journal } = await running();
    for (const name of names) rmSync(join(dir, name));
    await journal.commit({ facts: { after: true } });
    expect(events.short()).toEqual(['damaged begins']);
    await journal.close();
    const again = await openJournal({ dir, clock, log: silentLog, events: ears() });
    expect(again.restored.facts).toMatchObject({ before: true, after: true });
    expect(again.restored.alerts).toHaveLength(600);
    await again.journal.close();
  });
});

describe('a journal without a usable directory', () => {
  it('starts empty, refuses commits, and gives what it finds when the directory is back', async () => {
    const dir = join(tempDir(), 'data');
    const first = await openPatiently({ dir, clock: systemClock(), log: silentLog, events: ears() });
    await first.journal.commit(change(1));
    await first.journal.close();
    execFileSync('mv', [dir, `${dir}-away`]);
    writeFileSync(dir, 'in the way');

    const clock = virtualClock();
    const events = ears();
    const { journal, restored, late } = await openJournal({ dir, clock, log: silentLog, events });
    expect(restored.alerts).toEqual([]);
    expect(events.short()).toEqual(['unwritable begins']);
    await expect(journal.commit(change(2))).rejects.toMatchObject({ code: 'unwritable' });

    rmSync(dir);
    execFileSync('mv', [`${dir}-away`, dir]);
    clock.advance(5_000);
    expect((await late)?.alerts).toEqual([alert('a1')]);
    await journal.commit(change(4));
    expect(events.short()).toEqual(['unwritable begins', 'unwritable ends']);
    await journal.close();
  });

  it('starts without waiting longer than its deadline for a card that does not let it read, and takes it up late', async () => {
    const dir = tempDir();
    const before = await openPatiently({ dir, clock: systemClock(), log: silentLog, events: ears() });
    await before.journal.commit(change(1));
    await before.journal.close();
    // Reading a pipe that nobody writes to takes as long as a dead card.
    const pipe = join(dir, 'journal.db-wal');
    execFileSync('mkfifo', [pipe]);
    const clock = virtualClock();
    const events = ears();
    const opening = openJournal({ dir, clock, log: silentLog, events, openWithinMs: 3_000 });
    clock.advance(3_000);
    const { journal, restored, late } = await opening;
    expect(restored.alerts).toEqual([]);
    expect(events.heard).toMatchObject([
      { what: 'unwritable', active: true, detail: expect.stringContaining('did not let the journal open') },
    ]);
    const committed = journal.commit(change(2));
    // Opens once the worker reads, and goes away from under it.
    const writer = await open(pipe, 'w');
    rmSync(pipe);
    await writer.close();
    expect((await late)?.alerts).toEqual([alert('a1')]);
    await committed;
    expect(events.short()).toEqual(['unwritable begins', 'unwritable ends']);
    await journal.close();
  });
});
