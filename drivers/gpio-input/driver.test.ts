// The driver on a fake GPIO port and a virtual clock.

import { describe, expect, it } from 'vitest';
import type { DeviceKind } from '#contract/device.ts';
import { later, type Moment } from '#contract/time.ts';
import { driverBench } from '#fakes/driver-bench.ts';
import { gpioInput } from './driver.ts';

function bench(kind: DeviceKind, options: object = {}) {
  const home = driverBench(gpioInput, { kind, options });
  const ago = (ms: number): Moment => ({ ...home.clock.now(), mono: later(home.clock.now().mono, -ms) });
  return {
    ...home,
    gpio: home.wire,
    driver: home.running,
    ago,
    /** Values and their instants, ms since the start. */
    said: () => home.samples.map(({ value, at }) => [value, at.mono - 1_000_000]),
  };
}

describe('a button on a line', () => {
  it('asks for the line as it is wired: closed to ground with a pull-up, if nothing else is said', () => {
    expect(bench('help-button').gpio.watched.get('L')).toEqual({
      chip: 'pinctrl',
      line: 'L',
      activeLow: true,
      bias: 'pull-up',
    });
    expect(bench('help-button', { activeLow: false }).gpio.watched.get('L')).toMatchObject({ bias: 'pull-down' });
    expect(bench('help-button', { bias: 'as-is' }).gpio.watched.get('L')).not.toHaveProperty('bias');
  });

  it('gives press, hold and release, each at its own instant', () => {
    const { clock, gpio, said } = bench('help-button');
    gpio.found('L', false);
    clock.advance(100);
    gpio.edge('L', true);
    clock.advance(20);
    expect(said()).toEqual([['press', 100]]);
    clock.advance(4_000);
    gpio.edge('L', false);
    clock.advance(20);
    expect(said()).toEqual([
      ['press', 100],
      ['hold', 3_100],
      ['release', 4_120],
    ]);
  });

  it('debounces by its own option', () => {
    const { clock, gpio, said } = bench('hush-button', { debounceMs: 40 });
    gpio.found('L', false);
    gpio.edge('L', true);
    clock.advance(39);
    gpio.edge('L', false);
    clock.advance(1_000);
    expect(said()).toEqual([]);
  });

  // Nothing may swallow or delay a call: no option makes a finger too short. 50 ms is a quick one.
  it.each(['help-button', 'hush-button', 'well-button'] as const)(
    'hears a quick finger on a %s, whatever the debounce',
    (kind) => {
      const { clock, gpio, said } = bench(kind, { debounceMs: 500 });
      gpio.found('L', false);
      gpio.edge('L', true);
      clock.advance(50);
      expect(said()).toEqual([['press', 0]]);
      clock.advance(10);
      gpio.edge('L', false);
      clock.advance(50);
      expect(said()).toEqual([
        ['press', 0],
        ['release', 60],
      ]);
    },
  );

  it('leaves a detector’s contact the debounce that it was given', () => {
    const { clock, gpio, said } = bench('smoke', { debounceMs: 500 });
    gpio.found('L', false);
    gpio.edge('L', true);
    clock.advance(499);
    expect(said()).toEqual([[false, 0]]);
    clock.advance(1);
    expect(said()).toEqual([
      [false, 0],
      [true, 0],
    ]);
  });

  it('is stuck after its time, until it is released', () => {
    const { clock, gpio, said, faultCodes } = bench('help-button', { stuckAfterSeconds: 10 });
    gpio.found('L', true);
    clock.advance(9_999);
    expect(faultCodes()).toEqual([]);
    clock.advance(1);
    expect(faultCodes()).toEqual(['button-stuck']);
    gpio.edge('L', false);
    clock.advance(20);
    expect(faultCodes()).toEqual([]);
    expect(said().map(([value]) => value)).toEqual(['press', 'hold', 'release']);
  });

  it('hears a press whose edges were delivered late and together', () => {
    const { clock, gpio, said, ago } = bench('help-button');
    gpio.found('L', false);
    clock.advance(10_000);
    gpio.edge('L', true, ago(2_600));
    gpio.edge('L', false, ago(2_500));
    clock.advance(10);
    expect(said()).toEqual([
      ['press', 7_400],
      ['release', 7_500],
    ]);
  });

  it('lets the end of a glitch in before it judges, when the loop was held up', () => {
    const { clock, gpio, said, ago } = bench('help-button');
    gpio.found('L', false);
    clock.advance(10_000);
    // Both edges waited in the pipe; the second chunk is read after the deadline of the first has passed.
    gpio.edge('L', true, ago(500));
    clock.advance(2);
    gpio.edge('L', false, ago(492));
    clock.advance(1_000);
    expect(said()).toEqual([]);
  });

  it('invents nothing when the line is lost, and takes the level found when it is back', () => {
    const { clock, gpio, said } = bench('help-button');
    gpio.found('L', false);
    gpio.lose('L');
    clock.advance(60_000);
    expect(said()).toEqual([]);
    gpio.found('L', true);
    clock.advance(20);
    expect(said()).toEqual([['press', 60_000]]);
  });

  it('turns the troubles of the tools into faultCodes, and back', () => {
    const { gpio, faultCodes } = bench('help-button');
    gpio.trouble('L', { trouble: 'monitor-stopped', active: true });
    gpio.trouble('L', { trouble: 'monitor-replaced', active: true });
    expect(faultCodes()).toEqual(['gpio-monitor-replaced', 'gpio-monitor-stopped']);
    gpio.trouble('L', { trouble: 'monitor-stopped', active: false });
    gpio.trouble('L', { trouble: 'monitor-replaced', active: false });
    expect(faultCodes()).toEqual([]);
  });

  it('leaves nothing running when stopped', async () => {
    const { clock, gpio, driver, said } = bench('help-button');
    gpio.found('L', false);
    gpio.edge('L', true);
    await driver.stop();
    expect(clock.waiting()).toEqual([]);
    clock.advance(1_000);
    expect(said()).toEqual([]);
  });
});

describe('a dry contact', () => {
  it('tells the state it finds, and each change that lasts', () => {
    const { clock, gpio, said } = bench('gas');
    gpio.found('L', false);
    expect(said()).toEqual([[false, 0]]);
    clock.advance(1_000);
    gpio.edge('L', true);
    clock.advance(5);
    gpio.edge('L', false);
    clock.advance(5);
    gpio.edge('L', true);
    clock.advance(20);
    expect(said()).toEqual([
      [false, 0],
      [true, 1_010],
    ]);
  });

  it('alarms at once when it finds the alarm contact worked', () => {
    const { gpio, said } = bench('smoke');
    gpio.found('L', true);
    expect(said()).toEqual([[true, 0]]);
  });

  it('alarms for a normally closed contact that opens, or whose cable is cut', () => {
    const { clock, gpio, said } = bench('co', { contact: 'normally-closed' });
    gpio.found('L', true);
    clock.advance(100);
    gpio.edge('L', false);
    clock.advance(20);
    expect(said()).toEqual([
      [false, 0],
      [true, 100],
    ]);
  });

  it('tells of an alarm so short, or in such a gap, that only its end was seen', () => {
    const { clock, gpio, said } = bench('gas');
    gpio.found('L', false);
    clock.advance(50);
    gpio.edge('L', false);
    clock.advance(20);
    expect(said().map(([value]) => value)).toEqual([false, true, false]);
  });

  it('says a level again only after the line was lost', () => {
    const { clock, gpio, said } = bench('water-leak');
    gpio.found('L', true);
    clock.advance(100);
    gpio.found('L', true);
    expect(said()).toEqual([[true, 0]]);
    gpio.lose('L');
    clock.advance(100);
    gpio.found('L', true);
    expect(said()).toEqual([
      [true, 0],
      [true, 200],
    ]);
  });

  it.each([
    ['door', 'normally-open', 'closed'],
    ['door', 'normally-closed', 'open'],
    ['contact', 'normally-open', 'closed'],
    ['motion', 'normally-open', true],
    ['motion', 'normally-closed', false],
  ] as const)('of a %s, %s, closed circuit means %s', (kind, contact, value) => {
    const { gpio, said } = bench(kind, { contact });
    gpio.found('L', true);
    expect(said()).toEqual([[value, 0]]);
  });
});

describe('the options', () => {
  it('have limits and defaultCodes', () => {
    const good = { chip: 'c', line: '4' };
    expect(gpioInput.options.parse(good)).toMatchObject({ activeLow: true, debounceMs: 20, holdSeconds: 3 });
    expect(gpioInput.options.safeParse({ ...good, debounceMs: 4 }).success).toBe(false);
    expect(gpioInput.options.safeParse({ ...good, debounceMs: 501 }).success).toBe(false);
    expect(gpioInput.options.safeParse({ ...good, line: '' }).success).toBe(false);
  });

  it('are each described', () => {
    for (const [name, option] of Object.entries(gpioInput.options.shape)) expect(option.description, name).toBeTruthy();
  });
});

describe('the pulses of a water meter', () => {
  const meter = () => bench('water', { pulseIdleSeconds: 60 });

  it.each([false, true])('are flow while they come, and none 60 s after the last; contact found at %s', (found) => {
    const { clock, gpio, said } = meter();
    gpio.found('L', found);
    clock.advance(5_000);
    for (let pulse = 0; pulse < 4; pulse++) {
      gpio.edge('L', pulse % 2 === (found ? 1 : 0));
      clock.advance(30_000);
    }
    expect(said()).toEqual([
      [false, 0],
      [true, 5_000],
    ]);
    clock.advance(30_000);
    expect(said().at(-1)).toEqual([false, 155_000]);
  });

  it('that bounce are one, and interference is none', () => {
    const { clock, gpio, said } = meter();
    gpio.found('L', false);
    for (const active of [true, false, true, false]) {
      gpio.edge('L', active);
      clock.advance(5);
    }
    clock.advance(120_000);
    expect(said()).toEqual([[false, 0]]);
  });

  it('go on after the line was lost and found', () => {
    const { clock, gpio, said } = meter();
    gpio.found('L', false);
    gpio.edge('L', true);
    clock.advance(1_000);
    gpio.lose('L');
    clock.advance(1_000);
    gpio.found('L', true);
    clock.advance(57_999);
    expect(said()).toHaveLength(2);
    clock.advance(1);
    expect(said().at(-1)).toEqual([false, 60_000]);
  });

  it('a flow switch is believed as it stands', () => {
    const { clock, gpio, said } = bench('water');
    gpio.found('L', true);
    clock.advance(600_000);
    expect(said()).toEqual([[true, 0]]);
  });
});
