// The driver on a fake GPIO port and a virtual clock.

import { describe, expect, it } from 'vitest';
import type { DeviceKind } from '#contract/device.ts';
import { HearthwardError } from '#contract/errors.ts';
import { driverBench } from '#fakes/driver-bench.ts';
import { gpioOutput } from './driver.ts';

const feedback = { chip: 'pinctrl', line: 'F' };

function bench(kind: DeviceKind, options: object = {}) {
  const home = driverBench(gpioOutput, { kind, options });
  return { ...home, gpio: home.wire, driver: home.running };
}

/** Lets promises that are settled have their say. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('an output that is held', () => {
  it('does nothing until it is ordered to', () => {
    const { gpio } = bench('siren', { activeLow: true });
    expect(gpio.outputs.get('L')).toEqual({ chip: 'pinctrl', line: 'L', activeLow: true });
    expect(gpio.levels).toEqual([]);
  });

  it('is switched on and off; without feedback that is only commanded', async () => {
    const { gpio, perform } = bench('siren');
    expect(await perform('on')).toBe('commanded');
    expect(await perform('off')).toBe('commanded');
    expect(gpio.levels).toEqual([
      ['L', true],
      ['L', false],
    ]);
  });

  it('passes on that its line cannot be held', async () => {
    const { gpio, perform } = bench('light');
    gpio.broken.set('L', new HearthwardError('gpio-busy', 'held by another'));
    await expect(perform('on')).rejects.toMatchObject({ code: 'gpio-busy' });
  });

  it('is switched off at the stop, if it was ever switched', async () => {
    const used = bench('siren');
    await used.perform('on');
    await used.driver.stop();
    expect(used.gpio.levels).toEqual([
      ['L', true],
      ['L', false],
      ['L', null],
    ]);
    const unused = bench('relay');
    await unused.driver.stop();
    expect(unused.gpio.levels).toEqual([['L', null]]);
  });

  it('has no action of a valve', async () => {
    const { gpio, perform } = bench('relay');
    await expect(perform('close')).rejects.toMatchObject({ name: 'OutputError', code: 'output-action-refused' });
    expect(gpio.levels).toEqual([]);
  });
});

describe('a valve', () => {
  it('is closed by a pulse, after which the line is released', async () => {
    const { clock, gpio, perform } = bench('valve', { pulseMs: 2_000 });
    expect(await perform('close')).toBe('commanded');
    clock.advance(1_999);
    expect(gpio.levels).toEqual([['L', true]]);
    clock.advance(1);
    expect(gpio.levels).toEqual([
      ['L', true],
      ['L', false],
    ]);
  });

  it('is never opened, and not touched at start or stop', async () => {
    const { gpio, perform, driver } = bench('valve');
    await expect(perform('on')).rejects.toMatchObject({ code: 'output-action-refused' });
    await expect(perform('off')).rejects.toMatchObject({ code: 'output-action-refused' });
    await driver.stop();
    expect(gpio.levels).toEqual([['L', null]]);
  });

  it('gets its whole pulse when the gateway stops in the middle of it', async () => {
    const { clock, gpio, perform, driver } = bench('valve');
    await perform('close');
    clock.advance(1_000);
    const stopped = driver.stop();
    await turn();
    expect(gpio.levels).toEqual([['L', true]]);
    clock.advance(4_000);
    await stopped;
    expect(gpio.levels).toEqual([
      ['L', true],
      ['L', false],
      ['L', null],
    ]);
  });

  it('gets a longer pulse when it is ordered again', async () => {
    const { clock, gpio, perform } = bench('valve');
    await perform('close');
    clock.advance(4_000);
    await perform('close');
    clock.advance(4_999);
    expect(gpio.levels.filter(([, active]) => active === false)).toEqual([]);
    clock.advance(1);
    expect(gpio.levels.at(-1)).toEqual(['L', false]);
  });

  it('does not lose the order that comes just before the end of a pulse', async () => {
    const { clock, gpio, perform } = bench('valve');
    await perform('close');
    clock.advance(4_999);
    const held = Promise.withResolvers<void>();
    gpio.slow.set('L', held.promise);
    const again = perform('close');
    clock.advance(10);
    held.resolve();
    await again;
    await turn();
    expect(gpio.levels).toEqual([
      ['L', true],
      ['L', true],
    ]);
  });

  it('says when the pulse cannot be ended, and ends it as soon as it can', async () => {
    const { clock, gpio, faultCodes, perform } = bench('valve');
    await perform('close');
    gpio.broken.set('L', new HearthwardError('gpio-lost', 'gone'));
    clock.advance(5_000);
    await turn();
    expect(faultCodes()).toEqual(['output-failed']);
    gpio.broken.clear();
    clock.advance(1_000);
    await turn();
    expect(faultCodes()).toEqual([]);
    expect(gpio.levels.at(-1)).toEqual(['L', false]);
    expect(clock.waiting()).toEqual([]);
  });

  it('is left alone when its line could not be held', async () => {
    const { clock, gpio, perform, driver } = bench('valve');
    gpio.broken.set('L', new HearthwardError('gpio-missing', 'no such line'));
    await expect(perform('close')).rejects.toMatchObject({ code: 'gpio-missing' });
    expect(clock.waiting()).toEqual([]);
    await driver.stop();
  });
});

describe('feedback', () => {
  it('is reported as `on` when it has settled', () => {
    const { clock, gpio, samples } = bench('siren', { feedback });
    expect(gpio.watched.get('F')).toMatchObject({ activeLow: true, bias: 'pull-up' });
    gpio.found('F', false);
    clock.advance(50);
    gpio.edge('F', true);
    clock.advance(10);
    gpio.edge('F', false);
    clock.advance(10);
    gpio.edge('F', true);
    clock.advance(50);
    expect(samples).toMatchObject([
      { quantity: 'on', value: false, quality: 'good' },
      { quantity: 'on', value: true, quality: 'good' },
    ]);
  });

  it('confirms an action when it agrees in time', async () => {
    const { clock, gpio, perform } = bench('siren', { feedback });
    gpio.found('F', false);
    clock.advance(50);
    const done = perform('on');
    await turn();
    clock.advance(1_000);
    gpio.edge('F', true);
    clock.advance(50);
    expect(await done).toBe('confirmed');
    const off = perform('off');
    await turn();
    gpio.edge('F', false);
    clock.advance(50);
    expect(await off).toBe('confirmed');
  });

  it('leaves an action unconfirmed when it does not agree in time', async () => {
    const { clock, gpio, perform } = bench('siren', { feedback, confirmWithinMs: 2_000 });
    gpio.found('F', false);
    clock.advance(50);
    const done = perform('on');
    await turn();
    clock.advance(2_000);
    expect(await done).toBe('unconfirmed');
  });

  it('confirms a valve that says it is closed', async () => {
    const { clock, gpio, perform } = bench('valve', { feedback });
    gpio.found('F', false);
    clock.advance(50);
    const done = perform('close');
    await turn();
    gpio.edge('F', true);
    clock.advance(50);
    expect(await done).toBe('confirmed');
    clock.advance(5_000);
    // Told again while it is closed, it is confirmed at once.
    expect(await perform('close')).toBe('confirmed');
  });

  it('confirms nothing while its own line is lost', async () => {
    const { clock, gpio, perform } = bench('siren', { feedback });
    gpio.found('F', true);
    clock.advance(50);
    gpio.lose('F');
    const done = perform('on');
    await turn();
    clock.advance(3_000);
    expect(await done).toBe('unconfirmed');
  });
});

it('describes each of its options', () => {
  for (const [name, option] of Object.entries(gpioOutput.options.shape)) expect(option.description, name).toBeTruthy();
});
