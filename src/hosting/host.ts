// The driver host: starts the drivers of the configured devices, stamps their samples, watches their links, and starts
// one anew that failed. A driver cannot tell where it runs.

import type { OutputAction, OutputResult } from '#contract/alert.ts';
import type { BleTransport } from '#contract/ble-port.ts';
import type { ConfiguredDevice } from '#contract/config.ts';
import type { Subject } from '#contract/device.ts';
import { outputKinds } from '#contract/device.ts';
import type { AdvertCounter, AnyDriver, RunningDriver } from '#contract/driver.ts';
import { HearthwardError, reasonOf } from '#contract/errors.ts';
import type { FaultCode } from '#contract/fault.ts';
import type { Log } from '#contract/log.ts';
import type { Reading } from '#contract/reading.ts';
import { type Cancel, type Clock, later, MINUTE, SECOND } from '#contract/time.ts';
import type { GpioTransport, LinkEvents, ModbusTransport, SerialTransport, Transports } from '#contract/transport.ts';
import type { HomeDevice } from '#src/core/home.ts';
import { watchSecrets } from './driver-secrets.ts';
import { endsOnce, type FaultPort } from './fault-ends.ts';

export class HostError extends HearthwardError {}

export interface HostPorts {
  clock: Clock;
  log: Log;
  /** Those of this process: a radio's are in a child's. */
  transports: Partial<Transports>;
  accept(reading: Reading): void;
  /** A device was heard and had no news; told once in `HEARD_EVERY` at most. */
  heard?(deviceId: string): void;
  /** What a device's file of this name among the secrets holds; throws where it may be read by others. */
  secret?(deviceId: string, name: 'bindkey'): string | undefined;
  counter?(deviceId: string): AdvertCounter;
  fault: FaultPort;
  /** A device begins or ends; `checkInMs` is its longest healthy silence. */
  install(device: HomeDevice, checkInMs: number | null): void;
  remove(deviceId: string): void;
}

export interface DriverHost {
  /** Makes the running drivers those of `devices`: what did not change goes on untouched. */
  apply(devices: readonly ConfiguredDevice[]): Promise<void>;
  perform(deviceId: string, action: OutputAction, text?: string): Promise<OutputResult>;
  /** Devices whose links have not yet told whether they are there. */
  unsettled(): string[];
  /** Counts those as lost until they tell otherwise. */
  giveUpWaiting(): void;
  stop(): Promise<void>;
}

const RESTART_MS = { first: SECOND, longest: MINUTE };
/** A driver may take so long to stop: the longest pulse of a valve is let run out, and a bit more. */
const STOP_MS = 70 * SECOND;

/** Adverts come many a second; how long a device may be silent is counted in minutes. */
const HEARD_EVERY = 10 * SECOND;

const lostCode = {
  serial: 'serial-port-lost',
  modbus: 'serial-port-lost',
  gpio: 'gpio-line-lost',
  ble: 'bluetooth-lost',
} as const satisfies Record<keyof Transports, FaultCode>;

export function createHost(drivers: readonly AnyDriver[], ports: HostPorts): DriverHost {
  const running = new Map<string, { configured: string; seat: Seat }>();
  const { fault, forget } = endsOnce(ports.fault);

  return {
    async apply(devices) {
      const wanted = new Map(devices.map((device) => [device.id, device]));
      const ended = [...running].filter(([id, { configured }]) => JSON.stringify(wanted.get(id)) !== configured);
      await Promise.all(
        ended.map(async ([id, { seat }]) => {
          running.delete(id);
          await seat.stop();
          ports.remove(id);
          forget(`device:${id}`);
        }),
      );
      for (const device of devices) {
        if (running.has(device.id)) continue;
        const driver = drivers.find(({ id }) => id === device.driver);
        if (!driver) throw new HostError('no-driver', `there is no driver ${device.driver}`, { device: device.id });
        running.set(device.id, { configured: JSON.stringify(device), seat: seat(driver, device, { ...ports, fault }) });
      }
    },
    perform(deviceId, action, text) {
      const found = running.get(deviceId);
      return found
        ? found.seat.perform(action, text)
        : Promise.reject(new HostError('no-device', 'no such device is running', { deviceId }));
    },
    unsettled: () => [...running].filter(([, { seat }]) => !seat.settled()).map(([id]) => id),
    giveUpWaiting() {
      for (const { seat } of running.values()) if (!seat.settled()) seat.giveUpWaiting();
    },
    async stop() {
      await Promise.all([...running.values()].map(({ seat }) => seat.stop()));
      running.clear();
    },
  };
}

/** What the pipeline is told of a device: itself, and its longest healthy silence. */
export function installed(driver: AnyDriver, configured: ConfiguredDevice): Parameters<HostPorts['install']> {
  const { driver: _, pairedAt: _at, options, ...device } = configured;
  const worn = device.kind === 'wearable';
  return [
    {
      ...device,
      ...(options.explosionProof === true && { explosionProof: true }),
      ...(worn && driver.accepts.includes('on') && { vibrates: true }),
      ...(worn && driver.tellsHold && { tellsHold: true }),
    },
    driver.checkIn(options),
  ];
}

interface Seat {
  perform(action: OutputAction, text?: string): Promise<OutputResult>;
  settled(): boolean;
  giveUpWaiting(): void;
  stop(): Promise<void>;
}

/** One device's place: its driver, started again with growing pauses when it throws. */
function seat(
  driver: AnyDriver,
  configured: ConfiguredDevice,
  { clock, log, transports, accept, heard, secret, counter, fault, install }: HostPorts,
): Seat {
  const { driver: _, pairedAt: _at, options, ...device } = configured;
  const subject: Subject = `device:${device.id}`;
  const deviceLog = log.child({ device: device.id });
  let seq = 0;
  let heardAt = Number.NEGATIVE_INFINITY;
  let current: RunningDriver | undefined;
  let stopped = false;
  let restart: Cancel | undefined;
  let pauseMs = RESTART_MS.first;
  /** What was open when a run failed must not speak into the next one. */
  let run = 0;
  const opened: { close(): Promise<void> }[] = [];
  // Outputs take no hold of their line before they are used; everything else has a link that is there or not.
  let settled = (outputKinds as readonly string[]).includes(device.kind);

  function failed(thrown: unknown): void {
    run += 1;
    settled = true;
    deviceLog.error({ err: reasonOf(thrown), driver: driver.id }, 'driver failed');
    fault('driver-failed', subject, true, { reason: reasonOf(thrown) });
    const old = current;
    current = undefined;
    void endOf(old);
    restart ??= clock.at(later(clock.now().mono, pauseMs), 'driver-restart', () => {
      restart = undefined;
      start();
    });
    pauseMs = Math.min(pauseMs * 2, RESTART_MS.longest);
  }

  /** A key that was written, or renewed, is used without a restart of the gateway: the driver is begun anew with it. */
  const secrets =
    secret &&
    watchSecrets(
      clock,
      (name) => secret(device.id, name),
      () => {
        run += 1;
        deviceLog.info({ driver: driver.id }, 'secret changed: driver is started anew');
        const old = current;
        current = undefined;
        void endOf(old).then(() => restart ?? start());
      },
    );

  /** Its own stop may be as broken as it is, or never end; its links are closed all the same. */
  async function endOf(old: RunningDriver | undefined): Promise<void> {
    const links = opened.splice(0);
    const giveUp = Promise.withResolvers<void>();
    const cancel = clock.at(later(clock.now().mono, STOP_MS), 'driver-stop', giveUp.resolve);
    try {
      await Promise.race([old?.stop(), giveUp.promise]);
    } catch (thrown) {
      deviceLog.error({ err: reasonOf(thrown), driver: driver.id }, 'driver failed at its stop');
    } finally {
      cancel();
    }
    await Promise.allSettled(links.map((link) => link.close()));
  }

  function start(): void {
    if (stopped) return;
    const mine = run;
    const guard =
      <Args extends unknown[]>(handle: (...args: Args) => void) =>
      (...args: Args) => {
        if (stopped || mine !== run) return;
        try {
          handle(...args);
        } catch (thrown) {
          failed(thrown);
        }
      };
    /** What throws at a driver's own deadline is that driver's failure, and not the end of the gateway. */
    const itsClock: Clock = {
      now: clock.now,
      at: (deadline, name, fire) =>
        clock.at(deadline, name, () => {
          try {
            fire();
          } catch (thrown) {
            if (!stopped && mine === run) failed(thrown);
            else
              deviceLog.error(
                { err: reasonOf(thrown), driver: driver.id, deadline: name },
                'driver failed after its end',
              );
          }
        }),
    };
    const links = <Events extends LinkEvents>(events: Events): Events => {
      const up = guard(() => {
        settled = true;
        fault(lostCode[driver.transport as keyof Transports], subject, false);
        events.up();
      });
      const down = guard((why: Parameters<LinkEvents['down']>[0]) => {
        settled = true;
        fault(lostCode[driver.transport as keyof Transports], subject, true, { reason: why.reason });
        deviceLog.warn(why, 'link down');
        events.down(why);
      });
      const others = Object.entries(events).filter(([name]) => name !== 'up' && name !== 'down');
      return { ...Object.fromEntries(others.map(([name, handle]) => [name, guard(handle)])), up, down } as Events;
    };
    const keep = <Link extends { close(): Promise<void> }>(link: Link): Link => {
      opened.push(link);
      return link;
    };
    const port = <T extends keyof Transports>(name: T): Transports[T] => {
      const found: Transports[T] | undefined = transports[name];
      if (!found) throw new HostError('no-transport', `this process has no ${name}`, { device: device.id });
      return found;
    };
    const serial: SerialTransport = { open: (spec, events) => keep(port('serial').open(spec, links(events))) };
    const modbus: ModbusTransport = { open: (spec, events) => keep(port('modbus').open(spec, links(events))) };
    const gpio: GpioTransport = {
      watch: (spec, events) => keep(port('gpio').watch(spec, links(events))),
      output: (spec, events) => keep(port('gpio').output(spec, links(events))),
    };
    const ble: BleTransport = {
      listen: (spec, events) => keep(port('ble').listen(spec, links(events))),
      connect: (spec, events) => keep(port('ble').connect(spec, links(events))),
    };
    guard(() => {
      current = driver.run({
        device,
        options,
        clock: itsClock,
        transport: { serial, modbus, gpio, ble }[driver.transport as keyof Transports],
        emit(sample, at) {
          if (stopped || mine !== run) return;
          seq += 1;
          if (restart === undefined && pauseMs !== RESTART_MS.first) pauseMs = RESTART_MS.first;
          fault('driver-failed', subject, false);
          accept({ ...sample, deviceId: device.id, at: at ?? clock.now(), seq });
        },
        heard() {
          const now = clock.now().mono;
          if (stopped || mine !== run || now - heardAt < HEARD_EVERY) return;
          heardAt = now;
          heard?.(device.id);
        },
        fault: (code, active, context) => mine === run && fault(code, subject, active, context),
        ...(secrets && { secret: secrets.read }),
        ...(counter && { counter: counter(device.id) }),
        log: deviceLog,
      });
    })();
  }

  install(...installed(driver, configured));
  start();

  return {
    async perform(action, text) {
      if (!current?.perform)
        throw new HostError('cannot-perform', 'the driver is not running or switches nothing', {
          device: device.id,
          action,
        });
      const result = await current.perform(action, text);
      // An output has nothing to say by which it would show that it works again.
      fault('driver-failed', subject, false);
      return result;
    },
    settled: () => settled,
    giveUpWaiting() {
      settled = true;
      fault(lostCode[driver.transport as keyof Transports], subject, true, { reason: 'no answer yet' });
    },
    async stop() {
      stopped = true;
      secrets?.stop();
      restart?.();
      await endOf(current);
    },
  };
}
