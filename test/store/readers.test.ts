// The stores for onlookers, while a gateway runs, after it ended, and after it was killed.

import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
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
    expect(readJournal(dir)).toEqual({ alerts: [alert('a1')], deliveries: [delivery('a1')], outbox: [entry('a1', 1)] });
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

  it('works for a user who may read the files but not write beside them', async () => {
    const dir = tempDir();
    const { journal } = await openJournal({ dir, clock, log: silentLog, events: ears() });
    await journal.commit({ alerts: [alert('a')] });
    const script = `
      process.setgroups([]); process.setgid(65534); process.setuid(65534);
      const { readJournal } = await import('#src/store/readers.ts');
      process.stdout.write(readJournal(process.argv[1]).alerts[0].id);`;
    chmodSync(dir, 0o755);
    for (const name of readdirSync(dir)) chmodSync(join(dir, name), 0o644);
    const cwd = join(import.meta.dirname, '../..');
    const asNobody = () =>
      execFileSync(process.execPath, ['--input-type=module', '-e', script, dir], { cwd, encoding: 'utf8' });
    expect(asNobody()).toBe('a');
    await journal.close();
    expect(asNobody()).toBe('a');
    expect(existsSync(join(dir, 'journal.db-shm'))).toBe(false);
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
});
