// Rules about what happens each day by a time: up by the usual hour, the kettle on, "I am well" pressed.

import type { z } from 'zod';
import type { Words } from '#contract/actuator.ts';
import { type AnyDetector, defineDetector, type HomeView, type Input, type Step } from '#contract/detector.ts';
import type { Device } from '#contract/device.ts';
import type { Finding } from '#contract/finding.ts';
import type { Hazard, Severity } from '#contract/hazard.ts';
import { localTime, timeText } from '#contract/local-time.ts';
import type { Quantity } from '#contract/quantity.ts';
import type { Reading } from '#contract/reading.ts';
import { MINUTE, type Moment, type MonoMs } from '#contract/time.ts';
import type { Warning } from '#contract/warning.ts';
import { afterFault, afterStart, heard, type Levels } from '../activity.ts';
import { type Lost, lostWith } from '../lost.ts';
import { minuteAt, nextTime, SAVED } from './common.ts';

export interface Daily<Options extends { enabled: boolean }> {
  id: string;
  hazard: Hazard;
  severity: Severity;
  consumes: readonly Quantity[];
  options: z.ZodObject & z.ZodType<Options>;
  watches(device: Device, options: Options): boolean;
  /** `active`: it is a sign of life, no mere check-in. */
  happens(reading: Reading, device: Device, active: boolean, options: Options): boolean;
  /** From this minute of the day on it counts for this day. */
  fromMinute(options: Options): number;
  /** By this minute of the day it is to have happened. `usual`: when it happened on the days before, the newest last. */
  byMinute(options: Options, usual: readonly number[]): number;
  /** Said aloud from `byMinute` on; after so many minutes without it comes the alert. None: at once. */
  grace?(options: Options): { minutes: number; say: Words };
  fact: string;
}

type State = {
  /** The local day that the rest is about. */
  day: number | null;
  done: boolean;
  told: boolean;
  warned: boolean;
  /** Nobody was at home for a part of the time that counts. */
  excused: boolean;
  deviceId: string | null;
  levels: Levels;
  lost: Lost;
  /** Minutes of the day at which it happened, newest last. */
  usual: number[];
};

/** Days that are remembered. */
const MEMORY = 28;
/** The reminder is said again so often. */
const AGAIN_MS = 5 * MINUTE;

export function daily<Options extends { enabled: boolean }>(rule: Daily<Options>): AnyDetector {
  const working = ({ lost }: State, options: Options, { devices }: HomeView): Device | undefined =>
    devices.find((device) => rule.watches(device, options) && lost[device.id] === undefined);
  const limits = (state: State, options: Options) => {
    const by = rule.byMinute(options, state.usual);
    return { from: rule.fromMinute(options), by, alertAt: by + (rule.grace?.(options).minutes ?? 0) };
  };

  /** The day that counts at `at`: before its first minute, still the one before. */
  function dayOf(at: Moment, options: Options, { zone }: HomeView): number {
    const { day, minute } = localTime(at.wall, zone);
    return minute >= rule.fromMinute(options) ? day : day - 1;
  }

  const warning = (at: Moment, active: boolean, options: Options): Warning[] => {
    const grace = rule.grace?.(options);
    return grace
      ? [
          {
            hazard: rule.hazard,
            subject: 'person:resident',
            active,
            at,
            because: [{ fact: rule.fact }],
            ...(active && { say: grace.say, sayEveryMs: AGAIN_MS }),
          },
        ]
      : [];
  };
  const finding = (state: State, at: Moment, active: boolean, by: number): Finding => ({
    hazard: rule.hazard,
    subject: 'person:resident',
    deviceId: state.deviceId ?? undefined,
    active,
    severity: rule.severity,
    at,
    because: active ? [{ fact: rule.fact, by: timeText(by) }] : [],
  });

  type Taken = { state: State; findings: Finding[]; warnings: Warning[] };
  const nothing = (state: State): Taken => ({ state, findings: [], warnings: [] });

  function taken(state: State, input: Input, options: Options, view: HomeView): Taken {
    const { at } = input;
    if (input.kind === 'fault') {
      const levels = afterFault(state.levels, input);
      return nothing({ ...state, levels, lost: lostWith(state.lost, input.fault, input.active) });
    }
    if (input.kind === 'start') return nothing({ ...state, levels: afterStart(state.levels), lost: {} });
    if (input.kind !== 'reading' || !rule.watches(input.device, options)) return nothing(state);
    const { reading, device } = input;
    const { levels, active } = heard(state.levels, reading, device);
    const happens = reading.quality !== 'bad' && rule.happens(reading, device, active, options);
    if (!happens || state.done) return nothing({ ...state, levels });
    return {
      state: {
        ...state,
        levels,
        done: true,
        told: false,
        warned: false,
        deviceId: device.id,
        usual: [...state.usual, minuteAt(at, view)].slice(-MEMORY),
      },
      findings: state.told ? [finding({ ...state, deviceId: device.id }, at, false, 0)] : [],
      warnings: state.warned ? warning(at, false, options) : [],
    };
  }

  /** A new day, and whether somebody is there to whom it could happen. */
  function today(state: State, at: Moment, options: Options, view: HomeView): State {
    const day = dayOf(at, options, view);
    const away = view.presence === 'away';
    // The first day is seen in part only, from somewhere in its middle.
    if (state.day === null) return { ...state, day, excused: minuteAt(at, view) > limits(state, options).by || away };
    if (day === state.day) return away && !state.excused ? { ...state, excused: true } : state;
    return { ...state, day, done: false, told: false, warned: false, excused: away };
  }

  function due(state: State, at: Moment, options: Options, view: HomeView): Taken {
    const open = !state.done && !state.told && at.wallTrusted && working(state, options, view);
    if (!open || state.excused) {
      return state.warned && !state.done
        ? { state: { ...state, warned: false }, findings: [], warnings: warning(at, false, options) }
        : nothing(state);
    }
    const { from, by, alertAt } = limits(state, options);
    const minute = minuteAt(at, view);
    if (minute < from || minute < by) return nothing(state);
    const named = { ...state, deviceId: state.deviceId ?? open.id };
    if (minute >= alertAt)
      return {
        state: { ...named, told: true, warned: false },
        findings: [finding(named, at, true, by)],
        warnings: state.warned ? warning(at, false, options) : [],
      };
    return state.warned
      ? nothing(state)
      : { state: { ...named, warned: true }, findings: [], warnings: warning(at, true, options) };
  }

  function wakeAt(state: State, at: Moment, options: Options, view: HomeView): MonoMs {
    const { from, by, alertAt } = limits(state, options);
    const minute = minuteAt(at, view);
    const next = [from, by, alertAt].find((one) => one > minute) ?? from;
    return nextTime(next, at, view);
  }

  return defineDetector<State, z.ZodObject>({
    id: rule.id,
    hazard: rule.hazard,
    consumes: rule.consumes,
    options: rule.options,
    checkpoint: 'hourly',
    start: () => ({
      day: null,
      done: false,
      told: false,
      warned: false,
      excused: false,
      deviceId: null,
      levels: [],
      lost: {},
      usual: [],
    }),
    step(before, input, given, view): Step<State> {
      const options = given as Options;
      if (!options.enabled) return { state: before.day === null ? before : { ...before, day: null }, findings: [] };
      const next = taken(today(before, input.at, options, view), input, options, view);
      const ripe = due(next.state, input.at, options, view);
      return {
        state: ripe.state,
        findings: [...next.findings, ...ripe.findings],
        warnings: [...next.warnings, ...ripe.warnings],
        ...(ripe.state.done && !before.done && SAVED),
        wakeAt: wakeAt(ripe.state, input.at, options, view),
      };
    },
  });
}

/** Of so many days at least is a habit known. */
const KNOWN_DAYS = 7;

/** The latest of ten usual days, and a margin; undefined while too few are known. */
export function usualMinute(usual: readonly number[], marginMinutes: number): number | undefined {
  if (usual.length < KNOWN_DAYS) return undefined;
  const sorted = usual.toSorted((a, b) => a - b);
  return Math.min(1_438, (sorted[Math.floor(0.9 * (sorted.length - 1))] ?? 0) + marginMinutes);
}
