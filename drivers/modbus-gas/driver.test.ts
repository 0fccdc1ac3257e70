// The driver at work: what it says, what it does not say, and by which name it fails.

import { describe, expect, it } from 'vitest';
import type { DeviceKind } from '#contract/device.ts';
import type { Sample } from '#contract/reading.ts';
import { modbusBench } from '#fakes/modbus-bench.ts';
import { modbusGas } from './driver.ts';
import type { Options } from './options.ts';

const bench = (
  given: Partial<Options> & Pick<Options, 'model'>,
  words: Record<number, number>,
  kind: DeviceKind = 'gas',
) => modbusBench(modbusGas, kind, { warmupSeconds: 0, ...given }, words);

const sample = (quantity: Sample['quantity'], value: number | boolean, quality: Sample['quality'] = 'good') => ({
  quantity,
  value,
  quality,
});
const MIDAS = { 0: 1, 1: 0, 2: 0, 3: 0, 4: 0, 5: 0, 6: 8 << 8, 7: 20, 8: 5_000, 9: 0 };
const COPELAND = { 101: 1_000, 102: 0, 103: 20_000, 104: 0, 105: 100, 118: 30, 119: 1_825, 120: 365 };

describe('modbus-gas', () => {
  it('reads each second, and opens the bus as its options say', async () => {
    const home = bench({ model: 'two-register-tenths', baudRate: 4_800, parity: 'even' }, { 0: 123, 1: 0 });
    home.bus.plug();
    expect(await home.during(2_950)).toEqual([sample('gas', 12.3), sample('gas', 12.3), sample('gas', 12.3)]);
    expect(home.bus.reads[0]).toEqual(['holding', 0, 2]);
    expect(home.bus.opened[0]).toMatchObject({ unit: 7, baudRate: 4_800, parity: 'even', stopBits: 1, answerMs: 500 });
    expect(home.faultCodes()).toEqual([]);
  });

  it('says ppm and the alarm of a carbon monoxide detector by their own names', async () => {
    const home = bench({ model: 'two-register-status' }, { 0: 350, 1: 1 }, 'co');
    home.bus.plug();
    expect(await home.during(500)).toEqual([sample('co', 35), sample('coAlarm', true)]);
  });

  it('tells its own alarm, in doubt, while its level is beyond all that can be', async () => {
    const home = bench({ model: 'two-register-status' }, { 0: 25_000, 1: 2 });
    home.bus.plug();
    expect(await home.during(500)).toEqual([sample('gas', 100, 'uncertain'), sample('gasAlarm', true, 'uncertain')]);
    expect(home.faultCodes()).toEqual(['sensor-fault']);
  });

  it('warms up where the detector does not say that it does, once for all, however often the line drops', async () => {
    const home = bench({ model: 'two-register', warmupSeconds: 60 }, { 0: 5, 1: 0 });
    home.bus.plug();
    expect(await home.during(500)).toEqual([sample('gas', 5, 'bad')]);
    expect(home.faultCodes()).toEqual(['sensor-warming-up']);
    for (let drop = 0; drop < 2; drop += 1) {
      await home.during(30_000);
      home.bus.unplug();
      expect(await home.during(5_000)).toEqual([]);
      home.bus.plug();
    }
    expect(await home.during(500)).toEqual([sample('gas', 5)]);
    expect(home.faultCodes()).toEqual([]);
    home.bus.fail('modbus-timeout');
    await home.during(5_000);
    home.bus.fail(undefined);
    expect(await home.during(1_000)).toEqual([sample('gas', 5)]);
  });

  it('tells a large level in doubt once it has stood for half a minute of the warm-up, over a gap of the line too', async () => {
    for (const [kind, model, large, small] of [
      ['gas', 'two-register', 20, 19],
      ['co', 'greystone-cmd5b4', 100, 99],
    ] as const) {
      const words = (level: number) => ({ 0: level, 1: model === 'greystone-cmd5b4' ? level : 0 });
      const home = modbusBench(modbusGas, kind, { model }, words(large));
      home.bus.plug();
      expect((await home.during(20_000)).every(({ quality }) => quality === 'bad')).toBe(true);
      home.bus.unplug();
      await home.during(12_000);
      home.bus.plug();
      expect(await home.during(500)).toEqual([sample(kind, large, 'uncertain')]);
      home.set(words(small));
      await home.during(500);
      expect(await home.during(1_000)).toEqual([sample(kind, small, 'bad')]);
      // The row's three minutes.
      await home.during(150_000);
      expect(await home.during(1_000)).toEqual([sample(kind, small)]);
    }
  });

  it('does not believe for ever in a warm-up that the detector itself tells', async () => {
    const home = bench({ model: 'two-register-status' }, { 0: 50, 1: 4 });
    home.bus.plug();
    expect(await home.during(500)).toEqual([sample('gas', 5, 'bad'), sample('gasAlarm', false, 'uncertain')]);
    expect(home.faultCodes()).toEqual(['sensor-warming-up']);
    await home.during(900_000, 1_000);
    expect((await home.during(1_000)).at(0)).toEqual(sample('gas', 5, 'uncertain'));
    expect(home.faultCodes()).toEqual(['sensor-fault']);
    expect(home.faults.get('sensor-fault')).toEqual({ condition: 'warm-up-endless' });
  });

  // Saturation is the highest warning and a fault: the truth is at the end of the scale or beyond.
  it.each([
    ['greystone-cmd5b4', 'co', { 1: 501 }, 500],
    ['copeland-c', 'gas', { ...COPELAND, 101: 20_001 }, 100],
    ['copeland-c', 'gas', { ...COPELAND, 102: 16 }, 100],
    ['two-register', 'gas', { 0: 2_001, 1: 0 }, 100],
    ['two-register', 'co', { 0: 10_001, 1: 0 }, 10_000],
    ['honeywell-midas', 'gas', { ...MIDAS, 2: 0x4640 }, 100],
    ['raeguard-3', 'co', { 8: 1, 9: 0 }, 10_000],
  ] as const)(
    'tells the end of the scale in doubt, and a fault, when a %s of %s is first seen beyond it',
    async (...row) => {
      const [model, kind, words, end] = row;
      const home = bench({ model, lelPpm: model === 'copeland-c' ? 20_000 : 50_000 }, { ...words }, kind);
      home.bus.plug();
      expect((await home.during(500))[0]).toEqual(sample(kind, end, 'uncertain'));
      expect(home.faults.get('sensor-fault')).toEqual({ condition: 'over-range', reason: 'off-scale' });
      home.bus.unplug();
      home.bus.plug();
      expect((await home.during(500))[0]).toEqual(sample(kind, end, 'uncertain'));
    },
  );

  it('says once that it is off the scale, when it hovers at the end of it', async () => {
    const home = bench({ model: 'greystone-cmd5b4' }, { 1: 501 }, 'co');
    home.bus.plug();
    await home.during(500);
    for (let second = 0; second < 20; second += 1) {
      home.set({ 1: second % 2 ? 501 : 499 });
      expect(await home.during(1_000)).toEqual([second % 2 ? sample('co', 500, 'uncertain') : sample('co', 499)]);
    }
    expect(home.ended).toEqual([]);
    expect(home.reported).toHaveLength(1);
    home.set({ 1: 499 });
    await home.during(11_000);
    expect(home.faultCodes()).toEqual([]);
  });

  it('has no value, and a fault, below the scale and where its registers hold none', async () => {
    const home = bench({ model: 'honeywell-midas' }, MIDAS);
    home.bus.plug();
    for (const [words, context] of [
      [{ 2: 0xc1a0 }, { condition: 'under-range', reason: 'off-scale' }],
      [{ 2: 0x7fc0 }, { condition: 'no-value' }],
      [
        { 2: 0, 3: 0x4148 },
        { condition: 'words-swapped', reason: 'word-order' },
      ],
    ] as const) {
      home.set({ ...MIDAS, ...words });
      await home.during(500);
      expect((await home.during(1_000))[0]).toEqual(sample('gas', 100, 'bad'));
      expect(home.faults.get('sensor-fault')).toEqual(context);
    }
  });

  it.each([
    ['modbus-timeout', {}, 'device-silent'],
    ['modbus-garbled', {}, 'line-garbage'],
    ['modbus-exception', { exception: 2 }, 'reading-refused'],
    ['modbus-exception', { exception: 6 }, 'device-busy'],
    ['modbus-exception', { exception: 11 }, 'device-behind-gateway'],
    ['modbus-resting', { last: 'modbus-garbled' }, 'line-garbage'],
  ] as const)(
    'names the third %s %s in a row %s, says no level meanwhile, and is well again',
    async (code, context, fault) => {
      const home = bench({ model: 'two-register' }, { 0: 5, 1: 0 });
      home.bus.plug();
      await home.during(1_500);
      home.bus.fail(code, context);
      expect(await home.during(1_600)).toEqual([]);
      expect(home.faultCodes()).toEqual([]);
      expect(await home.during(2_000)).toEqual([]);
      expect(home.faultCodes()).toEqual([fault]);
      home.bus.fail(undefined);
      expect(await home.during(1_000)).toEqual([sample('gas', 5)]);
      expect(home.faultCodes()).toEqual([]);
    },
  );

  it('leaves a lost port to the port’s own fault', async () => {
    const home = bench({ model: 'two-register' }, { 0: 5, 1: 0 });
    home.bus.plug();
    home.bus.fail('modbus-timeout');
    await home.during(5_000);
    home.bus.unplug();
    expect(home.faultCodes()).toEqual([]);
  });

  it('believes no detector whose registers do not live: a heart that never beat, and one that stands still', async () => {
    const home = bench({ model: 'honeywell-midas', pollSeconds: 10 }, MIDAS);
    home.bus.plug();
    let on = false;
    const beat = () => {
      on = !on;
      home.set({ 0: on ? 0x801 : 0x001 });
      if (beating) home.clock.at((home.clock.now().mono + 2_000) as never, 'beat', beat);
    };
    let beating = true;
    expect(await home.during(500)).toEqual([sample('gas', 0, 'uncertain'), sample('gasAlarm', false, 'uncertain')]);
    beat();
    await home.during(1_000);
    expect(await home.during(4_000)).toContainEqual(sample('gas', 0));
    expect(home.faultCodes()).toEqual([]);
    beating = false;
    await home.during(10_000);
    expect(home.faults.get('sensor-fault')).toEqual({ condition: 'heartbeat-stuck' });
    expect(await home.during(1_000)).toEqual(
      [sample('gas', 0, 'bad'), sample('gasAlarm', false, 'bad')].map((one) =>
        one.quantity === 'gas' ? one : { ...one, quality: 'uncertain' },
      ),
    );
    beating = true;
    beat();
    await home.during(5_000);
    expect(home.faultCodes()).toEqual([]);
  });

  it.each([
    [{ 0: 0x00 }, 'sensor-warming-up', 'warming-up', 'bad', 'uncertain'],
    [{ 0: 0x04 }, 'sensor-fault', 'inhibited', 'uncertain', 'uncertain'],
    [{ 0: 0x05 }, 'sensor-fault', 'simulation', 'bad', 'bad'],
    [{ 0: 0x06 }, 'sensor-fault', 'bump-test', 'bad', 'bad'],
    [{ 0: 0x08 }, 'sensor-fault', 'calibrating', 'bad', 'bad'],
    [{ 0: 0x21 }, 'sensor-fault', 'instrument-fault', 'bad', 'uncertain'],
    // What a code means that the manual does not list, nobody knows: it is a fault, and its level is believed where it warns.
    [{ 0: 0x0c }, 'sensor-fault', 'unknown', 'uncertain', 'uncertain'],
    [{ 8: 0 }, 'sensor-end-of-life', 'service-over', 'uncertain', 'uncertain'],
  ] as const)('a Midas that talks but cannot see, %o, is %s (%s)', async (words, fault, condition, level, alarm) => {
    const home = bench({ model: 'honeywell-midas' }, MIDAS);
    home.bus.plug();
    await home.during(500);
    // Beats once with its alarm on: what it says of itself decides what that is worth.
    home.set({ ...MIDAS, ...words });
    home.set({ 0: (home.bus.registers.get(0) ?? 0) | 0x840 });
    const said = await home.during(1_000);
    expect(said).toEqual([
      expect.objectContaining({ quantity: 'gas', quality: level }),
      sample('gasAlarm', true, alarm),
    ]);
    expect(home.faultCodes()).toEqual([fault]);
    expect(home.faults.get(fault)).toEqual({ condition });
    home.set({ 0: 0x001, 8: 5_000 });
    expect(await home.during(1_000)).toEqual([sample('gas', 0), sample('gasAlarm', false)]);
    expect(home.faultCodes()).toEqual([]);
  });

  it.each([
    [{ 102: 1 }, 'sensor-fault', 'no-sensor', 'bad'],
    [{ 102: 32 }, 'sensor-fault', 'under-range', 'bad'],
    [{ 118: 365 }, 'sensor-end-of-life', 'service-over', 'uncertain'],
  ] as const)('a Copeland with %o is %s (%s)', async (words, fault, condition, quality) => {
    const home = bench({ model: 'copeland-c', lelPpm: 20_000 }, { ...COPELAND, ...words });
    home.bus.plug();
    expect(await home.during(500)).toEqual([expect.objectContaining({ quantity: 'gas', quality })]);
    expect(home.bus.reads).toEqual([
      ['input', 101, 5],
      ['input', 118, 3],
    ]);
    expect(home.faults.get(fault)).toMatchObject({ condition });
  });

  it('refuses a level in a unit that the device cannot have', async () => {
    const home = bench({ model: 'honeywell-midas' }, MIDAS, 'co');
    home.bus.plug();
    expect(await home.during(500)).toMatchObject([{ quantity: 'co', quality: 'bad' }, { quantity: 'coAlarm' }]);
    expect(home.faultCodes()).toEqual(['reading-refused']);
  });

  it('leaves no timer behind when stopped, and closes its link', async () => {
    const home = bench({ model: 'two-register' }, { 0: 5, 1: 0 });
    home.bus.plug();
    await home.during(500);
    await home.running.stop();
    expect(home.clock.waiting()).toEqual([]);
    expect(home.bus.closed()).toBe(true);
    expect(await home.during(5_000)).toEqual([]);
  });
});
