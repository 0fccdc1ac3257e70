// A fall as each wearable sends it, in its own bytes over a radio that is late and uneven, is found as it is without one.
// On the reference recordings where they are; else on movements made by hand, and the test's name says so.

import { describe, expect, it } from 'vitest';
import type { Device } from '#contract/device.ts';
import type { Samples } from '#contract/value.ts';
import type { FakeBle } from '#fakes/ble.ts';
import { ADDRESS, bleBench } from '#fakes/ble-bench.ts';
import { clapping, falling, type Movement, sittingDown, told, turningOver, walking } from '#fakes/motion.ts';
import { play } from '#fakes/play.ts';
import { type WearableName, wearables } from '#fakes/wearables.ts';
import { fall } from '#src/detectors/fall.ts';
import { RX, TX } from '../../../drivers/bangle/codec.ts';
import { bangle } from '../../../drivers/bangle/driver.ts';
import { MOTION } from '../../../drivers/infinitime/codec.ts';
import { infinitime } from '../../../drivers/infinitime/driver.ts';
import { CONTROL, DATA } from '../../../drivers/polar/codec.ts';
import { polar } from '../../../drivers/polar/driver.ts';
import { haveRecordings, readSet } from '../../../scripts/train-falls/recordings.ts';

interface Clip {
  fall: boolean;
  rateHz: number;
  xyz: [number, number, number][];
}

const byHand = (movement: Movement, isFall: boolean): Clip => ({
  fall: isFall,
  ...told(movement, { rateHz: 50, seconds: 16 }),
});
const clips: Clip[] = haveRecordings()
  ? readSet('weda')
      .filter((_, index) => index % 12 === 0)
      .map(({ fall, rateHz, x, y, z }) => ({
        fall,
        rateHz,
        xyz: Array.from(x, (g, i) => [g, y[i] as number, z[i] as number]),
      }))
  : [
      byHand(falling(8), true),
      byHand(falling(8, { impactG: 6, turned: 60 }), true),
      byHand(falling(9, { impactG: 5 }), true),
      byHand(walking, false),
      byHand(sittingDown(7), false),
      byHand(turningOver(6), false),
      byHand(clapping(6), false),
    ];
const source = haveRecordings() ? 'recordings of WEDA-FALL' : 'movements made by hand (no recordings here)';

const device: Device = { id: 'w-1', kind: 'wearable', placement: 'wrist' };
const START = 1_000_000;

/** Falls found in readings at their instants. */
function found(readings: readonly { at: number; value: Samples }[]): number {
  const home = play(fall);
  for (const { at, value } of readings) home.reading(at, device, 'acceleration', value);
  home.quiet((readings.at(-1)?.at ?? 0) + 6_000);
  return home.findings.filter(({ worsens }) => !worsens).length;
}

/** Without a radio, but cut off where the sensor's scale ends. */
function plainly({ rateHz, xyz: felt }: Clip, rangeG: number): number {
  const xyz = felt.map(
    (sample) => sample.map((g) => Math.max(-rangeG, Math.min(rangeG, g))) as [number, number, number],
  );
  const readings = [];
  for (let from = 0; from < xyz.length; from += 10)
    readings.push({
      at: START + Math.round((from * 1_000) / rateHz),
      value: { rateHz, xyz: xyz.slice(from, from + 10) },
    });
  return found(readings);
}

const drivers = {
  infinitime: { driver: infinitime, places: [{ ...MOTION, properties: ['notify'] }] },
  polar: {
    driver: polar,
    places: [
      { ...CONTROL, properties: ['write', 'indicate'] },
      { ...DATA, properties: ['notify'] },
    ],
  },
  bangle: {
    driver: bangle,
    places: [
      { ...RX, properties: ['write'] },
      { ...TX, properties: ['notify'] },
    ],
  },
} as const satisfies Record<WearableName, { driver: unknown; places: Parameters<FakeBle['connect']>[1] }>;

const LATE_MS = [20, 90, 45, 120, 30];

/** The clip as the wearable sends it: in its frames, each up to 120 ms late, in order; `cutMs` after which the link is lost. */
async function byRadio(name: WearableName, { rateHz, xyz }: Clip, cutMs = Number.POSITIVE_INFINITY) {
  const { driver, places } = drivers[name];
  const { size, frames } = wearables[name];
  const home = bleBench(driver as typeof infinitime);
  home.radio.plug();
  home.radio.connect(ADDRESS, places);
  for (let turn = 0; turn < 400; turn += 1) await Promise.resolve();
  const began = home.clock.now().mono;
  for (let from = 0, frame = 0; from < xyz.length; from += size, frame += 1) {
    const last = Math.min(from + size, xyz.length);
    const lastMs = (last * 1_000) / rateHz;
    if (lastMs > cutMs) break;
    const due = began + lastMs + (LATE_MS[frame % LATE_MS.length] as number);
    if (due > home.clock.now().mono) home.clock.advance(Math.round(due - home.clock.now().mono));
    for (const { place, bytes } of frames(xyz.slice(from, last), last, lastMs + 5_000))
      home.radio.notify(ADDRESS, place, bytes);
  }
  home.radio.disconnect(ADDRESS);
  home.clock.advance(300);
  return home.samples
    .filter(({ quantity }) => quantity === 'acceleration')
    .map(({ at, value }) => ({ at: at.mono as number, value: value as Samples }));
}

describe.each(Object.keys(wearables) as WearableName[])('%s', (name) => {
  it(`is as good as no radio at all, on ${source}`, async () => {
    const tally = { falls: 0, found: 0, plainlyFound: 0, daily: 0, alarmed: 0, plainlyAlarmed: 0 };
    for (const clip of clips) {
      const readings = await byRadio(name, clip);
      expect(readings.reduce((sum, { value }) => sum + value.xyz.length, 0)).toBe(clip.xyz.length);
      const [plain, sent] = [plainly(clip, wearables[name].rangeG) > 0 ? 1 : 0, found(readings) > 0 ? 1 : 0];
      if (clip.fall) {
        tally.falls += 1;
        tally.plainlyFound += plain;
        tally.found += sent;
      } else {
        tally.daily += 1;
        tally.plainlyAlarmed += plain;
        tally.alarmed += sent;
      }
    }
    process.stderr.write(`${name}: ${JSON.stringify(tally)}\n`);
    expect(tally.found).toBeGreaterThanOrEqual(tally.plainlyFound - Math.ceil(tally.falls / 10));
    expect(tally.alarmed).toBeLessThanOrEqual(tally.plainlyAlarmed + Math.ceil(tally.daily / 20));
  });

  it('is as good where the link breaks a second after the impact', async () => {
    const tally = { falls: 0, found: 0, plainlyFound: 0 };
    for (const clip of clips.filter((one) => one.fall)) {
      const length = clip.xyz.map((sample) => Math.hypot(...sample));
      const end = length.indexOf(Math.max(...length)) + clip.rateHz;
      tally.falls += 1;
      tally.plainlyFound += Math.min(1, plainly({ ...clip, xyz: clip.xyz.slice(0, end) }, wearables[name].rangeG));
      tally.found += Math.min(1, found(await byRadio(name, clip, (end * 1_000) / clip.rateHz)));
    }
    process.stderr.write(`${name}, cut off: ${JSON.stringify(tally)}\n`);
    expect(tally.found).toBeGreaterThanOrEqual(tally.plainlyFound - Math.ceil(tally.falls / 8));
  });
});
