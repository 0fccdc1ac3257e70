// A driver of a Bluetooth device on a fake radio and a virtual clock.

import { expect } from 'vitest';
import type { z } from 'zod';
import type { Device } from '#contract/device.ts';
import type { Driver } from '#contract/driver.ts';
import type { FaultCode } from '#contract/fault.ts';
import type { Log } from '#contract/log.ts';
import { misfit } from '#contract/quantity.ts';
import type { Sample } from '#contract/reading.ts';
import type { Moment } from '#contract/time.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { fakeBle } from './ble.ts';

export const ADDRESS = 'a4:c1:38:8d:18:b2';

export interface BenchSettings {
  kind?: Device['kind'];
  bindkey?: string;
  options?: object;
  /** What was kept of its counter before a restart. */
  counter?: { last: number; old?: number };
}

export function bleBench<Shape extends z.ZodObject>(
  driver: Driver<'ble', Shape>,
  { kind = driver.kinds[0] as Device['kind'], bindkey, options = {}, counter }: BenchSettings = {},
) {
  const clock = virtualClock({ mono: 1_000_000, wall: 9_000_000 });
  const radio = fakeBle(clock);
  const samples: (Sample & { at: Moment })[] = [];
  const faults = new Map<FaultCode, object>();
  const warnings: string[] = [];
  let heard = 0;
  const kept: { count: number; urgent: boolean; old?: number }[] = [];
  const log: Log = {
    debug() {},
    info() {},
    warn: (_, message) => warnings.push(message),
    error: (_, message) => warnings.push(message),
    child: () => log,
  };
  const running = driver.run({
    device: { id: 'd1', kind },
    options: driver.options.parse({ address: ADDRESS, ...options }) as z.output<Shape>,
    clock,
    transport: radio.transport,
    emit(sample, at = clock.now()) {
      expect(
        misfit(sample.quantity, sample.value),
        `${sample.quantity} ${JSON.stringify(sample.value)}`,
      ).toBeUndefined();
      expect(driver.provides).toContain(sample.quantity);
      samples.push({ ...sample, at });
    },
    fault(code, active, context = {}) {
      if (active) faults.set(code, context);
      else faults.delete(code);
    },
    heard() {
      heard += 1;
    },
    radio: {
      bindkey: () => bindkey,
      counter: {
        last: counter?.last,
        old: counter?.old,
        keep: (count, urgent, old) => void kept.push({ count, urgent, ...(old !== undefined && { old }) }),
      },
    },
    log,
  });
  return {
    clock,
    radio,
    running,
    samples,
    faults,
    kept,
    warnings,
    /** How often the device was heard with or without news. */
    heardCount: () => heard,
    faultCodes: () => [...faults.keys()].toSorted(),
    /** Quantity, value and quality of what was told since the last call. */
    told: () => samples.splice(0).map(({ quantity, value, quality }) => [quantity, value, quality]),
    advertise: (uuid: string, bytes: Uint8Array, address = ADDRESS) =>
      radio.advertise({ address, serviceData: [{ uuid, bytes }] }),
  };
}

export const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
