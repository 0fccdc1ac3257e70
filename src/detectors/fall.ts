// Falls, from the acceleration of what a person wears. A peak is looked at once the seconds after it are known, or when the
// clock says that they will not come: by a model, one for each place on the body. At the wrist the hits of the last seconds
// count together.

import { z } from 'zod';
import { type Around, defineDetector, type Input, type Step } from '#contract/detector.ts';
import type { Device } from '#contract/device.ts';
import type { Because } from '#contract/facts.ts';
import type { Finding } from '#contract/finding.ts';
import { own } from '#contract/own.ts';
import { type Moment, type MonoMs, SECOND, shifted } from '#contract/time.ts';
import type { Samples } from '#contract/value.ts';
import { type Aftermath, assess, dueAt, hearSign, type Signs, watchOver } from './fall/aftermath.ts';
import { heard, oddsTogether, SAME_FALL_MS, type Said } from './fall/evidence.ts';
import { FEATURES } from './fall/features.ts';
import { oddsOf, type Sensitivity, sightOf } from './fall/judge.ts';
import { models, placementOf } from './fall/models.ts';
import type { Peak } from './fall/peaks.ts';
import { DECIDE_MS, hearSamples, newestT, newWearer, streamOf, type Wearer } from './fall/wearer.ts';
import { windowAround } from './fall/window.ts';

const options = z
  .strictObject({
    sensitivity: z
      .enum(['normal', 'high'])
      .default('normal')
      .describe('`high` finds some more falls and asks "Are you all right?" more often without cause.'),
    cancelSeconds: z
      .number()
      .min(5)
      .max(60)
      .default(20)
      .describe('The wearer is asked, and help is called when nobody answers for so long, seconds.'),
  })
  .describe('Falls of a person who wears a band, watch or pendant that sends its acceleration at 20 Hz or more.');
type Options = z.output<typeof options>;

export type State = {
  /** By device. */
  wearers: Record<string, Wearer>;
  signs: Signs;
  /** Falls whose aftermath is still watched. */
  falls: Aftermath[];
};

export const fall = defineDetector<State, typeof options>({
  id: 'fall',
  hazard: 'fall',
  consumes: ['acceleration', 'motion', 'heartRate'],
  options,
  // Some kilobytes for each wearable, worth nothing a few seconds later: after a restart, listening begins afresh.
  checkpoint: 'none',
  start: () => ({ wearers: {}, signs: { watched: false, seeing: [], movedT: null, heart: {} }, falls: [] }),

  step(state, input, options) {
    const { state: next, findings, keep } = taken(state, input, options);
    return { state: next, findings, keep, wakeAt: soonest(next, input.at) };
  },
});

function taken(state: State, input: Input, options: Options): Step<State> {
  if (input.kind === 'deadline') return due(state, input.at, options);
  if (input.kind !== 'reading' || input.reading.quality === 'bad') return { state, findings: [] };
  const { reading, device } = input;
  if (reading.quantity !== 'acceleration')
    return { state: { ...state, signs: hearSign(state.signs, reading) }, findings: [] };
  return device.kind === 'wearable'
    ? listen(state, device, reading.value as Samples, reading.at, options)
    : { state, findings: [] };
}

function listen(state: State, device: Device, samples: Samples, at: Moment, options: Options): Step<State> {
  const findings: Finding[] = [];
  const falls: Aftermath[] = [];
  const keep: Around[] = [];
  const wearer = hearSamples(known(state, device, at), at.mono, samples, (wearer, peak, t) => {
    const { because, near, said } = judged(wearer, peak, options.sensitivity);
    if (near) keep.push(around(device.id, peak, because !== undefined));
    if (!because) return { ...wearer, said };
    const decidedAt = shifted(at, Math.round(t - at.mono));
    findings.push(finding(device.id, decidedAt, because, options));
    falls.push(watchOver(device.id, peak.t, decidedAt));
    return { ...wearer, said, fallT: peak.t };
  });
  return {
    state: {
      ...state,
      wearers: { ...state.wearers, [device.id]: wearer },
      ...(falls.length > 0 && { falls: [...state.falls, ...falls] }),
    },
    findings,
    keep,
  };
}

const around = (deviceId: string, { t }: Peak, found: boolean): Around => ({ deviceId, at: t as MonoMs, found });

/** The wearer as of now: a new one after a boot, and where the device's clock jumped back. */
function known({ wearers }: State, device: Device, at: Moment): Wearer {
  const wearer = own(wearers, device.id);
  const same = wearer && wearer.bootId === at.bootId && wearer.placement === placementOf(device);
  return same && at.mono > newestT(wearer) - LEAP_MS ? wearer : newWearer(at.bootId, placementOf(device));
}

/** A peak's time is over although samples are missing; and what can by now be said about earlier falls. */
function due(state: State, at: Moment, options: Options): Step<State> {
  const findings: Finding[] = [];
  const falls: Aftermath[] = [];
  const keep: Around[] = [];
  const wearers = { ...state.wearers };
  for (const [deviceId, before] of Object.entries(wearers)) {
    if (before.bootId !== at.bootId) continue;
    let wearer = before;
    for (const peak of before.peaks) {
      if (peak.judged || peak.t + DECIDE_MS > at.mono) continue;
      // Samples that arrive late are judged again with it.
      wearer = { ...wearer, peaks: wearer.peaks.map((other) => (other === peak ? { ...peak, judged: true } : other)) };
      const { because, near, said } = judged(wearer, peak, options.sensitivity);
      wearer = { ...wearer, said };
      if (near) keep.push(around(deviceId, peak, because !== undefined));
      if (!because) continue;
      wearer = { ...wearer, fallT: peak.t };
      findings.push(finding(deviceId, at, [...because, { fact: 'stream-stopped' }], options));
      falls.push(watchOver(deviceId, peak.t, at));
    }
    wearers[deviceId] = wearer;
  }
  const watched = assess([...state.falls, ...falls], wearers, state.signs, at);
  return { state: { ...state, wearers, falls: watched.falls }, findings: [...findings, ...watched.findings], keep };
}

interface Judgement {
  /** What speaks for a fall at this peak; undefined where there is no fall, or it is still the one before. */
  because?: Because[];
  /** A fall, or much like one. */
  near: boolean;
  /** What counts for the next peak. */
  said: Said[];
}

function judged(
  { fallT, placement, said: before, ...wearer }: Wearer,
  peak: Peak,
  sensitivity: Sensitivity,
): Judgement {
  if (fallT !== null && peak.t - fallT <= SAME_FALL_MS) return { near: false, said: before };
  const model = models[placement];
  const sight = sightOf(windowAround(streamOf(wearer), peak.t));
  // A blow with hardly a sample around it is no movement that anybody could judge.
  if (Number.isNaN(sight.features[KNOWN_HIT])) return { near: false, said: before };
  const alone = oddsOf(model, sight);
  const said = heard(before, { t: peak.t, odds: alone });
  const odds = oddsTogether(said, model.hits);
  if (odds >= model.cuts[sensitivity]) return { because: reasons(peak, sight.features, odds), near: true, said };
  return { near: alone >= model.cuts[sensitivity] - NEAR, said };
}

function reasons(peak: Peak, features: Float64Array, odds: number): Because[] {
  const of = (name: string) => features[FEATURES.indexOf(name)] as number;
  const turned = of('turn-early-rest');
  const still = of('share-still-after');
  return [
    // `score` is the model's, from 0 to 1: how it rates the movement among staged falls, not a likelihood in life.
    { fact: 'impact', g: Math.round(peak.g * 10) / 10, score: Math.round(100 / (1 + Math.exp(-odds))) / 100 },
    // Unknown where the stream had just begun, or stopped.
    ...(!Number.isNaN(turned) ? [{ fact: 'posture-turned', degrees: Math.round(turned / 5) * 5 } as const] : []),
    ...(!Number.isNaN(still) ? [{ fact: 'still-after', percent: Math.round(still * 10) * 10 } as const] : []),
  ];
}

const finding = (deviceId: string, at: Moment, because: Because[], { cancelSeconds }: Options): Finding => ({
  hazard: 'fall',
  subject: `device:${deviceId}`,
  active: true,
  severity: 'alarm',
  at,
  because,
  cancelMs: cancelSeconds * SECOND,
});

/** When the first peak that waits must be decided, or an aftermath assessed. */
function soonest({ wearers, falls }: State, { bootId }: Moment): MonoMs | undefined {
  let first = falls.reduce((least, aftermath) => Math.min(least, dueAt(aftermath)), Number.POSITIVE_INFINITY);
  for (const wearer of Object.values(wearers)) {
    const waiting = wearer.bootId === bootId ? wearer.peaks.find(({ judged }) => !judged) : undefined;
    if (waiting) first = Math.min(first, Math.ceil(waiting.t) + DECIDE_MS);
  }
  return first === Number.POSITIVE_INFINITY ? undefined : (first as MonoMs);
}

/** A batch that begins this long before what was heard last is no repetition: the device's clock was reset. */
const LEAP_MS = 10 * SECOND;

/** What came this close to the cut, in log odds, is a candidate worth keeping. */
const NEAR = 2;

const KNOWN_HIT = FEATURES.indexOf('peak-mean');
