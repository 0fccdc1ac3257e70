// MiBeacons against adverts that owners recorded, then the driver on a fake radio.

import { describe, expect, it } from 'vitest';
import { type BenchSettings, bleBench, hex } from '#fakes/ble-bench.ts';
import { sealCcm } from '#wire/ccm.ts';
import { decodeMiBeacon } from './codec.ts';
import { mibeacon } from './driver.ts';

const KEY = '5b51a7c91cde6707c9ef18dfda143a58';
const SMOKE = hex('54EF44E39CBC');
const read = (text: string, address = SMOKE, key: string | undefined = KEY) =>
  decodeMiBeacon(hex(text), address, key === undefined ? undefined : hex(key));

describe('recorded adverts', () => {
  it('of a Honeywell smoke detector, encrypted (ble_monitor, JTYJGD03MI)', () => {
    const advert = '58599709 66 BC9CE344EF54 01 0812050000 00715EBE90'.replaceAll(' ', '');
    expect(read(advert)).toEqual({
      kind: 'packet',
      encrypted: true,
      product: 0x0997,
      count: 0x66,
      readings: [{ kind: 'smoke', on: true }],
      unread: 0,
    });
    expect(read(advert, SMOKE, KEY.replace('5', '6'))).toEqual({ kind: 'unreadable', why: 'wrong-key' });
    expect(decodeMiBeacon(hex(advert), SMOKE, undefined)).toEqual({ kind: 'unreadable', why: 'no-key' });
  });

  it('of its test button, encrypted (Home Assistant)', () => {
    expect(read('5859970964BC9CE344EF5422206088FD000000003A148FB3')).toMatchObject({ encrypted: true, count: 0x64 });
  });

  it('of a LYWSDCGQ thermometer, plain (Home Assistant)', () => {
    expect(read('5020AA01DA21933534 2D58 0D1004 FE004802'.replaceAll(' ', ''))).toMatchObject({
      encrypted: false,
      product: 0x01aa,
      count: 0xda,
      readings: [
        { kind: 'temperature', value: 25.4 },
        { kind: 'humidity', value: 58.4 },
      ],
    });
  });
});

describe('mibeacon', () => {
  const ADDRESS_BYTES = hex('A4C1388D18B2');
  function bench(settings: BenchSettings = {}) {
    const home = bleBench(mibeacon, settings);
    home.radio.plug();
    const say = (bytes: Uint8Array) => {
      home.advertise('fe95', bytes);
      return home.said();
    };
    const seal = (count: number, objects: string, key = KEY) => {
      const head = Uint8Array.of(0x48, 0x50, 0x97, 0x09, count & 0xff);
      const high = Uint8Array.of((count >>> 8) & 0xff, (count >>> 16) & 0xff, count >>> 24);
      const nonce = Uint8Array.of(...ADDRESS_BYTES.toReversed(), ...head.subarray(2), ...high);
      const { text, tag } = sealCcm({ key: hex(key), nonce, aad: Uint8Array.of(0x11) }, hex(objects), 4);
      return say(Uint8Array.of(...head, ...text, ...high, ...tag));
    };
    return { ...home, say, seal };
  }

  it('tells encrypted alarms once, with full trust; those sent again are doubted', () => {
    const { seal, faults, faultCodes } = bench({ kind: 'smoke', bindkey: KEY });
    expect(seal(300, '15100101')).toEqual([['smoke', true, 'good']]);
    expect(seal(300, '15100101')).toEqual([]);
    expect(seal(20, '15100100')).toEqual([['smoke', false, 'uncertain']]);
    expect(faults.get('advert-untrusted')).toEqual({ reason: 'counter-went-back' });
    expect(seal(301, '15100100')).toEqual([['smoke', false, 'good']]);
    expect(faultCodes()).toEqual([]);
  });

  // 8 bits of the frame counter and 24 that follow the cipher are one count: "MiBeacon protocol", extended frame counter.
  it.each([2 ** 8, 2 ** 16, 2 ** 24, 2 ** 32])('counts on over the end of %i', (end) => {
    const { seal, faultCodes } = bench({ kind: 'smoke', bindkey: KEY });
    for (const count of [end - 2, end - 1, end, end + 1])
      expect(seal(count % 2 ** 32, '15100100')).toEqual([['smoke', false, 'good']]);
    expect(faultCodes()).toEqual([]);
  });

  it('doubts plain alarms and presses, and counts each once', () => {
    const { say, clock } = bench({ kind: 'help-button' });
    const press = hex('4050 BF07 05 0110 03 000000');
    expect(say(press)).toEqual([
      ['button', 'press', 'uncertain'],
      ['button', 'release', 'uncertain'],
    ]);
    clock.advance(8_000);
    expect(say(press)).toEqual([]);
    expect(say(hex('4050 BF07 06 0110 03 000002'))[0]).toEqual(['button', 'hold', 'uncertain']);
    expect(say(hex('4050 BF07 07 1910 01 00'))).toEqual([['contact', 'open', 'good']]);
  });

  it('is not alarmed by a plain advert that says only that the device is there', () => {
    const { say, faultCodes } = bench({ kind: 'smoke', bindkey: KEY });
    expect(say(hex('1050 9709 05 B2188D38C1A4'))).toEqual([]);
    expect(faultCodes()).toEqual([]);
  });

  // Between its events a Xiaomi detector says for days only that it is there: its silence is none.
  it('hears a device that says only that it is there, and one that repeats itself', () => {
    const { say, seal, heardCount } = bench({ kind: 'smoke', bindkey: KEY });
    say(hex('1050 9709 05 B2188D38C1A4'));
    expect(heardCount()).toBe(1);
    seal(300, '15100100');
    seal(300, '15100100');
    expect(heardCount()).toBe(3);
  });

  it('does not count bytes that it cannot read as hearing the device', () => {
    const { say, seal, heardCount } = bench({ kind: 'smoke', bindkey: KEY });
    seal(301, '15100100', KEY.replace('5', '6'));
    say(hex('4850'));
    expect(heardCount()).toBe(0);
  });

  it('says that it cannot read, and why', () => {
    const none = bench();
    none.seal(1, '15100101');
    expect(none.faults.get('advert-unreadable')).toEqual({ reason: 'no-bind-key' });
    const wrong = bench({ bindkey: KEY.replace('5', '6') });
    for (let count = 1; count < 4; count += 1) expect(wrong.seal(count, '15100101')).toEqual([]);
    expect(wrong.faults.get('advert-unreadable')).toEqual({ reason: 'wrong-bind-key' });
    const old = bench();
    old.say(hex('4830 0000 01 1510 01 01'));
    expect(old.faults.get('advert-unreadable')).toEqual({ reason: 'old-encryption' });
  });

  it('says low battery and removal as faults', () => {
    const { say, faultCodes } = bench();
    say(hex('4050 0000 01 014A 01 01 0F4A 01 01'));
    expect(faultCodes()).toEqual(['battery-low', 'device-tampered']);
  });

  it.each([
    ['it says so', '0F4A 01 00'],
    ['the contact closes', '124A 01 02'],
    ['the contact is said to be closed', '0448 01 02'],
  ])('ends a removal when %s, and a low battery with a level that is none', (_, end) => {
    const { say, faultCodes } = bench({ kind: 'contact' });
    say(hex('4050 0000 01 014A 01 01 0F4A 01 01'));
    say(hex('4050 0000 02 034C 01 13'));
    expect(faultCodes()).toEqual(['battery-low', 'device-tampered']);
    say(hex(`4050 0000 03 034C 01 14 ${end}`));
    expect(faultCodes()).toEqual([]);
  });

  it('ends neither by what anybody could have sent', () => {
    const { say, seal, faultCodes } = bench({ kind: 'contact', bindkey: KEY });
    seal(300, '014A01010F4A0101');
    for (const forged of ['124A 01 02', '0F4A 01 00', '014A 01 00', '034C 01 64']) say(hex(`4050 0000 01 ${forged}`));
    expect(faultCodes()).toEqual(['advert-untrusted', 'battery-low', 'device-tampered']);
  });

  it('ends a removal a day after it was said last, and a low battery after a month, as well when the driver began anew', () => {
    const { say, faultCodes, faults, clock } = bench({ kind: 'contact' });
    const hours = (count: number) => clock.advance(count * 3_600_000);
    say(hex('4050 0000 01 014A 01 01 0F4A 01 01'));
    hours(20);
    say(hex('4050 0000 02 0F4A 01 01'));
    hours(23.9);
    expect(faultCodes()).toEqual(['battery-low', 'device-tampered']);
    hours(0.2);
    expect(faultCodes()).toEqual(['battery-low']);
    hours(720);
    expect(faultCodes()).toEqual([]);
    const again = bench({ kind: 'contact' });
    again.faults.set('device-tampered', {});
    again.clock.advance(24 * 3_600_000);
    expect(again.faultCodes()).toEqual([]);
    expect(faults.size).toBe(0);
  });

  it('says that a detector fails, its end of life and its warming up, until it says that it works', () => {
    const smoke = bench({ kind: 'smoke', bindkey: KEY });
    expect(smoke.seal(300, '15100102')).toEqual([]);
    expect(smoke.faultCodes()).toEqual(['sensor-fault']);
    // By a plain advert anybody can say that it works.
    smoke.say(hex('4050 9709 05 1510 01 00'));
    expect(smoke.faultCodes()).toEqual(['advert-untrusted', 'sensor-fault']);
    expect(smoke.seal(301, '15100100')).toEqual([['smoke', false, 'good']]);
    expect(smoke.faultCodes()).toEqual([]);

    const gas = bench({ kind: 'gas', bindkey: KEY });
    const faultsOf = (count: number, text: string) => {
      gas.seal(count, text);
      return gas.faultCodes();
    };
    expect(faultsOf(1, '0E000104')).toEqual(['sensor-warming-up']);
    expect(faultsOf(2, '0E000103')).toEqual(['sensor-end-of-life']);
    // No leak says nothing of the sensor.
    expect(faultsOf(3, '16100100')).toEqual(['sensor-end-of-life']);
    expect(faultsOf(4, '0E000100')).toEqual([]);
    expect(gas.seal(5, '0E000101')).toEqual([['gasAlarm', true, 'good']]);
  });

  it('says what it does not understand of a detector, until its smoke is understood', () => {
    const { seal, faults, faultCodes } = bench({ kind: 'smoke', bindkey: KEY });
    expect(seal(1, '99180101')).toEqual([]);
    expect(faults.get('device-not-understood')).toEqual({ reason: 'unknown-object', object: '1899' });
    // Its battery is not what it is there for.
    seal(2, '0A100164');
    expect(faultCodes()).toEqual(['device-not-understood']);
    seal(3, '15100100');
    expect(faultCodes()).toEqual([]);
    // Beside what is understood it does not matter, and does not come and go.
    seal(4, '99180102');
    expect(faultCodes()).toEqual([]);
    // A smoke that means nothing does, each time.
    expect(seal(5, '15100109')).toEqual([]);
    expect(faults.get('device-not-understood')).toEqual({ reason: 'unknown-code', object: '1015', code: '09' });
    seal(6, '15100101');
    expect(faultCodes()).toEqual([]);
    seal(7, '1510020101');
    expect(faults.get('device-not-understood')).toEqual({ reason: 'unknown-length', object: '1015', length: 2 });
  });

  it('says so of plain adverts that hold no object it knows', () => {
    const { say, faults } = bench({ kind: 'water-leak' });
    say(hex('4050 0000 01 9918 01 01'));
    expect(faults.get('device-not-understood')).toEqual({ reason: 'unknown-object', object: '1899' });
  });

  it.each([
    ['4010 0000 01 1510 01 01', { reason: 'unknown-version', version: '1' }],
    ['4060 0000 01 1510 01 01', { reason: 'unknown-version', version: '6' }],
    ['C050 0000 01 1510 01 01', { reason: 'mesh' }],
    ['4850', { reason: 'cut-short', length: 2 }],
    ['', { reason: 'cut-short', length: 0 }],
    ['5850 9709 05 BC9C', { reason: 'cut-short', length: 7 }],
  ])('says so of a frame that it cannot read: %s', (text, seen) => {
    const { say, seal, faults, faultCodes, said } = bench({ kind: 'smoke', bindkey: KEY });
    say(hex(text));
    expect(said()).toEqual([]);
    expect(faults.get('device-not-understood')).toEqual(seen);
    seal(1, '15100100');
    expect(faultCodes()).toEqual([]);
  });

  it('tells a press that has no byte of its own', () => {
    const { seal } = bench({ kind: 'help-button', bindkey: KEY });
    expect(seal(1, '0C4E00')).toEqual([
      ['button', 'press', 'good'],
      ['button', 'release', 'good'],
    ]);
  });

  it('calls a leak sensor with two probes dry when both are', () => {
    const { seal } = bench({ kind: 'water-leak', bindkey: KEY });
    expect(seal(1, '684A0100')).toEqual([['waterLeak', true, 'good']]);
    expect(seal(2, '684A0102')).toEqual([['waterLeak', true, 'good']]);
    expect(seal(3, '7B480100')).toEqual([['waterLeak', true, 'good']]);
    expect(seal(4, '06480100')).toEqual([['waterLeak', false, 'good']]);
    // After a restart of the gateway nothing is known of the lower one.
    const again = bench({ kind: 'water-leak', bindkey: KEY });
    expect(again.seal(5, '684A0103')).toEqual([['waterLeak', false, 'uncertain']]);
    expect(again.seal(6, '06480100')).toEqual([['waterLeak', false, 'good']]);
    // With one probe, dry is dry.
    expect(bench({ kind: 'water-leak', bindkey: KEY }).seal(1, '06480100')).toEqual([['waterLeak', false, 'good']]);
  });

  it('does not take a probe for dry by what somebody may have sent again', () => {
    const { seal } = bench({ kind: 'water-leak', bindkey: KEY });
    expect(seal(10, '7B480100')).toEqual([['waterLeak', false, 'uncertain']]);
    expect(seal(3, '06480100')).toEqual([['waterLeak', false, 'uncertain']]);
    expect(seal(11, '7B480100')).toEqual([['waterLeak', false, 'uncertain']]);
    expect(seal(12, '06480100')).toEqual([['waterLeak', false, 'good']]);
  });

  it('says a value that cannot be, until it can', () => {
    const { say, faults, faultCodes } = bench({ kind: 'temperature' });
    expect(say(hex('4050 0000 01 0610 02 FFFF'))).toEqual([]);
    expect(faults.get('reading-refused')).toMatchObject({ quantity: 'humidity' });
    expect(say(hex('4050 0000 02 0410 02 FE00'))).toHaveLength(1);
    expect(faultCodes()).toEqual(['reading-refused']);
    expect(say(hex('4050 0000 03 0610 02 4802'))).toHaveLength(1);
    expect(faultCodes()).toEqual([]);
  });
});
