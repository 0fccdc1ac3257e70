// A radio's own process: its transport, its drivers, and a host for them as in the gateway; only what the gateway needs to
// know goes out. It ends with the gateway, however that ends.

import { flushCompileCache } from 'node:module';
import type { BleScanner } from '#contract/ble-port.ts';
import type { AnyDriver } from '#contract/driver.ts';
import { HearthwardError, reasonOf } from '#contract/errors.ts';
import type { FaultCode } from '#contract/fault.ts';
import type { Log } from '#contract/log.ts';
import { type Clock, every, later, SECOND } from '#contract/time.ts';
import type { Transports } from '#contract/transport.ts';
import { readDeviceSecret } from '#src/config/secrets.ts';
import { createHost, type DriverHost } from '../host.ts';
import { gate } from './gate.ts';
import type { CounterMark, ToChild, ToParent } from './messages.ts';
import { pairingDesk } from './pairing-desk.ts';

const ALIVE_EVERY = 2 * SECOND;
/** By then all of a radio is loaded. */
const LOADED_MS = 10 * SECOND;

export interface ChildParts {
  drivers: readonly AnyDriver[];
  clock: Clock;
  /** Opens the radio. A fault of its own has no device. */
  transports(radio: {
    adapter: string | undefined;
    /** How much longer than usual silence is borne: it grows with each restart that did not help. */
    patience: number;
    log: Log;
    fault(code: FaultCode, active: boolean, context?: Record<string, string | number>): void;
    giveUp(why: string): void;
  }): Partial<Transports> & Partial<BleScanner>;
}

/** Runs until the channel to the gateway closes. */
export function runRadioChild({ drivers, clock, transports }: ChildParts): void {
  const allowed = gate();
  /** Messages that the channel has not taken yet. */
  let underWay = 0;
  const say = (message: ToParent) => {
    if (!process.connected) return;
    underWay += 1;
    process.send?.(message, () => {
      underWay -= 1;
    });
  };
  const log = channelLog(say, {});
  /** Faults as they were last told: drivers say the same again and again. */
  const told = new Map<string, string>();
  const fault = (code: FaultCode, device: string | null, active: boolean, context = {}) => {
    const key = `${code}@${device}`;
    const now = JSON.stringify([active, active ? context : {}]);
    if (told.get(key) === now) return;
    told.set(key, now);
    say({ say: 'fault', code, device, active, ...(active && { context }) });
  };
  let host: DriverHost | undefined;
  let desk: ReturnType<typeof pairingDesk> | undefined;
  // By ids, of which one may be `constructor`.
  let keys: ReadonlyMap<string, string> = new Map();
  const counters = new Map<string, CounterMark>();
  let applying = Promise.resolve();

  function setUp({ adapter, secretsDir, patience }: Extract<ToChild, { say: 'setup' }>): DriverHost {
    const open = transports({
      adapter,
      patience,
      log,
      fault: (code, active, context) => fault(code, null, active, context),
      giveUp: (why) => say({ say: 'deaf', why }),
    });
    desk = pairingDesk({ drivers, clock, log, transports: open, say });
    return createHost(drivers, {
      clock,
      log,
      transports: open,
      accept({ deviceId, quantity, value, quality, at, record }) {
        if (allowed.lets(deviceId, quantity, clock.now().mono, underWay))
          say({
            say: 'reading',
            device: deviceId,
            quantity,
            value,
            quality,
            mono: at.mono,
            // Of a record from before the boot, which the monotonic clock does not know.
            ...(at.mono === 0 && { wall: at.wall }),
            ...(record && { record }),
          });
      },
      heard: (device) => say({ say: 'heard', device }),
      secret: (device, name) =>
        keys.get(device) ?? (secretsDir === undefined ? undefined : readDeviceSecret(secretsDir, device, name)),
      counter: (device) => ({
        last: counters.get(device)?.last,
        old: counters.get(device)?.old,
        keep(count, urgent, old) {
          counters.set(device, { last: count, old });
          say({ say: 'counter', device, count, urgent, ...(old !== undefined && { old }) });
        },
      }),
      fault: (code, subject, active, context) => fault(code, subject.slice('device:'.length), active, context),
      // The gateway knows its devices and when they were last heard, whatever becomes of this process.
      install: () => undefined,
      remove(device) {
        counters.delete(device);
        for (const key of told.keys()) if (key.endsWith(`@${device}`)) told.delete(key);
      },
    });
  }

  function obey(message: ToChild): void {
    if (message.say === 'setup') host ??= setUp(message);
    else if (message.say === 'nearby') desk?.nearby(message.on);
    else if (message.say === 'trial') desk?.trial(message.device, message.key);
    else if (message.say === 'apply') {
      applying = applying
        .then(() => {
          keys = new Map(Object.entries(message.keys));
          // What was counted here since is newer.
          for (const [id, mark] of Object.entries(message.counters)) if (!counters.has(id)) counters.set(id, mark);
          return host?.apply(message.devices);
        })
        .catch((thrown: unknown) => log.error({ err: reasonOf(thrown) }, 'devices could not be applied'));
    } else {
      const { id, device, action, text } = message;
      (host?.perform(device, action, text) ?? Promise.reject(new Error('not set up'))).then(
        (result) => say({ say: 'performed', id, ...(isDone(result) ? { result } : { error: result }) }),
        (thrown: unknown) =>
          say({
            say: 'performed',
            id,
            error: reasonOf(thrown).slice(0, 500),
            ...(thrown instanceof HearthwardError && { code: thrown.code }),
          }),
      );
    }
  }

  // The gateway ends this process; a signal to the whole group must not do it first.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  process.on('message', obey);
  process.on('disconnect', () => process.exit(0));
  // The channel closed before anybody listened.
  if (!process.connected) process.exit(0);
  every(clock, ALIVE_EVERY, 'alive', () => {
    for (const { device, tooFast } of allowed.pressed(clock.now().mono)) fault('button-flooding', device, tooFast);
    say({
      say: 'alive',
      rssMegabytes: Math.round(process.memoryUsage.rss() / 1e6),
      dropped: allowed.dropped(),
      flooding: allowed.flooding(),
    });
  });
  // Node keeps what it compiled at a clean exit only, and a power cut is none: the next start takes less.
  clock.at(later(clock.now().mono, LOADED_MS), 'compile-cache', flushCompileCache);
  say({ say: 'ready' });
}

const isDone = (result: string): result is 'commanded' | 'confirmed' | 'unconfirmed' =>
  ['commanded', 'confirmed', 'unconfirmed'].includes(result);

/** A log whose lines the gateway writes. Fields that JSON cannot carry are its reason not to be told of twice. */
function channelLog(say: (message: ToParent) => void, base: object): Log {
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
