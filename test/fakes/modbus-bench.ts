// A driver of Modbus on its bench: registers to turn, a bus to pull out, and everything that it says.

import { expect } from 'vitest';
import type { DeviceKind } from '#contract/device.ts';
import type { AnyDriver } from '#contract/driver.ts';
import type { FaultCode } from '#contract/fault.ts';
import type { Log } from '#contract/log.ts';
import { misfit } from '#contract/quantity.ts';
import type { Sample } from '#contract/reading.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { fakeModbus, pass } from './modbus.ts';

/** @param words registers by address, as they are at the beginning */
export function modbusBench(driver: AnyDriver, kind: DeviceKind, options: object, words: Record<number, number>) {
  const clock = virtualClock({ mono: 1_000_000 });
  const bus = fakeModbus();
  const samples: (Sample & { atMs: number })[] = [];
  const faults = new Map<FaultCode, object>();
  /** What people would be told of faults: a new context of one that is on is told again. */
  const told: string[] = [];
  const ended: FaultCode[] = [];
  /** What it told the people who read logs, from `info` on. */
  const logged: string[] = [];
  const log: Log = {
    debug() {},
    info: (_, message) => void logged.push(message),
    warn: (_, message) => void logged.push(message),
    error: (_, message) => void logged.push(message),
    child: () => log,
  };
  const set = (changed: Record<number, number>) => {
    for (const [at, word] of Object.entries(changed)) bus.registers.set(Number(at), word);
  };
  set(words);
  const running = driver.run({
    device: { id: 'kitchen', kind },
    options: driver.options.parse({ port: '/dev/serial/by-id/rs485', unit: 7, ...options }),
    clock,
    transport: bus.transport,
    emit(sample) {
      expect(misfit(sample.quantity, sample.value)).toBeUndefined();
      expect(driver.provides).toContain(sample.quantity);
      samples.push({ ...sample, atMs: clock.now().mono });
    },
    fault(code, active, context = {}) {
      if (active && JSON.stringify(faults.get(code)) !== JSON.stringify(context))
        told.push(`${code} ${JSON.stringify(context)}`);
      if (active) faults.set(code, context);
      else if (faults.delete(code)) ended.push(code);
    },
    log,
  });
  return {
    ...{ bus, running, faults, told, ended, logged, set, clock },
    faultCodes: () => [...faults.keys()].toSorted(),
    /** What it says in so many ms. @param stepMs of time, with what is asked answered after each */
    async during(ms: number, stepMs = 50): Promise<Sample[]> {
      const before = samples.length;
      await pass(clock, ms, stepMs);
      return samples.slice(before).map(({ atMs: _, ...sample }) => sample);
    },
    /** Everything that it said, with its time. */
    said: samples as readonly (Sample & { atMs: number })[],
  };
}
