// A driver of Modbus on its bench: registers to turn, a bus to pull out, and everything that it says.

import type { DeviceKind } from '#contract/device.ts';
import type { AnyDriver } from '#contract/driver.ts';
import type { Sample } from '#contract/reading.ts';
import { driverBench, type FakeWires } from './driver-bench.ts';
import { pass } from './modbus.ts';

/** @param words registers by address, as they are at the beginning */
export function modbusBench(driver: AnyDriver, kind: DeviceKind, options: object, words: Record<number, number>) {
  const { wire, ...bench } = driverBench(driver, { kind, options });
  const bus = wire as FakeWires['modbus'];
  const set = (changed: Record<number, number>) => {
    for (const [at, word] of Object.entries(changed)) bus.registers.set(Number(at), word);
  };
  set(words);
  return {
    ...bench,
    bus,
    set,
    /** What it says in so many ms. @param stepMs of time, with what is asked answered after each */
    async during(ms: number, stepMs = 50): Promise<Sample[]> {
      const before = bench.samples.length;
      await pass(bench.clock, ms, stepMs);
      return bench.samples.slice(before).map(({ at: _, ...sample }) => sample);
    },
    /** Everything that it emitted, with its time, ms. */
    emitted: () => bench.samples.map(({ at, ...sample }) => ({ ...sample, atMs: at.mono })),
  };
}
