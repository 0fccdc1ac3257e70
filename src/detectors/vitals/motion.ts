// Whether the wearer moves: a pulse taken by light at a moving wrist is often the rhythm of the steps, and exertion is no alarm.

import { own } from '#contract/own.ts';
import type { Reading } from '#contract/reading.ts';
import { SECOND } from '#contract/time.ts';
import type { Samples } from '#contract/value.ts';
import type { State } from './state.ts';

/** Averaged over about this time. */
const MEMORY_MS = 5 * SECOND;
/** Standard deviation of the acceleration's amount, g: about 0.02 at rest, 0.1 and more when walking. */
const MOVING_G = 0.08;
/** After the last movement the pulse needs this long to settle, or to be read again. */
const SETTLES_MS = 20 * SECOND;

export function moved(state: State, { deviceId, value, quality, at }: Reading): State {
  if (quality !== 'good' || typeof value !== 'object') return state;
  const { rateHz, xyz } = value as Samples;
  const share = Math.min(1, 1_000 / (rateHz * MEMORY_MS));
  const known = own(state.motion, deviceId);
  let { mean, variance } = known ?? { mean: 1, variance: 0 };
  for (const [x, y, z] of xyz) {
    const off = Math.hypot(x, y, z) - mean;
    mean += share * off;
    variance += share * (off * off - variance);
  }
  const moving = Math.sqrt(variance) > MOVING_G;
  return {
    ...state,
    motion: {
      ...state.motion,
      [deviceId]: { at: moving ? at.mono : (known?.at ?? Number.MIN_SAFE_INTEGER), mean, variance },
    },
  };
}

export const isMoving = ({ motion }: State, deviceId: string, now: number): boolean =>
  now - (own(motion, deviceId)?.at ?? Number.MIN_SAFE_INTEGER) < SETTLES_MS;
