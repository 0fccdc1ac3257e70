// Early warning from a raw carbon monoxide level, by dose over time. Kept apart from the alarm of a certified detector.

import { z } from 'zod';
import { defineDetector, type Input, type Step } from '#contract/detector.ts';
import type { Finding } from '#contract/finding.ts';
import type { Reading } from '#contract/reading.ts';
import { later, MINUTE, type Moment, type MonoMs, SECOND } from '#contract/time.ts';
import { type DoseModel, doseModel, FULL, HARMLESS_PPM } from './co-dose.ts';
import { type Instant, instantOf, msSince } from './since.ts';

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
      .describe('The warning’s cause counts as gone at this level and below, ppm.'),
  })
  .describe(
    'Early warning from the raw level of a carbon monoxide sensor, by dose: 50 ppm for 72 min, 100 ppm for 22 min, 300 ppm for 105 s (inside the bands of EN 50291-1); never at 30 ppm and below.',
  );
type Options = z.output<typeof options>;

/** What one sensor's room has been through. */
type Exposure = {
  /** 1 raises the warning. */
  dose: number;
  /** The last good level, ppm, and how far it has been counted. */
  level: number;
  at: Instant;
  /** Of the hold of the last good level, how much is left, ms. */
  left: number;
  /** Time above 30 ppm that went into this dose, ms. */
  aboveMs: number;
  warned: boolean;
  /** The dose last written to the journal. */
  saved: number;
};

/** Sensors with a dose worth the name; one in clean air is absent. */
export type State = Record<string, Exposure>;

/** A dose under this, and a level that could not bring more, is none. */
const NOTHING = 0.001;
/** A power cut costs at most so much of the dose. */
const SAVE_STEP = 0.1;

export const coDose = defineDetector<State, typeof options>({
  id: 'co',
  hazard: 'co',
  consumes: ['co'],
  options,
  checkpoint: 'alert',
  start: () => ({}),

  step(state, input, options) {
    const model = modelOf(options);
    if (input.kind === 'fault') return { state, findings: [], wakeAt: soonest(state, input.at, model) };
    const { state: next, findings } =
      input.kind === 'reading' ? hear(state, input, options, model) : due(state, input, model);
    const { state: kept, save } = saved(next);
    return { state: kept, findings, wakeAt: soonest(kept, input.at, model), ...(save && { save }) };
  },
});

/** A level that the sensor cannot vouch for says nothing: the last good one goes on counting until its hold is over. */
function hear(
  state: State,
  { reading }: Extract<Input, { kind: 'reading' }>,
  { holdSeconds, clearAt }: Options,
  model: DoseModel,
): Step<State> {
  const { deviceId, at, quality } = reading;
  const level = reading.value as number;
  if (quality !== 'good') return { state, findings: [] };
  const known = state[deviceId];
  if (!known && model.equilibrium(level) < NOTHING) return { state, findings: [] };
  const before = known ? advanced(known, at, model) : clean(at);
  const heard = { ...before, level, at: newer(before.at, at), left: holdSeconds * SECOND };
  const findings = findingsOf(heard, reading, clearAt);
  const warned = findings.at(-1)?.active ?? heard.warned;
  if (!warned && heard.dose < NOTHING && model.equilibrium(level) < NOTHING) {
    const { [deviceId]: _, ...others } = state;
    return { state: others, findings };
  }
  return { state: { ...state, [deviceId]: { ...heard, warned } }, findings };
}

/** The instant has come at which a level that still stands makes the dose full. */
function due(state: State, { at }: Input, model: DoseModel): Step<State> {
  const findings: Finding[] = [];
  const next = Object.entries(state).map(([deviceId, known]): [string, Exposure] => {
    const exposure = advanced(known, at, model);
    if (exposure.warned || exposure.dose < FULL || exposure.level <= HARMLESS_PPM) return [deviceId, exposure];
    findings.push(reached(exposure, deviceId, at));
    return [deviceId, { ...exposure, warned: true }];
  });
  return { state: Object.fromEntries(next), findings };
}

function findingsOf(exposure: Exposure, { deviceId, at }: Reading, clearAt: number): Finding[] {
  const { dose, level, warned } = exposure;
  if (!warned && dose >= FULL && level > HARMLESS_PPM) return [reached(exposure, deviceId, at)];
  if (!warned || level > clearAt) return [];
  const because = [{ fact: 'level-below', quantity: 'co', value: level, limit: clearAt }];
  return [{ hazard: 'co', subject: `device:${deviceId}`, active: false, severity: 'early', at, because }];
}

const reached = ({ level, aboveMs }: Exposure, deviceId: string, at: Moment): Finding => ({
  hazard: 'co',
  subject: `device:${deviceId}`,
  active: true,
  severity: 'early',
  at,
  because: [
    {
      fact: 'dose-reached',
      quantity: 'co',
      value: level,
      above: HARMLESS_PPM,
      minutes: Math.max(1, Math.round(aboveMs / MINUTE)),
    },
  ],
});

const clean = (at: Moment): Exposure => ({
  dose: 0,
  level: 0,
  at: instantOf(at),
  left: 0,
  aboveMs: 0,
  warned: false,
  saved: 0,
});

/** Counts the last good level up to `at`, as far as its hold goes. Nothing is counted across a boot: nobody was watching. */
function advanced(known: Exposure, at: Moment, model: DoseModel): Exposure {
  const passed = msSince(known.at, at);
  const ms = Math.min(passed ?? 0, known.left);
  const dose = model.after(known.dose, known.level, ms);
  const aboveMs = known.level > HARMLESS_PPM ? known.aboveMs + ms : dose < SAVE_STEP ? 0 : known.aboveMs;
  return { ...known, dose, aboveMs, left: passed === undefined ? 0 : known.left - ms, at: newer(known.at, at) };
}

/** A reading that comes late does not turn the time back. */
const newer = (known: Instant, at: Moment): Instant =>
  known.bootId === at.bootId && known.mono > at.mono ? known : instantOf(at);

/** When the first dose would be full if levels stayed as they are, within their holds. */
function soonest(state: State, now: Moment, model: DoseModel): MonoMs | undefined {
  let first: MonoMs | undefined;
  for (const { dose, level, at, left, warned } of Object.values(state)) {
    const ms = warned || at.bootId !== now.bootId ? undefined : model.msToAlarm(dose, level);
    if (ms === undefined || ms > left) continue;
    const instant = later(at.mono, ms);
    if (first === undefined || instant < first) first = instant;
  }
  return first;
}

/** A dose that has moved far from what the journal knows is worth a write. */
function saved(state: State): { state: State; save?: true } {
  const moved = Object.entries(state).filter(([, { dose, saved }]) => Math.abs(dose - saved) >= SAVE_STEP);
  if (moved.length === 0) return { state };
  const noted = moved.map(([id, exposure]) => [id, { ...exposure, saved: exposure.dose }] as const);
  return { state: { ...state, ...Object.fromEntries(noted) }, save: true };
}

let lastModel: { halfLifeMinutes: number; model: DoseModel } | undefined;

/** Drawing the curve costs more than a step on it; it depends on one option only. */
function modelOf({ halfLifeMinutes }: Options): DoseModel {
  if (lastModel?.halfLifeMinutes !== halfLifeMinutes)
    lastModel = { halfLifeMinutes, model: doseModel(halfLifeMinutes) };
  return lastModel.model;
}
