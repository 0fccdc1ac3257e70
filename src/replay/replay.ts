// Replay: the production pipeline on a virtual clock, fed with a home's history, one line at a time.

import { type ForkableIds, seededIds } from '#base/ids.ts';
import type { Alert } from '#contract/alert.ts';
import type { Device, Person } from '#contract/device.ts';
import type { HealthOrder } from '#contract/health.ts';
import type { Ids } from '#contract/ids.ts';
import type { Quantity } from '#contract/quantity.ts';
import type { Restored } from '#contract/store.ts';
import type { Value } from '#contract/value.ts';
import type { HomeDevice, HomeState, Rules } from '#src/core/home.ts';
import type { InputLine } from './lines.ts';
import { lineOf, type OutputLine } from './output-lines.ts';
import { type Powered, powerUp } from './powered.ts';
import { createStreams, type Streams } from './streams.ts';

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
  run: string | undefined;
  devices: Map<string, HomeDevice>;
  people: Map<string, Person>;
  /** Of the last line; undefined before the first that has one. */
  t: number | undefined;
  wallOffset: number;
  boots: number;
  ids: ForkableIds;
  /** Samples that are still to arrive. */
  streams: Streams;
  powered: Powered | undefined;
  /** What a start would find while the power is off. */
  stored: Restored | undefined;
}

export function createReplay({ rules, devices, seed, write }: ReplayOptions): Replay {
  let home = newHome(undefined);

  function newHome(run: string | undefined): Home {
    return {
      run,
      devices: new Map(devices.map((device) => [device.id, device])),
      people: new Map((rules.people ?? []).map((person) => [person.id, person])),
      t: undefined,
      wallOffset: 0,
      boots: 0,
      ids: seededIds(seed),
      streams: createStreams(),
      powered: undefined,
      stored: undefined,
    };
  }

  const rulesNow = (): Rules => ({ ...rules, people: [...home.people.values()] });

  function power(
    t: number,
    { whatIf, ids = home.ids, ...found }: { whatIf?: number; state?: HomeState; restored?: Restored; ids?: Ids },
  ): Powered {
    if (whatIf === undefined) home.boots += 1;
    const { run } = home;
    const tags = { ...(run !== undefined && { run }), ...(whatIf !== undefined && { whatIf }) };
    return powerUp({
      ...found,
      from: { mono: t, wall: t + home.wallOffset, bootId: `boot-${home.boots}` },
      ids,
      rules: rulesNow(),
      devices: home.devices.values(),
      tap(event) {
        const line = lineOf(event);
        if (line) write({ ...tags, ...line });
      },
    });
  }

  /**
   * Lets everything happen that is due before `t`, or at it with `inclusive`, and the samples arrive until then, `t`
   * included: they were given earlier than what happens at `t`.
   */
  async function listen(t: number, inclusive: boolean): Promise<void> {
    const { streams, powered } = home;
    for (let next = streams.next(); next !== undefined && next <= t; next = streams.next()) {
      if (powered) await powered.pass(next, false);
      const timer = powered?.clock.next();
      const slice = streams.take(timer === undefined ? t : Math.min(t, timer));
      if (!slice || !powered) continue;
      const { device, samples, lastT } = slice;
      const at = powered.clock.now();
      powered.clock.advanceBefore(lastT);
      powered.pipeline.accept({
        deviceId: device,
        quantity: 'acceleration',
        value: samples,
        quality: 'good',
        at,
        seq: 0,
      });
      await powered.calm();
    }
    if (powered) await powered.pass(t, inclusive);
  }

  async function whatIf(t: number, forMs: number): Promise<void> {
    if (!home.powered) return;
    const fork = power(t, { whatIf: t, state: home.powered.pipeline.snapshot(), ids: home.ids.fork() });
    await fork.pass(t + forMs, true);
    fork.pipeline.stop();
  }

  /** Why the line cannot be used here. */
  function objection(line: InputLine): string | undefined {
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

  async function timed(line: Exclude<InputLine, { kind: 'run' | 'declare' | 'person' }>): Promise<void> {
    if (home.t === undefined) home.powered = power(line.t, {});
    home.t = line.t;
    const { powered } = home;
    await listen(line.t, false);
    switch (line.kind) {
      case 'quantity':
        return hear(powered, line.device, line.quantity as Quantity, line.value, line.quality);
      case 'samples':
        return home.streams.add(line.device, line.t, { rateHz: line.rateHz, xyz: line.samples });
      case 'link':
        for (const id of line.device === undefined ? home.devices.keys() : [line.device])
          powered?.pipeline.link(id, line.link === 'up');
        return;
      case 'say':
        return say(powered, line);
      case 'order': {
        const { order, id = home.ids.next() } = line;
        const by = { name: 'platform', role: 'operator' } as const;
        powered?.pipeline.command({ id, act: order.act, by, order: order as HealthOrder });
        return;
      }
      case 'gateway':
        return line.gateway === 'off' ? off() : on(line.t);
      case 'clock':
        home.wallOffset += line.clock.stepMs;
        powered?.clock.stepWall(line.clock.stepMs);
        powered?.pipeline.clockStepped(line.clock.stepMs);
        return;
      case 'whatIf':
        return whatIf(line.t, line.forMs);
      case 't':
        return;
    }
  }

  function hear(
    powered: Powered | undefined,
    deviceId: string,
    quantity: Quantity,
    value: Value,
    quality: 'good' | 'uncertain' | 'bad',
  ): void {
    powered?.pipeline.accept({ deviceId, quantity, value, quality, at: powered.clock.now(), seq: 0 });
  }

  function say(powered: Powered | undefined, line: Extract<InputLine, { kind: 'say' }>): void {
    const { say: act, hazard, by, note } = line;
    if (!powered) return;
    const alertId = act === 'hush' ? undefined : meant(powered.pipeline.openAlerts(), line)?.id;
    powered.pipeline.command({
      id: home.ids.next(),
      act,
      by: by ?? { name: 'resident', role: 'resident' },
      hazard,
      alertId,
      note,
    });
  }

  function off(): void {
    if (!home.powered) return;
    home.stored = home.powered.restored();
    home.powered.pipeline.stop();
    home.powered = undefined;
  }

  function on(t: number): void {
    home.powered = power(t, home.stored ? { restored: home.stored } : {});
    home.stored = undefined;
  }

  async function finish(): Promise<void> {
    // What a batch still holds was given, and arrives; nothing happens after its last sample.
    if (home.t !== undefined) await listen(Math.max(home.t, home.streams.last() ?? 0), true);
    home.powered?.pipeline.stop();
  }

  return {
    async take(line) {
      const why = objection(line);
      if (why !== undefined) return why;
      if (line.kind === 'run') {
        await finish();
        home = newHome(line.run);
      } else if (line.kind === 'declare') {
        const device = line.declare as Device;
        home.devices.set(device.id, device);
        home.powered?.pipeline.install(device, null);
      } else if (line.kind === 'person') {
        home.people.set(line.person.id, line.person);
        home.powered?.pipeline.rules(rulesNow());
      } else await timed(line);
      await home.powered?.calm();
      return undefined;
    },
    end: finish,
  };
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
