// What every back-end of the GPIO port must do: run on the simulated chip, on stand-ins for libgpiod's tools, and on the
// real tools and the real sysfs with gpio-sim.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LineOutput, LineSpec } from '#contract/transport.ts';
import { until } from '#fakes/wait.ts';
import { type LineRig, recorder } from './gpio-rig.ts';
import { running, toolContract } from './gpio-tool-lines.ts';

export interface LineContract {
  /** The back-end runs a `gpiomon` and a `gpioset` as children of this process. */
  tools: boolean;
  /** It can switch on the chip's pull resistors; without, it has to refuse a line that asks for one. */
  bias: boolean;
}

export function lineContract(
  name: string,
  makeRig: () => Promise<LineRig>,
  { tools, bias: biased }: LineContract,
): void {
  describe(`GPIO lines: ${name}`, () => {
    let rig: LineRig;
    const open: { close(): Promise<void> }[] = [];
    beforeEach(async () => {
      rig = await makeRig();
    });
    afterEach(async () => {
      await Promise.all(open.splice(0).map((line) => line.close()));
      await rig.close();
    });

    function watch(spec: Partial<LineSpec> = {}) {
      const seen = recorder();
      const line = rig.transport.watch({ chip: rig.chip, line: rig.input, activeLow: false, ...spec }, seen);
      open.push(line);
      return { ...seen, close: line.close };
    }
    function output(spec: Partial<LineSpec> = {}): ReturnType<typeof recorder> & LineOutput {
      const seen = recorder();
      const line = rig.transport.output({ chip: rig.chip, line: rig.output, activeLow: false, ...spec }, seen);
      open.push(line);
      return { ...seen, set: line.set, close: line.close };
    }

    it('tells the level it finds, once the link is up', async () => {
      const line = watch();
      await until(() => expect(line.events).toHaveLength(1));
      expect(line.order).toEqual(['up', 'line']);
      expect(line.events).toMatchObject([{ active: false, why: 'found' }]);
    });

    it('finds a line active that was pressed before it looked', async () => {
      await rig.drive(true);
      const line = watch();
      await until(() => expect(line.events).toMatchObject([{ active: true, why: 'found' }]));
    });

    it('tells every edge in order, with the instant the chip saw it', async () => {
      const line = watch();
      await until(() => expect(line.events).toHaveLength(1));
      const before = Number(process.hrtime.bigint() / 1_000_000n);
      await rig.drive(true);
      await until(() => expect(line.events).toHaveLength(2));
      await rig.drive(false);
      await until(() => expect(line.events).toHaveLength(3));
      const after = Number(process.hrtime.bigint() / 1_000_000n);
      expect(line.events.slice(1)).toMatchObject([
        { active: true, why: 'edge' },
        { active: false, why: 'edge' },
      ]);
      const stamps = [before, ...line.events.slice(1).map(({ at }) => at.mono), after];
      expect(stamps).toEqual(stamps.toSorted((a, b) => a - b));
    });

    it('knows the level after a burst of edges that nobody waited for', async () => {
      const line = watch();
      await until(() => expect(line.events).toHaveLength(1));
      for (let edge = 1; edge <= 41; edge += 1) await rig.drive(edge % 2 === 1);
      await until(() => expect(line.events.at(-1)).toMatchObject({ active: true }));
      await rig.drive(false);
      await until(() => expect(line.events.at(-1)).toMatchObject({ active: false }));
      expect(line.downs).toEqual([]);
    });

    it('turns an active-low line over', async () => {
      const line = watch({ activeLow: true });
      await until(() => expect(line.events).toMatchObject([{ active: true, why: 'found' }]));
      await rig.drive(true);
      await until(() => expect(line.events[1]).toMatchObject({ active: false, why: 'edge' }));
    });

    it('takes a line by its offset', async () => {
      const line = watch({ line: rig.inputOffset });
      await until(() => expect(line.order).toContain('up'));
      await rig.drive(true);
      await until(() => expect(line.events).toHaveLength(2));
    });

    it(biased ? 'accepts each bias' : 'refuses each bias, and says what to do instead', async () => {
      for (const bias of ['pull-up', 'pull-down', 'disabled'] as const) {
        const line = watch({ bias });
        if (!biased) {
          await until(() => expect(line.downs).toMatchObject([{ reason: 'refused' }]));
          expect(line.downs[0]?.detail).toContain('bias: as-is');
          expect(line.events).toEqual([]);
          continue;
        }
        await until(() => expect(line.order).toContain('line'));
        await line.close();
        expect(line.downs).toEqual([]);
      }
    });

    it('says that a line or a chip is missing', async () => {
      const line = watch({ line: 'NO-SUCH-LINE' });
      await until(() => expect(line.downs).toMatchObject([{ reason: 'missing' }]));
      const chip = watch({ chip: `${rig.chip}-not` });
      await until(() => expect(chip.downs).toMatchObject([{ reason: 'missing' }]));
      const out = output({ line: 'NO-SUCH-LINE' });
      await until(() => expect(out.downs).toMatchObject([{ reason: 'missing' }]));
      await expect(out.set(true)).rejects.toMatchObject({ name: 'TransportError', context: { reason: 'missing' } });
    });

    it('says that a line is held by somebody else, and takes it when it comes free', async () => {
      const first = watch();
      await until(() => expect(first.order).toContain('up'));
      const second = watch();
      await until(() => expect(second.downs).toMatchObject([{ reason: 'busy' }]));
      await first.close();
      await rig.drive(true);
      await until(() => expect(second.events).toMatchObject([{ active: true, why: 'found' }]));
      expect(second.order).toEqual(['down', 'up', 'line']);
    });

    it('holds an output at the level it was given, and nothing before that', async () => {
      const out = output();
      await until(() => expect(out.order).toEqual(['up']));
      expect(await rig.read()).toBe(false);
      await out.set(true);
      expect(await rig.read()).toBe(true);
      await out.set(false);
      expect(await rig.read()).toBe(false);
      await out.set(true);
      expect(await rig.read()).toBe(true);
      expect(out.order).toEqual(['up']);
    });

    it('switches an active-low output by its active level', async () => {
      const out = output({ activeLow: true });
      await out.set(false);
      expect(await rig.read()).toBe(true);
      await out.set(true);
      expect(await rig.read()).toBe(false);
    });

    it('carries out changes in the order they were asked for', async () => {
      const out = output();
      await Promise.all([out.set(true), out.set(false), out.set(true)]);
      expect(await rig.read()).toBe(true);
    });

    it('lets go of its lines when closed, and says nothing more', async () => {
      const line = watch();
      await until(() => expect(line.order).toContain('up'));
      const out = output();
      await out.set(true);
      await Promise.all([line.close(), out.close()]);
      expect(running()).toEqual([]);
      await until(async () => expect(await rig.read()).toBe(false));
      const told = line.order.length;
      const again = watch();
      await until(() => expect(again.order).toContain('up'));
      await rig.drive(true);
      await until(() => expect(again.events).toHaveLength(2));
      expect(line.order).toHaveLength(told);
      await expect(out.set(true)).rejects.toMatchObject({ name: 'TransportError' });
    });

    if (tools) toolContract({ rig: () => rig, watch, output });
  });
}
