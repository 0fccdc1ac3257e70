// The real soak: `hearthward run` as a process of its own with real lines, broker and platform, at hundreds of readings a
// second. Each minute: heaps after a full collection, memory, descriptors, CPU time, and presses timed to siren and hands.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { later, SECOND } from '#contract/time.ts';
import { startGateway, TENANT } from '#fakes/gateway.ts';
import { freePort, startMosquitto } from '#fakes/mosquitto.ts';
import { startPlatform } from '#fakes/platform.ts';
import { systemClock } from '#src/clock/system.ts';
import { simulatedLines } from '#src/sim/lines.ts';
import { heapsOf, inspectable, kernelsView } from './inspected.ts';
import { layLoad } from './load.ts';
import { median, type Series, type Track } from './verdict.ts';

export interface RealSoak {
  steps: number;
  /** Of one sample. */
  stepSeconds: number;
  /** Readings a second. */
  rate: number;
  pressesPerStep: number;
  /** The most that the heap of all threads may rise over the second half; at 500 readings/s 2 bytes each in a quarter of an hour. */
  heapRiseKb: number;
  report(text: string): void;
}

const RESIDENT_RISE_KB = 5_000;
const LATENCY_RISE_MS = 5;

export async function soakReal(options: RealSoak): Promise<Series> {
  const { steps, stepSeconds, pressesPerStep, report } = options;
  const clock = systemClock();
  const now = () => Number(process.hrtime.bigint()) / 1e6;
  const wait = (ms: number) =>
    new Promise<void>((resolve) => clock.at(later(clock.now().mono, Math.max(0, ms)), 'soak', resolve));
  const dir = mkdtempSync(join(tmpdir(), 'hearthward-soak-'));
  const ending: (() => unknown)[] = [() => rmSync(dir, { recursive: true, force: true })];

  try {
    const socketPath = join(dir, 'gpio.sock');
    const chip = await simulatedLines({ socketPath, clock, lines: ['HELP', 'SIREN'] });
    ending.push(() => chip.close());
    chip.set('HELP', true);
    const load = await layLoad(dir, options.rate, clock);
    ending.push(() => load.end());
    const broker = await startMosquitto();
    ending.push(() => broker.stop());
    const platform = await startPlatform({ dir: join(dir, 'platform'), brokerUrl: broker.url, tenant: TENANT });
    ending.push(() => platform.kill());
    const ear = await listen(broker.url);
    ending.push(() => ear.stop());
    const port = await freePort();
    const at = (line: string) => ({ chip: `sim:${socketPath}`, line });
    const gateway = startGateway({
      dir: join(dir, 'home'),
      devices: [
        { id: 'help', driver: 'gpio-input', kind: 'help-button', ...at('HELP') },
        { id: 'siren', driver: 'gpio-output', kind: 'siren', ...at('SIREN') },
        ...load.devices,
      ],
      uplinks: [{ channel: 'district', url: broker.url }],
      config: { reactions: [{ on: 'help', severity: ['alarm'], do: [{ output: 'siren', action: 'on' }] }] },
      env: inspectable(port),
    });
    ending.push(() => gateway.kill());
    await gateway.armed();
    report(`armed; ${load.rate} readings/s asked for, ${steps} samples of ${stepSeconds} s`);
    const pid = gateway.child.pid ?? 0;

    /** One press, to the siren and to the platform's hands; then a person resolves it, and the siren is quiet. */
    async function press(): Promise<{ siren: number; hands: number }> {
      const siren = Promise.withResolvers<number>();
      const quiet = Promise.withResolvers<void>();
      const off = chip.onOutput((line, high) => {
        if (line !== 'SIREN') return;
        if (high === true) siren.resolve(now());
        else quiet.resolve();
      });
      const heard = ear.nextRaised();
      const began = now();
      chip.set('HELP', false);
      const times = {
        siren: (await within(siren.promise, 'the siren')) - began,
        hands: (await within(heard, 'the hands')).at - began,
      };
      chip.set('HELP', true);
      const [alertId] = (await heard).alert.split('.');
      let shown: { key: string } | undefined;
      for (let tries = 0; !shown && tries < 500; tries += 1, await wait(20))
        shown = (await platform.alerts()).find(({ data }) => data.alertId === alertId);
      await platform.act(shown?.key ?? '', 'resolve', 'soak');
      await within(quiet.promise, 'the siren’s end');
      off();
      return times;
    }

    const within = <Result>(promise: Promise<Result>, what: string): Promise<Result> =>
      Promise.race([
        promise,
        wait(20 * SECOND).then(() => {
          throw new Error(
            `${what} did not come within 20 s; the gateway said last ${JSON.stringify(gateway.events.slice(-5))}`,
          );
        }),
      ]);

    const tracks = {
      heap: track('heaps after collection', 'kB', { rise: options.heapRiseKb }),
      main: track('heap of the main thread', 'kB'),
      resident: track('resident memory', 'kB', { rise: RESIDENT_RISE_KB }),
      descriptors: track('descriptors', '', { notAbove: 'first half' }),
      siren: track('press to siren', 'ms', { rise: LATENCY_RISE_MS }),
      hands: track('press to hands', 'ms', { rise: LATENCY_RISE_MS }),
      slowest: track('press to hands, slowest', 'ms'),
      // Not judged: on a machine that others use less and less, the same work is done in more and smaller pieces, and costs more.
      cpu: track('CPU per 1,000 readings', 'ms'),
      rate: track('readings at the platform', '/s'),
    };
    let before = { at: now(), readings: await ear.readings(), cpuMs: kernelsView(pid).cpuMs };
    for (let step = 0; step < steps; step += 1) {
      const begun = now();
      const siren: number[] = [];
      const hands: number[] = [];
      for (let count = 0; count < pressesPerStep; count += 1) {
        await wait(begun + ((count + 0.5) * stepSeconds * SECOND) / (pressesPerStep + 1) - now());
        const times = await press();
        siren.push(times.siren);
        hands.push(times.hands);
      }
      await wait(begun + stepSeconds * SECOND - now());
      const kernel = kernelsView(pid);
      const after = { at: now(), readings: await ear.readings(), cpuMs: kernel.cpuMs };
      const readings = after.readings - before.readings;
      const asked = (load.rate * (after.at - before.at)) / SECOND;
      const { main, workers } = await heapsOf(port);
      tracks.main.values.push(main / 1_000);
      tracks.heap.values.push((main + workers.reduce((sum, bytes) => sum + bytes, 0)) / 1_000);
      tracks.resident.values.push(kernel.residentKb);
      tracks.descriptors.values.push(kernel.descriptors);
      tracks.siren.values.push(median(siren));
      tracks.hands.values.push(median(hands));
      tracks.slowest.values.push(Math.max(...hands));
      tracks.cpu.values.push(((after.cpuMs - before.cpuMs) / asked) * 1_000);
      tracks.rate.values.push((readings / (after.at - before.at)) * SECOND);
      before = after;
      report(
        `${step + 1}/${steps}: ${Object.values(tracks)
          .map(({ name, unit, values }) => `${name} ${(values.at(-1) ?? 0).toFixed(1)} ${unit}`)
          .join(', ')}`,
      );
    }
    return {
      title: `${load.rate} readings/s, ${((steps * stepSeconds) / 60).toFixed(1)} real minutes`,
      step: stepSeconds === 60 ? 'minute' : `${stepSeconds} s`,
      steps,
      tracks: Object.values(tracks),
    };
  } finally {
    for (const end of ending.reverse()) await Promise.resolve(end()).catch(() => undefined);
  }
}

const track = (name: string, unit: string, bound?: Track['bound']): Track => ({ name, unit, values: [], bound });

interface Raised {
  alert: string;
  at: number;
}

async function listen(url: string) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'ear.ts'), url, TENANT], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ready = Promise.withResolvers<void>();
  let raised: ((line: Raised) => void) | undefined;
  let counted: ((readings: number) => void) | undefined;
  let known = new Set<string>();
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as { ready?: true; alert?: string; at: number; state?: string; readings?: number };
    if (line.ready) ready.resolve();
    else if (line.readings !== undefined) counted?.(line.readings);
    else if (line.alert !== undefined && line.state === 'raised') {
      const [id = ''] = line.alert.split('.');
      if (known.has(id)) return;
      known = new Set([id]);
      raised?.({ alert: line.alert, at: line.at });
    }
  });
  await ready.promise;
  return {
    nextRaised: () => new Promise<Raised>((resolve) => (raised = resolve)),
    readings: () =>
      new Promise<number>((resolve) => {
        counted = resolve;
        child.stdin.write('\n');
      }),
    stop: () => void child.kill('SIGKILL'),
  };
}
