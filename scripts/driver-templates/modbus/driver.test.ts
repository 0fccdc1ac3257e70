// sample-modbus on a fake bus and a virtual clock.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modbusBench } from '#fakes/modbus-bench.ts';
import { decode } from './codec.ts';
import { sampleModbus } from './driver.ts';

describe('sample-modbus registers', () => {
  it('hold a signed temperature', () => {
    fc.assert(
      fc.property(fc.integer({ min: -600, max: 10_000 }), (tenths) => {
        expect(decode(registers(tenths, 0))).toEqual({ celsius: tenths / 10, conditions: ['ok'] });
      }),
    );
  });

  it('say what the manual lists, and that something else is unknown', () => {
    expect([1, 2, 3].map((status) => decode(registers(215, status)).conditions)).toEqual([
      ['warming-up'],
      ['broken'],
      ['unknown'],
    ]);
  });
});

describe('sample-modbus', () => {
  it('is read every five seconds', async () => {
    const home = bench({ 0: 215, 1: 0 });
    expect(await home.during(14_900)).toEqual([value(21.5), value(21.5), value(21.5)]);
    expect(home.bus.reads[0]).toEqual(['holding', 0, 2]);
    expect(home.faultCodes()).toEqual([]);
  });

  it('is in doubt while it warms up, and gives no value while it is broken', async () => {
    const home = bench({ 0: 215, 1: 1 });
    expect(await home.during(1_000)).toEqual([value(21.5, 'uncertain')]);
    expect(home.faultCodes()).toEqual(['sensor-warming-up']);
    home.set({ 1: 2 });
    expect(await home.during(5_000)).toEqual([]);
    expect(home.faultCodes()).toEqual(['sensor-fault']);
    home.set({ 1: 0 });
    expect(await home.during(5_000)).toEqual([value(21.5)]);
    expect(home.faultCodes()).toEqual([]);
  });

  it('believes a status that it does not know where it warns, and says so', async () => {
    const home = bench({ 0: 215, 1: 9 });
    expect(await home.during(1_000)).toEqual([value(21.5, 'uncertain')]);
    expect(home.faults.get('sensor-fault')).toEqual({ condition: 'unknown' });
  });

  it('refuses a value that cannot be', async () => {
    const home = bench({ 0: 0x7fff, 1: 0 });
    expect(await home.during(1_000)).toEqual([]);
    expect(home.faultCodes()).toEqual(['reading-refused']);
  });

  it('has a fault when it answers no more, until it does', async () => {
    const home = bench({ 0: 215, 1: 0 });
    home.bus.fail('modbus-timeout');
    await home.during(20_000);
    expect(home.faultCodes()).toEqual(['device-silent']);
    home.bus.fail(undefined);
    expect(await home.during(5_000)).toEqual([value(21.5)]);
    expect(home.faultCodes()).toEqual([]);
  });
});

/** The driver at work, its bus plugged in. */
function bench(words: Record<number, number>) {
  const home = modbusBench(sampleModbus, 'temperature', {}, words);
  home.bus.plug();
  return home;
}

const registers = (tenths: number, status: number) =>
  new Map([
    [0, tenths & 0xffff],
    [1, status],
  ]);
const value = (celsius: number, quality = 'good') => ({ quantity: 'temperature', value: celsius, quality });
