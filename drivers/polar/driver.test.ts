// A Polar sensor on a fake radio: asked what it can do, started, and read.

import { describe, expect, it } from 'vitest';
import type { Samples } from '#contract/value.ts';
import type { FakeCharacteristic } from '#fakes/ble.ts';
import { ADDRESS, bleBench, hex } from '#fakes/ble-bench.ts';
import { places } from '#wire/gatt/uuids.ts';
import { CONTROL, DATA } from './codec.ts';
import { polar } from './driver.ts';

const turns = async () => {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
};

async function bench(answers: Record<number, string>) {
  const home = bleBench(polar);
  home.radio.plug();
  const control: FakeCharacteristic = {
    ...CONTROL,
    properties: ['read', 'write', 'indicate'],
    written(bytes) {
      const answer = answers[bytes[0] as number];
      if (answer) home.radio.notify(ADDRESS, CONTROL, hex(answer));
    },
  };
  const connect = async () => {
    home.radio.connect(ADDRESS, [
      control,
      { ...DATA, properties: ['notify'] },
      { ...places.heartRate, properties: ['notify'] },
    ]);
    await turns();
  };
  await connect();
  /** A raw frame of samples at rest, as of a time on the sensor's clock. */
  const frame = (count: number, clockMs: number) => {
    const time = new DataView(new ArrayBuffer(8));
    time.setBigUint64(0, BigInt(Math.round(clockMs * 1e6)), true);
    const samples = Array.from({ length: count }, () => [0, 0, 0, 0, 0xe8, 3]).flat();
    home.radio.notify(ADDRESS, DATA, Uint8Array.of(2, ...new Uint8Array(time.buffer), 1, ...samples));
  };
  return { ...home, connect, frame };
}

const OFFER = 'F0 01 02 00 00 00 04 C800 6400 3200 1900 01 01 1000 02 03 0800 0400 0200';

describe('polar', () => {
  it('asks for 50 Hz and 8 g, and tells what comes on an even clock', async () => {
    const { radio, frame, clock, samples, faultCodes } = await bench({ 1: OFFER, 2: 'F0 02 02 00 00' });
    expect(radio.written.map(({ bytes }) => Buffer.from(bytes).toString('hex'))).toEqual([
      '0102',
      '0202000132000101100002010800',
    ]);
    for (let at = 1; at <= 100; at += 1) {
      clock.advance(200);
      frame(10, 5_000 + at * 200);
    }
    clock.advance(300);
    const batches = samples.map(({ value, at }) => ({ ...(value as Samples), at: at.mono }));
    expect(batches.flatMap(({ xyz }) => xyz)).toHaveLength(1_000);
    expect(new Set(batches.map(({ rateHz }) => Math.round(rateHz)))).toEqual(new Set([50]));
    batches.slice(1).forEach(({ at }, index) => {
      expect(at - (batches[index] as { at: number }).at).toBe(200);
    });
    expect(faultCodes()).toEqual([]);
  });

  it('throws repeated frames away and says so', async () => {
    const { frame, clock, samples, faults } = await bench({ 1: OFFER, 2: 'F0 02 02 00 00' });
    for (let at = 1; at <= 20; at += 1) {
      clock.advance(200);
      frame(10, at * 200);
      frame(10, at * 200);
      frame(10, at * 200 - 100);
    }
    clock.advance(300);
    expect(samples.flatMap(({ value }) => (value as Samples).xyz)).toHaveLength(200);
    expect(faults.get('motion-irregular')).toEqual({ what: 'backward' });
  });

  it.each([
    ['refuses', { 1: OFFER, 2: 'F0 02 02 02' }, { reason: 'acceleration-refused', status: 2 }],
    ['has no acceleration', { 1: 'F0 01 02 02' }, { reason: 'acceleration-refused', status: 2 }],
    ['offers nothing', { 1: 'F0 01 02 00 00' }, { reason: 'acceleration-refused' }],
  ])('says that the sensor %s', async (_, answers, context) => {
    const { faults, frame, samples } = await bench(answers);
    frame(0, 100);
    expect(faults.get('service-missing')).toEqual(context);
    expect(samples).toEqual([]);
  });

  it('begins anew at each connection, and stops the stream when it is stopped', async () => {
    const { connect, radio, running, frame, clock } = await bench({ 1: OFFER, 2: 'F0 02 02 00 00' });
    frame(10, 1_000);
    radio.disconnect(ADDRESS);
    await connect();
    expect(radio.written).toHaveLength(4);
    await running.stop();
    expect([...(radio.written.at(-1)?.bytes ?? [])]).toEqual([3, 2]);
    expect([radio.open(), clock.waiting()]).toEqual([0, []]);
  });
});
