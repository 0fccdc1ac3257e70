// Readings from serial bytes through the whole pipeline to the ring; and the ring's writer alone beside a bare loop.

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { HistoryRecord } from '#contract/store.ts';
import type { MonoMs, WallMs } from '#contract/time.ts';
import { asked, type Benchmark, medianFigure } from './figures.ts';
import { device, gateway, helper, nowMs, pause, scratch } from './parts.ts';

const FRAMES = 200_000;
const RUNS = 5;
const RECORDS = 200_000;

export const throughput: Benchmark = {
  name: 'throughput',
  about:
    'readings/s from bytes on a serial line to the ring; the ring’s writer alone, floor: bare batch insert and delete',

  async run(report) {
    const rates: number[] = [];
    const cpu: number[] = [];
    const bytes: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const { rate, cpuMs, written } = await fromBytes();
      rates.push(rate);
      cpu.push(cpuMs);
      bytes.push(written);
      report(`run ${run + 1}: ${Math.round(rate)} readings/s`);
    }
    const writer: number[] = [];
    const bare: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      writer.push(await writerAlone());
      bare.push(bareLoop());
      report(
        `run ${run + 1}: writer ${Math.round(writer.at(-1) ?? 0)} records/s, bare loop ${Math.round(bare.at(-1) ?? 0)}`,
      );
    }
    const rate = medianFigure(rates, undefined, '/s');
    const cost = medianFigure(cpu, undefined, 'ms');
    const ring = medianFigure(writer, bare, '/s');
    return {
      'serial bytes to ring': asked(rate, 'at least 25,000/s', rate.value >= 25_000),
      'CPU per 1,000 readings': asked(cost, 'at most 20 ms', cost.value <= 20),
      'ring’s writer alone': asked(ring, 'at least 0.6 of the floor', (ring.ratio ?? 0) >= 0.6),
      'bytes written per 100,000 readings': medianFigure(bytes, undefined, 'B'),
    };
  },
};

/** A module uploads as fast as the line takes it; the last reading is on the disk when the clock stops. */
async function fromBytes(): Promise<{ rate: number; cpuMs: number; written: number }> {
  const { dir, remove } = scratch();
  const source = helper('frames.ts', String(FRAMES));
  const { port } = (await source.next()) as { port: number };
  const cpuBefore = process.cpuUsage();
  const began = nowMs();
  const home = await gateway({
    dir,
    devices: [
      device('gas', 'gas', 'winsen-gas', {
        port: `tcp://127.0.0.1:${port}`,
        model: 'zc-lel',
        mode: 'active',
        pollSeconds: 1,
        warmupSeconds: 0,
        address: 1,
        lelPpm: 50_000,
        baudRate: 9_600,
      }),
    ],
  });
  await source.next();
  // The far end has written all; what is still in the sockets is read before the device falls silent.
  const lastAt = await settled(
    () => home.history.stats().records,
    () => home.history.flush(),
  );
  const ms = lastAt - began;
  const { user, system } = process.cpuUsage(cpuBefore);
  const { records, bytesWritten } = home.history.stats();
  await home.stop();
  source.stop();
  remove();
  // Half a frame that waits for its rest for a quarter of a second is thrown away, on a machine that stalls so long.
  if (records < FRAMES * 0.999) throw new Error(`${FRAMES} frames became ${records} records`);
  return {
    rate: (records / ms) * 1_000,
    cpuMs: (user + system) / 1_000 / (records / 1_000),
    written: (bytesWritten / records) * 100_000,
  };
}

/** When the last reading was in the ring: all frames, or no further one for three seconds. */
async function settled(count: () => number, flush: () => Promise<void>): Promise<number> {
  let newest = -1;
  let since = nowMs();
  for (; nowMs() - since < 3_000; await pause(10)) {
    await flush();
    const now = count();
    if (now >= FRAMES) return nowMs();
    if (now !== newest) since = nowMs();
    newest = now;
  }
  return since;
}

const gasReading = (number: number): HistoryRecord => ({
  kind: 'reading',
  reading: {
    deviceId: `gas-${number % 20}`,
    quantity: 'gas',
    value: (number % 50) / 10,
    quality: 'good',
    at: { mono: number as MonoMs, wall: (1_790_000_000_000 + number) as WallMs, wallTrusted: true, bootId: 'bench' },
    seq: number,
  },
});

/** Until all is on the disk, with a ring that is full and overwrites. */
async function writerAlone(): Promise<number> {
  const { dir, remove } = scratch();
  const home = await gateway({ dir, devices: [], historyMegabytes: 2 });
  for (let number = 0; number < RECORDS / 4; number++) home.history.append(gasReading(number));
  await home.history.flush();
  const began = nowMs();
  for (let number = 0; number < RECORDS; number++) {
    home.history.append(gasReading(number));
    if (number % 5_000 === 0) await home.history.flush();
  }
  await home.history.flush();
  const rate = (RECORDS / (nowMs() - began)) * 1_000;
  await home.stop();
  remove();
  return rate;
}

/** What somebody would write instead: a table, batches of 500 in a transaction, the oldest deleted. */
function bareLoop(): number {
  const { dir, remove } = scratch();
  const db = new Database(join(dir, 'bare.db'));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  db.exec(
    'create table reading (id integer primary key, device text, quantity text, value real, quality text, wall integer, mono integer)',
  );
  const insert = db.prepare(
    'insert into reading (device, quantity, value, quality, wall, mono) values (?, ?, ?, ?, ?, ?)',
  );
  const trim = db.prepare('delete from reading where id <= (select max(id) from reading) - 50000');
  const batch = db.transaction((from: number) => {
    for (let number = from; number < from + 500; number++) {
      const record = gasReading(number);
      if (record.kind !== 'reading') continue;
      const { deviceId, quantity, value, quality, at } = record.reading;
      insert.run(deviceId, quantity, value, quality, at.wall, at.mono);
    }
    trim.run();
  });
  const began = nowMs();
  for (let from = 0; from < RECORDS; from += 500) batch(from);
  const rate = (RECORDS / (nowMs() - began)) * 1_000;
  db.close();
  if (readdirSync(dir).every((name) => statSync(join(dir, name)).size === 0)) throw new Error('nothing was written');
  remove();
  return rate;
}
