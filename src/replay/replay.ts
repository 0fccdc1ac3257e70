// Replay: the production pipeline on a virtual clock, fed with a home's history, one line at a time.

import { type ForkableIds, seededIds } from '#base/ids.ts';
import type { Alert } from '#contract/alert.ts';
import type { Device, Person } from '#contract/device.ts';
import type { HealthOrder } from '#contract/health.ts';
import type { Ids } from '#contract/ids.ts';
import type { Quantity } from '#contract/quantity.ts';
import type { Restored } from '#contract/store.ts';
import type { HomeDevice, HomeState, Rules } from '#src/core/home.ts';
import type { InputLine } from './lines.ts';
import { lineOf, type OutputLine } from './output-lines.ts';
import { type Powered, powerUp } from './powered.ts';
import { createStreams, type Slice, type Streams } from './streams.ts';

export type { OutputLine } from './output-lines.ts';

export interface Replay {
  /** Takes one line; what it makes is given to `write`, in order. Returns why it cannot be used, if so: nothing has changed then. */
  take(line: InputLine): Promise<string | undefined>;
  /** The input is over: what is due at its last instant happens, and nothing after. */
  end(): Promise<void>;
}

export interface ReplayOptions {
  rules: Rules;
  /** Devices of the config; lines declare more. */
  devices: readonly HomeDevice[];
  seed: number;
  write(line: OutputLine): void;
}

interface Home {
  readonly options: ReplayOptions;
  readonly run: string | undefined;
  readonly devices: Map<string, HomeDevice>;
  readonly people: Map<string, Person>;
  readonly ids: ForkableIds;
  /** Samples that are still to arrive. */
  readonly streams: Streams;
  /** Of the last line; undefined before the first that has one. */
  t: number | undefined;
  wallOffset: number;
  boots: number;
  powered: Powered | undefined;
  /** What a start would find while the power is off. */
  stored: Restored | undefined;
}

const newHome = (options: ReplayOptions, run: string | undefined): Home => ({
  options,
  run,
  devices: new Map(options.devices.map((device) => [device.id, device])),
  people: new Map((options.rules.people ?? []).map((person) => [person.id, person])),
  ids: seededIds(options.seed),
  streams: createStreams(),
  t: undefined,
  wallOffset: 0,
  boots: 0,
  powered: undefined,
  stored: undefined,
});

export function createReplay(options: ReplayOptions): Replay {
  let home = newHome(options, undefined);
  return {
    async take(line) {
      const why = objection(home, line);
      if (why !== undefined) return why;
      if (line.kind === 'run') {
        await finish(home);
        home = newHome(options, line.run);
      } else await use(home, line);
      await home.powered?.calm();
      return undefined;
    },
    end: () => finish(home),
  };
}

/** Why the line cannot be used here. */
function objection(home: Home, line: InputLine): string | undefined {
  if (!('t' in line) || line.t === undefined) return undefined;
  if (home.t !== undefined && line.t < home.t) return `t: ${line.t} is before ${home.t} of an earlier line`;
  if (
    (line.kind === 'quantity' || line.kind === 'samples' || line.kind === 'link') &&
    line.device !== undefined &&
    !home.devices.has(line.device)
  ) {
    return `device: ${JSON.stringify(line.device)} is neither in the config nor declared on an earlier line`;
  }
  if (line.kind === 'gateway' && line.gateway === (home.powered || home.boots === 0 ? 'on' : 'off'))
    return `gateway: it is ${line.gateway} already`;
  return undefined;
}

async function use(home: Home, line: Exclude<InputLine, { kind: 'run' }>): Promise<void> {
  if (line.kind === 'declare') {
    const device = line.declare as Device;
    home.devices.set(device.id, device);
    home.powered?.pipeline.install(device, null);
  } else if (line.kind === 'person') {
    home.people.set(line.person.id, line.person);
    home.powered?.pipeline.rules(rulesOf(home));
  } else {
    if (home.t === undefined) home.powered = boot(home, line.t);
    home.t = line.t;
    await passTo(home, line.t, false);
    await happen(home, line);
  }
}

type Timed = Exclude<InputLine, { kind: 'run' | 'declare' | 'person' }>;
type LineOf<Kind extends InputLine['kind']> = Extract<InputLine, { kind: Kind }>;

/** What a line says happens, at its instant. */
async function happen(home: Home, line: Timed): Promise<void> {
  const { powered } = home;
  switch (line.kind) {
    case 'quantity':
      return hear(powered, line);
    case 'samples':
      return home.streams.add(line.device, line.t, { rateHz: line.rateHz, xyz: line.samples });
    case 'link':
      for (const id of line.device === undefined ? home.devices.keys() : [line.device])
        powered?.pipeline.link(id, line.link === 'up');
      return;
    case 'say':
      return say(home, line);
    case 'order':
      return order(home, line);
    case 'gateway':
      return line.gateway === 'off' ? switchOff(home) : switchOn(home, line.t);
    case 'clock':
      home.wallOffset += line.clock.stepMs;
      powered?.clock.stepWall(line.clock.stepMs);
      powered?.pipeline.clockStepped(line.clock.stepMs);
      return;
    case 'whatIf':
      return whatIf(home, line);
    case 't':
      return;
  }
}

function hear(powered: Powered | undefined, { device, quantity, value, quality }: LineOf<'quantity'>): void {
  const at = powered?.clock.now();
  if (at) powered?.pipeline.accept({ deviceId: device, quantity: quantity as Quantity, value, quality, at, seq: 0 });
}

function say({ powered, ids }: Home, line: LineOf<'say'>): void {
  const { say: act, hazard, by, note, outcome } = line;
  if (!powered) return;
  const alertId = act === 'hush' ? undefined : meant(powered.pipeline.openAlerts(), line)?.id;
  powered.pipeline.command({
    id: ids.next(),
    act,
    by: by ?? { name: 'resident', role: 'resident' },
    hazard,
    alertId,
    note,
    outcome,
  });
}

function order(home: Home, { order, id = home.ids.next() }: LineOf<'order'>): void {
  const by = { name: 'platform', role: 'operator' } as const;
  home.powered?.pipeline.command({ id, act: order.act, by, order: order as HealthOrder });
}

function switchOff(home: Home): void {
  if (!home.powered) return;
  home.stored = home.powered.restored();
  home.powered.pipeline.stop();
  home.powered = undefined;
}

function switchOn(home: Home, t: number): void {
  home.powered = boot(home, t, home.stored);
  home.stored = undefined;
}

/** A fork of the home lives on by itself for a while. */
async function whatIf(home: Home, { t, forMs }: LineOf<'whatIf'>): Promise<void> {
  if (!home.powered) return;
  const state = home.powered.pipeline.snapshot();
  const fork = power(home, t, { state, ids: home.ids.fork(), tags: { whatIf: t } });
  await fork.pass(t + forMs, true);
  fork.pipeline.stop();
}

function boot(home: Home, t: number, restored?: Restored): Powered {
  home.boots += 1;
  return power(home, t, { restored, ids: home.ids, tags: {} });
}

/** @param tags of every line that it makes. */
function power(
  home: Home,
  t: number,
  { tags, ...found }: { ids: Ids; tags: { whatIf?: number }; state?: HomeState; restored?: Restored | undefined },
): Powered {
  const { options, run, wallOffset, boots, devices } = home;
  return powerUp({
    ...found,
    from: { mono: t, wall: t + wallOffset, bootId: `boot-${boots}` },
    rules: rulesOf(home),
    devices: devices.values(),
    tap(event) {
      const line = lineOf(event);
      if (line) options.write({ ...(run !== undefined && { run }), ...tags, ...line });
    },
  });
}

const rulesOf = ({ options, people }: Home): Rules => ({ ...options.rules, people: [...people.values()] });

/**
 * Lets everything happen that is due before `t`, or at it with `inclusive`, and the samples arrive until then, `t`
 * included: they were given earlier than what happens at `t`.
 */
async function passTo({ streams, powered }: Home, t: number, inclusive: boolean): Promise<void> {
  for (let next = streams.next(); next !== undefined && next <= t; next = streams.next()) {
    if (powered) await powered.pass(next, false);
    const timer = powered?.clock.next();
    const slice = streams.take(timer === undefined ? t : Math.min(t, timer));
    if (slice && powered) await arrive(powered, slice);
  }
  if (powered) await powered.pass(t, inclusive);
}

async function arrive({ clock, pipeline, calm }: Powered, { device, samples, lastT }: Slice): Promise<void> {
  const at = clock.now();
  clock.advanceBefore(lastT);
  pipeline.accept({ deviceId: device, quantity: 'acceleration', value: samples, quality: 'good', at, seq: 0 });
  await calm();
}

async function finish(home: Home): Promise<void> {
  // What a batch still holds was given, and arrives; nothing happens after its last sample.
  if (home.t !== undefined) await passTo(home, Math.max(home.t, home.streams.last() ?? 0), true);
  home.powered?.pipeline.stop();
}

/** Where a line narrows down which alert it means; without that, the pipeline takes the newest. */
function meant(
  open: readonly Alert[],
  { hazard, device, raised }: Extract<InputLine, { kind: 'say' }>,
): Alert | undefined {
  if (device === undefined) return undefined;
  const own = open.filter((alert) => alert.deviceId === device && (hazard === undefined || alert.hazard === hazard));
  const distance = (alert: Alert) => Math.abs(alert.raisedAt.mono - (raised ?? Number.MAX_SAFE_INTEGER));
  return own.toSorted((a, b) => distance(a) - distance(b))[0];
}
