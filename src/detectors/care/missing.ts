// Rules about what has not happened for too long: no water in 12 hours, no door in 24.

import type { z } from 'zod';
import { elapsed, rebased, type Stamp } from '#base/instant.ts';
import { type AnyDetector, defineDetector, type HomeView, type Input, type Step } from '#contract/detector.ts';
import type { Device } from '#contract/device.ts';
import type { Because } from '#contract/facts.ts';
import type { Finding } from '#contract/finding.ts';
import type { Hazard, Severity } from '#contract/hazard.ts';
import type { Quantity } from '#contract/quantity.ts';
import type { Reading } from '#contract/reading.ts';
import { HOUR, later, MINUTE, type Moment, type MonoMs, shifted } from '#contract/time.ts';
import { afterFault, afterStart, heard, type Levels } from '../activity.ts';
import { type Lost, lostWith } from '../lost.ts';
import { isBetween, minuteAt, nextTime, wasBlind } from './common.ts';

type Hours = { enabled: boolean; hours: number };

export interface Missing<Options extends Hours> {
  id: string;
  hazard: Hazard;
  severity: Severity;
  consumes: readonly Quantity[];
  options: z.ZodObject & z.ZodType<Options>;
  /** Whether this device could notice it. With none that works, the rule says nothing. */
  watches(device: Device, options: Options): boolean;
  /**
   * Whether this reading of a watched device is what is waited for. `active`: it is a sign of life, not just a
   * check-in.
   */
  happens(reading: Reading, active: boolean): boolean;
  /** Only these hours of the day count, minutes since midnight; silence at night proves nothing. */
  hours?(options: Options): { from: number; to: number };
  /** After this many hours without it. */
  because(hours: number): Because;
}

type State = {
  /** Since when it has been waited for; null while nobody is at home. */
  since: Stamp | null;
  /** The device that noticed it last. */
  deviceId: string | null;
  levels: Levels;
  lost: Lost;
  told: boolean;
};

/** Time that nobody watched does not count as silence. */
const watchedSince = (since: Stamp, start: Extract<Input, { kind: 'start' }>): Stamp => {
  const then = rebased(since, start.at);
  const unseen = wasBlind(start) ? Math.min(start.unseenMs ?? 0, elapsed(then, start.at)) : 0;
  return shifted(then, unseen);
};

/** What a step is judged by. */
interface Given {
  rule: Missing<Hours>;
  options: Hours;
  at: Moment;
  view: HomeView;
}

interface Outcome {
  state: State;
  findings: Finding[];
}
const nothing = (state: State): Outcome => ({ state, findings: [] });

export function missing<Options extends Hours>(rule: Missing<Options>): AnyDetector {
  return defineDetector<State, z.ZodObject>({
    id: rule.id,
    hazard: rule.hazard,
    consumes: rule.consumes,
    options: rule.options,
    checkpoint: 'hourly',
    start: () => ({ since: null, deviceId: null, levels: [], lost: {}, told: false }),
    step(before, input, given, view): Step<State> {
      const options = given as Options;
      const { at } = input;
      if (!options.enabled) return nothing({ ...before, since: null, told: false });
      const judged = { rule, options, at, view };
      const next = taken(before.since ? before : { ...before, since: at }, input, judged);
      // What is heard meanwhile is of somebody who leaves, or looks after the home.
      const waited = view.presence === 'away' ? { ...next.state, since: null, told: false } : next.state;
      const ripe = due(waited, judged);
      return {
        state: ripe.state,
        findings: [...next.findings, ...ripe.findings],
        wakeAt: wakeAt(ripe.state, judged),
      };
    },
  });
}

function taken(state: State, input: Input, given: Given): Outcome {
  const { rule, options, at } = given;
  switch (input.kind) {
    case 'fault':
      return nothing(afterLoss(state, input, given));
    case 'start': {
      const since = state.since && watchedSince(state.since, input);
      return nothing({ ...state, levels: afterStart(state.levels), since, lost: {} });
    }
    case 'reading':
      return rule.watches(input.device, options) ? hear(state, input, given) : nothing(state);
    case 'resolved':
      // Somebody has looked, and nothing was heard since: it is waited for as long again.
      return nothing(state.told && input.hazard === rule.hazard ? { ...state, told: false, since: at } : state);
    default:
      return nothing(state);
  }
}

/** While no device could notice it, nothing was missed. */
function afterLoss(state: State, input: Extract<Input, { kind: 'fault' }>, given: Given): State {
  const lost = lostWith(state.lost, input.fault, input.active);
  const next = { ...state, levels: afterFault(state.levels, input), lost };
  return !working(state, given) && working(next, given) ? { ...next, since: given.at } : next;
}

function hear(state: State, { reading, device }: Extract<Input, { kind: 'reading' }>, given: Given): Outcome {
  const { levels, active } = heard(state.levels, reading, device);
  if (reading.quality === 'bad' || !given.rule.happens(reading, active)) return nothing({ ...state, levels });
  return {
    state: { ...state, levels, since: given.at, deviceId: device.id, told: false },
    findings: state.told ? [{ ...about(device.id, given), active: false, because: [] }] : [],
  };
}

function due(state: State, given: Given): Outcome {
  const { rule, options, at } = given;
  const since = silentSince(state, given);
  if (!since || elapsed(since, at) < options.hours * HOUR) return nothing(state);
  const last = state.since as Moment;
  const deviceId = state.deviceId ?? working(state, given)?.id;
  const because = [rule.because(Math.floor(elapsed(last, at) / HOUR))];
  return { state: { ...state, told: true }, findings: [{ ...about(deviceId, given), active: true, because }] };
}

function wakeAt(state: State, given: Given): MonoMs | undefined {
  const { rule, options, at, view } = given;
  if (!state.since || state.told || !working(state, given)) return undefined;
  const since = silentSince(state, given);
  if (since) {
    const end = later(since.mono, options.hours * HOUR);
    return end > at.mono ? end : undefined;
  }
  const hours = rule.hours?.(options);
  return hours && nextTime(hours.from, at, view);
}

/** Since when the silence counts: not before this day's hours began. */
function silentSince(state: State, given: Given): Moment | undefined {
  const { rule, options, at, view } = given;
  const { since } = state;
  if (!since || state.told || !working(state, given)) return undefined;
  const hours = rule.hours?.(options);
  if (!hours) return since;
  const minute = minuteAt(at, view);
  if (!isBetween(minute, hours.from, hours.to)) return undefined;
  const intoDay = ((minute - hours.from + 1_440) % 1_440) * MINUTE + (at.wall % MINUTE);
  return elapsed(since, at) > intoDay ? shifted(at, -intoDay) : since;
}

/** A working device that would notice it. */
const working = ({ lost }: State, { rule, options, view }: Given): Device | undefined =>
  view.devices.find((device) => rule.watches(device, options) && !Object.hasOwn(lost, device.id));

const about = (deviceId: string | undefined, { rule, at }: Given) =>
  ({ hazard: rule.hazard, subject: 'person:resident', deviceId, severity: rule.severity, at }) as const;
