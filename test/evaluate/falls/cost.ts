// What one wearable costs: the share of a core that its stream takes, at the liveliest a wearer can be.

import type { Device } from '#contract/device.ts';
import type { Moment } from '#contract/time.ts';
import { clapping, type Movement, told, walking } from '#fakes/motion.ts';
import { someHome } from '#fakes/play.ts';
import { fall, type State } from '#src/detectors/fall.ts';
import type { Figures } from './tables.ts';

const device: Device = { id: 'w-1', kind: 'wearable', placement: 'wrist' };
const SECONDS = 600;

const briskly: Movement = (t) => {
  const [x, y, z] = walking(t);
  return [x * 1.15, y * 1.15, z * 1.15];
};
const cases = { 'brisk-walk': briskly, clapping: clapping(0, SECONDS) } as const;

/** Percent of a core at 50 Hz, in batches of half a second. */
export function costFigures(): Figures {
  return Object.fromEntries(
    Object.entries(cases).map(([name, movement]) => {
      play(movement, 60);
      const before = process.cpuUsage();
      const samples = play(movement, SECONDS);
      const { user, system } = process.cpuUsage(before);
      return [
        `falls.cost.50hz.${name}`,
        { value: (user + system) / 10_000 / SECONDS, unit: '% of a core', n: samples },
      ];
    }),
  );
}

/** Includes what making the movement costs, which is little. */
function play(movement: Movement, seconds: number): number {
  const options = fall.options.parse({});
  let state: State = fall.start();
  const { xyz, rateHz } = told(movement, { seconds });
  for (let i = 0; i < xyz.length; i += 25) {
    const at = { mono: i * 20, wall: i * 20, wallTrusted: true, bootId: 'boot' } as Moment;
    const value = { rateHz, xyz: xyz.slice(i, i + 25) };
    const reading = { deviceId: device.id, quantity: 'acceleration', value, quality: 'good', at, seq: i } as const;
    state = fall.step(state, { kind: 'reading', at, device, reading }, options, someHome).state;
  }
  return xyz.length;
}
