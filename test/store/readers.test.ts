// The stores for onlookers, while a gateway runs, after it ended, and after it was killed.

import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { virtualClock } from '#src/clock/virtual.ts';
import { openHistory } from '#src/store/history.ts';
import { openJournal } from '#src/store/journal.ts';
import { CLOSED_KEPT, LOOK_EVERY } from '#src/store/journal-bounds.ts';
import { readHistory, readJournal } from '#src/store/readers.ts';
import { childModule, start } from './process.ts';
import { alert, delivery, ears, entry, press, silentLog, tempDir, temperature } from './rig.ts';

const clock = virtualClock();

describe('reading a journal from outside', () => {
  it('shows what a running gateway stored, without holding it up, and what a killed one had stored', async () => {
    const dir = tempDir();
    const gateway = start(process.execPath, [childModule, dir]);
    await gateway.heard('open 0');
    gateway.say('commit 1');
    await gateway.heard('durable 1');
    expect(readJournal(dir)).toEqual({
      alerts: [alert('a1')],
      deliveries: [delivery('a1')],
      outbox: [entry('a1', 1)],
      checkpoints: {},
      unknownAlerts: 0,
    });
    gateway.say('commit 2');
    await gateway.heard('durable 2');
    expect(readJournal(dir).alerts).toHaveLength(2);
    await gateway.kill();
    expect(readJournal(dir).alerts).toEqual([alert('a1'), alert('a2')]);
  });

  it('shows closed alerts too, the newest thousand, and keeps those whose message still waits', async () => {
    const dir = tempDir();
    const { journal } = await openJournal({ dir, clock, log: silentLog, events: ears() });
    await journal.commit({ alerts: [alert('open'), alert('waiting', 'resolved')], put: [entry('waiting', 1)] });
    await Promise.all(
      Array.from({ length: CLOSED_KEPT + LOOK_EVERY }, (_, n) =>
        journal.commit({ alerts: [alert(`c${n}`, 'resolved')], deliveries: [delivery(`c${n}`)] }),
      ),
    );
    await journal.close();
    const { alerts, deliveries } = readJournal(dir);
    const [open, waiting, ...closed] = alerts.map(({ id }) => id);
    expect([open, waiting]).toEqual(['open', 'waiting']);
    expect(closed.length).toBeGreaterThanOrEqual(CLOSED_KEPT);
    expect(closed.length).toBeLessThan(CLOSED_KEPT + LOOK_EVERY);
    expect(closed.at(-1)).toBe(`c${CLOSED_KEPT + LOOK_EVERY - 1}`);
    expect(deliveries.map(({ alertId }) => alertId).sort()).toEqual(closed.sort());
  });

  it('reads what a gateway left that was shut down, and does not stand in the way of its next start', async () => {
    const dir = tempDir();
    const { journal } = await openJournal({ dir, clock, log: silentLog, events: ears() });
    await journal.commit({ alerts: [alert('a')] });
    await journal.close();
    expect(readJournal(dir).alerts).toEqual([alert('a')]);
    const events = ears();
    const again = await openJournal({ dir, clock, log: silentLog, events });
    await again.journal.commit({ alerts: [alert('b')] });
    await again.journal.close();
    expect(readJournal(dir).alerts).toEqual([alert('a'), alert('b')]);
    expect(events.heard).toEqual([]);
  });

  it('says plainly what is missing or damaged', () => {
    const dir = tempDir();
    expect(() => readJournal(dir)).toThrow(expect.objectContaining({ code: 'missing' }));
    expect(() => readHistory(dir)).toThrow(expect.objectContaining({ code: 'missing' }));
    writeFileSync(join(dir, 'journal.db'), 'rubbish'.repeat(100));
    expect(() => readJournal(dir)).toThrow(expect.objectContaining({ code: 'damaged' }));
  });

  /** Another user, where we may become one; ids of the alerts, and how many records of the history, as that user reads them. */
  function readAsAnother(dir: string): string {
    const script = `
      if (process.getuid() === 0) { process.setgroups([]); process.setgid(65534); process.setuid(65534); }
      const { readJournal, readHistory } = await import('#src/store/readers.ts');
      const ids = readJournal(process.argv[1]).alerts.map(({ id }) => id).join();
      const history = readHistory(process.argv[1]);
      process.stdout.write(ids + ' ' + [...history.records()].length);
      history.close();`;
    for (const name of readdirSync(dir)) chmodSync(join(dir, name), 0o644);
    const cwd = join(import.meta.dirname, '../..');
    return execFileSync(process.execPath, ['--input-type=module', '-e', script, dir], { cwd, encoding: 'utf8' });
  }

  const files = (dir: string) => readdirSync(dir).sort();

  it.each([
    ['may not write beside them', 0o755],
    ['may', 0o777],
  ])(
    'leaves no trace for a user who may read the files and %s, while a gateway runs and when it does not',
    async (_, mode) => {
      const dir = tempDir();
      chmodSync(dir, mode);
      const open = async () => {
        const events = ears();
        const { journal } = await openJournal({ dir, clock, log: silentLog, events });
        const history = openHistory({ dir, budgetBytes: 4 * 1_024 * 1_024, clock, log: silentLog, events });
        const close = () => Promise.all([journal.close(), history.close()]);
        return { journal, history, events, close };
      };
      const first = await open();
      await first.journal.commit({ alerts: [alert('a')] });
      first.history.append(press(1));
      await first.history.flush();
      const running = files(dir);
      expect(readAsAnother(dir)).toBe('a 1');
      expect(files(dir)).toEqual(running);
      await first.close();
      const resting = files(dir);
      expect(readAsAnother(dir)).toBe('a 1');
      expect(files(dir)).toEqual(resting);
      expect(resting.filter((name) => /-(shm|wal)$/.test(name))).toEqual([]);
      // The next gateway finds nothing of another's in its way.
      const second = await open();
      await second.journal.commit({ alerts: [alert('b')] });
      second.history.append(press(2));
      await second.history.flush();
      expect(readAsAnother(dir)).toBe('a,b 2');
      expect(second.events.heard).toEqual([]);
      await second.close();
    },
  );

  it('reads what a copy of the data holds, log and no index, and leaves none', async () => {
    const dir = tempDir();
    const gateway = start(process.execPath, [childModule, dir]);
    await gateway.heard('open 0');
    gateway.say('commit 1');
    await gateway.heard('durable 1');
    const copy = tempDir();
    for (const name of ['journal.db', 'journal.db-wal']) copyFileSync(join(dir, name), join(copy, name));
    expect(readJournal(copy).alerts).toEqual([alert('a1')]);
    expect(files(copy)).toEqual(['journal.db', 'journal.db-wal']);
    await gateway.kill();
  });
});

describe('reading a history from outside', () => {
  it('gives all records in order, piece by piece, while more are written', async () => {
    const dir = tempDir();
    const history = openHistory({ dir, budgetBytes: 4 * 1_024 * 1_024, clock, log: silentLog, events: ears() });
    const record = (i: number) => (i % 3 ? temperature(i) : press(i));
    for (let i = 0; i < 9_000; i += 1) history.append(record(i));
    await history.flush();
    const view = readHistory(dir);
    const seen = [];
    for (const { record: each } of view.records()) {
      seen.push(each);
      if (seen.length === 100) {
        history.append(record(9_000));
        await history.flush();
      }
    }
    expect(seen).toEqual(Array.from({ length: 9_001 }, (_, i) => record(i)));
    expect(view.damaged()).toBe(0);

    const last = view.lastReadings(['help-1', 'thermo-1', 'nobody']);
    expect(Object.fromEntries(last)).toMatchObject({
      'help-1': (press(9_000) as { reading: object }).reading,
      'thermo-1': (temperature(8_998) as { reading: object }).reading,
    });
    expect(last.size).toBe(2);
    view.close();
    await history.close();
  });

  it('reads on when a gateway begins to write under it', async () => {
    const dir = tempDir();
    const options = { dir, budgetBytes: 4 * 1_024 * 1_024, clock, log: silentLog, events: ears() };
    const before = openHistory(options);
    for (let i = 0; i < 5_000; i += 1) before.append(temperature(i));
    await before.close();
    // Alone in its process, as a command is.
    const script = `
      const { readHistory } = await import('#src/store/readers.ts');
      const view = readHistory(process.argv[1]);
      const records = view.records();
      let count = records.next().done ? 0 : 1;
      const { openHistory } = await import('#src/store/history.ts');
      const { systemClock } = await import('#src/clock/system.ts');
      const { ears, press, silentLog } = await import('./test/store/rig.ts');
      const options = { dir: process.argv[1], budgetBytes: 4 * 1024 * 1024, clock: systemClock(), log: silentLog, events: ears() };
      const history = openHistory(options);
      history.append(press(1));
      await history.flush();
      for (const { record } of records) count += record.kind === 'reading' ? 1 : 0;
      process.stdout.write(String(count));
      view.close();
      await history.close();`;
    const cwd = join(import.meta.dirname, '../..');
    const args = ['--input-type=module', '-e', script, dir];
    expect(execFileSync(process.execPath, args, { cwd, encoding: 'utf8' })).toBe('5001');
    expect(readdirSync(dir)).toEqual(['history.db']);
  });
});
