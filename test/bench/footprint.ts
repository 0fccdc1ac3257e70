// Memory of the running gateway, and the time from starting the process to its first alarm at a subscriber; each beside a
// bare script, and an empty Node, as processes of the same run.

import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startMosquitto } from '#fakes/mosquitto.ts';
import { systemClock } from '#src/clock/system.ts';
import { simulatedLines } from '#src/sim/lines.ts';
import { asked, type Benchmark, medianFigure } from './figures.ts';
import { GATEWAY, helper, nowMs, pause, scratch, TENANT } from './parts.ts';

const RUNS = 5;
const READINGS = 100_000;
const PROGRAM = join(import.meta.dirname, '../../src/main.ts');
const BARE = join(import.meta.dirname, 'bare.ts');

export const footprint: Benchmark = {
  name: 'footprint',
  about: `resident MB idle and after ${READINGS} readings, ms from process start to the first alarm delivered; floor: a bare script`,

  async run(report) {
    const broker = await startMosquitto({ quiet: true });
    const ear = helper('subscriber.ts', broker.url, TENANT);
    await ear.next();
    const memory = {
      idle: [] as number[],
      after: [] as number[],
      bareIdle: [] as number[],
      bareAfter: [] as number[],
      empty: [] as number[],
    };
    for (let run = 0; run < 3; run++) {
      const product = await memoryOf((port, dir) => [
        PROGRAM,
        'run',
        '--config',
        config(dir, broker.url, port),
        '--data',
        join(dir, 'data'),
      ]);
      const bare = await memoryOf((port, dir) => [BARE, String(port), broker.url, join(dir, 'bare.db')]);
      memory.idle.push(product.idle);
      memory.after.push(product.after);
      memory.bareIdle.push(bare.idle);
      memory.bareAfter.push(bare.after);
      memory.empty.push(await emptyNode());
      report(
        `memory ${run + 1}: ${Math.round(product.idle)} and ${Math.round(product.after)} MB; bare ${Math.round(bare.idle)} and ${Math.round(bare.after)}`,
      );
    }
    const first: number[] = [];
    const bareFirst: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      first.push(await firstAlarm(broker.url, ear));
      bareFirst.push(await bareFirstAlarm(broker.url, ear));
      report(`start ${run + 1}: ${Math.round(first.at(-1) ?? 0)} ms, bare ${Math.round(bareFirst.at(-1) ?? 0)} ms`);
    }
    ear.stop();
    await broker.stop();
    const idle = medianFigure(memory.idle, memory.bareIdle, 'MB');
    const after = medianFigure(memory.after, memory.bareAfter, 'MB');
    const start = medianFigure(first, bareFirst, 'ms');
    return {
      'resident memory, idle': asked(idle, 'at most 95 MB', idle.value <= 95),
      [`resident memory after ${READINGS} readings`]: asked(after, 'at most 105 MB', after.value <= 105),
      'resident memory of an empty Node': medianFigure(memory.empty, undefined, 'MB'),
      'process start to first alarm delivered': asked(start, 'at most 500 ms', start.value <= 500),
    };
  },
};

function config(dir: string, brokerUrl: string, port: number, more: object[] = []): string {
  const file = join(dir, 'gateway.yaml');
  const gas = {
    id: 'gas',
    driver: 'winsen-gas',
    kind: 'gas',
    port: `tcp://127.0.0.1:${port}`,
    model: 'zc-lel',
    mode: 'active',
    warmupSeconds: 0,
  };
  const home = { timezone: 'Asia/Shanghai', language: 'en' };
  writeFileSync(
    file,
    JSON.stringify({
      home,
      gateway: { tenant: TENANT, id: GATEWAY },
      uplinks: [{ channel: 'district', url: brokerUrl }],
      devices: [gas, ...more],
    }),
  );
  return file;
}

const start = (args: string[]): ChildProcess =>
  spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });

const residentMb = ({ pid }: ChildProcess): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_000;

async function ended(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

async function memoryOf(args: (port: number, dir: string) => string[]): Promise<{ idle: number; after: number }> {
  const { dir, remove } = scratch();
  const source = helper('frames.ts', String(READINGS), 'hold');
  const { port } = (await source.next()) as { port: number };
  const child = start(args(port, dir));
  await pause(5_000);
  const idle = residentMb(child);
  source.child.stdin?.write('go\n');
  await source.next();
  await pause(3_000);
  const after = residentMb(child);
  await ended(child);
  source.stop();
  remove();
  return { idle, after };
}

async function emptyNode(): Promise<number> {
  const child = start(['-e', 'setInterval(() => {}, 1e6)']);
  await pause(1_000);
  const mb = residentMb(child);
  await ended(child);
  return mb;
}

type Ear = ReturnType<typeof helper>;

async function heard(ear: Ear, name: 'alert' | 'floor'): Promise<number> {
  for (;;) {
    const line = await ear.next();
    if (line[name] !== undefined) return Number(line.at);
  }
}

/** The contact of a gas detector is closed already when the gateway starts. */
async function firstAlarm(brokerUrl: string, ear: Ear): Promise<number> {
  const { dir, remove } = scratch();
  const socketPath = join(dir, 'gpio.sock');
  const chip = await simulatedLines({ socketPath, clock: systemClock(), lines: ['GAS'] });
  chip.set('GAS', false);
  const file = config(dir, brokerUrl, 1, [
    { id: 'detector', driver: 'gpio-input', kind: 'gas', chip: `sim:${socketPath}`, line: 'GAS' },
  ]);
  const began = nowMs();
  const child = start([PROGRAM, 'run', '--config', file, '--data', join(dir, 'data')]);
  const ms = (await heard(ear, 'alert')) - began;
  await ended(child);
  await chip.close();
  remove();
  return ms;
}

async function bareFirstAlarm(brokerUrl: string, ear: Ear): Promise<number> {
  const { dir, remove } = scratch();
  const source = helper('frames.ts', '1000');
  const { port } = (await source.next()) as { port: number };
  const began = nowMs();
  const child = start([BARE, String(port), brokerUrl, join(dir, 'bare.db')]);
  const ms = (await heard(ear, 'floor')) - began;
  await ended(child);
  source.stop();
  remove();
  return ms;
}
