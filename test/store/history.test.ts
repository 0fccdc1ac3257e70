// The history ring: its budget, its classes, its batches, and what it does when the disk will not have it.

import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { HistoryRecord } from '#contract/store.ts';
import { until } from '#fakes/wait.ts';
import { systemClock } from '#src/clock/system.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { close, openWhole } from '#src/store/database.ts';
import { storeError } from '#src/store/errors.ts';
import { openHistory } from '#src/store/history.ts';
import { BATCH_MS, BATCH_RECORDS, URGENT_BATCH_MS } from '#src/store/history-batches.ts';
import { readStretch } from '#src/store/history-read.ts';
import { historyKind, POSITION_LEAP } from '#src/store/history-ring.ts';
import { recordsOf } from '#src/store/stretch.ts';
import { ears, moment, press, silence, silentLog, tempDir, temperature } from './rig.ts';

const MIB = 1_024 * 1_024;

function open(
  options: { dir?: string; budgetBytes?: number; above?: number; clock?: ReturnType<typeof virtualClock> } = {},
) {
  const dir = options.dir ?? tempDir();
  const events = ears();
  const history = openHistory({ dir, budgetBytes: MIB, clock: virtualClock(), log: silentLog, events, ...options });
  onTestFinished(() => history.close().catch(() => undefined));
  return { dir, events, history };
}

const sizeOf = (dir: string) =>
  ['history.db', 'history.db-wal'].reduce(
    (sum, name) => sum + (existsSync(join(dir, name)) ? statSync(join(dir, name)).size : 0),
    0,
  );

/** Telemetry that takes some 100 bytes, so that a ring is full soon: the quantity alone says which ring. */
const bulky = (i: number): HistoryRecord => ({
  kind: 'reading',
  reading: {
    deviceId: 'wrist-1',
    quantity: 'power',
    value: { rateHz: 50, xyz: Array.from({ length: 12 }, (_, n) => [Math.sin(i + n), Math.cos(i * n), i / (n + 7)]) },
    quality: 'good',
    at: moment(i),
    seq: i,
  },
});

async function everything(history: ReturnType<typeof openHistory>) {
  const all: { position: number; record: HistoryRecord }[] = [];
  for (;;) {
    const some = await history.read(all.at(-1)?.position ?? 0, 1_000);
    if (some.length === 0) return all;
    all.push(...some);
  }
}

describe('the history ring', () => {
  it('stays under its budget, log included, with ten times its volume, and lets go of telemetry before presses', async () => {
    const { dir, history } = open();
    const presses = 400;
    let largest = 0;
    for (let i = 0; i < 32_000; i += 1) {
      history.append(i < presses ? press(i) : bulky(i));
      if (i % 1_000 === 999) {
        await history.flush();
        largest = Math.max(largest, sizeOf(dir));
      }
    }
    await history.flush();
    const { records, evicted, dropped, bytes, bytesWritten } = history.stats();
    expect(bytesWritten).toBeGreaterThan(10 * MIB);
    expect(largest).toBeLessThanOrEqual(MIB);
    expect(bytes).toBe(sizeOf(dir));
    expect({ dropped, sum: records + evicted }).toEqual({ dropped: 0, sum: 32_000 });
    const kept = (await everything(history)).map(({ record }) => record);
    expect(kept).toHaveLength(records);
    expect(kept.slice(0, presses)).toEqual(Array.from({ length: presses }, (_, i) => press(i)));
    expect(kept.at(-1)).toEqual(bulky(31_999));
    // The oldest went: what is left of telemetry is its end, without a gap.
    expect(kept.slice(presses)).toEqual(
      Array.from({ length: records - presses }, (_, i) => bulky(32_000 - records + presses + i)),
    );
  });

  it('does not let presses push telemetry out altogether', async () => {
    const { history } = open();
    const story = (i: number): HistoryRecord => {
      const { fault, ...rest } = silence(i);
      return { ...rest, fault: { ...fault, context: { filler: 'x'.repeat(400) } } };
    };
    for (let i = 0; i < 6_000; i += 1) {
      history.append(i % 2 ? story(i) : bulky(i));
      if (i % 500 === 0) await history.flush();
    }
    await history.flush();
    const kinds = (await everything(history)).map(({ record }) => record.kind);
    for (const kind of ['reading', 'fault']) expect(kinds.filter((each) => each === kind).length).toBeGreaterThan(300);
  });

  it('goes on with higher positions after a restart, a kill or damage, never with one that it has given', async () => {
    const dir = tempDir();
    const first = open({ dir });
    first.history.append(press(1));
    await first.history.flush();
    const [one] = await first.history.read(0, 10);
    await first.history.close();

    const second = open({ dir });
    second.history.append(press(2));
    await second.history.flush();
    const [, two] = await second.history.read(0, 10);
    await second.history.close();
    expect(two?.position).toBeGreaterThanOrEqual((one?.position ?? Number.NaN) + POSITION_LEAP);

    writeFileSync(join(dir, 'history.db'), 'rubbish');
    const third = open({ dir, above: two?.position ?? 0 });
    third.history.append(press(3));
    await third.history.flush();
    const [three] = await third.history.read(two?.position ?? 0, 10);
    expect(third.events.short()).toEqual(['damaged begins']);
    expect(three).toMatchObject({ record: press(3) });
  });

  it('goes on in a new file with higher positions when its file is deleted under it, and says so', async () => {
    const { dir, events, history } = open();
    history.append(press(1));
    await history.flush();
    const [one] = await history.read(0, 10);
    for (const name of ['history.db', 'history.db-wal', 'history.db-shm']) rmSync(join(dir, name));
    history.append(press(2));
    await history.flush();
    expect(events.short()).toEqual(['damaged begins']);
    expect((await history.read(one?.position ?? 0, 10)).map(({ record }) => record)).toEqual([press(2)]);
  });

  it.each([
    ['its middle', 'ORDER BY first LIMIT 1 OFFSET 2', 'read'],
    ['its beginning', 'ORDER BY first LIMIT 1', 'start'],
    ['its end', 'ORDER BY first DESC LIMIT 1', 'start'],
  ])('says so when blocks are gone from %s', async (_, which, told) => {
    const dir = tempDir();
    const first = open({ dir });
    for (let i = 0; i < 3_000; i += 1) first.history.append(temperature(i));
    await first.history.close();
    const db = new Database(join(dir, 'history.db'));
    db.exec(`DELETE FROM telemetry WHERE first IN (SELECT first FROM telemetry ${which})`);
    db.close();
    const second = open({ dir });
    await second.history.read(Number.MAX_SAFE_INTEGER, 1);
    expect(second.events.heard).toHaveLength(told === 'start' ? 1 : 0);
    expect((await second.history.read(0, 5_000)).length).toBe(3_000 - BATCH_RECORDS);
    // Once, though each look finds it again.
    await second.history.read(0, 5_000);
    expect(second.events.heard).toMatchObject([
      { what: 'damaged', active: true, counts: { lostRecords: BATCH_RECORDS } },
    ]);
    // And the ring goes on.
    second.history.append(press(1));
    await second.history.flush();
    expect((await second.history.read(0, 5_000)).at(-1)?.record).toEqual(press(1));
  });

  it('writes a batch after 5 s, or when it is full, and within a second what tells a story by itself', async () => {
    const clock = virtualClock();
    const { history } = open({ clock });
    const stored = async () => (await history.read(0, 10_000)).length;
    history.append(temperature(1));
    clock.advance(BATCH_MS - 1);
    expect(await stored()).toBe(0);
    clock.advance(1);
    expect(await stored()).toBe(1);

    history.append(temperature(2));
    history.append(press(3));
    clock.advance(URGENT_BATCH_MS);
    expect(await stored()).toBe(3);

    for (let i = 0; i < BATCH_RECORDS; i += 1) history.append(temperature(i));
    expect(await stored()).toBe(3 + BATCH_RECORDS);
  });

  it('is read while it is written', async () => {
    const { history } = open({ budgetBytes: 8 * MIB });
    const seen: HistoryRecord[] = [];
    let after = 0;
    for (let i = 0; i < 5_000; i += 1) {
      history.append(i % 4 ? temperature(i) : press(i));
      if (i % 700 !== 0) continue;
      const some = await history.read(after, 300);
      seen.push(...some.map(({ record }) => record));
      after = some.at(-1)?.position ?? after;
    }
    await history.flush();
    for (;;) {
      const some = await history.read(after, 300);
      if (some.length === 0) break;
      seen.push(...some.map(({ record }) => record));
      after = some.at(-1)?.position ?? after;
    }
    expect(seen).toEqual(Array.from({ length: 5_000 }, (_, i) => (i % 4 ? temperature(i) : press(i))));
  });

  it('keeps what the disk will not take, drops the oldest telemetry first, counts it, and writes the rest when it heals', async () => {
    const dir = join(tempDir(), 'data');
    writeFileSync(dir, 'in the way');
    const clock = virtualClock();
    const { history, events } = open({ dir, clock, budgetBytes: 16 * MIB });
    await expect(history.read(0, 1)).rejects.toMatchObject({ code: 'unwritable' });
    expect(events.short()).toEqual(['unwritable begins']);
    // More than the 4 MiB that are kept in memory.
    const count = 22_000;
    for (let i = 0; i < count; i += 1) history.append(i % 100 === 0 ? press(i) : bulky(i));
    await expect(history.flush()).rejects.toMatchObject({ code: 'unwritable' });
    const { dropped } = history.stats();
    expect(dropped).toBeGreaterThan(1_000);

    rmSync(dir);
    mkdirSync(dir);
    clock.advance(5_000);
    await until(() => expect(events.short()).toEqual(['unwritable begins', 'unwritable ends']));
    await history.flush();
    const kept = (await everything(history)).map(({ record }) => record);
    expect(kept.filter(({ kind }) => kind === 'reading')).toHaveLength(count - dropped);
    expect(kept.filter((record) => record.kind === 'reading' && record.reading.quantity === 'button')).toHaveLength(
      count / 100,
    );
    expect(kept.at(-1)).toEqual(bulky(count - 1));
  });

  describe('with a bit that fell over', () => {
    const count = 3_000;
    const record = (i: number) => (i % 4 ? temperature(i) : press(i));
    const written = new Set(Array.from({ length: count }, (_, i) => JSON.stringify(record(i))));
    const flip = (file: Buffer, at: number, bit: number) => file.with(at, (file[at] ?? 0) ^ (1 << bit));
    let whole: Buffer;
    beforeEach(async () => {
      const { dir, history } = open();
      for (let i = 0; i < count; i += 1) history.append(record(i));
      await history.close();
      whole = readFileSync(join(dir, 'history.db'));
    });

    it('reads nothing that was not written, and misses nothing in silence', () => {
      const path = join(tempDir('fast'), 'history.db');
      const kind = historyKind(MIB);
      let heard = 0;
      fc.assert(
        fc.property(fc.noBias(fc.nat(whole.length - 1)), fc.nat(7), (at, bit) => {
          writeFileSync(path, flip(whole, at, bit));
          const told: string[] = [];
          const { db } = openWhole(path, kind, 1, (detail) => told.push(detail));
          try {
            const stretch = readStretch(db, 0, count);
            const read = recordsOf(stretch, 0, count).records.map((placed) => JSON.stringify(placed.record));
            expect(read.every((text) => written.has(text))).toBe(true);
            if (told.length === 0 && stretch.damaged === 0) expect(read).toHaveLength(count);
            else heard += 1;
          } catch (error) {
            if (error instanceof Error && error.name === 'AssertionError') throw error;
            // What the worker sets the file aside for.
            expect(storeError(error).code).toBe('damaged');
            heard += 1;
          } finally {
            close(db);
            rmSync(`${path}-wal`, { force: true });
          }
        }),
        { numRuns: 150 },
      );
      expect(heard).toBeGreaterThan(20);
    });

    it('takes records afterwards', async () => {
      const dir = tempDir('fast');
      for (const where of [0.001, 0.3, 0.9]) {
        writeFileSync(join(dir, 'history.db'), flip(whole, Math.floor(where * whole.length), 3));
        const { history } = open({ dir });
        await everything(history);
        history.append(press(9_999));
        await history.flush();
        expect((await everything(history)).at(-1)?.record).toEqual(press(9_999));
        await history.close();
      }
    });
  });

  it('takes a record that no ring can hold for lost, and goes on', async () => {
    const { history } = open();
    history.append({
      kind: 'reading',
      reading: {
        deviceId: 'wrist-1',
        quantity: 'acceleration',
        value: { rateHz: 50, xyz: Array.from({ length: 40_000 }, (_, i) => [Math.sin(i), 0, 1 / 3]) },
        quality: 'good',
        at: moment(1),
        seq: 1,
      },
    });
    history.append(press(2));
    await history.flush();
    expect((await history.read(0, 10)).map(({ record }) => record)).toEqual([press(2)]);
    expect(history.stats().dropped).toBe(1);
  });

  it('refuses a budget that holds no ring, and runs on the box clock too', async () => {
    expect(() => open({ budgetBytes: 1_000 })).toThrow(/at least/);
    const history = openHistory({
      dir: tempDir(),
      budgetBytes: MIB,
      clock: systemClock(),
      log: silentLog,
      events: ears(),
    });
    history.append(press(1));
    await history.close();
    await expect(history.read(0, 1)).rejects.toMatchObject({ code: 'closed' });
  });
});
