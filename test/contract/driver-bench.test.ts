// The bench of drivers finds a driver that does not keep its word: one made-up driver for each way not to.

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Device } from '#contract/device.ts';
import { type DriverIo, defineDriver, type RunningDriver } from '#contract/driver.ts';
import { later, shifted } from '#contract/time.ts';
import { driverBench } from '#fakes/driver-bench.ts';

type Io = DriverIo<'serial', { port: string }>;
type Act = (io: Io) => Partial<RunningDriver> | undefined;

/** A thermometer that says 20 °C at its start, and whatever `act` does. */
const thermometer = (act: Act = () => undefined) =>
  defineDriver({
    id: 'made-up',
    summary: 'made up',
    transport: 'serial',
    kinds: ['temperature'],
    options: z.object({ port: z.string() }),
    provides: ['temperature'],
    accepts: ['on'],
    checkIn: () => 1_000,
    run(io) {
      const link = io.transport.open({ path: io.options.port, baudRate: 9_600 }, { up() {}, down() {}, bytes() {} });
      io.emit({ quantity: 'temperature', value: 20, quality: 'good' });
      return { stop: () => link.close(), perform: async () => 'commanded', ...act(io) };
    },
  });

const warm = { quantity: 'temperature', value: 20, quality: 'good' } as const;
const open = (io: Io) =>
  io.transport.open({ path: '/dev/serial0', baudRate: 9_600 }, { up() {}, down() {}, bytes() {} });
const doing = (act: (io: Io) => unknown) => (io: Io) => {
  act(io);
  return undefined;
};

describe('the bench of drivers', () => {
  it('has nothing to say of a driver that keeps its word', async () => {
    const home = driverBench(thermometer());
    expect(home.samples).toMatchObject([warm]);
    expect([home.signs, home.checkIn, await home.perform('on')]).toEqual([[1_000_000], 1_000, 'commanded']);
    await home.stop();
    expect(home.problems).toEqual([]);
  });

  it.each<[string, Act, RegExp]>([
    [
      'emits what it does not provide',
      doing((io) => io.emit({ quantity: 'humidity', value: 40, quality: 'good' })),
      /humidity 40, which it does not provide/,
    ],
    [
      'emits what cannot be',
      doing((io) => io.emit({ ...warm, value: 2_000 })),
      /temperature 2000: expected a number from -60 to 1000 Cel/,
    ],
    ['emits not a number', doing((io) => io.emit({ ...warm, value: Number.NaN })), /expected a number/],
    ['emits a made-up quality', doing((io) => io.emit({ ...warm, quality: 'fine' as never })), /of the quality fine/],
    ['emits from the future', doing((io) => io.emit(warm, shifted(io.clock.now(), 60_000))), /60000 ms ahead/],
    [
      'reports a fault of the gateway',
      doing((io) => io.fault('driver-failed' as never, true)),
      /driver-failed, which is none of a driver/,
    ],
  ])('finds one that %s', (_, act, why) => {
    expect(() => driverBench(thermometer(act))).toThrow(why);
  });

  it.each<[string, Act, RegExp]>([
    ['leaves a timer', doing(({ clock }) => clock.at(later(clock.now().mono, 9), 'poll', () => {})), /timers.*: poll/],
    ['leaves its link open', doing(open), /leaves its link open/],
  ])('finds one that %s at its stop', async (_, act, why) => {
    await expect(driverBench(thermometer(act)).stop()).rejects.toThrow(why);
  });

  it.each<[string, (io: Io) => void]>([
    ['emits', (io) => io.emit(warm)],
    ['reports a fault', (io) => io.fault('sensor-fault', true)],
    ['hears its device', (io) => io.heard?.()],
  ])('finds one that %s after its stop, and keeps what the driver swallows', async (_, act) => {
    let io: Io | undefined;
    const home = driverBench(thermometer(doing((given) => (io = given))));
    await home.stop();
    try {
      act(io as Io);
    } catch {}
    expect(home.problems).toEqual([expect.stringContaining('after its stop')]);
  });

  it('finds one that does not do what it accepts, and is told nothing else', async () => {
    await expect(driverBench(thermometer(() => ({ perform: undefined as never }))).perform('on')).rejects.toThrow(
      /undefined to on/,
    );
    await expect(driverBench(thermometer()).perform('close')).rejects.toThrow(/close, which it does not accept/);
  });

  it('runs a driver as the device that it is told to be', () => {
    const kinds: Device['kind'][] = [];
    driverBench(thermometer(doing(({ device }) => kinds.push(device.kind))));
    expect(kinds).toEqual(['temperature']);
  });
});
