// RuuviTags: the four vectors of the format's page, then the driver on a fake radio.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ADDRESS, bleBench, hex } from '#fakes/ble-bench.ts';
import { decodeRuuvi } from './codec.ts';
import { ruuvi } from './driver.ts';

describe('data format 5', () => {
  it.each([
    [
      'valid',
      '0512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F',
      [24.3, 53.49, 100_044, [0.004, -0.004, 1.036], 2_977, 4, 66, 205],
    ],
    [
      'largest',
      '057FFFFFFEFFFE7FFF7FFF7FFFFFDEFEFFFECBB8334C884F',
      [163.835, 163.835, 115_534, [32.767, 32.767, 32.767], 3_646, 20, 254, 65_534],
    ],
    [
      'smallest',
      '058001000000008001800180010000000000CBB8334C884F',
      [-163.835, 0, 50_000, [-32.767, -32.767, -32.767], 1_600, -40, 0, 0],
    ],
    ['none', '058000FFFFFFFF800080008000FFFFFFFFFFFFFFFFFFFFFF', Array(8).fill(undefined)],
  ])('%s', (_, bytes, values) => {
    const { temperature, humidity, pressure, acceleration, battery, txPower, movement, sequence } =
      decodeRuuvi(hex(bytes)) ?? {};
    expect([temperature, humidity, pressure, acceleration, battery, txPower, movement, sequence]).toEqual(values);
  });

  it('never throws, and reads no other format or length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), (bytes) => {
        expect(decodeRuuvi(bytes) !== undefined).toBe(bytes[0] === 5 && bytes.length >= 24);
      }),
    );
  });
});

describe('ruuvi', () => {
  const tag = (sequence: string, movement = '42', power = 'AC36', address = 'A4C1388D18B2') =>
    hex(`0512FC5394C37C0004FFFC040C${power}${movement}${sequence}${address}`);
  function bench() {
    const home = bleBench(ruuvi);
    home.radio.plug();
    return {
      ...home,
      say(bytes: Uint8Array, company = 0x0499) {
        home.radio.advertise({ address: ADDRESS, manufacturer: { company, bytes } });
        return home.said();
      },
    };
  }

  it('tells each measurement once, and movement by its count', () => {
    const { say } = bench();
    const room = [
      ['temperature', 24.3, 'good'],
      ['humidity', 53.49, 'good'],
    ];
    expect(say(tag('0001'))).toEqual(room);
    expect(say(tag('0001'))).toEqual([]);
    expect(say(tag('0002', '43'))).toEqual([...room, ['motion', true, 'good']]);
    expect(say(tag('0003', '43'))).toEqual([...room, ['motion', false, 'good']]);
  });

  it('hears only a tag of its address, maker and format', () => {
    const { say } = bench();
    expect(say(tag('0001'), 0x004c)).toEqual([]);
    expect(say(tag('0001', '42', 'AC36', 'A4C1388D18B3'))).toEqual([]);
    expect(say(hex('03'))).toEqual([]);
    expect(say(hex('058000FFFFFFFF800080008000FFFFFFFFFFFFFFFFFFFFFF'))).toEqual([]);
  });

  it('tells other bytes under one sequence number, and hears the tag at each of its adverts', () => {
    const { say, heardCount } = bench();
    expect(say(tag('0001'))).toHaveLength(2);
    expect(say(tag('0001'))).toHaveLength(0);
    expect(say(tag('0001', '43'))).toHaveLength(3);
    expect(heardCount()).toBe(3);
  });

  it('takes air that is wetter than 100 % for that at least', () => {
    const { say, faultCodes } = bench();
    expect(say(hex('0512FCFFFEC37C0004FFFC040CAC36420001A4C1388D18B2'))).toContainEqual(['humidity', 100, 'uncertain']);
    expect(faultCodes()).toEqual([]);
  });

  // docs.ruuvi.com: 8000 is "not available"; a tag without a temperature measures none.
  it('says that it measures nothing, and that its value cannot be', () => {
    const { say, faults, faultCodes } = bench();
    say(hex('058000FFFFC37C0004FFFC040CAC36420001A4C1388D18B2'));
    expect(faults.get('sensor-fault')).toEqual({ reason: 'no-value' });
    say(hex('058001FFFFC37C0004FFFC040CAC36420002A4C1388D18B2'));
    expect(faults.get('reading-refused')).toMatchObject({ quantity: 'temperature' });
    say(tag('0003'));
    expect(faultCodes()).toEqual([]);
  });

  // docs.ruuvi.com lists formats 3, 4, 5, 6, 8, C5 and E1.
  it.each([
    ['0329', { reason: 'unknown-format', format: '03' }],
    [`E1${'00'.repeat(39)}`, { reason: 'unknown-format', format: 'e1' }],
    ['0512FC', { reason: 'unknown-length', length: 3 }],
    ['', { reason: 'cut-short', length: 0 }],
  ])('says what it does not understand: %s', (text, seen) => {
    const { say, faults, faultCodes } = bench();
    expect(say(hex(text))).toEqual([]);
    expect(faults.get('device-not-understood')).toEqual(seen);
    say(tag('0001'));
    expect(faultCodes()).toEqual([]);
    // A tag that sends two formats is understood.
    say(hex(text));
    expect(faultCodes()).toEqual([]);
  });

  it('says a low battery', () => {
    const { say, faultCodes } = bench();
    say(tag('0001', '42', '6036'));
    expect(faultCodes()).toEqual(['battery-low']);
    say(tag('0002'));
    expect(faultCodes()).toEqual([]);
  });
});
