// How much carbon monoxide somebody has breathed, as a fraction of the dose that raises an alarm: 1 is an alarm.
//
// The blood takes up CO toward an equilibrium with the air, and gives it back, at one rate:
//     dose' = (equilibrium(ppm) - dose) / tau
// `equilibrium` is drawn so that a constant level, from clean air on, reaches 1 after the minutes of the table.

import { MINUTE } from '#contract/time.ts';

/** Below and at this level the dose settles at 1 or less: it never raises an alarm by itself, ppm. */
export const HARMLESS_PPM = 30;

/**
 * Level, ppm, and minutes to the alarm. Each lies inside EN 50291-1's band: 50 ppm 60 to 90 min, 100 ppm 10 to 40 min,
 * 300 ppm under 3 min, with room for a reading 5 % off and for a sensor that is read once a minute. 30 ppm is not
 * reached; the standard asks for none before 120 min. Above 1,000 ppm half a minute stays, so that one stray sample of
 * a sensor that is read each second is no alarm.
 */
const table = [
  { ppm: 50, minutes: 72 },
  { ppm: 100, minutes: 22 },
  { ppm: 300, minutes: 1.75 },
  { ppm: 1_000, minutes: 0.5 },
] as const;

/** The dose of an alarm, less what floating point may lose on the way there. */
export const FULL = 1 - 1e-9;

/**
 * By this dose any detector to EN 50291-1 has alarmed: it is reached at 300 ppm in 3 minutes, at 100 ppm in 40, which are
 * the late ends of the standard's bands (at 50 ppm in 138, where the standard asks for 90).
 */
export const LATE_DOSE = 1.75;
/** Beyond this a dose says nothing more, and would only take longer to be forgotten. */
const MOST = 2;

export interface DoseModel {
  /** Where the dose would settle at a constant level. */
  equilibrium(ppm: number): number;
  /** The dose after `ms` at a constant level. The same, however the time is cut into steps. */
  after(dose: number, ppm: number, ms: number): number;
  /** Milliseconds at a constant level until the dose is `target`, 1 by default, rounded up; undefined when it never is. */
  msToAlarm(dose: number, ppm: number, target?: number): number | undefined;
}

/**
 * @param halfLifeMinutes the time in which clean air takes away half of the dose; the times of the table hold for any.
 */
export function doseModel(halfLifeMinutes: number): DoseModel {
  const tau = (halfLifeMinutes * MINUTE) / Math.LN2;
  const points = [
    { ppm: HARMLESS_PPM, settles: 1 },
    ...table.map(({ ppm, minutes }) => ({ ppm, settles: 1 / -Math.expm1((-minutes * MINUTE) / tau) })),
  ].map(({ ppm, settles }) => ({ x: Math.log(ppm), y: Math.log(settles) }));

  /** Straight lines between the points on paper with two logarithmic scales; the first goes on downwards. */
  function equilibrium(ppm: number): number {
    if (ppm <= 0) return 0;
    const x = Math.log(ppm);
    const end = points.findIndex((point, at) => at > 0 && x <= point.x);
    const [from, to] = [points[end - 1], points[end]];
    if (!from || !to) return Math.exp(points.at(-1)?.y ?? 0);
    return Math.exp(from.y + ((to.y - from.y) * (x - from.x)) / (to.x - from.x));
  }

  return {
    equilibrium,
    after(dose, ppm, ms) {
      const settles = equilibrium(ppm);
      return Math.min(MOST, settles + (dose - settles) * Math.exp(-ms / tau));
    },
    msToAlarm(dose, ppm, target = 1) {
      const settles = equilibrium(ppm);
      if (settles <= target) return undefined;
      return dose >= target * FULL ? 0 : Math.ceil(tau * Math.log((settles - dose) / (settles - target)) - 1e-6);
    },
  };
}
