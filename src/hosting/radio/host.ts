// The drivers of a radio as the gateway sees them: a driver host like the one for wires, whose drivers run in a process of
// their own. When that process ends, its devices are lost with a reason until it is back; nothing else notices.

import type { OutputResult } from '#contract/alert.ts';
import type { ConfiguredDevice } from '#contract/config.ts';
import type { Near, TrialReport } from '#contract/control/pairing.ts';
import type { AnyDriver } from '#contract/driver.ts';
import { type FaultCode, type FaultKey, faultKey } from '#contract/fault.ts';
import { type Cancel, later, MINUTE, type MonoMs, SECOND, type WallMs } from '#contract/time.ts';
import type { Transports } from '#contract/transport.ts';
import type { AdvertCounters } from '../counters.ts';
import { endsOnce } from '../fault-ends.ts';
import { type DriverHost, HostError, type HostPorts, installed } from '../host.ts';
import type { ToChild, ToParent } from './messages.ts';
import { type RadioProcess, radioProcess } from './process.ts';

export interface RadioHostOptions {
  /** Which transport's drivers run there; what `--child` names. */
  transport: keyof Transports & 'ble';
  program: readonly string[];
  drivers: readonly AnyDriver[];
  ports: Pick<HostPorts, 'clock' | 'log' | 'accept' | 'heard' | 'fault' | 'install' | 'remove'>;
  secretsDir: string | undefined;
  /** The bind key of a device that was paired. */
  bindkey?(deviceId: string): string | undefined;
  counters?: Pick<AdvertCounters, 'last' | 'old' | 'keep'> | undefined;
  /** The adapter that the configuration names, when asked. */
  adapter(): string | undefined;
}

/** What pairing asks of the radio, beside what the home's devices need. One of each at a time: a later one takes its place. */
export interface PairingRadio {
  /** Tells each second what is near and could be paired, and what keeps the radio from hearing; ends by what is returned. */
  nearby(told: (near: Near) => void): () => void;
  /** Listens to one device until something was heard that only it can say, or never will be. */
  trial(device: ConfiguredDevice, key: string | undefined, told: (report: TrialReport) => void): () => void;
}

const RADIO = 'port:bluetooth';
/** Faults of the radio that explain why one of its devices is lost. */
const causes = [
  'bluetooth-missing',
  'bluetooth-denied',
  'bluetooth-blocked',
  'bluetooth-failed',
  'bluetooth-silent',
  'radio-process-failed',
] as const;
const causeKeys: FaultKey[] = causes.map((code) => faultKey({ code, subject: RADIO }));

const LINGERS_MS = 5 * SECOND;

/** How much longer silence is borne after restarts that did not help, at most. */
const MOST_PATIENCE = 16;

export function createRadioHost({ drivers, ports, ...options }: RadioHostOptions): DriverHost & PairingRadio {
  const { clock, log, accept } = ports;
  const troubles = new Set<FaultCode>();
  const { fault, forget } = endsOnce((code, subject, active, ...more) => {
    if (subject === RADIO && active) troubles.add(code);
    if (subject === RADIO && !active) troubles.delete(code);
    ports.fault(code, subject, active, ...more);
  });
  let unneeded: Cancel | undefined;
  let looking: ((near: Near) => void) | undefined;
  let trying: { ask: ToChild; told(report: TrialReport): void } | undefined;
  const devices = new Map<string, { configured: ConfiguredDevice; seq: number; settled: boolean }>();
  const asked = new Map<number, { resolve(result: OutputResult): void; reject(thrown: unknown): void }>();
  let nextAsk = 0;
  let child: RadioProcess | undefined;
  let adapter: string | undefined;
  let patience = 1;
  let dropped = { count: 0, at: clock.now().mono };

  const lost = (id: string, reason: string) => {
    const device = devices.get(id);
    if (device) device.settled = true;
    fault('bluetooth-lost', `device:${id}`, true, { reason }, causeKeys);
  };
  const tellDevices = () => {
    const keys = Object.fromEntries(
      [...devices.keys()].flatMap((id) => {
        const key = options.bindkey?.(id);
        return key === undefined ? [] : [[id, key] as const];
      }),
    );
    const counters = Object.fromEntries(
      [...devices].flatMap(([id, { configured }]) => {
        const last = options.counters?.last(configured);
        return last === undefined ? [] : [[id, { last, old: options.counters?.old(configured) }] as const];
      }),
    );
    child?.send({ say: 'apply', devices: [...devices.values()].map(({ configured }) => configured), keys, counters });
  };

  function start(): RadioProcess {
    adapter = options.adapter();
    return radioProcess({
      program: options.program,
      name: options.transport,
      clock,
      log: log.child({ process: options.transport }),
      ready() {
        child?.send({ say: 'setup', adapter, secretsDir: options.secretsDir, patience });
        tellDevices();
        if (looking) child?.send({ say: 'nearby', on: true });
        if (trying) child?.send(trying.ask);
      },
      message: heard,
      settled: () => fault('radio-process-failed', RADIO, false),
      ended(why, wanted) {
        for (const [, { reject }] of asked) reject(new HostError('radio-process', `the radio's process ended: ${why}`));
        asked.clear();
        if (!wanted) fault('radio-process-failed', RADIO, true, { reason: why });
        for (const id of devices.keys()) {
          lost(id, 'failed');
          // The next process counts anew.
          fault('button-flooding', `device:${id}`, false);
        }
      },
    });
  }

  function heard(message: ToParent): void {
    switch (message.say) {
      case 'reading': {
        const device = devices.get(message.device);
        if (!device) return;
        device.settled = true;
        device.seq += 1;
        const now = clock.now();
        // Both read one monotonic clock; the wall clock as this process knows it.
        const mono = Math.min(message.mono, now.mono) as MonoMs;
        const wall = Math.min(message.wall ?? now.wall, now.wall - (now.mono - mono)) as WallMs;
        const { quantity, value, quality, record } = message;
        const at = { ...now, mono, wall };
        return accept({
          ...{ deviceId: message.device, quantity, value, quality, at, seq: device.seq },
          ...(record && { record }),
        });
      }
      case 'heard': {
        const device = devices.get(message.device);
        if (!device) return;
        device.settled = true;
        return ports.heard?.(message.device);
      }
      case 'fault': {
        const { code, device, active, context } = message;
        if (device === null) {
          if (code === 'bluetooth-silent' && !active) patience = 1;
          return fault(code, RADIO, active, context);
        }
        const known = devices.get(device);
        if (!known) return;
        if (code === 'bluetooth-lost' || code === 'driver-failed') known.settled = true;
        return fault(code, `device:${device}`, active, context, code === 'bluetooth-lost' ? causeKeys : []);
      }
      case 'performed': {
        const waiting = asked.get(message.id);
        asked.delete(message.id);
        if (message.result) waiting?.resolve(message.result);
        else waiting?.reject(new HostError(message.code ?? 'cannot-perform', message.error ?? 'no result'));
        return;
      }
      case 'alive':
        return drops(message.dropped, message.flooding);
      case 'counter': {
        const counting = devices.get(message.device);
        if (counting) options.counters?.keep(counting.configured, message.count, message.urgent, message.old);
        return;
      }
      case 'nearby':
        return looking?.({ devices: message.devices, trouble: [...troubles] });
      case 'trial':
        return trying?.told(message.report);
      case 'deaf':
        patience = Math.min(patience * 2, MOST_PATIENCE);
        return child?.restart(message.why);
      default:
    }
  }

  /** Telemetry that a flooding device lost is a fault until a minute passes without more of it. A new process counts anew. */
  function drops(count: number, from: string | undefined): void {
    const now = clock.now().mono;
    if (count > dropped.count) {
      dropped = { count, at: now };
      fault('readings-dropped', RADIO, true, { dropped: count, ...(from !== undefined && { device: from }) });
    } else if (count < dropped.count) dropped = { count, at: dropped.at };
    if (now - dropped.at >= MINUTE) fault('readings-dropped', RADIO, false);
  }

  /** Somebody wants to pair: the radio is needed though no device of the home may need it. */
  function begin(ask: ToChild): void {
    if (child) child.send(ask);
    else child = start();
  }

  function over(ask: ToChild): void {
    child?.send(ask);
    // What is looked for is often listened to next: the radio is not let go at once.
    unneeded?.();
    unneeded = clock.at(later(clock.now().mono, LINGERS_MS), 'radio-unneeded', () => {
      if (devices.size === 0 && !looking && !trying) void stop();
    });
  }

  async function stop(): Promise<void> {
    unneeded?.();
    const last = child;
    child = undefined;
    await last?.stop();
  }

  return {
    async apply(wanted) {
      const kept = new Map(wanted.map((device) => [device.id, device]));
      for (const [id, { configured }] of devices) {
        if (JSON.stringify(kept.get(id)) === JSON.stringify(configured)) continue;
        devices.delete(id);
        ports.remove(id);
        forget(`device:${id}`);
      }
      for (const configured of wanted) {
        if (devices.has(configured.id)) continue;
        const driver = drivers.find(({ id }) => id === configured.driver);
        if (!driver)
          throw new HostError('no-driver', `there is no driver ${configured.driver}`, { device: configured.id });
        devices.set(configured.id, { configured, seq: 0, settled: false });
        ports.install(...installed(driver, configured));
      }
      // Nobody needs the radio: it is left alone.
      if (devices.size === 0 && !looking && !trying) {
        await stop();
        for (const code of [...causes, 'bluetooth-flooded', 'readings-dropped'] as const) fault(code, RADIO, false);
      } else if (!child) child = start();
      else if (adapter !== options.adapter()) {
        adapter = options.adapter();
        child.restart('another adapter is configured');
      } else tellDevices();
    },
    perform(deviceId, action, text) {
      if (!devices.has(deviceId))
        return Promise.reject(new HostError('no-device', 'no such device is running', { deviceId }));
      nextAsk += 1;
      const id = nextAsk;
      return new Promise((resolve, reject) => {
        asked.set(id, { resolve, reject });
        if (child?.send({ say: 'perform', id, device: deviceId, action, text })) return;
        asked.delete(id);
        reject(new HostError('radio-process', 'the radio’s process is not there', { deviceId }));
      });
    },
    unsettled: () => [...devices].filter(([, { settled }]) => !settled).map(([id]) => id),
    giveUpWaiting() {
      for (const [id, { settled }] of devices) if (!settled) lost(id, 'no answer yet');
    },
    nearby(told) {
      looking = told;
      begin({ say: 'nearby', on: true });
      return () => {
        if (looking !== told) return;
        looking = undefined;
        over({ say: 'nearby', on: false });
      };
    },
    trial(device, key, told) {
      const mine = { ask: { say: 'trial', device, key }, told } as const;
      trying = mine;
      begin(mine.ask);
      return () => {
        if (trying !== mine) return;
        trying = undefined;
        over({ say: 'trial', device: null });
      };
    },
    stop,
  };
}
