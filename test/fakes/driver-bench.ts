// Any driver on its fake wire, on a virtual clock, and held to what it declares: what it gives is in `provides` and can be,
// its faults are ones that a driver may raise, it performs what it accepts, and nothing of it is left when it is stopped.

import type { z } from 'zod';
import type { OutputAction } from '#contract/alert.ts';
import type { Device } from '#contract/device.ts';
import type { Driver, DriverIo } from '#contract/driver.ts';
import { type FaultCode, faultRow, mayRaise } from '#contract/fault.ts';
import type { Log } from '#contract/log.ts';
import { misfit } from '#contract/quantity.ts';
import type { Sample } from '#contract/reading.ts';
import type { Moment } from '#contract/time.ts';
import type { RadioExtras, Transports } from '#contract/transport.ts';
import { type VirtualClock, virtualClock } from '#src/clock/virtual.ts';
import { type FakeBle, fakeBle } from './ble.ts';
import { type FakeGpio, fakeGpio } from './gpio.ts';
import { type FakeModbus, fakeModbus } from './modbus.ts';
import { type FakeSerial, fakeSerial } from './serial.ts';

export interface FakeWires {
  serial: FakeSerial;
  modbus: FakeModbus;
  gpio: FakeGpio;
  ble: FakeBle;
}
const wires: { [T in keyof FakeWires]: (clock: VirtualClock) => FakeWires[T] } = {
  serial: fakeSerial,
  modbus: fakeModbus,
  gpio: fakeGpio,
  ble: fakeBle,
};

export const ADDRESS = 'a4:c1:38:8d:18:b2';
/** Where the device is, for options that do not say it. */
const places: Record<keyof FakeWires, object> = {
  serial: { port: 'tcp://localhost:1' },
  modbus: { port: '/dev/serial/by-id/rs485', unit: 7 },
  gpio: { chip: 'pinctrl', line: 'L' },
  ble: { address: ADDRESS },
};

export interface BenchSettings {
  kind?: Device['kind'] | undefined;
  /** Beside where the device is. */
  options?: object | undefined;
  bindkey?: string | undefined;
  /** What was kept of its counter before a restart. */
  counter?: { last: number; old?: number } | undefined;
}

export type BenchSample = Sample & { at: Moment };

/** No reading is from the future. A motion stream squeezes a burst, and is a moment ahead where that is not enough. */
const AHEAD_MS = 1_000;

/** What breaks a declaration: thrown at the driver, and kept, for a driver may swallow it. */
export class DeclarationError extends Error {}

export function driverBench<T extends keyof Transports, Shape extends z.ZodObject>(
  driver: Driver<T, Shape>,
  { kind = driver.kinds[0] as Device['kind'], options = {}, bindkey, counter }: BenchSettings = {},
) {
  const clock = virtualClock({ mono: 1_000_000, wall: 9_000_000 });
  const wire = wires[driver.transport](clock) as FakeWires[T];
  const parsed = driver.options.parse({ ...places[driver.transport], ...options }) as z.output<Shape>;
  const record = recorder();
  const problems: string[] = [];
  let stopped = false;

  function hold(holds: boolean, what: string): void {
    if (holds) return;
    problems.push(`${driver.id}: ${what}`);
    throw new DeclarationError(problems.at(-1));
  }

  const bluetooth: RadioExtras<'ble'> = {
    bindkey: () => bindkey,
    counter: {
      last: counter?.last,
      old: counter?.old,
      keep: (count, urgent, old) => void record.kept.push({ count, urgent, ...(old !== undefined && { old }) }),
    },
  };
  const io: DriverIo<T, z.output<Shape>> = {
    device: { id: 'd1', kind },
    options: parsed,
    clock,
    transport: wire.transport as Transports[T],
    emit(sample, at = clock.now()) {
      const { quantity, value, quality } = sample;
      const what = `${quantity} ${JSON.stringify(value)}`;
      hold(!stopped, `emits ${what} after its stop`);
      hold(driver.provides.includes(quantity), `emits ${what}, which it does not provide`);
      const expected = misfit(quantity, value);
      hold(expected === undefined, `emits ${what}: ${expected}`);
      hold(['good', 'uncertain', 'bad'].includes(quality), `emits ${what} of the quality ${quality}`);
      hold(at.mono <= clock.now().mono + AHEAD_MS, `emits ${what} of ${at.mono - clock.now().mono} ms ahead`);
      record.samples.push({ ...sample, at });
      record.signs.push(clock.now().mono);
    },
    heard() {
      hold(!stopped, 'hears its device after its stop');
      record.heard += 1;
      record.signs.push(clock.now().mono);
    },
    fault(code, active, context = {}) {
      hold(!stopped, `reports ${code} after its stop`);
      hold(mayRaise('driver', code), `reports ${code}, which is none of a driver's`);
      hold(faultRow(code).subjects.includes('device'), `reports ${code}, which is not about a device`);
      record.fault(code, active, context);
    },
    ...(driver.transport === 'ble' && { radio: bluetooth as RadioExtras<T> }),
    log: record.log,
  };
  const running = driver.run(io);

  return {
    clock,
    wire,
    running,
    problems,
    ...record.seen,
    /** Quantity, value and quality of what was emitted since the last call. */
    said: () => record.samples.splice(0).map(({ quantity, value, quality }) => [quantity, value, quality]),
    /** How often the device was heard without news. */
    heardCount: () => record.heard,
    /** The longest healthy silence, ms; null for a device that may be silent for ever. */
    checkIn: driver.checkIn(parsed),
    async perform(action: OutputAction, text?: string) {
      hold(driver.accepts.includes(action), `is told to ${action}, which it does not accept`);
      const result = await running.perform?.(action, text);
      hold(['commanded', 'confirmed', 'unconfirmed'].includes(String(result)), `answers ${result} to ${action}`);
      return result;
    },
    /** Stops it, and looks at what is left. */
    async stop() {
      await running.stop();
      stopped = true;
      hold(wire.open() === 0, 'leaves its link open at its stop');
      hold(clock.waiting().length === 0, `leaves timers at its stop: ${clock.waiting().join(', ')}`);
    },
  };
}

/** Everything that a driver says, in order. */
function recorder() {
  const samples: BenchSample[] = [];
  /** When the device gave a sign of life, ms. */
  const signs: number[] = [];
  const faults = new Map<FaultCode, object>();
  /** Each fault as people learn of it: a new context of one that is on is reported again. */
  const reported: string[] = [];
  const ended: FaultCode[] = [];
  const kept: { count: number; urgent: boolean; old?: number }[] = [];
  const warnings: string[] = [];
  /** From `info` on. */
  const logged: string[] = [];
  const warn = (_: object, message: string) => {
    warnings.push(message);
    logged.push(message);
  };
  const log: Log = {
    debug() {},
    info: (_, message) => void logged.push(message),
    warn,
    error: warn,
    child: () => log,
  };
  return {
    samples,
    signs,
    kept,
    log,
    heard: 0,
    fault(code: FaultCode, active: boolean, context: object) {
      if (active && JSON.stringify(faults.get(code)) !== JSON.stringify(context))
        reported.push(`${code} ${JSON.stringify(context)}`);
      if (active) faults.set(code, context);
      else if (faults.delete(code)) ended.push(code);
    },
    seen: {
      ...{ samples, signs, faults, reported, ended, kept, warnings, logged },
      faultCodes: () => [...faults.keys()].toSorted(),
    },
  };
}

/** Lets promises that are settled have their say, and those that these settle. */
export async function turns(count = 400): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
}

export const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
