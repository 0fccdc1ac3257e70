// Register maps of meters against what their manuals say, and meters that only the config knows.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberTypes, orders, type Place, type Registers, widthOf } from '#wire/modbus/registers.ts';
import { countOf, decode, modelOf } from './codec.ts';
import { type Model, type ModelId, modelIds, models } from './models.ts';
import { options } from './options.ts';

const registers = (words: Record<number, number>): Registers =>
  new Map(Object.entries(words).map(([at, word]) => [Number(at), word]));
/** Two words, the higher half first. */
const float = (value: number): [high: number, low: number] => {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatBE(value);
  return [bytes.readUInt16BE(0), bytes.readUInt16BE(2)];
};
const long = (value: number): [high: number, low: number] => [(value >>> 16) & 0xffff, value & 0xffff];
const swapped = (word: number) => ((word & 0xff) << 8) | (word >> 8);
const seen = (id: ModelId, words: Record<number, number>) => decode(models[id], registers(words));

describe.each(modelIds)('the row %s', (id) => {
  const { blocks, total, flow, power, states = [], bits = [] }: Model = models[id];
  const read = (address: number) =>
    blocks.some((block) => address >= block.address && address < block.address + block.count);

  it('reads every register that it speaks of, of one table', () => {
    const places: Place[] = [
      ...(total?.parts ?? []),
      ...(typeof total?.unit === 'object' ? [total.unit.in] : []),
      ...(total?.multiplier ? [total.multiplier] : []),
      ...(flow ? [flow] : []),
      ...(power ? [power] : []),
      ...states.map(({ in: place }) => place),
      ...bits,
    ];
    expect(places.length).toBeGreaterThan(0);
    for (const place of places) {
      expect(read(place.address), `register ${place.address}`).toBe(true);
      if (widthOf(place) === 2) expect(read(place.address + 1)).toBe(true);
    }
    expect(new Set(blocks.map(({ table }) => table)).size).toBe(1);
  });

  it('asks for blocks of different lengths', () => {
    expect(new Set(blocks.map(({ count }) => count)).size).toBe(blocks.length);
  });
});

describe('a TUF-2000', () => {
  const [flowHigh, flowLow] = float(0.545);
  const [wholeHigh, wholeLow] = long(123_456);
  const [partHigh, partLow] = float(0.25);
  const well = {
    ...{ 0: flowLow, 1: flowHigh, 8: wholeLow, 9: wholeHigh, 10: partLow, 11: partHigh },
    ...{ 71: 0, 1437: 0, 1438: 3 },
  };

  it('holds its low word first, flow in m³/h, its total in two parts', () => {
    const { total, flow, conditions, misfit } = seen('tuf-2000', well);
    expect(flow).toBeCloseTo(545, 3);
    expect(total).toBe(123_456.25);
    expect({ conditions, misfit }).toEqual({ conditions: [], misfit: false });
    // As one was read in the field: 80 6B 42 12 on the wire is 36.625 and a bit.
    expect(seen('tuf-2000', { ...well, 0: 0x806b, 1: 0x4212 }).flow).toBeCloseTo(36_625.4, 0);
  });

  it.each([
    [0, 3, 123_456.25],
    [0, 0, 123.456_25],
    [1, 3, 123.456_25],
    [1, 4, 1_234.562_5],
    [2, 3, 467.332_75],
    [3, 3, 561.243],
    [4, 0, 467_332.742],
    [5, 3, 3_495.892],
    [6, 3, 19_627.975],
  ])('with unit %i and multiplier %i has counted %f m³', (unit, multiplier, total) => {
    const read = seen('tuf-2000', { ...well, 1437: unit, 1438: multiplier });
    expect(read.total).toBeCloseTo(total, 2);
    expect(read.misfit).toBe(false);
  });

  it.each([
    [7, 3],
    [8, 3],
    [0, 8],
    [0xffff, 3],
  ])('has no total that is known with unit %i and multiplier %i', (unit, multiplier) => {
    expect(seen('tuf-2000', { ...well, 1437: unit, 1438: multiplier })).toMatchObject({
      total: undefined,
      misfit: true,
    });
  });

  it.each([
    [0, 'no-signal'],
    [1, 'weak-signal'],
    [2, 'weak-signal'],
    [3, 'pipe-empty'],
    [4, 'instrument-fault'],
    [5, 'adjusting'],
    [8, 'instrument-fault'],
    [10, 'instrument-fault'],
    [11, 'instrument-fault'],
  ] as const)('admits by bit %i: %s', (bit, condition) => {
    expect(seen('tuf-2000', { ...well, 71: 1 << bit }).conditions).toEqual([condition]);
  });

  it.each([6, 7, 12, 13, 15])('is well with bit %i of an output that nobody uses', (bit) => {
    expect(seen('tuf-2000', { ...well, 71: 1 << bit }).conditions).toEqual([]);
  });

  it.each([
    ['flow', { 0: 0, 1: 0x7fc0 }],
    ['flow', { 0: 0, 1: 0x7f80 }],
    ['total', { 10: 0, 11: 0x7fc0 }],
    ['total', { 10: 0, 11: 0xff80 }],
    ['total', { 8: 0xffff, 9: 0xffff, 10: 0, 11: 0 }],
    ['total', { 8: 0xffff, 9: 0x7fff, 1438: 7 }],
  ] as const)('has no %s where its registers hold none: %o', (key, words) => {
    const read = seen('tuf-2000', { ...well, ...words });
    expect(read[key]).toBeUndefined();
    expect(read.conditions).toEqual(['no-value']);
  });
});

describe('a value off the scale', () => {
  const flow = (litres: number) => {
    const [high, low] = float(litres / 1_000);
    return seen('tuf-2000', { 0: low, 1: high, 8: 0, 9: 0, 10: 0, 11: 0, 71: 0, 1437: 0, 1438: 3 });
  };
  const power = (watts: number) => {
    const [high, low] = float(watts);
    return seen('eastron-sdm120', { 12: high, 13: low });
  };

  it('is its end: of power with a condition, of flow where no pipe is so wide', () => {
    expect(power(200_000)).toMatchObject({ power: 100_000, conditions: ['over-range'] });
    expect(power(-200_000)).toMatchObject({ power: undefined, conditions: ['under-range'] });
    expect(flow(1e30)).toMatchObject({ flow: 1_200_000, conditions: [] });
    expect(flow(-1e30)).toMatchObject({ flow: -1_200_000, conditions: [] });
  });

  it('is never less where it is more', () => {
    const value = fc.float({ min: 0, noNaN: true, noDefaultInfinity: true }).filter((one) => one === 0 || one > 1);
    fc.assert(
      fc.property(value, value, (one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)];
        expect(power(more).power ?? -1).toBeGreaterThanOrEqual(power(less).power ?? -1);
        expect(flow(more).flow ?? -1).toBeGreaterThanOrEqual(flow(less).flow ?? -1);
      }),
    );
  });

  // IEEE 754: what has an exponent of zero is no reading of any meter. 230 is 4366 0000.
  it('is no zero where the words of a float are swapped, or it is subnormal', () => {
    expect(seen('eastron-sdm120', { 12: 0, 13: 0x4366 })).toMatchObject({
      power: undefined,
      conditions: ['words-swapped'],
    });
    expect(seen('eastron-sdm120', { 12: 0, 13: 1 })).toMatchObject({ power: undefined, conditions: ['subnormal'] });
    const swappedTotal = { 0: 0, 1: 0, 8: 7, 9: 0, 10: 0x3f00, 11: 0, 71: 0, 1437: 0, 1438: 3 };
    expect(seen('tuf-2000', swappedTotal)).toMatchObject({ total: undefined, conditions: ['words-swapped'] });
    expect(seen('kaifeng-xintai', { 1: 0xa041, 2: 0, 3: 0, 4: 0, 5: 0, 6: 0, 7: 0xaa, 28: 1 })).toMatchObject({
      total: undefined,
      conditions: ['words-swapped'],
    });
  });
});

describe('the other rows', () => {
  it('a Dynaflox ultraD counts m³ and the millilitres beyond, and flow in l/h; its codes are not known', () => {
    const words = {
      ...Object.fromEntries(Array.from({ length: 17 }, (_, at) => [at, 0])),
      ...{ 1: 480, 2: 1, 3: 0x0002, 5: 0x1_0000 - 1, 4: 7 },
    };
    expect(seen('dynaflox-ultrad', words)).toEqual({
      ...{ total: 65_538.524_287, flow: 480, power: undefined },
      ...{ misfit: false, conditions: [] },
    });
    expect(seen('dynaflox-ultrad', { ...words, 16: 2 }).conditions).toEqual(['unknown']);
  });

  it('a Xintai meter holds floats with the low byte first: 1E 85 0B 3F is 0.545', () => {
    const [high, low] = float(12.5);
    const words = { 1: 0x1e85, 2: 0x0b3f, 3: 0, 4: 0, 5: swapped(low), 6: swapped(high), 7: 0xaa, 28: 1 };
    const read = seen('kaifeng-xintai', words);
    expect(read.total).toBeCloseTo(0.545, 6);
    expect(read).toMatchObject({ flow: 12_500, misfit: false, conditions: [] });
    expect(seen('kaifeng-xintai', { ...words, 7: 0x55 }).conditions).toEqual(['pipe-empty']);
    expect(seen('kaifeng-xintai', { ...words, 7: 1, 28: 9 }).conditions).toEqual(['unknown', 'battery-low']);
  });

  it('an SDM120 draws the watts of its float: 43 66 33 34 is 230.2', () => {
    expect(seen('eastron-sdm120', { 12: 0x4366, 13: 0x3334 }).power).toBeCloseTo(230.2, 4);
    expect(seen('eastron-sdm120', { 12: 0xff80, 13: 0 })).toMatchObject({ power: undefined, conditions: ['no-value'] });
  });
});

describe('a meter that only the config knows', () => {
  const configured = (given: object) =>
    modelOf(options.parse({ port: '/dev/serial/by-id/rs485', unit: 1, model: 'custom', ...given }));
  const place = fc.record({
    address: fc.integer({ min: 0, max: 400 }),
    type: fc.constantFrom(...numberTypes),
    words: fc.constantFrom(...orders),
    bytes: fc.constantFrom(...orders),
  });

  it('is read wherever its values are, each register of them, by questions that differ in length', () => {
    fc.assert(
      fc.property(place, place, (total, flow) => {
        const { blocks } = configured({ total: { ...total, unit: 'm3' }, flow: { ...flow, unit: 'l/h' } });
        const read = new Set(
          blocks.flatMap(({ address, count }) => Array.from({ length: count }, (_, at) => address + at)),
        );
        for (const value of [total, flow])
          for (let at = 0; at < widthOf(value); at += 1) expect(read).toContain(value.address + at);
        expect(new Set(blocks.map(({ count }) => count)).size).toBe(blocks.length);
      }),
    );
  });

  it('gives what was written in its registers, in either order of words and of bytes', () => {
    fc.assert(
      fc.property(place, fc.integer({ min: 0, max: 9_999 }), fc.constantFrom(1, 0.1, 0.01), (total, count, scale) => {
        const bytes = Buffer.alloc(4);
        if (total.type === 'float') bytes.writeFloatBE(count);
        else if (total.type === 'bcd8') bytes.writeUInt32BE(Number.parseInt(String(count), 16));
        else if (widthOf(total) === 2) bytes.writeUInt32BE(count);
        else bytes.writeUInt16BE(count);
        const words = [bytes.readUInt16BE(0), bytes.readUInt16BE(2)].slice(0, widthOf(total));
        if (total.words === 'low-first') words.reverse();
        const held = words.map((word) => (total.bytes === 'low-first' ? swapped(word) : word));
        const model = configured({ total: { ...total, scale, unit: 'm3' } });
        const read = decode(model, new Map(held.map((word, at) => [total.address + at, word])));
        expect(read.total).toBeCloseTo(count * scale, 6);
        expect(countOf(model)).toBe(total.type === 'float' ? 0 : scale);
      }),
    );
  });

  it('is read by the function that the config says, in its units', () => {
    const model = configured({
      table: 'input',
      total: { address: 0, type: 'u32', scale: 10, unit: 'gal' },
      flow: { address: 2, type: 'u16', scale: 0.5, unit: 'l/min' },
    });
    expect(model.blocks).toEqual([{ table: 'input', address: 0, count: 3 }]);
    const { total, flow } = decode(model, registers({ 0: 0, 1: 100, 2: 4 }));
    expect([total, flow]).toEqual([expect.closeTo(3.785_411_784, 9), 120]);
    expect(configured({ power: { address: 9, type: 'i16', scale: 10 } })).toMatchObject({
      kind: 'switch',
      blocks: [{ table: 'holding', address: 9, count: 1 }],
    });
  });
});
