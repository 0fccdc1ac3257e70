// A radio's own process: its transport, its drivers, and a host for them as in the gateway; only what the gateway needs to
// know goes out. It ends with the gateway, however that ends.

import { flushCompileCache } from 'node:module';
import { deviceIn } from '#base/subject.ts';
import type { AnyDriver } from '#contract/driver.ts';
import { HearthwardError, reasonOf } from '#contract/errors.ts';
import type { Fault, FaultCode } from '#contract/fault.ts';
import type { Log } from '#contract/log.ts';
import type { Reading } from '#contract/reading.ts';
import { type Clock, every, later, SECOND } from '#contract/time.ts';
import { createHost } from '../host.ts';
import type { DriverHost } from '../ports.ts';
import { type DeviceMemory, deviceMemory } from './device-memory.ts';
import type { ToChild, ToParent } from './messages.ts';
import { type OutgoingGate, outgoingGate } from './outgoing-gate.ts';
import { type PairingDesk, pairingDesk } from './pairing.ts';
import type { OpenRadio, RadioProfile, RadioSurroundings } from './profile.ts';

const ALIVE_EVERY = 2 * SECOND;
/** By then all of a radio is loaded. */
const LOADED_MS = 10 * SECOND;

export interface RadioChild<Settings, Kept, Found> {
  profile: RadioProfile<Settings, Kept, Found>;
  drivers: readonly AnyDriver[];
  clock: Clock;
  open(surroundings: RadioSurroundings<Settings>): OpenRadio<Found>;
}

/** What there is once the gateway has said with what the radio is set up. */
interface Running<Kept> {
  host: DriverHost;
  desk: PairingDesk;
  memory: DeviceMemory<Kept>;
}

/** Runs until the channel to the gateway closes. */
export function runRadioChild<Settings, Kept, Found>(parts: RadioChild<Settings, Kept, Found>): void {
  const { clock } = parts;
  const gateway = channel<Kept, Found>();
  const gate = outgoingGate();
  const faults = faultReports(gateway.say);
  let running: Running<Kept> | undefined;
  let applying = Promise.resolve();

  const on: { [Say in ToChild['say']]: (message: Extract<ToChild<Settings, Kept>, { say: Say }>) => void } = {
    setup(message) {
      running ??= setUp(parts, message, { gateway, gate, faults });
    },
    apply({ devices, ...known }) {
      applying = applying
        .then(() => {
          running?.memory.learn(known);
          return running?.host.apply(devices);
        })
        .catch((thrown: unknown) => gateway.log.error({ err: reasonOf(thrown) }, 'devices could not be applied'));
    },
    search: (message) => running?.desk.search(message.on),
    trial: ({ device, secret }) => running?.desk.trial(device, secret),
    perform: (message) => void perform(running?.host, message).then(gateway.say),
  };

  // The gateway ends this process; a signal to the whole group must not do it first.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  process.on('message', (message: ToChild<Settings, Kept>) => on[message.say](message as never));
  process.on('disconnect', () => process.exit(0));
  // The channel closed before anybody listened.
  if (!process.connected) process.exit(0);
  every(clock, ALIVE_EVERY, 'alive', () => {
    for (const { device, tooFast } of gate.flooding(clock.now().mono))
      faults.report('button-flooding', device, tooFast);
    gateway.say({
      say: 'alive',
      rssMegabytes: Math.round(process.memoryUsage.rss() / 1e6),
      dropped: gate.dropped(),
      flooding: gate.mostDropped(),
    });
  });
  // Node keeps what it compiled at a clean exit only, and a power cut is none: the next start takes less.
  clock.at(later(clock.now().mono, LOADED_MS), 'compile-cache', flushCompileCache);
  gateway.say({ say: 'ready' });
}

function setUp<Settings, Kept, Found>(
  { profile, drivers, clock, open }: RadioChild<Settings, Kept, Found>,
  { settings, secretsDir, patience }: Extract<ToChild<Settings, Kept>, { say: 'setup' }>,
  { gateway, gate, faults }: { gateway: Channel<Kept, Found>; gate: OutgoingGate; faults: FaultReports },
): Running<Kept> {
  const { say, log } = gateway;
  const radio = open({
    settings: profile.settings.parse(settings),
    patience,
    log,
    fault: (code, active, context) => faults.report(code, null, active, context),
    stalled: (why) => say({ say: 'stalled', why }),
  });
  const memory = deviceMemory({ profile, clock, secretsDir, say });
  const host = createHost(drivers, {
    clock,
    log,
    transports: { [profile.transport]: { port: radio.port, lost: profile.faults.lost } },
    accept(reading) {
      const { deviceId, quantity } = reading;
      if (gate.allows(deviceId, quantity, clock.now().mono, gateway.underWay())) say(readingMessage(reading));
    },
    heard: (device) => say({ say: 'heard', device }),
    extras: memory.extras,
    fault: (code, subject, active, context) => faults.report(code, deviceIn(subject) ?? null, active, context),
    // The gateway knows its devices and when they were last heard, whatever becomes of this process.
    install: () => undefined,
    remove(device) {
      memory.forget(device);
      faults.forget(device);
    },
  });
  return { host, memory, desk: pairingDesk({ profile, radio, drivers, clock, log, say }) };
}

const readingMessage = ({ deviceId, quantity, value, quality, at, record }: Reading): ToParent<never, never> => ({
  ...{ say: 'reading', device: deviceId, quantity, value, quality, mono: at.mono },
  // Of a record from before the boot, which the monotonic clock does not know.
  ...(at.mono === 0 && { wall: at.wall }),
  ...(record && { record }),
});

async function perform(
  host: DriverHost | undefined,
  { id, device, action, text }: Extract<ToChild, { say: 'perform' }>,
): Promise<Extract<ToParent, { say: 'performed' }>> {
  try {
    if (!host) throw new Error('not set up');
    const result = await host.perform(device, action, text);
    return { say: 'performed', id, ...(isDone(result) ? { result } : { error: result }) };
  } catch (thrown) {
    const code = thrown instanceof HearthwardError ? { code: thrown.code } : {};
    return { say: 'performed', id, error: reasonOf(thrown).slice(0, 500), ...code };
  }
}

const isDone = (result: string): result is 'commanded' | 'confirmed' | 'unconfirmed' =>
  ['commanded', 'confirmed', 'unconfirmed'].includes(result);

interface FaultReports {
  /** `device` is null for the radio itself. */
  report(code: FaultCode, device: string | null, active: boolean, context?: Fault['context']): void;
  forget(device: string): void;
}

/** Sends faults that changed: drivers report the same again and again. */
function faultReports(say: (message: ToParent<never, never>) => void): FaultReports {
  const sent = new Map<string, string>();
  return {
    report(code, device, active, context = {}) {
      const key = `${code}@${device}`;
      const now = JSON.stringify([active, active ? context : {}]);
      if (sent.get(key) === now) return;
      sent.set(key, now);
      say({ say: 'fault', code, device, active, ...(active && { context }) });
    },
    forget(device) {
      for (const key of sent.keys()) if (key.endsWith(`@${device}`)) sent.delete(key);
    },
  };
}

interface Channel<Kept, Found> {
  say(message: ToParent<Kept, Found>): void;
  /** Messages that the channel has not taken yet. */
  underWay(): number;
  /** Its lines are written by the gateway. */
  log: Log;
}

function channel<Kept, Found>(): Channel<Kept, Found> {
  let underWay = 0;
  const say = (message: ToParent<Kept, Found>) => {
    if (!process.connected) return;
    underWay += 1;
    process.send?.(message, () => {
      underWay -= 1;
    });
  };
  return { say, underWay: () => underWay, log: channelLog(say, {}) };
}

function channelLog(say: (message: ToParent<never, never>) => void, base: object): Log {
  const line = (level: 'info' | 'warn' | 'error') => (fields: object, message: string) =>
    say({ say: 'log', level, fields: { ...base, ...fields }, message });
  return {
    debug: () => undefined,
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    child: (fields) => channelLog(say, { ...base, ...fields }),
  };
}
