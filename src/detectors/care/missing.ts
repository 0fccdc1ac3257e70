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

export interface Missing<Options extends { enabled: boolean; hours: number }> {
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

export function missing<Options extends { enabled: boolean; hours: number }>(rule: Missing<Options>): AnyDetector {
  const working = ({ lost }: State, options: Options, { devices }: HomeView): Device | undefined =>
    devices.find((device) => rule.watches(device, options) && !Object.hasOwn(lost, device.id));

  const about = (deviceId: string | undefined, at: Moment) =>
    ({ hazard: rule.hazard, subject: 'person:resident', deviceId, severity: rule.severity, at }) as const;

  function taken(state: State, input: Input, options: Options, view: HomeView): { state: State; findings: Finding[] } {
    const { at } = input;
    switch (input.kind) {
      case 'fault': {
        const next = {
          ...state,
          levels: afterFault(state.levels, input),
          lost: lostWith(state.lost, input.fault, input.active),
        };
        // While no device could notice it, nothing was missed.
        const seesAgain = !working(state, options, view) && working(next, options, view);
        return { state: seesAgain ? { ...next, since: at } : next, findings: [] };
      }
      case 'start':
        return {
          state: {
            ...state,
            levels: afterStart(state.levels),
            since: state.since ? watchedSince(state.since, input) : at,
            lost: {},
          },
          findings: [],
        };
      case 'presence':
        if (input.presence === 'away') return { state: { ...state, since: null, told: false }, findings: [] };
        return { state: { ...state, since: state.since ?? at }, findings: [] };
      case 'reading':
        return rule.watches(input.device, options) ? heardOf(state, input) : { state, findings: [] };
      case 'resolved':
        // Somebody has looked, and nothing was heard since: it is waited for as long again.
        return {
          state: state.told && input.hazard === rule.hazard ? { ...state, told: false, since: at } : state,
          findings: [],
        };
      default:
        return { state, findings: [] };
    }
  }

  function heardOf(
    state: State,
    { reading, device, at }: Extract<Input, { kind: 'reading' }>,
  ): { state: State; findings: Finding[] } {
    const { levels, active } = heard(state.levels, reading, device);
    if (reading.quality === 'bad' || !rule.happens(reading, active))
      return { state: { ...state, levels }, findings: [] };
    return {
      state: { ...state, levels, since: at, deviceId: device.id, told: false },
      findings: state.told ? [{ ...about(device.id, at), active: false, because: [] }] : [],
    };
  }

  /** Since when the silence counts, at `at`: not before this day's hours began. */
  function silentSince(state: State, options: Options, at: Moment, view: HomeView): Moment | undefined {
    const { since } = state;
    if (!since || state.told || !working(state, options, view)) return undefined;
    const hours = rule.hours?.(options);
    if (!hours) return since;
    const minute = minuteAt(at, view);
    if (!isBetween(minute, hours.from, hours.to)) return undefined;
    const intoDay = ((minute - hours.from + 1_440) % 1_440) * MINUTE + (at.wall % MINUTE);
    return elapsed(since, at) > intoDay ? shifted(at, -intoDay) : since;
  }

  function due(state: State, options: Options, at: Moment, view: HomeView): { state: State; findings: Finding[] } {
    const since = silentSince(state, options, at, view);
    if (!since || elapsed(since, at) < options.hours * HOUR) return { state, findings: [] };
    const last = state.since as Moment;
    const deviceId = state.deviceId ?? working(state, options, view)?.id;
    const because = [rule.because(Math.floor(elapsed(last, at) / HOUR))];
    return { state: { ...state, told: true }, findings: [{ ...about(deviceId, at), active: true, because }] };
  }

  function wakeAt(state: State, options: Options, at: Moment, view: HomeView): MonoMs | undefined {
    if (!state.since || state.told || !working(state, options, view)) return undefined;
    const since = silentSince(state, options, at, view);
    if (since) {
      const end = later(since.mono, options.hours * HOUR);
      return end > at.mono ? end : undefined;
    }
    const hours = rule.hours?.(options);
    return hours && nextTime(hours.from, at, view);
  }

  return defineDetector<State, z.ZodObject>({
    id: rule.id,
    hazard: rule.hazard,
    consumes: rule.consumes,
    options: rule.options,
    checkpoint: 'hourly',
    start: () => ({ since: null, deviceId: null, levels: [], lost: {}, told: false }),
    step(stateBefore, input, given, view): Step<State> {
      const options = given as Options;
      if (!options.enabled) return { state: { ...stateBefore, since: null, told: false }, findings: [] };
      const begun = stateBefore.since || view.presence === 'away' ? stateBefore : { ...stateBefore, since: input.at };
      const next = taken(begun, input, options, view);
      const ripe = due(next.state, options, input.at, view);
      return {
        state: ripe.state,
        findings: [...next.findings, ...ripe.findings],
        wakeAt: wakeAt(ripe.state, options, input.at, view),
      };
    },
  });
}
