// sample-ble on a fake radio and a virtual clock.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Advert } from '#contract/ble-port.ts';
import { ADDRESS, bleBench } from '#fakes/ble-bench.ts';
import { decode, SERVICE } from './codec.ts';
import { sampleBle } from './driver.ts';

describe('sample-ble adverts', () => {
  it('hold number, temperature and battery', () => {
    fc.assert(
      fc.property(fc.nat(255), fc.integer({ min: -6_000, max: 10_000 }), fc.nat(100), (count, hundredths, battery) => {
        expect(decode(advert(count, hundredths, battery))).toMatchObject({ count, celsius: hundredths / 100, battery });
      }),
    );
  });

  it('know the fault of the sheet, and give no meaning to another version or length', () => {
    expect(decode(advert(1, -0x8000))).toMatchObject({ celsius: undefined });
    expect(decode(advert(1, 2_150).with(0, 2))).toEqual({ kind: 'unreadable', why: 'no-packet' });
    expect(decode(advert(1, 2_150).subarray(0, 4))).toEqual({ kind: 'unreadable', why: 'no-packet' });
  });
});

describe('sample-ble', () => {
  it('emits each measurement once, however often it is repeated', () => {
    const { say, said, clock } = bench();
    for (let time = 0; time < 3; time += 1) {
      say(advert(1, 2_150));
      clock.advance(1_000);
    }
    say(advert(2, 2_160));
    expect(said()).toEqual([
      ['temperature', 21.5, 'good'],
      ['battery', 90, 'good'],
      ['temperature', 21.6, 'good'],
      ['battery', 90, 'good'],
    ]);
  });

  it('has a fault instead of a value while its sensor is broken, until a good one comes', () => {
    const { say, said, faultCodes } = bench();
    say(advert(1, -0x8000));
    expect(faultCodes()).toEqual(['sensor-fault']);
    expect(said()).toEqual([['battery', 90, 'good']]);
    say(advert(2, 2_150));
    expect(faultCodes()).toEqual([]);
  });

  it('says that it is not understood, until it is', () => {
    const { say, faults, faultCodes } = bench();
    say(advert(1, 2_150).with(0, 2));
    expect(faults.get('device-not-understood')).toEqual({ reason: 'unknown-version', version: '2' });
    say(advert(2, 2_150));
    expect(faultCodes()).toEqual([]);
  });

  it('refuses a value that cannot be', () => {
    const { say, said, faultCodes } = bench();
    say(advert(1, 2_150, 200));
    expect(said()).toEqual([['temperature', 21.5, 'good']]);
    expect(faultCodes()).toEqual(['reading-refused']);
  });

  it('is recognised by its adverts', () => {
    const seen = (bytes: Uint8Array) => ({ serviceData: [{ uuid: SERVICE, bytes }] }) as unknown as Advert;
    expect(sampleBle.recognises?.(seen(advert(1, 2_150)))).toEqual({ kind: 'temperature', says: 'temperature 21.5' });
    expect(sampleBle.recognises?.(seen(Uint8Array.of(9)))).toEqual({ kind: 'temperature', odd: 'unknown-version 9' });
    expect(sampleBle.recognises?.({ serviceData: [] } as unknown as Advert)).toBeUndefined();
  });
});

/** The driver at work, its radio there. */
function bench() {
  const home = bleBench(sampleBle);
  home.radio.plug();
  const say = (bytes: Uint8Array) =>
    home.radio.advertise({ address: ADDRESS, serviceData: [{ uuid: SERVICE, bytes }] });
  return { ...home, say };
}

const advert = (count: number, hundredths: number, battery = 90) =>
  Uint8Array.of(0x01, count, hundredths & 0xff, (hundredths >> 8) & 0xff, battery);
