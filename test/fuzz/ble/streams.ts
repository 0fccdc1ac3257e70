// Motion streams of wearables, damaged.

import type { GattPlace } from '#contract/ble-port.ts';
import type { Samples } from '#contract/value.ts';
import { ADDRESS, bleBench } from '#fakes/ble-bench.ts';
import { turns } from '#fakes/driver-bench.ts';
import * as bangle from '../../../drivers/bangle/codec.ts';
import { bangle as bangleDriver } from '../../../drivers/bangle/driver.ts';
import { MOTION } from '../../../drivers/infinitime/codec.ts';
import { infinitime } from '../../../drivers/infinitime/driver.ts';
import * as polar from '../../../drivers/polar/codec.ts';
import { polar as polarDriver } from '../../../drivers/polar/driver.ts';
import { mutated, type Rng } from '../damage.ts';
import type { Target } from './target.ts';

export function streams(rng: Rng, count: { samples: number }): Promise<Target>[] {
  let clockMs = 1_000;
  let heardSamples = 0;
  const time = () => {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, BigInt(clockMs) * 1_000_000n, true);
    return [...new Uint8Array(view.buffer)];
  };
  const sample = () => [0, 0, 0, 0, 0xe8, 3];
  return [
    stream(rng, count, infinitime, MOTION, [], () => [0, 0, 0, 0, 0, 4]),
    stream(rng, count, polarDriver, polar.DATA, [{ ...polar.CONTROL, properties: ['write', 'indicate'] }], () => {
      clockMs += 100;
      return [2, ...time(), 1, ...Array.from({ length: 5 }, sample).flat()];
    }),
    stream(rng, count, bangleDriver, bangle.TX, [{ ...bangle.RX, properties: ['write'] }], () => {
      heardSamples += 1;
      return [...Buffer.from(`\nHWA${heardSamples},0,0,1000\n`)];
    }),
  ];
}

async function stream(
  rng: Rng,
  count: { samples: number },
  driver: typeof infinitime | typeof polarDriver | typeof bangleDriver,
  place: GattPlace,
  others: Parameters<ReturnType<typeof bleBench>['radio']['connect']>[1],
  frame: () => number[],
): Promise<Target> {
  const home = bleBench(driver as typeof infinitime);
  home.radio.plug();
  const connect = async () => {
    home.radio.disconnect(ADDRESS);
    home.radio.connect(ADDRESS, [{ ...place, properties: ['notify'] }, ...others]);
    await turns();
  };
  await connect();
  let last = Number.NEGATIVE_INFINITY;
  const taken = (): { problems: string[]; samples: number } => {
    const problems: string[] = [];
    let samples = 0;
    for (const { quantity, value, at } of home.samples.splice(0)) {
      count.samples += 1;
      if (quantity === 'battery') continue;
      if (quantity !== 'acceleration') {
        problems.push(`${driver.id}: a motion stream says ${quantity}`);
        continue;
      }
      const { rateHz, xyz } = value as Samples;
      samples += xyz.length;
      if (!Number.isFinite(rateHz)) problems.push(`${driver.id}: ${rateHz} samples a second`);
      // A reading's instant is a whole millisecond.
      if (at.mono < last - 1) problems.push(`${driver.id}: time runs back from ${last} to ${at.mono}`);
      last = at.mono + ((xyz.length - 1) * 1_000) / rateHz;
    }
    return { problems, samples };
  };
  const send = (bytes: readonly number[]) => {
    home.radio.notify(ADDRESS, place, Uint8Array.from(bytes));
    home.clock.advance(rng.below(200));
  };
  return {
    fire() {
      send(rng.below(3) === 0 ? frame() : mutated(frame(), rng));
      return taken().problems;
    },
    // A frame with a time out of the future makes those after it old: good ones are read again after a reconnect.
    good: () => undefined,
    async reconnect() {
      await connect();
      taken();
      for (let at = 0; at < 40; at += 1) {
        home.radio.notify(ADDRESS, place, Uint8Array.from(frame()));
        home.clock.advance(100);
      }
      home.clock.advance(300);
      const { problems, samples } = taken();
      return samples < 30 ? [...problems, `${driver.id}: good frames are not told after a reconnect`] : problems;
    },
  };
}
