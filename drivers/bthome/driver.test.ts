// BTHome devices on a fake radio: what they say, and how far they are believed.

import { describe, expect, it } from 'vitest';
import { ADDRESS, type BenchSettings, bleBench, hex } from '#fakes/ble-bench.ts';
import { sealCcm } from '#wire/ccm.ts';
import { bthome } from './driver.ts';

const KEY = '231d39c1d7cc1ab1aee224cd096db932';

function bench(settings: BenchSettings = {}) {
  const home = bleBench(bthome, settings);
  home.radio.plug();
  const say = (text: string) => {
    home.advertise('fcd2', hex(text));
    return home.said();
  };
  /** An encrypted advert of the plain objects, with this counter. */
  const seal = (counter: number, text: string, key = KEY) => {
    const count = [0, 8, 16, 24].map((shift) => (counter >>> shift) & 0xff);
    const nonce = Uint8Array.of(...hex(ADDRESS.replaceAll(':', '')), 0xd2, 0xfc, 0x41, ...count);
    const sealed = sealCcm({ key: hex(key), nonce }, hex(text), 4);
    home.advertise('fcd2', Uint8Array.of(0x41, ...sealed.text, ...count, ...sealed.tag));
    return home.said();
  };
  return { ...home, say, seal };
}

describe('bthome, encrypted', () => {
  it('tells an alarm with full trust, once however often the device repeats it', () => {
    const { seal, faultCodes } = bench({ kind: 'smoke', bindkey: KEY });
    expect(seal(100, '2901')).toEqual([['smoke', true, 'good']]);
    expect(seal(100, '2901')).toEqual([]);
    expect(seal(101, '2900')).toEqual([['smoke', false, 'good']]);
    expect(faultCodes()).toEqual([]);
  });

  it('doubts what was recorded and sent again, says so, and believes the device’s next', () => {
    const { seal, faults, faultCodes } = bench({ kind: 'smoke', bindkey: KEY });
    seal(100, '2900 01 64'.replaceAll(' ', ''));
    expect(seal(40, '2901')).toEqual([['smoke', true, 'uncertain']]);
    expect(faults.get('advert-untrusted')).toEqual({ reason: 'counter-went-back' });
    expect(seal(41, '2900')).toEqual([['smoke', false, 'uncertain']]);
    expect(seal(42, '0132')).toEqual([['battery', 50, 'uncertain']]);
    expect(seal(101, '2900')).toEqual([['smoke', false, 'good']]);
    expect(faultCodes()).toEqual([]);
  });

  it('tells a second message under one counter: a press is not swallowed by the level before it', () => {
    const { seal, faultCodes } = bench({ kind: 'help-button', bindkey: KEY });
    expect(seal(100, '0164')).toEqual([['battery', 100, 'good']]);
    expect(seal(100, '3A01')).toEqual([
      ['button', 'press', 'good'],
      ['button', 'release', 'good'],
    ]);
    expect([seal(100, '0164'), seal(100, '3A01')]).toEqual([[], []]);
    expect(faultCodes()).toEqual([]);
  });

  it('believes a device again some time after its battery was changed, and keeps its new counter', () => {
    const { seal, faults, faultCodes, kept, clock } = bench({ kind: 'smoke', bindkey: KEY });
    seal(5_000, '0103');
    const said: unknown[] = [];
    for (let count = 0; count < 40; count += 1) {
      clock.advance(60_000);
      said.push(seal(count, '2900 01 64'.replaceAll(' ', ''))[0]?.[2]);
      if (count === 5) expect(faults.get('advert-untrusted')).toEqual({ reason: 'counter-went-back' });
    }
    expect(said).toEqual([...Array(30).fill('uncertain'), ...Array(10).fill('good')]);
    expect(faultCodes()).toEqual([]);
    expect(kept.find(({ count }) => count < 5_000)).toEqual({ count: 30, urgent: true, old: 5_000 });
    // A recording of the old battery's days is not the device's word.
    expect(seal(4_990, '2901')).toEqual([['smoke', true, 'uncertain']]);
  });

  it('tells a press of a button whose battery was changed, though in doubt', () => {
    const { seal } = bench({ kind: 'help-button', bindkey: KEY, counter: { last: 5_000 } });
    expect(seal(0, '3A01')).toEqual([
      ['button', 'press', 'uncertain'],
      ['button', 'release', 'uncertain'],
    ]);
    expect(seal(1, '3A01')).toHaveLength(2);
  });

  it('doubts a plain advert in the name of a device that has a key', () => {
    const { say, seal, faults, faultCodes, clock } = bench({ kind: 'help-button', bindkey: KEY });
    expect(say('40 0005 3A01')).toEqual([
      ['button', 'press', 'uncertain'],
      ['button', 'release', 'uncertain'],
    ]);
    expect(faults.get('advert-untrusted')).toEqual({ reason: 'unencrypted' });
    clock.advance(11_000);
    expect(say('40 0007 0164')).toEqual([['battery', 100, 'uncertain']]);
    clock.advance(11_000);
    expect(say('40 0007 0164')).toEqual([['battery', 100, 'uncertain']]);
    expect(seal(1, '3A01')).toEqual([
      ['button', 'press', 'good'],
      ['button', 'release', 'good'],
    ]);
    expect(faultCodes()).toEqual([]);
  });

  it('raises a fault in doubt, and ends none', () => {
    const { say, seal, faultCodes } = bench({ kind: 'smoke', bindkey: KEY });
    say('40 0001 2601 2B01');
    expect(faultCodes()).toEqual(['advert-untrusted', 'device-tampered', 'sensor-fault']);
    say('40 0002 2600 2B00');
    expect(faultCodes()).toEqual(['advert-untrusted', 'device-tampered', 'sensor-fault']);
    seal(1, '26002B00');
    expect(faultCodes()).toEqual([]);
  });

  it('forgets that it could not open adverts a day after the last of them', () => {
    const { seal, faultCodes, clock } = bench({ kind: 'smoke' });
    seal(1, '2901');
    clock.advance(23 * 3_600_000);
    seal(2, '2901');
    clock.advance(23 * 3_600_000);
    expect(faultCodes()).toEqual(['advert-unreadable']);
    clock.advance(3_600_000);
    expect(faultCodes()).toEqual([]);
    const malformed = bench({ bindkey: 'secret' });
    malformed.clock.advance(100 * 3_600_000);
    expect(malformed.faultCodes()).toEqual(['advert-unreadable']);
  });

  it('says that it has no key, or the wrong one, and what is wrong with it', () => {
    const without = bench();
    expect(without.seal(1, '3A01')).toEqual([]);
    expect(without.faults.get('advert-unreadable')).toEqual({ reason: 'no-bind-key' });

    const wrong = bench({ bindkey: `${KEY.slice(2)}00\n` });
    wrong.seal(1, '3A01');
    wrong.seal(2, '3A01');
    expect(wrong.faultCodes()).toEqual([]);
    expect(wrong.seal(3, '3A01')).toEqual([]);
    expect(wrong.faults.get('advert-unreadable')).toEqual({ reason: 'wrong-bind-key' });

    const malformed = bench({ bindkey: 'secret' });
    expect(malformed.faults.get('advert-unreadable')).toEqual({ reason: 'bind-key-malformed' });
    expect(JSON.stringify([...malformed.faults.values(), ...malformed.warnings])).not.toContain('secret');
  });

  it('does not take one damaged advert for a wrong key', () => {
    const { seal, faultCodes } = bench({ bindkey: KEY });
    for (let count = 1; count < 30; count += 1) {
      seal(count, '0164', count % 3 === 0 ? KEY : KEY.replace('2', '3'));
      expect(faultCodes()).toEqual([]);
    }
  });
});

describe('bthome, plain', () => {
  it('counts a press once, however long the device repeats it', () => {
    const { say, clock } = bench({ kind: 'help-button' });
    expect(say('40 0005 3A01'.replaceAll(' ', ''))).toHaveLength(2);
    for (let second = 0; second < 40; second += 4) {
      clock.advance(4_000);
      expect(say('40 0005 3A01'.replaceAll(' ', ''))).toEqual([]);
    }
    expect(say('40 0006 3A01'.replaceAll(' ', ''))).toHaveLength(2);
  });

  it('doubts alarms and presses, and believes the rest', () => {
    const { say } = bench({ kind: 'temperature' });
    expect(say('40 2901 1701 1C01 2001 3A01 02CA09 03BF13 0161 2101 1A01 2D00')).toEqual([
      ['smoke', true, 'uncertain'],
      ['coAlarm', true, 'uncertain'],
      ['gasAlarm', true, 'uncertain'],
      ['waterLeak', true, 'uncertain'],
      ['button', 'press', 'uncertain'],
      ['button', 'release', 'uncertain'],
      ['temperature', 25.06, 'good'],
      ['humidity', 50.55, 'good'],
      ['battery', 97, 'good'],
      ['motion', true, 'good'],
      ['contact', 'open', 'good'],
      ['contact', 'closed', 'good'],
    ]);
  });

  it('counts each press once, by its packet number', () => {
    const { say, clock } = bench({ kind: 'help-button' });
    const press = [
      ['button', 'press', 'uncertain'],
      ['button', 'release', 'uncertain'],
    ];
    expect(say('44 0007 0164 3A01')).toEqual([['battery', 100, 'good'], ...press]);
    for (let second = 0; second < 8; second += 1) {
      clock.advance(1_000);
      expect(say('44 0007 0164 3A01')).toEqual([]);
    }
    expect(say('44 0008 0164 3A01')).toEqual([['battery', 100, 'good'], ...press]);
  });

  it('without a number counts a press again after a pause, or after something else', () => {
    const { say, clock } = bench({ kind: 'help-button' });
    expect(say('44 3A01')).toHaveLength(2);
    expect(say('44 3A01')).toHaveLength(0);
    expect(say('44 3A00')).toHaveLength(0);
    expect(say('44 3A01')).toHaveLength(2);
    clock.advance(4_900);
    expect(say('44 3A01')).toHaveLength(0);
    clock.advance(5_000);
    expect(say('44 3A01')).toHaveLength(2);
  });

  it('tells a long press as a hold alone', () => {
    const { say } = bench({ kind: 'wearable' });
    for (const long of ['04', '80', 'FE']) {
      expect(say(`44 00${long} 3A${long}`)).toEqual([
        ['button', 'hold', 'uncertain'],
        ['button', 'release', 'uncertain'],
      ]);
    }
    expect(say('44 3A7F')).toEqual([]);
  });

  it('tells a level that does not change again every ten seconds: it is alive', () => {
    const { say, clock } = bench({ kind: 'temperature' });
    let said = 0;
    for (let second = 0; second < 60; second += 1) {
      said += say('40 02CA09').length;
      clock.advance(1_000);
    }
    expect(said).toBeGreaterThanOrEqual(5);
    expect(said).toBeLessThan(15);
  });

  it('says low battery, tamper and trouble as faults, and when they are over', () => {
    const { say, faultCodes } = bench({ kind: 'smoke' });
    say('40 1501 2B01 2601');
    expect(faultCodes()).toEqual(['battery-low', 'device-tampered', 'sensor-fault']);
    say('40 1500 2B00 2600');
    expect(faultCodes()).toEqual([]);
  });

  it('tells no value that cannot be, and says so until each can', () => {
    const { say, faults, faultCodes } = bench({ kind: 'temperature' });
    expect(say('40 01FF 03FFFF 020080')).toEqual([]);
    expect(faults.get('reading-refused')).toMatchObject({ quantity: 'battery' });
    say('40 0164 02CA09');
    expect(faults.get('reading-refused')).toMatchObject({ quantity: 'humidity' });
    say('40 03BF13');
    expect(faultCodes()).toEqual([]);
  });

  // The tables of bthome.io/format: 0 and 1 for a detector, 00-06, 80 and FE for a button.
  it.each([
    ['smoke', '40 2902', { reason: 'unknown-code', object: '29', code: '02' }, '40 2900'],
    ['co', '40 1702', { reason: 'unknown-code', object: '17', code: '02' }, '40 1701'],
    ['help-button', '44 0001 3A07', { reason: 'unknown-code', object: '3a', code: '07' }, '44 0002 3A00'],
    ['smoke', '40 EE 2901', { reason: 'unknown-object', object: 'ee' }, '40 2900'],
    ['smoke', '60 2901', { reason: 'unknown-version', version: '3' }, '40 2900'],
    ['smoke', '42 A580', { reason: 'cut-short', length: 3 }, '40 2900'],
    ['smoke', '', { reason: 'cut-short', length: 0 }, '40 2900'],
  ] as const)('says of a %s what it does not understand: %s', (kind, odd, seen, understood) => {
    const { say, faults, faultCodes } = bench({ kind });
    expect(say(odd)).toEqual([]);
    expect(faults.get('device-not-understood')).toEqual(seen);
    say('40 0164');
    expect(faultCodes()).toEqual(['device-not-understood']);
    say(understood);
    expect(faultCodes()).toEqual([]);
  });

  it.each(['181c', '181e'])('says so of version 1, which is not read (%s)', (uuid) => {
    const home = bench({ kind: 'smoke' });
    home.advertise(uuid, hex('0210'));
    expect(home.faults.get('device-not-understood')).toEqual({ reason: 'unknown-version', version: '1' });
  });

  it('calls a device with two probes wet when one is', () => {
    const { say } = bench({ kind: 'water-leak' });
    expect(say('40 2001 2000')).toEqual([['waterLeak', true, 'uncertain']]);
    expect(say('40 2000 2000')).toEqual([
      ['waterLeak', false, 'uncertain'],
      ['waterLeak', false, 'uncertain'],
    ]);
  });

  it('hears its own address and service only', () => {
    const home = bench({ kind: 'smoke' });
    home.advertise('fcd2', hex('402901'), 'a4:c1:38:8d:18:b3');
    home.advertise('fe95', hex('402901'));
    expect(home.said()).toEqual([]);
  });
});

describe('bthome, its options', () => {
  it('has a check-in only where one is given', () => {
    const of = (given: object) => bthome.checkIn(bthome.options.parse({ address: ADDRESS, ...given }));
    expect([of({}), of({ checkInMinutes: 120 })]).toEqual([null, 7_200_000]);
  });
});
