// sample-ble-gatt on a fake radio and a virtual clock.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ADDRESS, bleBench } from '#fakes/ble-bench.ts';
import { turns } from '#fakes/driver-bench.ts';
import { places } from '#wire/gatt/uuids.ts';
import { decode, MEASUREMENT } from './codec.ts';
import { sampleBleGatt } from './driver.ts';

describe('sample-ble-gatt measurements', () => {
  it('hold a signed temperature', () => {
    fc.assert(
      fc.property(fc.integer({ min: -6_000, max: 10_000 }), (hundredths) => {
        expect(decode(bytes(hundredths))).toEqual({ celsius: hundredths / 100 });
      }),
    );
  });

  it('know the fault of the sheet, and give no meaning to another length', () => {
    expect(decode(bytes(-0x8000))).toEqual({ celsius: undefined });
    expect(decode(Uint8Array.of(1))).toBeUndefined();
    expect(decode(Uint8Array.of(1, 2, 3))).toBeUndefined();
  });
});

describe('sample-ble-gatt', () => {
  it('emits each value, and the battery at each connection', async () => {
    const { say, said, faultCodes } = await bench();
    expect(said()).toEqual([['battery', 90, 'good']]);
    say(bytes(2_150));
    expect(said()).toEqual([['temperature', 21.5, 'good']]);
    expect(faultCodes()).toEqual([]);
  });

  it('has a fault instead of a value while its sensor is broken, until a good one comes', async () => {
    const { say, said, faultCodes } = await bench();
    said();
    say(bytes(-0x8000));
    expect(faultCodes()).toEqual(['sensor-fault']);
    expect(said()).toEqual([]);
    say(bytes(2_150));
    expect(faultCodes()).toEqual([]);
  });

  it('says that it is not understood, until it is', async () => {
    const { say, faultCodes } = await bench();
    say(Uint8Array.of(1, 2, 3));
    expect(faultCodes()).toEqual(['device-not-understood']);
    say(bytes(2_150));
    expect(faultCodes()).toEqual([]);
  });

  it('refuses a value that cannot be', async () => {
    const { say, said, faultCodes } = await bench();
    said();
    say(bytes(-9_000));
    expect(said()).toEqual([]);
    expect(faultCodes()).toEqual(['reading-refused']);
  });

  it('says that another device has its address', async () => {
    const { faultCodes, connect } = await bench([]);
    expect(faultCodes()).toEqual(['service-missing']);
    await connect();
    expect(faultCodes()).toEqual([]);
  });

  it('is read again after a loss', async () => {
    const { say, said, radio, connect } = await bench();
    radio.disconnect(ADDRESS);
    await connect();
    said();
    say(bytes(2_150));
    expect(said()).toEqual([['temperature', 21.5, 'good']]);
  });
});

const thermometer = [
  { ...MEASUREMENT, properties: ['notify' as const] },
  { ...places.battery, properties: ['read' as const], value: Uint8Array.of(90) },
];

/** The driver at work, its device connected. */
async function bench(characteristics: typeof thermometer = thermometer) {
  const home = bleBench(sampleBleGatt);
  home.radio.plug();
  const connect = async (has = thermometer) => {
    home.radio.connect(ADDRESS, has);
    await turns();
  };
  await connect(characteristics);
  return { ...home, connect, say: (value: Uint8Array) => home.radio.notify(ADDRESS, MEASUREMENT, value) };
}

const bytes = (hundredths: number) => Uint8Array.of(hundredths & 0xff, (hundredths >> 8) & 0xff);
