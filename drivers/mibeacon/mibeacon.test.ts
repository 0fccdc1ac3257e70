// MiBeacons against adverts that owners recorded, then the driver on a fake radio.

import fc from 'fast-check';
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

describe('plain objects', () => {
  const object = (text: string) => {
    const packet = read(`4050 0000 01 ${text}`);
    return packet.kind === 'packet' ? packet.readings : packet.why;
  };
  it.each([
    ['1510 01 01', [{ kind: 'smoke', on: true }]],
    ['1510 01 00', [{ kind: 'smoke', on: false }]],
    ['1410 01 01', [{ kind: 'water', on: true }]],
    ['1910 01 00', [{ kind: 'contact', open: true }]],
    ['1910 01 01', [{ kind: 'contact', open: false }]],
    ['1910 01 03', []],
    ['0F00 03 640000', [{ kind: 'motion', on: true }]],
    ['1710 04 78000000', [{ kind: 'motion', on: false }]],
    ['0110 03 000000', [{ kind: 'button', long: false }]],
    ['0110 03 000002', [{ kind: 'button', long: true }]],
    ['0110 03 000007', []],
    ['0A10 01 64', [{ kind: 'battery', value: 100 }]],
    ['014C 04 0000C041', [{ kind: 'temperature', value: 24 }]],
    ['014C 04 0000C07F', []],
    // Of another length, or longer than the advert.
    ['1510 02 0101', []],
    ['1510 05 01', []],
  ])('%s', (text, readings) => expect(object(text)).toEqual(readings));

  it.each([
    ['4010 0000 01 1510 01 01', 'no-mibeacon'],
    ['C050 0000 01 1510 01 01', 'no-mibeacon'],
    ['4850', 'too-short'],
    ['4830 0000 01 1510 01 01', 'legacy'],
    ['5050 0000 01 BC9C', 'too-short'],
  ])('%s: %s', (text, why) => expect(read(text)).toEqual({ kind: 'unreadable', why }));
});

it('never throws, and finds no smoke, water or press in bytes that do not hold one', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 30 }), fc.boolean(), (drawn, plain) => {
      const bytes = plain ? Uint8Array.of(0x40, 0x50, ...drawn) : drawn;
      const packet = decodeMiBeacon(bytes, SMOKE, hex(KEY));
      if (packet.kind === 'unreadable' || packet.encrypted) return;
      const text = Buffer.from(bytes).toString('hex');
      for (const reading of packet.readings) {
        if (reading.kind === 'smoke' && reading.on) expect(text).toContain('151001');
        if (reading.kind === 'water' && reading.on) expect(text).toContain('141001');
        if (reading.kind === 'button') expect(text).toMatch(/011003|0[cde]4e01/);
      }
    }),
    { numRuns: 2_000 },
  );
});

describe('mibeacon', () => {
  const ADDRESS_BYTES = hex('A4C1388D18B2');
  function bench(settings: BenchSettings = {}) {
    const home = bleBench(mibeacon, settings);
    home.radio.plug();
    const say = (bytes: Uint8Array) => {
      home.advertise('fe95', bytes);
      return home.told();
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

  it('describes every option, and leaves nothing open when stopped', async () => {
    for (const field of Object.values(mibeacon.options.shape)) expect(field.description?.length).toBeGreaterThan(5);
    const { running, radio } = bench();
    await running.stop();
    expect(radio.open()).toBe(0);
  });
});
