// The driver at work: what it says of water and of power, what it does not say, and by which name it fails.

import { describe, expect, it } from 'vitest';
import type { DeviceKind } from '#contract/device.ts';
import type { Sample } from '#contract/reading.ts';
import { modbusBench } from '#fakes/modbus-bench.ts';
import { modbusMeter } from './driver.ts';

function bench(given: object, words: Record<number, number>, kind: DeviceKind = 'water') {
  const home = modbusBench(modbusMeter, kind, given, words);
  home.bus.plug();
  /** What the first reading gave; later ones stand in the middle of each 5 s. */
  return { ...home, first: () => home.during(2_500) };
}

const water = (value: boolean, quality: Sample['quality'] = 'good'): Sample => ({
  quantity: 'waterFlow',
  value,
  quality,
});
const volume = (value: number): Sample => ({ quantity: 'waterVolume', value, quality: 'good' });

/** Registers of a TUF-2000: m³/h, and a total in litres. */
function tuf(flow: number, litres: number): Record<number, number> {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatBE(flow);
  return {
    ...Object.fromEntries(Array.from({ length: 12 }, (_, at) => [at, 0])),
    ...{ 0: bytes.readUInt16BE(2), 1: bytes.readUInt16BE(0), 8: litres & 0xffff, 9: litres >>> 16 },
    ...{ 71: 0, 1437: 1, 1438: 3 },
  };
}
const counter = { model: 'custom', total: { address: 0, type: 'u16', unit: 'l' } };

describe('modbus-meter', () => {
  it('tells at each reading whether water is used, and its total once and then by the minute while it rises', async () => {
    const home = bench({ model: 'tuf-2000', baudRate: 4_800, parity: 'even' }, tuf(0, 5_000));
    expect(await home.during(9_900)).toEqual([water(false), volume(5), water(false)]);
    expect(home.bus.opened[0]).toMatchObject({ unit: 7, baudRate: 4_800, parity: 'even', stopBits: 1, answerMs: 500 });
    expect(home.bus.reads.slice(0, 3)).toEqual([
      ['holding', 0, 12],
      ['holding', 71, 1],
      ['holding', 1_437, 2],
    ]);
    home.set(tuf(0.6, 5_001));
    expect(await home.during(5_000)).toEqual([water(true)]);
    home.set(tuf(0, 5_006));
    expect(await home.during(5_000)).toEqual([water(true)]);
    expect(await home.during(5_000)).toEqual([water(false)]);
    expect((await home.during(60_000)).filter(({ quantity }) => quantity === 'waterVolume')).toEqual([volume(5.006)]);
    expect((await home.during(600_000)).every(({ value }) => value === false)).toBe(true);
    expect(home.faults.size).toBe(0);
    expect(home.logged).toEqual(['meter read']);
  });

  it('knows no use from the first reading of a start, of a port that was lost, and of a meter that was', async () => {
    const home = bench(counter, { 0: 500 });
    expect(await home.first()).toEqual([water(false), volume(0.5)]);
    home.set({ 0: 503 });
    expect((await home.during(5_000))[0]).toEqual(water(true));
    home.bus.unplug();
    home.set({ 0: 509 });
    home.bus.plug();
    expect((await home.during(5_000))[0]).toEqual(water(false));
    home.bus.fail('modbus-timeout');
    expect(await home.during(15_000)).toEqual([]);
    expect([...home.faults.keys()]).toEqual(['device-silent']);
    home.set({ 0: 520 });
    home.bus.fail(undefined);
    expect((await home.during(5_000))[0]).toEqual(water(false));
    expect(home.faults.size).toBe(0);
  });

  it('has one that only counts flow on for its idle time', async () => {
    const home = bench({ ...counter, idleSeconds: 30 }, { 0: 500 });
    await home.first();
    home.set({ 0: 501 });
    const reported = (await home.during(60_000))
      .filter(({ quantity }) => quantity === 'waterFlow')
      .map(({ value }) => value);
    expect(reported).toEqual([...Array.from({ length: 6 }, () => true), ...Array.from({ length: 6 }, () => false)]);
  });

  it('begins to count anew when a meter stands by a total that went backwards, and makes up no litre', async () => {
    const home = bench(counter, { 0: 40_000 });
    await home.first();
    home.set({ 0: 3 });
    // Once may be chance.
    expect(await home.during(5_000)).toEqual([]);
    expect(await home.during(5_000)).toEqual([water(false, 'bad')]);
    expect((await home.during(5_000))[0]).toEqual(water(false));
    // A meter that was exchanged is no fault of anything.
    expect(home.reported).toEqual([]);
    expect(home.logged).toEqual(['meter read', 'meter was set back or exchanged']);
    expect(await home.during(60_000)).toContainEqual(volume(0.003));
  });

  // A sum that reads zero once, and one whose sixteen bits are full: no water, and nobody is called.
  it.each([
    ['reads zero once', 40_000, [0, 40_001, 40_001]],
    ['reads zero twice', 40_000, [0, 0, 40_001, 40_001]],
    ['overflows', 65_534, [2, 2, 3, 3, 3]],
    ['is exchanged', 40_000, [0, 0, 0, 0, 0]],
  ])('makes up no use and no fault where its total %s', async (_, before, after) => {
    const home = bench({ ...counter, idleSeconds: 5 }, { 0: before });
    await home.first();
    const uses: Sample[] = [];
    for (const total of [before, ...after]) {
      home.set({ 0: total });
      uses.push(...(await home.during(5_000)).filter(({ quantity }) => quantity === 'waterFlow'));
    }
    const litres = uses.filter(({ value, quality }) => value === true && quality !== 'bad').length;
    expect(litres).toBeLessThanOrEqual(1);
    expect(home.reported).toEqual([]);
    expect((await home.during(120_000)).filter(({ value }) => value === true)).toEqual([]);
    expect(home.faults.size).toBe(0);
  });

  it('tells no total of zero from its first reading alone: the next would be a leap of all that ever passed', async () => {
    const home = bench(counter, { 0: 0 });
    expect(await home.first()).toEqual([water(false)]);
    home.set({ 0: 40_000 });
    const reported = await home.during(120_000);
    expect(reported.filter(({ quantity }) => quantity === 'waterVolume')).toEqual([volume(40)]);
    expect(reported.some(({ value }) => value === true)).toBe(false);
    const fresh = bench(counter, { 0: 0 });
    expect(await fresh.during(10_000)).toContainEqual(volume(0));
  });

  it('calls a total that leaps about, and a flow that no pipe passes, faults of the sensor', async () => {
    const leaping = bench(counter, { 0: 100 });
    await leaping.first();
    for (const total of [20_000, 100, 60_000, 300, 30_000, 900]) {
      leaping.set({ 0: total });
      await leaping.during(5_000);
    }
    expect(leaping.faults.get('sensor-fault')).toEqual({ condition: 'total-jumped' });
    const rushing = bench({ model: 'tuf-2000', pipeMm: 15 }, tuf(6.5, 100));
    // Off the scale: more than the pipe can pass runs, or the meter is broken.
    expect(await rushing.during(7_500)).toEqual([water(true, 'uncertain')]);
    expect(rushing.faults.get('sensor-fault')).toEqual({ condition: 'flow-impossible', reason: 'off-scale' });
    rushing.set(tuf(-6.5, 100));
    expect((await rushing.during(5_000))[0]).toEqual(water(false, 'bad'));
    const wide = bench({ model: 'tuf-2000', pipeMm: 20 }, tuf(6.5, 100));
    expect((await wide.first())[0]).toEqual(water(true));
  });

  it.each([
    [{ 71: 1 }, 'sensor-fault', 'no-signal', 'bad'],
    [{ 71: 8 }, 'sensor-fault', 'pipe-empty', 'bad'],
    [{ 71: 16 }, 'sensor-fault', 'instrument-fault', 'bad'],
    [{ 71: 2 }, 'sensor-fault', 'weak-signal', 'uncertain'],
    [{ 71: 32 }, 'sensor-warming-up', 'adjusting', 'uncertain'],
    [{ 1: 0x7fc0 }, 'sensor-fault', 'no-value', 'bad'],
  ] as const)('one that talks but cannot see, %o, is %s (%s)', async (words, fault, condition, quality) => {
    const home = bench({ model: 'tuf-2000' }, tuf(0, 5_000));
    await home.first();
    home.set({ ...tuf(0, 5_002), ...words });
    expect((await home.during(5_000))[0]).toEqual(water(quality === 'uncertain', quality));
    expect(home.faults.get(fault)).toEqual({ condition });
    home.set(tuf(0, 5_002));
    await home.during(5_000);
    expect((await home.during(5_000))[0]).toEqual(water(false));
    expect(home.faults.size).toBe(0);
  });

  it('tells nothing in a unit that it does not know, and says so', async () => {
    const home = bench({ model: 'tuf-2000' }, { ...tuf(0.6, 5_000), 1437: 9 });
    expect(await home.during(7_500)).toEqual([]);
    expect(home.faults.get('reading-refused')).toEqual({ configured: 'tuf-2000', what: 'unit of the total' });
    home.set(tuf(0.6, 5_000));
    expect((await home.during(5_000))[0]).toEqual(water(true));
    expect(home.faults.size).toBe(0);
  });

  it.each([
    ['modbus-timeout', {}, 'device-silent'],
    ['modbus-garbled', {}, 'line-garbage'],
    ['modbus-exception', { exception: 2 }, 'reading-refused'],
    ['modbus-exception', { exception: 6 }, 'device-busy'],
    ['modbus-exception', { exception: 11 }, 'device-behind-gateway'],
    ['modbus-resting', { last: 'modbus-garbled' }, 'line-garbage'],
  ] as const)('names the third %s %s in a row %s, and is well again', async (code, context, fault) => {
    const home = bench({ model: 'tuf-2000', pollSeconds: 1 }, tuf(0, 5_000));
    await home.during(1_500);
    home.bus.fail(code, context);
    expect(await home.during(1_600)).toEqual([]);
    expect(home.faults.size).toBe(0);
    expect(await home.during(2_000)).toEqual([]);
    expect([...home.faults.keys()]).toEqual([fault]);
    home.bus.fail(undefined);
    expect(await home.during(1_000)).toEqual([water(false)]);
    expect(home.faults.size).toBe(0);
  });

  it('tells the watts of an energy meter, the last ones as bad when it has none', async () => {
    const home = bench({ model: 'eastron-sdm120' }, { 12: 0x44e1, 13: 0 }, 'switch');
    const power = (quality: Sample['quality']): Sample => ({ quantity: 'power', value: 1_800, quality });
    expect(await home.first()).toEqual([power('good')]);
    expect(home.bus.reads[0]).toEqual(['input', 12, 2]);
    home.set({ 12: 0x7fc0 });
    expect(await home.during(5_000)).toEqual([power('bad')]);
    expect(home.faults.get('sensor-fault')).toEqual({ condition: 'no-value' });
    // 200 kW.
    home.set({ 12: 0x4843, 13: 0x5000 });
    expect(await home.during(5_000)).toEqual([{ quantity: 'power', value: 100_000, quality: 'uncertain' }]);
    expect(home.faults.get('sensor-fault')).toEqual({ condition: 'over-range', reason: 'off-scale' });
  });

  it('leaves no timer behind when stopped, and closes its link', async () => {
    const home = bench({ model: 'tuf-2000' }, tuf(0, 5_000));
    await home.during(500);
    await home.running.stop();
    expect(home.clock.waiting()).toEqual([]);
    expect(home.bus.closed()).toBe(true);
    expect(await home.during(20_000)).toEqual([]);
  });

  it('has options that are each described', () => {
    for (const [name, option] of Object.entries(modbusMeter.options.shape))
      expect(option.description, name).toBeTruthy();
  });
});
