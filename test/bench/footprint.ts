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
const LAUNCHER = join(import.meta.dirname, '../../scripts/hearthward');
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
    // As on the second start of a box: Node has kept what it compiled.
    const kept = scratch();
    const cache = kept.dir;
    const cold = await firstAlarm(broker.url, ear, cache);
    await bareFirstAlarm(broker.url, ear, cache);
    for (let run = 0; run < 3; run++) {
      const product = await memoryOf((port, dir) =>
        start(LAUNCHER, gatewayArgs(config(dir, broker.url, [gasAt(port)]), dir), cache),
      );
      const bare = await memoryOf((port, dir) =>
        start(process.execPath, [BARE, String(port), broker.url, join(dir, 'bare.db')], cache),
      );
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
      first.push(await firstAlarm(broker.url, ear, cache));
      bareFirst.push(await bareFirstAlarm(broker.url, ear, cache));
      report(`start ${run + 1}: ${Math.round(first.at(-1) ?? 0)} ms, bare ${Math.round(bareFirst.at(-1) ?? 0)} ms`);
    }
    ear.stop();
    await broker.stop();
    kept.remove();
    const idle = medianFigure(memory.idle, memory.bareIdle, 'MB');
    const after = medianFigure(memory.after, memory.bareAfter, 'MB');
    const started = medianFigure(first, bareFirst, 'ms');
    return {
      'resident memory, idle': asked(idle, 'at most 95 MB', idle.value <= 95),
      [`resident memory after ${READINGS} readings`]: asked(after, 'at most 105 MB', after.value <= 105),
      'resident memory of an empty Node': medianFigure(memory.empty, undefined, 'MB'),
      'process start to first alarm delivered': asked(started, 'at most 500 ms', started.value <= 500),
      'the same, at the first start after an installation': medianFigure([cold], undefined, 'ms'),
    };
  },
};

const gasAt = (port: number): object => ({
  id: 'gas',
  driver: 'winsen-gas',
  kind: 'gas',
  port: `tcp://127.0.0.1:${port}`,
  model: 'zc-lel',
  mode: 'active',
  warmupSeconds: 0,
});

export function config(dir: string, brokerUrl: string, devices: object[]): string {
  const file = join(dir, 'gateway.yaml');
  const home = { timezone: 'Asia/Shanghai', language: 'en' };
  const uplinks = [{ channel: 'district', url: brokerUrl }];
  writeFileSync(file, JSON.stringify({ home, gateway: { tenant: TENANT, id: GATEWAY }, uplinks, devices }));
  return file;
}

const gatewayArgs = (configFile: string, dir: string): string[] => [
  'run',
  '--config',
  configFile,
  '--data',
  join(dir, 'data'),
];

const start = (program: string, args: string[], cache: string): ChildProcess =>
  spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, NODE_COMPILE_CACHE: cache } });

const residentMb = ({ pid }: ChildProcess): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_000;

async function ended(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

async function memoryOf(begin: (port: number, dir: string) => ChildProcess): Promise<{ idle: number; after: number }> {
  const { dir, remove } = scratch();
  const source = helper('frames.ts', String(READINGS), 'hold');
  const { port } = (await source.next()) as { port: number };
  const child = begin(port, dir);
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

/** The gateway's resident MB five seconds after its second start: Node has kept by then what it compiled. */
export async function residentWhenIdle(configFile: string, dir: string): Promise<number> {
  let mb = 0;
  for (let run = 0; run < 2; run++) {
    const child = start(LAUNCHER, gatewayArgs(configFile, dir), join(dir, 'compiled'));
    await pause(5_000);
    mb = residentMb(child);
    await ended(child);
  }
  return mb;
}

async function emptyNode(): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' });
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
async function firstAlarm(brokerUrl: string, ear: Ear, cache: string): Promise<number> {
  const { dir, remove } = scratch();
  const socketPath = join(dir, 'gpio.sock');
  const chip = await simulatedLines({ socketPath, clock: systemClock(), lines: ['GAS'] });
  chip.set('GAS', false);
  const file = config(dir, brokerUrl, [
    { id: 'detector', driver: 'gpio-input', kind: 'gas', chip: `sim:${socketPath}`, line: 'GAS' },
  ]);
  const began = nowMs();
  const child = start(LAUNCHER, gatewayArgs(file, dir), cache);
  const ms = (await heard(ear, 'alert')) - began;
  await ended(child);
  await chip.close();
  remove();
  return ms;
}

async function bareFirstAlarm(brokerUrl: string, ear: Ear, cache: string): Promise<number> {
  const { dir, remove } = scratch();
  const source = helper('frames.ts', '1000');
  const { port } = (await source.next()) as { port: number };
  const began = nowMs();
  const child = start(process.execPath, [BARE, String(port), brokerUrl, join(dir, 'bare.db')], cache);
  const ms = (await heard(ear, 'floor')) - began;
  await ended(child);
  source.stop();
  remove();
  return ms;
}
