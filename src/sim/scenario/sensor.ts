// One simulated device as far as its values go: what there is around it, and what it says of that. Replay and live play
// ask the same one.

import { type Quantity, quantities } from '#contract/quantity.ts';
import type { Quality } from '#contract/reading.ts';
import { HOUR } from '#contract/time.ts';
import { chance } from './chance.ts';
import { levelsOf, quantitiesOf, quantityFor, restOf } from './devices.ts';
import type { SceneDevice } from './schema.ts';
import type { Change, Manner, Trouble } from './timeline.ts';

export type Said = number | boolean | string;

export interface Sensor {
  device: SceneDevice;
  /** Quantities that it holds a level or a state of. */
  states: readonly Quantity[];
  /** Takes one change that names this device, at `t` ms since the beginning. */
  take(change: Change, t: number): void;
  /** What it says at `t`. */
  says(quantity: Quantity, t: number): Said;
  quality(): Quality;
  /** How the trouble is that it is in; undefined when it is not. */
  trouble(name: Trouble): Manner | undefined;
}

interface Course {
  from: number;
  start: number;
  points: readonly { afterMs: number; value: number }[];
  shape: 'straight' | 'leak';
}

/** What it wavers by is drawn anew so often, ms. */
const WAVER_MS = 1_000;
/** A leak is this near its end when its time is over. */
const LEAK_DONE = 0.95;

export function sensor(device: SceneDevice, seed: number): Sensor {
  const states = quantitiesOf(device).filter((quantity) => quantities[quantity].nature === 'level');
  const set = new Map<Quantity, Said>(states.map((quantity) => [quantity, restOf(quantity)]));
  const courses = new Map<Quantity, Course>();
  const troubles = new Map<Trouble, { since: number; manner: Manner }>();
  const frozen = new Map<Quantity, Said>();
  const first = device.starts === undefined ? undefined : quantityFor(device, device.starts);
  if (first && device.starts !== undefined) set.set(first, device.starts);

  /** What there is. */
  function real(quantity: Quantity, t: number): Said {
    const course = courses.get(quantity);
    return course ? along(course, t) : (set.get(quantity) ?? restOf(quantity));
  }

  function says(quantity: Quantity, t: number): Said {
    const stuck = frozen.get(quantity);
    if (stuck !== undefined) return stuck;
    const value = real(quantity, t);
    if (typeof value !== 'number') return value;
    const drift = troubles.get('drift');
    const drifted = drift ? ((drift.manner.perHour ?? 0) * Math.max(0, t - drift.since)) / HOUR : 0;
    const waver =
      device.noise === 0 ? 0 : (chance(seed, device.id, quantity, Math.floor(t / WAVER_MS)) * 2 - 1) * device.noise;
    const [low, high] = rangeOf(quantity);
    return Math.round(Math.min(high, Math.max(low, value + drifted + waver)) * 10) / 10;
  }

  return {
    device,
    states,
    says,
    quality: () => (troubles.has('sensor-fault') ? 'bad' : troubles.has('end-of-life') ? 'uncertain' : 'good'),
    trouble: (name) => troubles.get(name)?.manner,
    take(change, t) {
      if (change.do === 'set') {
        courses.delete(change.quantity);
        set.set(change.quantity, change.value);
      } else if (change.do === 'course') {
        const now = real(change.quantity, t);
        const start = typeof now === 'number' ? now : 0;
        courses.set(change.quantity, { from: t, start, points: change.points, shape: change.shape });
      } else if (change.do === 'trouble') {
        if (change.trouble === 'stuck')
          for (const quantity of levelsOf(device)) frozen.set(quantity, says(quantity, t));
        troubles.set(change.trouble, { since: t, manner: change.manner });
      } else if (change.do === 'over') {
        if (change.trouble === 'stuck') frozen.clear();
        troubles.delete(change.trouble);
      }
    },
  };
}

/** Where a course is: a straight line from point to point, or a leak's approach to its only one. */
function along({ from, start, points, shape }: Course, t: number): number {
  let before = { afterMs: 0, value: start };
  const passed = t - from;
  for (const point of points) {
    if (passed < point.afterMs) {
      const part = (passed - before.afterMs) / (point.afterMs - before.afterMs);
      const share = shape === 'leak' ? -Math.expm1(part * Math.log(1 - LEAK_DONE)) / LEAK_DONE : part;
      return before.value + (point.value - before.value) * share;
    }
    before = point;
  }
  return before.value;
}

function rangeOf(quantity: Quantity): readonly [number, number] {
  const row = quantities[quantity];
  return 'range' in row ? row.range : [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
}
