// A PineTime on a fake radio: its motion, and what may be wrong with it.

import { describe, expect, it } from 'vitest';
import type { Samples } from '#contract/value.ts';
import type { FakeCharacteristic } from '#fakes/ble.ts';
import { ADDRESS, bleBench } from '#fakes/ble-bench.ts';
import { places } from '#wire/gatt/uuids.ts';
import { MOTION } from './codec.ts';
import { infinitime } from './driver.ts';

const watch: FakeCharacteristic[] = [
  { ...MOTION, properties: ['read', 'notify'] },
  { ...places.heartRate, properties: ['notify'] },
  { ...places.battery, properties: ['read', 'notify'], value: Uint8Array.of(64) },
  { ...places.newAlert, properties: ['write'] },
];

function bench() {
  const home = bleBench(infinitime);
  home.radio.plug();
  const connect = async (characteristics = watch) => {
    home.radio.connect(ADDRESS, characteristics);
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  };
  /** The watch notifies for so long; z in g, at its rate. */
  const wear = (ms: number, { g = () => 1, hz = 25 }: { g?: (index: number) => number; hz?: number } = {}) => {
    for (let index = 0; index < (ms * hz) / 1_000; index += 1) {
      const z = Math.round(g(index) * 1_024);
      home.radio.notify(ADDRESS, MOTION, Uint8Array.of(0, 0, 0, 0, z & 0xff, (z >> 8) & 0xff));
      home.clock.advance(1_000 / hz);
    }
  };
  const motion = () => {
    const batches = home.samples.filter(({ quantity }) => quantity === 'acceleration');
    home.samples.splice(0);
    return batches.map(({ value, at }) => ({ ...(value as Samples), at: at.mono }));
  };
  return { ...home, connect, wear, motion };
}

describe('infinitime', () => {
  it('streams motion in g, evenly, with heart rate and battery beside it', async () => {
    const { connect, wear, motion, radio, said, faultCodes, clock } = bench();
    await connect();
    expect(said()).toEqual([['battery', 64, 'good']]);
    wear(20_000, { g: (index) => (index === 250 ? 1.9 : 1) });
    clock.advance(300);
    const batches = motion();
    const samples = batches.flatMap(({ xyz, rateHz, at }) =>
      xyz.map(([, , z], i) => ({ z, t: at + (i * 1_000) / rateHz })),
    );
    expect(samples).toHaveLength(500);
    const peak = samples.find(({ z }) => z > 1.5);
    expect(Math.abs((peak?.t ?? 0) - (1_000_000 + 250 * 40))).toBeLessThan(60);
    for (const { rateHz } of batches.slice(2)) expect(Math.abs(rateHz - 25)).toBeLessThan(1);
    radio.notify(ADDRESS, places.heartRate, Uint8Array.of(0, 66));
    expect(said()).toEqual([['heartRate', 66, 'good']]);
    expect(faultCodes()).toEqual([]);
  });

  it('says that ten samples a second are too few, and when they are enough', async () => {
    const { connect, wear, faults, faultCodes } = bench();
    await connect();
    wear(25_000, { hz: 10 });
    expect(faults.get('motion-too-slow')).toEqual({ samplesPerSecond: 10 });
    await connect();
    wear(25_000);
    expect(faultCodes()).toEqual([]);
  });

  it('says that its scale is wrong, and goes on', async () => {
    const { connect, wear, faults, motion } = bench();
    await connect();
    wear(20_000, { g: () => 4 });
    expect(faults.get('motion-scale-wrong')).toEqual({ atRest: 4 });
    expect(motion().length).toBeGreaterThan(50);
    wear(4_000);
    expect(faults.has('motion-scale-wrong')).toBe(false);
  });

  it('that disconnects every few seconds says so, and streams each time', async () => {
    const { connect, wear, radio, faults, faultCodes, motion, clock } = bench();
    for (let time = 0; time < 6; time += 1) {
      await connect();
      wear(4_000);
      radio.disconnect(ADDRESS);
      clock.advance(500);
      expect(motion().flatMap(({ xyz }) => xyz).length).toBe(100);
    }
    expect(faults.get('link-unstable')).toMatchObject({ losses: 4 });
    await connect();
    wear(61_000);
    expect(faultCodes()).toEqual([]);
  });

  it('shows that help is confirmed, or that it cannot', async () => {
    const { connect, running, radio } = bench();
    await expect(running.perform?.('on')).rejects.toMatchObject({ code: 'band-unreachable' });
    await connect();
    expect([await running.perform?.('on'), await running.perform?.('off')]).toEqual(['commanded', 'commanded']);
    expect(radio.written).toHaveLength(1);
    expect(Buffer.from(radio.written[0]?.bytes ?? []).toString()).toContain('Help is confirmed');
  });

  it('says that it is another device', async () => {
    const { connect, faults } = bench();
    await connect([{ ...places.heartRate, properties: ['notify'] }]);
    expect(faults.get('service-missing')).toMatchObject({ reason: 'gatt-missing' });
  });
});
