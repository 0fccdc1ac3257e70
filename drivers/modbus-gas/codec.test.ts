// Register maps against what their manuals say.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Block, type Place, type Registers, widthOf } from '#wire/modbus/registers.ts';
import { decode } from './codec.ts';
import { type Model, type ModelId, modelIds, models } from './models.ts';

const registers = (words: Record<number, number>): Registers =>
  new Map(Object.entries(words).map(([at, word]) => [Number(at), word]));
const gas = { kind: 'gas', lelPpm: 50_000 } as const;
const co = { kind: 'co', lelPpm: 50_000 } as const;
const float = (value: number): [number, number] => {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatBE(value);
  return [bytes.readUInt16BE(0), bytes.readUInt16BE(2)];
};

/** Of what else than its level a row needs to be well. */
const wellWords: Record<ModelId, [address: number, word: number][]> = {
  'two-register': [],
  'two-register-tenths': [],
  'two-register-status': [],
  'honeywell-midas': [
    [0, 1],
    [6, 8 << 8],
    [8, 5_000],
  ],
  'copeland-c': [[103, 20_000]],
  'greystone-cmd5b4': [],
  'raeguard-3': [],
};

describe.each(modelIds)('the row %s', (id) => {
  const model: Model = models[id];
  const { blocks, level, states = [], bits = [], heartbeat, service = [], lifeLeft } = model;
  const read = (address: number) =>
    blocks.some((block: Block) => address >= block.address && address < block.address + block.count);

  it('reads every register that it speaks of', () => {
    const places: Place[] = [
      level,
      ...(typeof level.unit === 'object' ? [level.unit.in] : []),
      ...(typeof level.fullScale === 'object' ? [level.fullScale.in] : []),
      ...states.map(({ in: place }) => place),
      ...bits,
      ...(heartbeat ? [heartbeat] : []),
      ...service.flatMap(({ used, allowed }) => [used, allowed]),
      ...(lifeLeft ? [lifeLeft] : []),
    ];
    for (const place of places) {
      expect(read(place.address), `register ${place.address}`).toBe(true);
      if (widthOf(place) === 2) expect(read(place.address + 1)).toBe(true);
    }
  });

  it('has blocks of one table whose answers differ in length', () => {
    expect(new Set(blocks.map(({ count }) => count)).size).toBe(blocks.length);
    expect(new Set(blocks.map(({ table }) => table)).size).toBe(1);
  });

  // Whatever else stands in its registers: a raw value further up the scale, and beyond it, never yields less.
  it('tells never less where it is worse', () => {
    const { type = 'u16', address, noValue } = level;
    const raw =
      type === 'float'
        ? fc.float({ min: 0, noNaN: true, noDefaultInfinity: true }).filter((value) => value === 0 || value > 1e-6)
        : fc.oneof(...[2_100, (noValue?.[0] ?? 0x1_0000) - 1].map((max) => fc.integer({ min: 0, max })));
    const others = new Map(
      blocks.flatMap((block: Block) =>
        Array.from({ length: block.count }, (_, at): [number, number] => [block.address + at, 0]),
      ),
    );
    const known: Registers = new Map([...others, ...wellWords[id]]);
    const reported = (value: number, given: typeof gas | typeof co) => {
      const [high, low] = type === 'float' ? float(value) : [value >>> 16, value & 0xffff];
      const words: [number, number][] =
        widthOf(level) === 1
          ? [[address, low]]
          : [
              [address, high],
              [address + 1, low],
            ];
      return decode(model, new Map([...known, ...words]), given).level ?? -1;
    };
    fc.assert(
      fc.property(raw, raw, fc.constantFrom(gas, co), (one, other, given) => {
        const [less, more] = [reported(Math.min(one, other), given), reported(Math.max(one, other), given)];
        if (!(given === co && id === 'honeywell-midas')) expect(less).toBeGreaterThanOrEqual(0);
        expect(more).toBeGreaterThanOrEqual(less);
      }),
    );
  });

  it('makes something of any registers: a level in range, or a reason for none', () => {
    const addresses = blocks.flatMap((block: Block) =>
      Array.from({ length: block.count }, (_, at) => block.address + at),
    );
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: addresses.length, maxLength: addresses.length }),
        (words) => {
          for (const given of [gas, co]) {
            const seen = decode(model, new Map(addresses.map((address, at) => [address, words[at] ?? 0])), given);
            if (seen.level === undefined) expect(seen.misfit || seen.conditions.length > 0).toBe(true);
            else {
              expect(seen.level).toBeGreaterThanOrEqual(0);
              expect(seen.level).toBeLessThanOrEqual(given.kind === 'gas' ? 100 : 10_000);
            }
          }
        },
      ),
    );
  });
});

describe('the two-register transmitter', () => {
  it('counts %LEL, or ppm of carbon monoxide, whole or in tenths', () => {
    expect(decode(models['two-register'], registers({ 0: 12, 1: 0 }), gas)).toMatchObject({
      level: 12,
      alarm: undefined,
      conditions: [],
    });
    expect(decode(models['two-register'], registers({ 0: 120, 1: 0 }), co).level).toBe(120);
    expect(decode(models['two-register-tenths'], registers({ 0: 123, 1: 0 }), gas).level).toBe(12.3);
  });

  it('says its alarm, its fault and its warm-up in register 1, where it has them; another code is a fault', () => {
    const status = (word: number) => decode(models['two-register-status'], registers({ 0: 0, 1: word }), gas);
    expect(status(0)).toMatchObject({ alarm: false, conditions: [] });
    expect([status(1).alarm, status(2).alarm]).toEqual([true, true]);
    expect(status(3).conditions).toEqual(['instrument-fault']);
    expect(status(4).conditions).toEqual(['warming-up']);
    expect(status(9).conditions).toEqual(['unknown']);
  });

  it('is no gas below zero: what is negative in two’s complement, and all ones, is no value', () => {
    for (const raw of [0x8000, 0xfffe, 0xffff])
      for (const id of ['two-register', 'two-register-tenths', 'two-register-status'] as const)
        expect(decode(models[id], registers({ 0: raw, 1: 0 }), gas)).toMatchObject({
          level: undefined,
          conditions: ['no-value'],
        });
  });
});

describe('Honeywell Midas, table A1', () => {
  const midas = (status: number, level = 0, units = 8, lifeHours = 5_000) => {
    const [high, low] = float(level);
    return registers({ 0: status, 1: 0, 2: high, 3: low, 4: 0, 5: 0, 6: units << 8, 7: 20, 8: lifeHours, 9: 0 });
  };
  const see = (...words: Parameters<typeof midas>) => decode(models['honeywell-midas'], midas(...words), gas);

  it('reads a float in the unit that it names', () => {
    expect(see(1, 12.5)).toMatchObject({ level: 12.5, alarm: false, conditions: [], heartbeat: false });
    expect(see(1, 5_000, 1).level).toBe(10);
    expect(see(1, 0.5, 4).level).toBe(10);
    expect(decode(models['honeywell-midas'], midas(1, 35, 1), co).level).toBe(35);
    expect(see(1, 5, 16)).toMatchObject({ level: undefined, misfit: true });
    expect(decode(models['honeywell-midas'], midas(1, 35, 8), co).misfit).toBe(true);
  });

  it.each([
    [0, 'warming-up'],
    [2, 'inhibited'],
    [3, 'inhibited'],
    [4, 'inhibited'],
    [5, 'simulation'],
    [6, 'bump-test'],
    [7, 'calibrating'],
    [8, 'calibrating'],
    [9, 'unknown'],
    [15, 'unknown'],
    [0x11, 'maintenance'],
    [0x21, 'instrument-fault'],
    [0x31, 'unknown'],
  ])('status %i is %s', (status, condition) => expect(see(status).conditions).toEqual([condition]));

  it('says its two alarms, its heartbeat, and that its cell is used up', () => {
    expect([see(0x41).alarm, see(0x81).alarm, see(0x01).alarm]).toEqual([true, true, false]);
    expect(see(0x801).heartbeat).toBe(true);
    expect(see(1, 0, 8, 0).conditions).toEqual(['service-over']);
  });

  it('has no level that is no number', () => {
    expect(see(1, Number.NaN)).toMatchObject({ level: undefined, conditions: ['no-value'] });
    expect(see(1, -1).level).toBe(0);
    expect(see(1, -20)).toMatchObject({ level: undefined, conditions: ['under-range'] });
    expect(see(1, Number.POSITIVE_INFINITY)).toMatchObject({ level: undefined, conditions: ['no-value'] });
  });

  // IEEE 754: an exponent of zero is no reading of any sensor. 12.5 is 4148 0000; its words swapped are 0000 4148.
  it('has no level that is a float with its words swapped: never 0', () => {
    const words = (high: number, low: number) =>
      decode(models['honeywell-midas'], new Map([...midas(1), [2, high], [3, low]]), gas);
    expect(words(0x0000, 0x4148)).toMatchObject({ level: undefined, conditions: ['words-swapped'] });
    expect(words(0x0000, 0x0001)).toMatchObject({ level: undefined, conditions: ['subnormal'] });
    // 12.34 is 4145 70A4; 4145 as a low word and a small exponent would else be a zero too.
    expect(words(0x30a4, 0x4145)).toMatchObject({ level: undefined, conditions: ['words-swapped'] });
    expect(words(0x8000, 0x0000)).toMatchObject({ level: 0, conditions: [] });
  });
});

describe('Copeland C-Series, function 04', () => {
  const see = (words: Record<number, number> = {}) =>
    decode(
      models['copeland-c'],
      registers({ 101: 1_000, 102: 0, 103: 20_000, 104: 0, 105: 100, 118: 30, 119: 1_825, 120: 365, ...words }),
      { kind: 'gas', lelPpm: 20_000 },
    );

  it('counts ppm of its range', () => {
    expect(see()).toEqual({ level: 5, alarm: undefined, misfit: false, conditions: [], heartbeat: undefined });
    // Beyond its range, by its number or by its own word, the truth is at the end of it or above.
    expect(see({ 101: 20_001 })).toMatchObject({ level: 100, conditions: ['over-range'] });
    expect(see({ 102: 0b01_0000 })).toMatchObject({ level: 100, conditions: ['over-range'] });
    expect(see({ 102: 0b01_0000, 103: 8_000 })).toMatchObject({ level: 40, conditions: ['over-range'] });
    expect(see({ 102: 0b10_0000 })).toMatchObject({ level: undefined, conditions: ['under-range'] });
    expect(see({ 101: 0xffff })).toMatchObject({ level: undefined, conditions: ['no-value'] });
    expect(see({ 103: 0 })).toMatchObject({ level: undefined, conditions: ['no-value'] });
  });

  it.each([
    [0b00_0001, 'no-sensor'],
    [0b00_0010, 'no-sensor'],
    [0b01_0000, 'over-range'],
    [0b10_0000, 'under-range'],
  ])('bits %i are %s', (bits, condition) => expect(see({ 102: bits }).conditions).toEqual([condition]));

  it('is over its days of service, or of life, from the day that is the last', () => {
    expect(see({ 118: 365 }).conditions).toEqual(['service-over']);
    expect(see({ 105: 1_825 }).conditions).toEqual(['service-over']);
    expect(see({ 118: 400, 120: 0 }).conditions).toEqual([]);
  });
});

describe('single numbers', () => {
  it('Greystone CMD5B4 counts ppm to 500', () => {
    expect(decode(models['greystone-cmd5b4'], registers({ 1: 0x01f4 }), co).level).toBe(500);
    const see = (ppm: number) => decode(models['greystone-cmd5b4'], registers({ 1: ppm }), co);
    expect(see(501)).toMatchObject({ level: 500, conditions: ['over-range'] });
    expect(see(0xfffe)).toMatchObject({ level: 500, conditions: ['over-range'] });
    expect(see(0xffff)).toMatchObject({ level: undefined, conditions: ['no-value'] });
  });

  it('RAEGuard 3 answers 00 00 00 D1 for 209', () => {
    expect(decode(models['raeguard-3'], registers({ 8: 0, 9: 0xd1 }), co).level).toBe(209);
  });

  it('every row is named in the README', async () => {
    const { readFileSync } = await import('node:fs');
    const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8');
    for (const id of modelIds satisfies ModelId[]) expect(readme).toContain(`\`${id}\``);
  });
});
