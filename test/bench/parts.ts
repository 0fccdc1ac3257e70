// What the benchmarks share: the gateway composed of its real parts in this process, a platform as a process of its own,
// and the bare script that somebody would write instead.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { ulids } from '#base/ids.ts';
import { type OutputAction, outputActions } from '#contract/alert.ts';
import type { Config, ConfiguredDevice, UplinkConfig } from '#contract/config.ts';
import { deviceKinds } from '#contract/device.ts';
import { type AnyDriver, type DriverIo, defineDriver } from '#contract/driver.ts';
import type { Reaction } from '#contract/reaction.ts';
import { outputSwitch } from '#src/actuators/output-switch.ts';
import { channelKinds } from '#src/channels/index.ts';
import { systemClock } from '#src/clock/system.ts';
import { emptyHome } from '#src/core/home.ts';
import { createPipeline } from '#src/core/pipeline.ts';
import type { Pipeline } from '#src/core/ports.ts';
import { detectors } from '#src/detectors/index.ts';
import { createHost } from '#src/hosting/host.ts';
import { joinHosts } from '#src/hosting/join-hosts.ts';
import { bluetooth } from '#src/hosting/radio/bluetooth/profile.ts';
import { createRadioHost } from '#src/hosting/radio/host.ts';
import { wires } from '#src/hosting/wires.ts';
import { createChannels } from '#src/service/channels.ts';
import { jsonLog, tapToLog } from '#src/service/log.ts';
import { logSink } from '#src/service/log-sink.ts';
import { openHistory } from '#src/store/history.ts';
import { openJournal } from '#src/store/journal.ts';
import { gpioTransport } from '#src/transports/gpio/index.ts';
import { serialTransport } from '#src/transports/serial/index.ts';
import { bangle } from '../../drivers/bangle/driver.ts';
import { polar } from '../../drivers/polar/driver.ts';
import { winsenGas } from '../../drivers/winsen-gas/driver.ts';

export const TENANT = 'bench';
/** The one channel, where there is a broker. */
const uplinksTo = (url: string | undefined): UplinkConfig[] =>
  url === undefined ? [] : [{ channel: 'district', url, tenant: TENANT, gateway: GATEWAY, keepaliveSeconds: 20 }];
export const GATEWAY = 'home-1';
const MAIN = join(import.meta.dirname, '../../src/main.ts');

/** Milliseconds of the clock that all processes of this machine share. */
export const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

export const scratch = (): { dir: string; remove(): void } => {
  const dir = mkdtempSync(join(tmpdir(), 'hearthward-bench-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
};

/** Emits by hand, as a driver does once its debounce or framing is over, and tells when an output is called. */
export interface HandDriver {
  driver: AnyDriver;
  io(deviceId: string): DriverIo<'gpio', object>;
  performed(told: (deviceId: string, action: OutputAction) => void): void;
}

export function handDriver(): HandDriver {
  const seats = new Map<string, DriverIo<'gpio', object>>();
  let told: (deviceId: string, action: OutputAction) => void = () => undefined;
  return {
    driver: defineDriver({
      id: 'hand',
      summary: 'Says what the benchmark makes it say.',
      transport: 'gpio',
      kinds: deviceKinds,
      options: z.object({}),
      provides: ['button', 'gas'],
      accepts: outputActions,
      checkIn: () => null,
      run(io: DriverIo<'gpio', object>) {
        seats.set(io.device.id, io);
        return {
          stop: async () => undefined,
          async perform(action) {
            told(io.device.id, action);
            return 'commanded';
          },
        };
      },
    }),
    io(deviceId) {
      const io = seats.get(deviceId);
      if (!io) throw new Error(`no device ${deviceId}`);
      return io;
    },
    performed(listener) {
      told = listener;
    },
  };
}

/** The gateway's real parts, put together as the daemon does, with the handles that a benchmark needs. */
export async function gateway(options: {
  dir: string;
  brokerUrl?: string;
  devices: ConfiguredDevice[];
  reactions?: readonly Reaction[];
  hand?: HandDriver;
  historyMegabytes?: number;
  /** Called when something is spoken to the resident. */
  said?: () => void;
  /** The adapter of its Bluetooth devices, which run in a process of their own as in a home. */
  bluetooth?: string;
}) {
  const clock = systemClock();
  const sink = logSink(clock, openSync('/dev/null', 'w'), () => undefined);
  const log = jsonLog(sink, () => clock.now().wall);
  const ids = ulids(clock);
  const events = { trouble: () => undefined };
  const { journal, restored } = await openJournal({ dir: options.dir, clock, log, events });
  const history = openHistory({
    dir: options.dir,
    budgetBytes: (options.historyMegabytes ?? 64) * 1_000_000,
    clock,
    log,
    events,
  });
  const channels = createChannels({
    kinds: channelKinds,
    clock,
    ids,
    log,
    secretsDir: undefined,
    version: 'bench',
    pipeline: () => pipeline,
    history,
    journal,
    facts: {},
  });
  const pipeline: Pipeline = createPipeline(
    {
      clock,
      ids,
      journal,
      history,
      switch: outputSwitch({ clock, perform: (id, action) => host.perform(id, action) }),
      speaker: { say: () => options.said?.() },
      indicator: { signal: () => undefined },
      wearables: { signal: () => undefined },
      channels,
      tap: tapToLog(log),
    },
    {
      zone: 'UTC',
      reactions: options.reactions ?? [],
      detectors,
      detectorOptions: Object.fromEntries(
        detectors.map(({ id, options: schema }) => [id, schema.parse({}) as Record<string, unknown>]),
      ),
      channels: channels.plan({ uplinks: uplinksTo(options.brokerUrl) } as Config),
    },
    emptyHome(),
  );
  const drivers = [winsenGas, bangle, polar, ...(options.hand ? [options.hand.driver] : [])];
  const { accept, fault, install, remove } = pipeline;
  const ports = { clock, log, accept, fault, install, remove };
  const transports = { serial: serialTransport({ clock, log, ids }), gpio: gpioTransport({ clock, log }) };
  const host = joinHosts(drivers, createHost(drivers, { ...ports, transports: wires(transports) }), {
    ble: createRadioHost({
      profile: bluetooth,
      program: [process.execPath, ...process.execArgv, MAIN],
      drivers,
      ports,
      secretsDir: undefined,
      settings: () => ({ adapter: options.bluetooth }),
    }),
  });
  await channels.apply();
  pipeline.adopt(restored);
  await host.apply(options.devices);
  pipeline.resume();
  return {
    clock,
    pipeline,
    history,
    journal,
    async stop() {
      await host.stop();
      await channels.stop();
      pipeline.stop();
      await Promise.allSettled([history.close(), journal.close()]);
    },
  };
}

export const device = (
  id: string,
  kind: ConfiguredDevice['kind'],
  driver = 'hand',
  options: Record<string, unknown> = {},
): ConfiguredDevice => ({ id, kind, driver, options });

/** A process of the benchmark's own, spoken with in JSON lines. It ends with this one. */
export function helper(
  script: string,
  ...args: string[]
): { child: ChildProcess; next(): Promise<Record<string, unknown>>; stop(): void } {
  const child = spawn(process.execPath, [join(import.meta.dirname, script), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines: Record<string, unknown>[] = [];
  const waiting: ((line: Record<string, unknown>) => void)[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const read = JSON.parse(line) as Record<string, unknown>;
    const waiter = waiting.shift();
    if (waiter) waiter(read);
    else lines.push(read);
  });
  return {
    child,
    next() {
      const line = lines.shift();
      return line ? Promise.resolve(line) : new Promise((resolve) => waiting.push(resolve));
    },
    stop: () => void child.kill('SIGKILL'),
  };
}

type Ear = ReturnType<typeof helper>;

/** When the ear first heard of a call that it had not heard of; the words that follow on the same call are passed over. */
async function newCall(ear: Ear, known: Set<unknown>): Promise<number> {
  for (;;) {
    const { call, at } = await ear.next();
    if (call === undefined || known.has(call)) continue;
    known.add(call);
    return Number(at);
  }
}

export async function resolved(ear: Ear): Promise<void> {
  while ((await ear.next()).state !== 'resolved');
}

/**
 * A finger on the button of a home whose valve closes for help: each press is a call of its own, as it is in a home, and is
 * resolved before the next. Milliseconds to the call of the valve's driver (as of a siren's), and to a subscriber's hands.
 */
export function finger(
  hand: Pick<HandDriver, 'io' | 'performed'>,
  ear: Ear,
  home: Pick<Awaited<ReturnType<typeof gateway>>, 'pipeline'>,
): () => Promise<{ siren: number; hands: number }> {
  const known = new Set<unknown>();
  let called = 0;
  hand.performed(() => {
    called = nowMs();
  });
  return async () => {
    const button = hand.io('button');
    const began = nowMs();
    button.emit({ quantity: 'button', value: 'press', quality: 'good' });
    button.emit({ quantity: 'button', value: 'release', quality: 'good' });
    const siren = called - began;
    const hands = (await newCall(ear, known)) - began;
    home.pipeline.command({ id: `resolve ${began}`, act: 'resolve', by: { name: 'bench', role: 'operator' } });
    await resolved(ear);
    return { siren, hands };
  };
}

/** A way to a port that can be cut and mended, as a process of its own; resolves when it is open. */
export async function openWay(to: number, from: number): Promise<{ cut(): Promise<void> }> {
  const child = spawn(
    'socat',
    [`TCP-LISTEN:${from},bind=127.0.0.1,reuseaddr,fork,nodelay`, `TCP:127.0.0.1:${to},nodelay`],
    // Each connection is a process of its own: they end together.
    { stdio: 'ignore', detached: true },
  );
  const reached = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(from, '127.0.0.1');
      socket.once('connect', () => socket.end(() => resolve(true)));
      socket.once('error', () => resolve(false));
    });
  while (!(await reached())) await pause(10);
  return {
    async cut() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      process.kill(-(child.pid ?? 0), 'SIGKILL');
      await gone;
    },
  };
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
