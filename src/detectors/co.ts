// A raw carbon monoxide level, by dose over time: an early warning, and an alarm from the dose at which any certified
// detector must have alarmed. Kept apart from the alarm of a certified detector.

import { z } from 'zod';
import { type Instant, instantOf, msSince } from '#base/instant.ts';
import type { Reading } from '#contract/reading.ts';
import { later, MINUTE, type Moment, type MonoMs, SECOND } from '#contract/time.ts';
import { type DoseModel, doseModel, FULL, HARMLESS_PPM, LATE_DOSE } from './co-dose.ts';
import type { Ladder, Rung } from './ladder.ts';
import { measured } from './measured.ts';

const options = z
  .strictObject({
    halfLifeMinutes: z
      .number()
      .min(60)
      .max(480)
      .default(240)
      .describe('In clean air half of the dose is gone after so long. Resting adults: four to six hours.'),
    holdSeconds: z
      .number()
      .min(60)
      .max(3_600)
      .default(300)
      .describe('A level counts until the next good reading, at most so long. Then the dose stands still.'),
    clearAt: z
      .number()
      .min(0)
      .max(29)
      .default(20)
      .describe(
        'The cause counts as gone at this level and below, ppm, when the dose has come down or this has lasted ten minutes.',
      ),
  })
  .describe(
    'Warning and alarm from the raw level of a carbon monoxide sensor, by dose: early after 50 ppm for 72 min, 100 ppm for 22 min, 300 ppm for 105 s (inside the bands of EN 50291-1); never at 30 ppm and below. An alarm after 300 ppm for 3 min or 100 ppm for 40 min, critical at 300 ppm with such a dose.',
  );
type Options = z.output<typeof options>;

/** The exposure of one sensor's room. */
type Exposure = {
  /** 1 raises the warning. */
  dose: number;
  /** The last level, ppm, and until when it has been counted. */
  level: number;
  at: Instant;
  /** How much of that level's hold is left, ms. */
  left: number;
  /** Time above 30 ppm that added to this dose, ms. */
  aboveMs: number;
  /** How long the air has been clean, as far as was heard, ms. */
  cleanMs: number;
  /** The dose last written to the journal. */
  saved: number;
};

/** A dose below this, at a level that could not add to it, counts as none. */
const NOTHING = 0.001;
/** The most of a dose that a power cut can lose. */
const SAVE_STEP = 0.1;
/**
 * Clean air ends the warning once the dose has come down this far, or after this long. Until then it is one and the
 * same cloud.
 */
const AIRED = { dose: 0.9, ms: 10 * MINUTE };
/** With a late dose, the level at which EN 50291-1 leaves a detector three minutes. */
const CRITICAL_PPM = 300;
const CRITICAL_LEFT_PPM = 200;

function ladder({ clearAt }: Options): Ladder<Exposure> {
  const isGone = ({ dose, level, cleanMs }: Exposure) =>
    level <= clearAt && (dose <= AIRED.dose || cleanMs >= AIRED.ms);
  const rung = (severity: Rung<Exposure>['severity'], full: number, ppm: number, left: number): Rung<Exposure> => ({
    severity,
    reached: (exposure) => {
      if (exposure.dose >= full * FULL && exposure.level > ppm) return true;
      return isGone(exposure) || exposure.level < left ? false : undefined;
    },
    because: ({ level, aboveMs }) => ({
      fact: 'dose-reached',
      quantity: 'co',
      value: level,
      above: HARMLESS_PPM,
      minutes: Math.max(1, Math.round(aboveMs / MINUTE)),
    }),
  });
  return {
    hazard: 'co',
    rungs: [
      rung('early', 1, HARMLESS_PPM, 0),
      rung('alarm', LATE_DOSE, HARMLESS_PPM, 0),
      rung('critical', LATE_DOSE, CRITICAL_PPM - 1, CRITICAL_LEFT_PPM),
    ],
    gone: ({ level }) => ({ fact: 'level-below', quantity: 'co', value: level, limit: clearAt }),
  };
}

export const coLevel = measured({
  id: 'co',
  hazard: 'co',
  quantity: 'co',
  options,
  ladder,
  hear,
  advance: advanced,
  dueAt,
  kept: ({ dose, level }, options) => dose >= NOTHING || modelOf(options).equilibrium(level) >= NOTHING,
  // A dose that has moved far from what the journal knows is worth a write.
  saved: (exposure: Exposure) =>
    Math.abs(exposure.dose - exposure.saved) >= SAVE_STEP ? { ...exposure, saved: exposure.dose } : undefined,
});

/**
 * A level in doubt may add to the dose but takes nothing away: what it says about cleaner air is worth no more than
 * silence.
 */
function hear(known: Exposure | undefined, { value, quality, at }: Reading, options: Options): Exposure {
  const level = value as number;
  const before = known ? advanced(known, at, options) : clean(at);
  if (quality !== 'good' && !adds(before, level, options)) return before;
  const cleanMs = level <= options.clearAt ? before.cleanMs : 0;
  return { ...before, level, at: newer(before.at, at), left: options.holdSeconds * SECOND, cleanMs };
}

/**
 * Whether a doubtful level adds to the dose: it is compared with the level that still holds, or without one with the
 * dose.
 */
const adds = ({ left, level: held, dose }: Exposure, level: number, options: Options): boolean =>
  left > 0 ? level > held : modelOf(options).equilibrium(level) > dose;

const clean = (at: Moment): Exposure => ({
  dose: 0,
  level: 0,
  at: instantOf(at),
  left: 0,
  aboveMs: 0,
  cleanMs: 0,
  saved: 0,
});

/** Counts the last level up to `at`, as far as its hold goes. Nothing is counted across a boot: nobody was watching. */
function advanced(known: Exposure, at: Moment, options: Options): Exposure {
  const passed = msSince(known.at, at);
  const ms = Math.min(passed ?? 0, known.left);
  const dose = modelOf(options).after(known.dose, known.level, ms);
  const aboveMs = known.level > HARMLESS_PPM ? known.aboveMs + ms : dose < SAVE_STEP ? 0 : known.aboveMs;
  const cleanMs = known.level <= options.clearAt ? known.cleanMs + ms : 0;
  const left = passed === undefined ? 0 : known.left - ms;
  return { ...known, dose, aboveMs, cleanMs, left, at: newer(known.at, at) };
}

/** A reading that arrives late does not turn back time. */
const newer = (known: Instant, at: Moment): Instant =>
  known.bootId === at.bootId && known.mono > at.mono ? known : instantOf(at);

/** When the dose would reach the next step if the level stayed as it is, within its hold. */
function dueAt({ dose, level, at, left }: Exposure, now: Moment, options: Options): MonoMs | undefined {
  const target = [1, LATE_DOSE].find((one) => dose < one * FULL);
  if (target === undefined || level <= HARMLESS_PPM || at.bootId !== now.bootId) return undefined;
  const ms = modelOf(options).msToAlarm(dose, level, target);
  return ms === undefined || ms > left ? undefined : later(at.mono, ms);
}

let lastModel: { halfLifeMinutes: number; model: DoseModel } | undefined;

/** Making the curve costs more than a step on it; it depends on one option only. */
function modelOf({ halfLifeMinutes }: Options): DoseModel {
  if (lastModel?.halfLifeMinutes !== halfLifeMinutes)
    lastModel = { halfLifeMinutes, model: doseModel(halfLifeMinutes) };
  return lastModel.model;
}
