// A scenario played live: real lines for any gateway to open, and what happens in the home in real time.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Cancel, type Clock, later } from '#contract/time.ts';
import { chance } from '../scenario/chance.ts';
import { gatewayConfig, isWired } from '../scenario/gateway-config.ts';
import type { Scenario } from '../scenario/schema.ts';
import { type Sensor, sensor } from '../scenario/sensor.ts';
import { type Change, type Move, timelineOf } from '../scenario/timeline.ts';
import { localText } from '../scenario/times.ts';
import { gpioWire, rtuWire, tcpWire, type Wire, type WireParts, winsenWire } from './wire.ts';

/** What a play tells, in order. `t`: milliseconds since the beginning of the scenario; `at`: the home's clock. */
export type PlayEvent =
  | { kind: 'config'; config: Record<string, unknown> }
  | { kind: 'waiting'; devices: string[] }
  | { kind: 'begin'; at: string }
  | { kind: 'move'; t: number; at: string; change: Change }
  /** It has no meaning for a gateway that runs by itself, or its device has no wire. */
  | { kind: 'skipped'; t: number; at: string; change: Change }
  | { kind: 'output'; t: number; at: string; device: string; on: boolean }
  | { kind: 'end'; played: boolean };

export interface PlayOptions {
  scenario: Scenario;
  seed: number;
  clock: Clock;
  /** Where serial lines and chips are made; a temporary folder of its own without it. */
  dir: string | undefined;
  /** How many times faster than real time. */
  speed: number;
  /** Begin without waiting for a gateway. */
  atOnce: boolean;
  /** May take its time with a configuration: nothing begins before. */
  report(event: PlayEvent): void;
  stopped(): Promise<void>;
}

const LOOK_MS = 50;

/** Plays to the end, or until stopped; true when it came to its end. Leaves nothing behind. */
export async function play(options: PlayOptions): Promise<boolean> {
  const { scenario, seed, clock, speed, report } = options;
  // Listened for before there is anything that would be left behind.
  const stop = options.stopped().then(() => false);
  const timeline = timelineOf(scenario, seed);
  const own = options.dir === undefined;
  const dir = own ? mkdtempSync(join(tmpdir(), 'hearthward-sim-')) : resolve(options.dir as string);
  if (!own) mkdirSync(dir, { recursive: true });
  const timers = new Set<Cancel>();
  const wires: Wire[] = [];
  let stopping = false;
  let begunAt: number | undefined;

  const now = () => (begunAt === undefined ? 0 : (clock.now().mono - begunAt) * speed);
  const localAt = (t: number) => localText(timeline.zone.local(timeline.epoch + t));
  const pause = (ms: number) =>
    new Promise<void>((done) => {
      const cancel = clock.at(later(clock.now().mono, ms), 'sim-play', () => {
        timers.delete(cancel);
        done();
      });
      timers.add(cancel);
    });

  const sensors = new Map(scenario.devices.map((device) => [device.id, sensor(device, seed)]));
  const wireOf = (id: string) => wires.find(({ devices }) => devices.some((device) => device.id === id));

  async function connect(): Promise<void> {
    let draws = 0;
    const parts: WireParts = { clock, now, random: () => chance(seed, 'noise', draws++) };
    const buses = new Map<string, Sensor[]>();
    for (const device of scenario.devices.filter(isWired)) {
      const own = sensors.get(device.id) as Sensor;
      if (device.wire === 'modbus-rtu') {
        const bus = device.bus ?? device.id;
        buses.set(bus, [...(buses.get(bus) ?? []), own]);
      } else if (device.wire === 'modbus-tcp') wires.push(await tcpWire(parts, own));
      else if (device.wire === 'winsen') wires.push(await winsenWire(parts, own, join(dir, device.id)));
      else
        wires.push(
          await gpioWire(parts, own, join(dir, `${device.id}.gpio`), (on) => {
            const t = Math.round(now());
            if (!stopping) report({ kind: 'output', t, at: localAt(t), device: device.id, on });
          }),
        );
    }
    for (const [bus, slaves] of buses) wires.push(await rtuWire(parts, slaves, join(dir, `${bus}.rtu`)));
  }

  async function awaitGateway(): Promise<void> {
    for (;;) {
      const alone = wires.filter((wire) => !wire.attached());
      if (alone.length === 0 || stopping) return;
      await pause(LOOK_MS);
    }
  }

  async function happen({ t, change }: Move): Promise<void> {
    const wire = 'device' in change ? wireOf(change.device) : undefined;
    if (!wire || !('device' in change)) return report({ kind: 'skipped', t, at: localAt(t), change });
    report({ kind: 'move', t, at: localAt(t), change });
    sensors.get(change.device)?.take(change, now());
    if (change.do === 'button') {
      if (change.value !== 'hold') wire.press(change.value === 'press');
    } else await wire.refresh();
  }

  async function show(): Promise<boolean> {
    report({ kind: 'config', config: gatewayConfig(scenario, ({ id }) => wireOf(id)?.address ?? '') });
    if (!options.atOnce) {
      report({ kind: 'waiting', devices: wires.flatMap(({ devices }) => devices.map(({ id }) => id)) });
      await awaitGateway();
    }
    if (stopping) return false;
    begunAt = clock.now().mono;
    report({ kind: 'begin', at: localAt(0) });
    for (const move of timeline.moves) {
      const wait = move.t / speed - (clock.now().mono - begunAt);
      if (wait > 0) await pause(wait);
      if (stopping) return false;
      await happen(move);
    }
    await pause(Math.max(0, timeline.lastsMs / speed - (clock.now().mono - begunAt)));
    return true;
  }

  try {
    // Not given up half-way: what was begun to be made has to be known, to be taken away.
    await connect();
    const played = await Promise.race([show(), stop]);
    stopping = true;
    report({ kind: 'end', played });
    return played;
  } finally {
    stopping = true;
    for (const cancel of timers) cancel();
    await Promise.all(wires.map((wire) => wire.close()));
    if (own) rmSync(dir, { recursive: true, force: true });
  }
}
