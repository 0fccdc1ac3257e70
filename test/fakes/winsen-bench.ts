// The winsen-gas driver on a fake line and a virtual clock, with a simulated module at the other end or bytes by hand.

import { expect } from 'vitest';
import type { FaultCode } from '#contract/fault.ts';
import type { Log } from '#contract/log.ts';
import { misfit } from '#contract/quantity.ts';
import type { Sample } from '#contract/reading.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { simulatedWinsen, type WinsenSettings } from '#src/sim/winsen.ts';
import { winsenGas } from '../../drivers/winsen-gas/driver.ts';
import type { Options } from '../../drivers/winsen-gas/options.ts';
import { fakeSerial } from './serial.ts';

type Given = Partial<Omit<Options, 'port'>>;

export function bench(given: Given = {}) {
  const clock = virtualClock({ mono: 1_000_000 });
  const line = fakeSerial(clock);
  const samples: Sample[] = [];
  const faults = new Map<FaultCode, object>();
  /** What people would be told of faults: a new context of one that is on is told again. */
  const told: string[] = [];
  const ended: FaultCode[] = [];
  const warnings: string[] = [];
  const log: Log = {
    debug() {},
    info() {},
    warn: (_, message) => warnings.push(message),
    error: (_, message) => warnings.push(message),
    child: () => log,
  };
  const written: Uint8Array[] = [];
  line.hear((bytes) => written.push(bytes));
  const driver = winsenGas.run({
    device: { id: 'kitchen-gas', kind: 'gas' },
    options: winsenGas.options.parse({ port: 'tcp://localhost:1', model: 'zc-lel', ...given }),
    clock,
    transport: line.transport,
    emit(sample) {
      expect(misfit(sample.quantity, sample.value)).toBeUndefined();
      samples.push(sample);
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
    clock,
    line,
    driver,
    samples,
    faults,
    told,
    ended,
    warnings,
    written,
    last: () => samples.at(-1),
    faultCodes: () => [...faults.keys()].toSorted(),
    /** Samples made while time passes. */
    during(ms: number): Sample[] {
      const before = samples.length;
      clock.advance(ms);
      return samples.slice(before);
    },
  };
}

/** A module on the line, plugged in; the virtual clock makes it answer within the same instant. */
export function withModule(given: Given = {}, settings: Partial<WinsenSettings> = {}) {
  const home = bench(given);
  const module = simulatedWinsen({ clock: home.clock, ...settings });
  const face = module.attach((bytes) => home.line.say(bytes));
  home.line.hear((bytes) => face.receive(bytes));
  home.line.plug();
  return { ...home, module };
}

export const bytes = (text: string) => Uint8Array.from(text.split(' ').map((byte) => Number.parseInt(byte, 16)));
export const reply = (counts: number) => {
  const body = [0x86, counts >> 8, counts & 0xff, 0, 0, 0, 0];
  return [0xff, ...body, -body.reduce((a, b) => a + b, 0) & 0xff];
};
export const WARM = 180_000;
export const good = (value: number): Sample => ({ quantity: 'gas', value, quality: 'good' });
