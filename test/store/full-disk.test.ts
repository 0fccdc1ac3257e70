// A real disk, made small and filled up.

import { execFileSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { until } from '#fakes/wait.ts';
import { systemClock } from '#src/clock/system.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { close, openWhole } from '#src/store/database.ts';
import { openHistory } from '#src/store/history.ts';
import { openJournal } from '#src/store/journal.ts';
import { journalKind } from '#src/store/journal-kind.ts';
import { readAll, rowsOf } from '#src/store/journal-rows.ts';
import { journalWriter } from '#src/store/journal-writer.ts';
import { RETRY_MS } from '#src/store/trouble.ts';
import { alert, ears, openPatiently, press, silentLog, tempDir } from './rig.ts';

/** A file system of 2 MiB; needs root. */
function smallDisk(): string {
  const dir = tempDir();
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'hearthward-test', dir]);
  onTestFinished(() => {
    execFileSync('umount', ['-l', dir]);
  });
  return dir;
}

/** Takes all the room that is left; returns how to give it back. */
function fill(dir: string): () => void {
  const { bavail, bsize } = statfsSync(dir);
  const file = join(dir, 'hog');
  writeFileSync(file, Buffer.alloc(bavail * bsize));
  return () => rmSync(file);
}

const long = (n: number) => ({ ...alert(`a${n}`), because: [{ fact: 'x'.repeat(3_000) }] });

describe('a full disk', () => {
  it('makes the journal refuse what it cannot store, keeps what it has, and heals by itself when there is room', async () => {
    const dir = smallDisk();
    const clock = virtualClock();
    const events = ears();
    const { journal } = await openJournal({ dir, clock, log: silentLog, events });
    await journal.commit({ alerts: [alert('before')] });
    const free = fill(dir);
    let refused: unknown;
    let stored = 0;
    for (; refused === undefined; stored += 1)
      await journal.commit({ alerts: [long(stored)] }).catch((error) => {
        refused = error;
      });
    expect(refused).toMatchObject({
      code: 'unwritable',
      context: { cause: expect.stringMatching(/SQLITE_(FULL|IOERR)/) },
    });
    expect(events.short()).toEqual(['unwritable begins']);

    clock.advance(RETRY_MS);
    await expect(journal.commit({ alerts: [long(9_999)] })).rejects.toMatchObject({ code: 'unwritable' });
    expect(events.short()).toEqual(['unwritable begins']);

    free();
    clock.advance(RETRY_MS);
    await until(() => expect(events.short()).toEqual(['unwritable begins', 'unwritable ends']));
    await journal.commit({ alerts: [alert('after')] });
    await journal.close();
    const { restored, journal: again } = await openJournal({ dir, clock, log: silentLog, events });
    await again.close();
    const ids = restored.alerts.map(({ id }) => id);
    expect(ids).toEqual(['before', ...Array.from({ length: stored - 1 }, (_, n) => `a${n}`), 'after']);
    expect(events.heard).toHaveLength(2);
  });

  it('that is full at the start is no reason not to start', async () => {
    const dir = smallDisk();
    const free = fill(dir);
    const events = ears();
    const { journal, restored } = await openPatiently({ dir, clock: systemClock(), log: silentLog, events });
    expect(restored.alerts).toEqual([]);
    await expect(journal.commit({ alerts: [alert('a')] })).rejects.toMatchObject({ code: 'unwritable' });
    free();
    await journal.commit({ alerts: [alert('b')] });
    expect(events.short()).toEqual(['unwritable begins', 'unwritable ends']);
    await journal.close();
  });

  it('that is full at the start lets what the journal holds be read all the same', async () => {
    const dir = smallDisk();
    const first = await openPatiently({ dir, clock: systemClock(), log: silentLog, events: ears() });
    await first.journal.commit({ alerts: [alert('before')], facts: { floor: 5 } });
    await first.journal.close();
    const free = fill(dir);
    const events = ears();
    const { journal, restored } = await openPatiently({ dir, clock: systemClock(), log: silentLog, events });
    expect(restored).toMatchObject({ alerts: [alert('before')], facts: { floor: 5 } });
    expect(events.short()).toEqual(['unwritable begins']);
    free();
    await journal.commit({ alerts: [alert('b')] });
    expect(events.short()).toEqual(['unwritable begins', 'unwritable ends']);
    await journal.close();
  });

  it('leaves the history in memory until there is room', async () => {
    const dir = smallDisk();
    const clock = virtualClock();
    const events = ears();
    const history = openHistory({ dir, budgetBytes: 1_024 * 1_024, clock, log: silentLog, events });
    history.append(press(0));
    await history.flush();
    const free = fill(dir);
    let count = 1;
    for (let full = false; !full; ) {
      for (let i = 0; i < 500; i += 1, count += 1) history.append(press(count));
      await history.flush().catch(() => {
        full = true;
      });
    }
    expect(events.short()).toEqual(['unwritable begins']);
    free();
    clock.advance(RETRY_MS);
    await until(() => expect(events.short()).toEqual(['unwritable begins', 'unwritable ends']));
    await history.flush();
    expect((await history.read(0, count * 2)).map(({ record }) => record)).toEqual(
      Array.from({ length: count }, (_, i) => press(i)),
    );
    await history.close();
  });

  it('by SQLite’s own limit leaves each transaction whole or undone', () => {
    const { db } = openWhole(join(tempDir(), 'journal.db'), journalKind, 0, () => undefined);
    const writer = journalWriter(db);
    db.pragma(`max_page_count = ${(db.pragma('page_count', { simple: true }) as number) + 40}`);
    let committed = 0;
    expect(() => {
      for (; ; committed += 1)
        writer.commit([rowsOf({ alerts: [long(committed)] }), rowsOf({ facts: { newest: committed } })]);
    }).toThrow(/full/);
    const all = readAll(db);
    expect(all).toMatchObject({ restored: { facts: { newest: committed - 1 } } });
    expect(all.damage === undefined && all.alerts).toHaveLength(committed);
    close(db);
  });
});
