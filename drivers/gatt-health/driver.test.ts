// Health meters on a fake radio.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FakeCharacteristic } from '#fakes/ble.ts';
import { ADDRESS, type BenchSettings, bleBench, hex } from '#fakes/ble-bench.ts';
import { places } from '#wire/gatt/uuids.ts';
import { gattHealth } from './driver.ts';

const notify = (place: (typeof places)[keyof typeof places]): FakeCharacteristic => ({
  ...place,
  properties: ['notify'],
});
const battery: FakeCharacteristic = { ...places.battery, properties: ['read', 'notify'], value: Uint8Array.of(80) };

async function bench(kind: BenchSettings['kind'], characteristics: FakeCharacteristic[]) {
  const home = bleBench(gattHealth, kind === undefined ? {} : { kind });
  home.radio.plug();
  const connect = async () => {
    home.radio.connect(ADDRESS, characteristics);
    // What a connection begins with is a chain of promises; none of them waits for time.
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  };
  await connect();
  return {
    ...home,
    connect,
    say: (place: (typeof places)[keyof typeof places], text: string) => {
      home.radio.notify(ADDRESS, place, hex(text));
      return home.said();
    },
  };
}

describe('gatt-health', () => {
  it('tells heart rate, contact and battery', async () => {
    const { say, said, faultCodes } = await bench('wearable', [notify(places.heartRate), battery]);
    expect(said()).toEqual([['battery', 80, 'good']]);
    expect(say(places.heartRate, '06 48')).toEqual([
      ['worn', true, 'good'],
      ['heartRate', 72, 'good'],
    ]);
    expect(say(places.heartRate, '04 48')).toEqual([
      ['worn', false, 'good'],
      ['heartRate', 72, 'uncertain'],
    ]);
    expect(say(places.heartRate, '00 00')).toEqual([]);
    expect(say(places.heartRate, '01 FFFF')).toEqual([]);
    expect(say(places.battery, '0F')).toEqual([['battery', 15, 'good']]);
    expect(faultCodes()).toEqual([]);
  });

  it('tells no number for a special value, and none of a finger that is not there', async () => {
    const { say } = await bench('pulse-oximeter', [notify(places.plxContinuous)]);
    expect(say(places.plxContinuous, '00 FF07 FF07')).toEqual([]);
    expect(say(places.plxContinuous, '00 6100 FF07')).toEqual([['spo2', 97, 'good']]);
    expect(say(places.plxContinuous, '08 3000 4800 000800')).toEqual([['worn', false, 'good']]);
    expect(say(places.plxContinuous, '08 6100 4800 100000')).toEqual([
      ['spo2', 97, 'uncertain'],
      ['heartRate', 72, 'uncertain'],
    ]);
  });

  it('makes no number of any special value, whatever exponent stands beside it', async () => {
    const specials = [0x07ff, 0x0800, 0x07fe, 0x0802, 0x0801];
    const special = fc
      .tuple(fc.constantFrom(...specials), fc.integer({ min: 0, max: 15 }))
      .map(([m, e]) => (e << 12) | m);
    const { radio, said } = await bench('pulse-oximeter', [notify(places.plxContinuous)]);
    fc.assert(
      fc.property(special, special, (spo2, pulse) => {
        const bytes = Uint8Array.of(0, spo2 & 0xff, spo2 >> 8, pulse & 0xff, pulse >> 8);
        radio.notify(ADDRESS, places.plxContinuous, bytes);
        for (const [quantity, value] of said()) expect([quantity, typeof value]).toEqual(['meterStatus', 'string']);
      }),
    );
  });

  it('tells the records of a cuff once, each at its own time', async () => {
    const home = await bench('blood-pressure', [{ ...places.bloodPressure, properties: ['indicate'] }]);
    const { clock, connect, samples, say } = home;
    const [old, fresh] = ['06 9600 5A00 6E00 EA07 0B 16 07 00 00 5000', '06 7800 5000 5D00 EA07 0B 16 07 05 00 4800'];
    const now = clock.now().wall;
    say(places.bloodPressure, old);
    say(places.bloodPressure, fresh);
    clock.advance(2_000);
    const all = samples.splice(0);
    expect(all.map(({ quantity, value }) => [quantity, value])).toEqual([
      ['systolic', 150],
      ['diastolic', 90],
      ['heartRate', 80],
      ['systolic', 120],
      ['diastolic', 80],
      ['heartRate', 72],
    ]);
    expect(all.map(({ at }) => Math.round((at.wall - now) / 60_000))).toEqual([-5, -5, -5, 0, 0, 0]);
    // At the next connection it sends them all again, and a new one.
    await connect();
    say(places.bloodPressure, old);
    say(places.bloodPressure, fresh);
    say(places.bloodPressure, '06 7900 5100 5D00 EA07 0B 16 09 05 00 4800');
    home.radio.disconnect(ADDRESS);
    expect(home.said()).toEqual([
      ['systolic', 121, 'good'],
      ['diastolic', 81, 'good'],
      ['heartRate', 72, 'good'],
    ]);
  });

  it('asks a glucose meter for its last record, then for those after it', async () => {
    const control: FakeCharacteristic = { ...places.glucoseControl, properties: ['write', 'indicate'] };
    const { radio, connect, clock, say, said } = await bench('glucose-meter', [notify(places.glucose), control]);
    say(places.glucose, '06 0800 EA07 0B 16 08 00 00 38C0 11');
    clock.advance(2_000);
    expect(said()).toEqual([['glucose', 5.6, 'good']]);
    await connect();
    expect(radio.written.map(({ bytes }) => [...bytes])).toEqual([
      [1, 6],
      [1, 3, 1, 9, 0],
    ]);
  });

  it('tells what a meter says in place of a number, and no number', async () => {
    const { say, said, clock } = await bench('glucose-meter', [notify(places.glucose)]);
    say(places.glucose, '0A 0700 EA07 0B 16 08 00 00 64B0 11 2000');
    clock.advance(2_000);
    expect(said()).toEqual([['meterStatus', 'glucose-above', 'good']]);
    const cuff = await bench('blood-pressure', [notify(places.bloodPressure)]);
    expect(cuff.say(places.bloodPressure, '10 FF07 FF07 FF07 0100')).toEqual([['meterStatus', 'failed', 'good']]);
  });

  it('faults what no body can have, until a possible value of it comes', async () => {
    const { say, faults, faultCodes } = await bench('wearable', [notify(places.heartRate)]);
    expect(say(places.heartRate, '01 F401')).toEqual([]);
    expect(faults.get('reading-refused')).toMatchObject({ quantity: 'heartRate' });
    say(places.heartRate, '00 48');
    expect(faultCodes()).toEqual([]);
  });

  it('takes a meter’s word about itself from its newest record, not from an old one that it tells again', async () => {
    const control: FakeCharacteristic = { ...places.glucoseControl, properties: ['write', 'indicate'] };
    const { say, clock, faultCodes, connect } = await bench('glucose-meter', [notify(places.glucose), control]);
    const [low, changed] = ['0A 0700 EA07 0B 16 08 00 00 64B0 11 0100', '0A 0800 EA07 0B 16 09 00 00 64B0 11 0000'];
    say(places.glucose, low);
    clock.advance(2_000);
    expect(faultCodes()).toEqual(['battery-low']);
    say(places.glucose, changed);
    say(places.glucose, low);
    clock.advance(2_000);
    await connect();
    say(places.glucose, low);
    clock.advance(2_000);
    expect(faultCodes()).toEqual([]);
  });

  describe('asks a glucose meter on', () => {
    const control: FakeCharacteristic = { ...places.glucoseControl, properties: ['write', 'indicate'] };
    const record = (sequence: number, day = 0x16) =>
      `06 ${sequence.toString(16).padStart(2, '0')}00 EA07 0B ${day.toString(16)} 08 00 00 38C0 11`;
    const heard = async (sequence: number) => {
      const home = await bench('glucose-meter', [notify(places.glucose), control]);
      const settled = async () => {
        home.clock.advance(2_000);
        for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
      };
      home.say(places.glucose, record(sequence));
      home.say(places.glucoseControl, '06 00 01 01');
      await settled();
      await home.connect();
      home.radio.written.splice(0);
      home.said();
      return { ...home, settled, asked: () => home.radio.written.splice(0).map(({ bytes }) => [...bytes]) };
    };

    it('when its numbering began anew: for the last record, and for all up to it', async () => {
      const { say, settled, asked, said, connect } = await heard(0x50);
      // "No records found" (GLS 1.0.1, 3.4.3) above the newest heard.
      say(places.glucoseControl, '06 00 01 06');
      await settled();
      expect(asked()).toEqual([[1, 6]]);
      say(places.glucose, record(3, 0x18));
      say(places.glucoseControl, '06 00 01 01');
      await settled();
      expect(said()).toEqual([['glucose', 5.6, 'good']]);
      expect(asked()).toEqual([[1, 2, 1, 3, 0]]);
      say(places.glucose, record(2, 0x17));
      say(places.glucose, record(3, 0x18));
      say(places.glucoseControl, '06 00 01 01');
      await settled();
      expect(said()).toEqual([['glucose', 5.6, 'good']]);
      await connect();
      expect(asked()).toEqual([[1, 3, 1, 4, 0]]);
    });

    it('not when there is just nothing new', async () => {
      const { say, settled, asked, said } = await heard(0x50);
      say(places.glucoseControl, '06 00 01 06');
      await settled();
      asked();
      say(places.glucose, record(0x50));
      say(places.glucoseControl, '06 00 01 01');
      await settled();
      expect([asked(), said()]).toEqual([[], []]);
    });

    it('for the last when it does not know the question, or holds none; and says when it refuses that too', async () => {
      const { say, settled, asked, connect, faults } = await heard(0x50);
      say(places.glucoseControl, '06 00 01 04');
      await settled();
      expect(asked()).toEqual([[1, 6]]);
      say(places.glucoseControl, '06 00 01 06');
      await connect();
      expect(asked()).toEqual([[1, 6]]);
      say(places.glucoseControl, '06 00 01 02');
      expect(faults.get('service-missing')).toEqual({ reason: 'records-refused' });
      await connect();
      expect(faults.get('service-missing')).toBeUndefined();
    });

    it('for the last after the highest number, whose next would mean all', async () => {
      const home = await bench('glucose-meter', [notify(places.glucose), control]);
      home.say(places.glucose, '06 FFFF EA07 0B 16 08 00 00 38C0 11');
      await home.connect();
      expect([...(home.radio.written.at(-1)?.bytes ?? [])]).toEqual([1, 6]);
    });

    it('and is troubled by nothing that it answers', async () => {
      const { radio } = await heard(5);
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 8 }), (bytes) => {
          expect(() => radio.notify(ADDRESS, places.glucoseControl, bytes)).not.toThrow();
        }),
      );
    });
  });

  it.each([
    ['thermometer', places.temperature, '00 6C0100FF', 'bodyTemperature', 36.4],
    ['scale', places.weight, '00 1027', 'weight', 50],
  ] as const)('%s', async (kind, place, bytes, quantity, value) => {
    const { say } = await bench(kind, [{ ...place, properties: ['indicate'] }]);
    expect(say(place, bytes)).toEqual([[quantity, value, 'good']]);
  });

  it('says when the device is not what it was configured for', async () => {
    const { faults } = await bench('thermometer', [notify(places.heartRate)]);
    expect(faults.get('service-missing')).toEqual({ service: '1809' });
  });

  it('makes a band vibrate, and says so when it cannot', async () => {
    const level: FakeCharacteristic = { ...places.alertLevel, properties: ['write-without-response'] };
    const { running, radio } = await bench('wearable', [notify(places.heartRate), level]);
    expect(await running.perform?.('on')).toBe('commanded');
    expect(await running.perform?.('off')).toBe('commanded');
    expect(radio.written.map(({ bytes, how }) => [[...bytes], how])).toEqual([
      [[2], 'without-response'],
      [[0], 'without-response'],
    ]);
    radio.disconnect(ADDRESS);
    await expect(running.perform?.('on')).rejects.toMatchObject({ code: 'band-unreachable' });
  });

  it('is not troubled by a connection that ends while it begins, or a device that refuses', async () => {
    const home = bleBench(gattHealth, { kind: 'wearable' });
    home.radio.plug();
    for (const failure of ['gatt-disconnected', 'gatt-timeout', 'gatt-refused'] as const) {
      home.radio.fail(failure);
      home.radio.connect(ADDRESS, [notify(places.heartRate), battery]);
      for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
    }
    expect(home.faults.get('service-missing')).toMatchObject({ reason: 'gatt-refused' });
    home.radio.fail(undefined);
    home.radio.connect(ADDRESS, [notify(places.heartRate), battery]);
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
    expect(home.faultCodes()).toEqual([]);
  });

  it('says which of its measurements are not understood, until they are', async () => {
    const { say, said, faults, faultCodes } = await bench('wearable', [notify(places.heartRate), battery]);
    said();
    say(places.heartRate, '16');
    expect(faults.get('device-not-understood')).toEqual({ reason: 'unknown-format', format: '2a37' });
    expect(say(places.heartRate, '16 48 0004')).toContainEqual(['heartRate', 72, 'good']);
    expect(faultCodes()).toEqual([]);
  });
});
