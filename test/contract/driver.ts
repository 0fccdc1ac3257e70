// What every driver has to keep, whatever its device: run on the devices of `drivers/<id>/bench.ts`.

import { describe, expect, it } from 'vitest';
import type { AnyDriver } from '#contract/driver.ts';
import { HearthwardError } from '#contract/errors.ts';
import { MINUTE, SECOND } from '#contract/time.ts';
import { type BenchDevice, onBench } from '#fakes/bench-device.ts';
import { driverBench, turns } from '#fakes/driver-bench.ts';

/** Longer than a sensor warms up. */
const LIFE_MS = 4 * MINUTE;

const named = (devices: readonly BenchDevice[]) =>
  devices.map((device, at) => [`${device.kind} (device ${at + 1})`, device] as const);

export function driverContract(driver: AnyDriver, devices: readonly BenchDevice[]): void {
  describe.each(named(devices))('%s', (_, device) => {
    it('speaks within its check-in while it lives, and is healthy', async () => {
      const home = onBench(device);
      await home.plug();
      await home.live(LIFE_MS);
      expect(home.problems).toEqual([]);
      expect(home.faultCodes()).toEqual([]);
      const silences = home.signs.map((at, index) => at - (home.signs[index - 1] ?? 1_000_000));
      expect(Math.max(...silences)).toBeLessThan(home.checkIn ?? Number.POSITIVE_INFINITY);
      if (driver.provides.length > 0) expect(home.samples.length).toBeGreaterThan(0);
    });

    it('is read again when its wire comes back', async () => {
      const home = onBench(device);
      await home.plug();
      await home.live(20 * SECOND);
      home.unplug();
      await home.pass(20 * SECOND);
      home.samples.splice(0);
      await home.plug();
      await home.live(20 * SECOND);
      expect(home.problems).toEqual([]);
      expect(home.samples.length).toBeGreaterThan(0);
    });

    it.each(['before its wire was there', 'while it speaks', 'while its wire is lost'])(
      'leaves nothing when it is stopped %s',
      async (when) => {
        const home = onBench(device);
        if (when !== 'before its wire was there') {
          await home.plug();
          await home.live(5 * SECOND);
        }
        if (when === 'while its wire is lost') home.unplug();
        await home.stop();
        home.unplug();
        await home.pass(20 * SECOND);
        expect(home.problems).toEqual([]);
      },
    );

    for (const action of driver.accepts)
      it(`performs what it accepts: ${action}`, async () => {
        const home = onBench(device);
        await home.plug();
        const done = home.perform(action).catch((thrown: unknown) => thrown);
        await home.live(10 * SECOND);
        const answer = await done;
        // It may say that it cannot, in an error of its own: a light is not closed.
        if (!(answer instanceof HearthwardError)) expect(['commanded', 'confirmed', 'unconfirmed']).toContain(answer);
        expect(home.problems).toEqual([]);
      });
  });

  it('emits each quantity that it provides, and no other', async () => {
    const emitted = new Set<string>();
    for (const device of devices) {
      const home = onBench(device);
      await home.plug();
      await home.live(30 * SECOND);
      for (const { quantity } of home.samples) emitted.add(quantity);
    }
    expect([...emitted].toSorted()).toEqual([...driver.provides].toSorted());
  });

  it.each(driver.kinds)('starts and stops as a %s', async (kind) => {
    const { options } = devices.find((device) => device.kind === kind) ?? (devices[0] as BenchDevice);
    const home = driverBench(driver, { kind, options });
    home.clock.advance(SECOND);
    await turns();
    await home.stop();
    expect(home.problems).toEqual([]);
  });

  it('describes every option', () => {
    for (const [name, field] of Object.entries(driver.options.shape))
      expect((field as { description?: string }).description?.length ?? 0, name).toBeGreaterThan(5);
  });
}
