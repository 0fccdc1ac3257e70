// What the journal said was durable is there after a kill, and a stalled card holds up nothing but the promise.

import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildSlowDisk } from '#fakes/slow-disk.ts';
import { until } from '#fakes/wait.ts';
import { systemClock } from '#src/clock/system.ts';
import { readJournal } from '#src/store/readers.ts';
import { childModule, start } from './process.ts';
import { alert, ears, entry, openPatiently, silentLog, tempDir } from './rig.ts';

const node = process.execPath;

async function stored(dir: string) {
  const events = ears();
  const { journal, restored } = await openPatiently({ dir, clock: systemClock(), log: silentLog, events });
  await journal.close();
  return { restored, heard: events.heard };
}

describe('a journal whose process is killed', () => {
  it('holds everything that it said was durable, in order, after each of 20 kills at random moments', async () => {
    const dir = tempDir();
    let highest = 0;
    for (let round = 0; round < 20; round += 1) {
      const child = start(node, [childModule, dir, 'on-its-own']);
      // Some die while they open, some in the middle of it, some at their checkpoint.
      const kill = randomInt(4) === 0 ? /^open/ : `durable ${highest + randomInt(1, 80)}`;
      await child.heard(kill);
      for (let turns = randomInt(200); turns > 0; turns -= 1) await new Promise(setImmediate);
      await child.kill();
      const durable = child.lines
        .filter((line) => line.startsWith('durable'))
        .map((line) => Number(line.split(' ')[1]));
      // Killed before its first file was made, which is fine as long as nothing was promised.
      const { alerts, outbox } = existsSync(join(dir, 'journal.db')) ? readJournal(dir) : { alerts: [], outbox: [] };
      const found = outbox.map(({ seq }) => seq);
      // From 1 on without a gap, at least as far as was said, and every alert with it.
      expect(found).toEqual(Array.from({ length: found.length }, (_, i) => i + 1));
      expect(found.length).toBeGreaterThanOrEqual(Math.max(highest, ...durable));
      expect(alerts.map(({ id }) => id)).toEqual(found.map((n) => `a${n}`));
      expect(child.lines.filter((line) => line.startsWith('trouble'))).toEqual([]);
      highest = found.length;
    }
    expect((await stored(dir)).restored.outbox).toHaveLength(highest);
  });

  it('syncs its log before it says durable', async () => {
    const dir = tempDir();
    const trace = join(dir, 'trace');
    const calls = 'trace=fdatasync,fsync,pwrite64,write';
    const child = start('strace', ['-f', '-y', '-s', '40', '-e', calls, '-o', trace, node, childModule, dir]);
    await child.heard('open 0');
    for (const n of [1, 2, 3]) {
      child.say(`commit ${n}`);
      await child.heard(`durable ${n}`);
    }
    child.say('close');
    await child.heard('closed');
    const steps = readFileSync(trace, 'utf8').split('\n').flatMap(stepOf);
    const said = [1, 2, 3].map((n) => steps.indexOf(`durable ${n}`));
    expect(said.every((at) => at > 0)).toBe(true);
    for (const [i, at] of said.entries()) {
      const since = steps.slice(i === 0 ? 0 : said[i - 1], at);
      expect(since.lastIndexOf('synced')).toBeGreaterThan(since.lastIndexOf('written'));
      expect(since).toContain('written');
    }
  });
});

/** A line of the trace as a step of the log's life. A call that another thread interrupted ends at its `resumed` line. */
function stepOf(line: string): string[] {
  const durable = /write\(1<[^>]*>, "(durable \d+)/.exec(line)?.[1];
  if (durable) return [durable];
  if (/pwrite64\(\d+<[^>]*journal\.db-wal>/.test(line)) return ['written'];
  if (
    /f(data)?sync\(\d+<[^>]*journal\.db-wal>\)\s+= 0/.test(line) ||
    /<\.\.\. f(data)?sync resumed>\)\s+= 0/.test(line)
  )
    return ['synced'];
  return [];
}

describe('a journal on a card that stalls or fails', () => {
  function startOnSlowDisk() {
    const dir = tempDir();
    const disk = buildSlowDisk(tempDir());
    onTestFinished(() => disk.release());
    return { dir, disk, child: start(node, [childModule, dir], disk.env) };
  }

  it('keeps its promise waiting while a sync is held, with the loop alive, and keeps it when the sync is let go', async () => {
    const { dir, disk, child } = startOnSlowDisk();
    await child.heard('open 0');
    child.say('commit 1');
    await child.heard('durable 1');
    disk.hold('sync');
    child.say('commit 2');
    await until(() => expect(disk.held()).toBe(true));
    child.say('commit 3');
    child.say('ping');
    await child.heard('pong');
    expect(child.lines).not.toContain('durable 2');
    disk.release();
    await child.heard('durable 3');
    expect(child.lines.filter((line) => line.startsWith('durable'))).toEqual(['durable 1', 'durable 2', 'durable 3']);
    child.say('close');
    await child.heard('closed');
    expect((await stored(dir)).restored.outbox).toHaveLength(3);
  });

  it('refuses what could not be synced, says so, and clears it with the next commit that succeeds', async () => {
    const { dir, disk, child } = startOnSlowDisk();
    await child.heard('open 0');
    const EIO = 5;
    disk.fail(EIO, 'sync');
    child.say('commit 1');
    await child.heard('refused 1 unwritable');
    expect(child.lines).toContain('trouble unwritable begins');
    disk.release();
    child.say('commit 2');
    await child.heard('durable 2');
    expect(child.lines.at(-2)).toBe('trouble unwritable ends');
    await child.kill();
    const { restored, heard } = await stored(dir);
    expect(restored.outbox).toEqual([entry('a2', 1, 2)]);
    expect(restored.alerts).toEqual([alert('a2')]);
    expect(heard).toEqual([]);
  });

  it('only takes longer on a card that drags', async () => {
    const { disk, child } = startOnSlowDisk();
    await child.heard('open 0');
    disk.delay(30, 'all');
    child.say('commit 1');
    child.say('ping');
    await child.heard('durable 1');
    expect(child.lines.indexOf('pong')).toBeLessThan(child.lines.indexOf('durable 1'));
  });
});
