// What the scenarios share: a home at the far end of simulated lines, a real broker, the real gateway and the real platform.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as elapsed } from 'node:timers/promises';
import { test } from 'vitest';
import { type GatewayOptions, type RunningGateway, startGateway, TENANT } from '#fakes/gateway.ts';
import { type Mosquitto, startMosquitto } from '#fakes/mosquitto.ts';
import { type RunningPlatform, startPlatform } from '#fakes/platform.ts';
import type { WaitOptions } from '#fakes/verb.ts';
import { until } from '#fakes/wait.ts';
import { systemClock } from '#src/clock/system.ts';
import { type SimulatedLines, simulatedLines } from '#src/sim/lines.ts';

/** A change of an output's line, and when this machine's wall clock said so. */
export interface Switched {
  line: string;
  on: boolean;
  time: number;
}

export interface House {
  dir: string;
  chip: SimulatedLines;
  socketPath: string;
  /** Every change of an output's line. */
  switched: Switched[];
  devices: Record<'help' | 'gasBit' | 'light' | 'siren', object>;
  broker: Mosquitto;
  platform: RunningPlatform;
  gateway: RunningGateway;
  uplinks: object[];
  /** Starts the gateway, or starts it again; resolves when it is armed. */
  start(options?: Partial<GatewayOptions>): Promise<RunningGateway>;
  /** Closes the contact to ground; the wall clock before the edge. */
  press(): number;
  /** Opens the contact; resolves when the input's debounce has surely taken it. */
  release(): Promise<void>;
  pressAgain(): Promise<number>;
  /** A whole press that waits for the platform's receipt; the alert's id. */
  called(): Promise<string>;
  fault(code: string, active: boolean, options?: WaitOptions): ReturnType<RunningGateway['waitFor']>;
  /** The first change of a line to that, after the wall time. */
  switches(line: string, on: boolean, since: number): Promise<Switched>;
  close(): Promise<void>;
}

/** Homes side by side start one after the other: a start takes all the processor it can get. */
let starting: Promise<unknown> = Promise.resolve();

/** A finger is no faster, and no input tells of it. */
const FINGER_MS = 150;
const LINES = ['HELP', 'GAS', 'LIGHT', 'SIREN'];

/** A test in a house of its own, which comes down with it: such tests may run side by side. */
export const inHouse = test.extend<{ home: House }>({
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which fixtures this one needs
  home: async ({}, use) => {
    const home = await house();
    try {
      await use(home);
    } finally {
      await home.close();
    }
  },
});

/** `chip`: how the gateway reaches the lines; `sim:` and the socket's path by default, else the label of a chip that tools know. */
export async function house({ chip: label }: { chip?: string } = {}): Promise<House> {
  const dir = mkdtempSync(join(tmpdir(), 'hearthward-scenario-'));
  const clock = systemClock();
  const socketPath = join(dir, 'gpio.sock');
  const chip = await simulatedLines({ socketPath, clock, lines: LINES, label });
  // Contacts close to ground against a pull-up: high is at rest.
  for (const line of ['HELP', 'GAS']) chip.set(line, true);
  const switched: Switched[] = [];
  chip.onOutput((line, high) => {
    switched.push({ line, on: high === true, time: Date.now() });
  });
  const at = (line: string) => ({ chip: label ?? `sim:${socketPath}`, line });
  const devices = {
    help: { id: 'help-bedroom', driver: 'gpio-input', kind: 'help-button', room: 'bedroom', ...at('HELP') },
    gasBit: { id: 'gas-kitchen', driver: 'gpio-input', kind: 'gas', room: 'kitchen', ...at('GAS') },
    light: { id: 'light', driver: 'gpio-output', kind: 'light', ...at('LIGHT') },
    siren: { id: 'siren', driver: 'gpio-output', kind: 'siren', ...at('SIREN') },
  };
  const broker = await startMosquitto();
  const uplinks = [{ channel: 'district', url: broker.url }];
  const platform = await startPlatform({ dir: join(dir, 'platform'), brokerUrl: broker.url, tenant: TENANT });
  let running: RunningGateway | undefined;

  const self: House = {
    dir,
    chip,
    socketPath,
    switched,
    devices,
    broker,
    uplinks,
    platform,
    get gateway() {
      if (!running) throw new Error('no gateway was started');
      return running;
    },
    async start(options = {}) {
      const begun = starting.then(async () => {
        const started = startGateway({ dir, devices: Object.values(devices), uplinks, ...options });
        running = started;
        await started.armed();
        return started;
      });
      starting = begun.catch(() => undefined);
      return begun;
    },
    press() {
      const time = Date.now();
      chip.set('HELP', false);
      return time;
    },
    async release() {
      chip.set('HELP', true);
      await elapsed(FINGER_MS);
    },
    async pressAgain() {
      await self.release();
      return self.press();
    },
    async called() {
      const known = self.gateway.events.length;
      self.press();
      const received = await self.gateway.waitFor({ event: 'received' }, { after: known });
      await self.release();
      return String(received.alertId);
    },
    fault: (code, active, options) => self.gateway.waitFor({ event: 'fault', code, active }, options),
    switches: (line, on, since) => {
      const fits = (change: Switched) => change.line === line && change.on === on && change.time >= since;
      return until(() => switched.find(fits) ?? false, `${line} to be switched ${on ? 'on' : 'off'}`);
    },
    async close() {
      await running?.kill();
      await platform.kill();
      await broker.stop();
      await chip.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return self;
}
