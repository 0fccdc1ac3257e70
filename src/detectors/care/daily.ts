// Rules about what happens each day by a time: up by the usual hour, the kettle on, "I am well" pressed.

import type { z } from 'zod';
import { elapsed, type Stamp } from '#base/instant.ts';
import { type AnyDetector, defineDetector, type HomeView, type Input, type Step } from '#contract/detector.ts';
import type { Device } from '#contract/device.ts';
import type { Because } from '#contract/facts.ts';
import type { Finding } from '#contract/finding.ts';
import type { Hazard, Severity } from '#contract/hazard.ts';
import { localTime, timeText } from '#contract/local-time.ts';
import type { Quantity } from '#contract/quantity.ts';
import type { Reading } from '#contract/reading.ts';
import { HOUR, later, MINUTE, type Moment, type MonoMs } from '#contract/time.ts';
import type { Warning } from '#contract/warning.ts';
import type { Words } from '#contract/words.ts';
import { afterFault, afterStart, heard, type Levels } from '../activity.ts';
import { type Lost, lostWith } from '../lost.ts';
import { BLIND_MS, minuteAt, nextTime, SAVED } from './common.ts';

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
  /** Said aloud from `byMinute` on, for `because`; after so many minutes of that without it comes the alert. None: at once. */
  grace?(options: Options): { minutes: number; say: Words; because: Because };
  /**
   * Where the gateway was off, or knew no time, for hours of what counts: it is waited for so many minutes from then on.
   * None: that day is not judged.
   */
  unseen?(options: Options): number;
  /** Not by this time of the day. */
  because(by: string): Because;
}

type State = {
  /** The local day that the rest is about. */
  day: number | null;
  done: boolean;
  told: boolean;
  /** Since when it is reminded of. */
  warnedAt: Stamp | null;
  /** When the gateway last ran and knew the time. */
  seenAt: Stamp | null;
  /** When it did so again after hours, the last time. */
  blindTo: Stamp | null;
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
/** How often it is noted that the gateway runs; on the card it is so within an hour. */
const SEEN_EVERY_MS = 30 * MINUTE;

export function daily<Options extends { enabled: boolean }>(rule: Daily<Options>): AnyDetector {
  const working = ({ lost }: State, options: Options, { devices }: HomeView): Device | undefined =>
    devices.find((device) => rule.watches(device, options) && !Object.hasOwn(lost, device.id));
  const limits = (state: State, options: Options) => ({
    from: rule.fromMinute(options),
    by: rule.byMinute(options, state.usual),
  });

  /** The day that counts at `at`: before its first minute, still the one before. */
  function dayOf(at: Moment, options: Options, { zone }: HomeView): number {
    const { day, minute } = localTime(at.wall, zone);
    return minute >= rule.fromMinute(options) ? day : day - 1;
  }

  const warning = (at: Moment, active: boolean, options: Options): Warning[] => {
    const grace = rule.grace?.(options);
    if (!grace) return [];
    const about = { hazard: rule.hazard, subject: 'person:resident', at } as const;
    if (!active) return [{ ...about, active, because: [] }];
    const { say, because } = grace;
    return [{ ...about, active, because: [because], say, sayEveryMs: AGAIN_MS }];
  };
  const about = ({ deviceId }: State, at: Moment) =>
    ({
      hazard: rule.hazard,
      subject: 'person:resident',
      deviceId: deviceId ?? undefined,
      severity: rule.severity,
      at,
    }) as const;

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
        warnedAt: null,
        deviceId: device.id,
        usual: at.wallTrusted ? [...state.usual, minuteAt(at, view)].slice(-MEMORY) : state.usual,
      },
      findings: state.told ? [{ ...about({ ...state, deviceId: device.id }, at), active: false, because: [] }] : [],
      warnings: state.warnedAt ? warning(at, false, options) : [],
    };
  }

  /** A new day, and whether somebody is there to whom it could happen. */
  function today(state: State, seenAt: Stamp | null, at: Moment, options: Options, view: HomeView): State {
    const day = dayOf(at, options, view);
    const away = view.presence === 'away';
    // The first day is seen in part only, from somewhere in its middle.
    if (state.day === null) return { ...state, day, excused: minuteAt(at, view) > limits(state, options).by || away };
    // The clock was set: whoever did it today need not do it again because the day has another name.
    if (day !== state.day && clockWasSet(seenAt, at)) return { ...state, day };
    if (day === state.day) return away && !state.excused ? { ...state, excused: true } : state;
    return { ...state, day, done: false, told: false, warnedAt: null, excused: away };
  }

  /** Notes for how long the gateway was off, or knew no time: what happened then it could not hear, or took for another day's. */
  function watched(state: State, at: Moment): State {
    if (!at.wallTrusted) return state;
    const blind = state.seenAt !== null && elapsed(state.seenAt, at) >= BLIND_MS;
    // What was said before is long forgotten, and may have been done since.
    return blind ? { ...state, seenAt: at, blindTo: at, warnedAt: null } : { ...state, seenAt: at };
  }

  /** How long it is still to be waited for, though its time is over, ms; undefined: for this whole day. */
  function patience(state: State, at: Moment, options: Options, view: HomeView): number | undefined {
    const grace = rule.grace?.(options);
    if (grace) return grace.minutes * MINUTE - (state.warnedAt ? elapsed(state.warnedAt, at) : 0);
    if (!state.blindTo || dayOf(state.blindTo, options, view) !== state.day) return 0;
    const minutes = rule.unseen?.(options);
    return minutes === undefined ? undefined : minutes * MINUTE - elapsed(state.blindTo, at);
  }

  function due(state: State, input: Input, options: Options, view: HomeView): Taken {
    const { at } = input;
    const open = !state.done && !state.told && at.wallTrusted && working(state, options, view);
    if (!open || state.excused) {
      return state.warnedAt && !state.done
        ? { state: { ...state, warnedAt: null }, findings: [], warnings: warning(at, false, options) }
        : nothing(state);
    }
    const { from, by } = limits(state, options);
    const minute = minuteAt(at, view);
    if (minute < from || minute < by) return nothing(state);
    const left = patience(state, at, options, view);
    if (left === undefined) return nothing({ ...state, excused: true });
    const named = { ...state, deviceId: state.deviceId ?? open.id };
    if (left <= 0)
      return {
        state: { ...named, told: true, warnedAt: null },
        findings: [{ ...about(named, at), active: true, because: [rule.because(timeText(by))] }],
        warnings: state.warnedAt ? warning(at, false, options) : [],
      };
    // Nobody goes on saying it over a restart.
    const says = rule.grace && (!state.warnedAt || input.kind === 'start');
    return says
      ? { state: { ...named, warnedAt: state.warnedAt ?? at }, findings: [], warnings: warning(at, true, options) }
      : nothing(state);
  }

  function wakeAt(state: State, at: Moment, options: Options, view: HomeView): MonoMs {
    const { from, by } = limits(state, options);
    const minute = minuteAt(at, view);
    const next = [from, by].find((one) => one > minute) ?? from;
    const left = state.done || state.told || minute < by ? 0 : (patience(state, at, options, view) ?? 0);
    const again = later(at.mono, left > 0 ? Math.min(left, SEEN_EVERY_MS) : SEEN_EVERY_MS);
    return Math.min(again, nextTime(next, at, view)) as MonoMs;
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
      warnedAt: null,
      seenAt: null,
      blindTo: null,
      excused: false,
      deviceId: null,
      levels: [],
      lost: {},
      usual: [],
    }),
    step(before, input, given, view): Step<State> {
      const options = given as Options;
      if (!options.enabled) return { state: before.day === null ? before : { ...before, day: null }, findings: [] };
      const next = taken(
        today(watched(before, input.at), before.seenAt, input.at, options, view),
        input,
        options,
        view,
      );
      const ripe = due(next.state, input, options, view);
      const saves = (ripe.state.done && !before.done) || (ripe.state.warnedAt && !before.warnedAt);
      return {
        state: ripe.state,
        findings: [...next.findings, ...ripe.findings],
        warnings: [...next.warnings, ...ripe.warnings],
        ...(saves && SAVED),
        wakeAt: wakeAt(ripe.state, input.at, options, view),
      };
    },
  });
}

/** The wall clock has moved by an hour more, or less, than time has passed. */
const clockWasSet = (seenAt: Stamp | null, at: Moment): boolean =>
  seenAt?.bootId === at.bootId && Math.abs(at.wall - seenAt.wall - (at.mono - seenAt.mono)) >= HOUR;

/** Of so many days at least is a habit known. */
const KNOWN_DAYS = 7;

/** The latest of ten usual days, and a margin; undefined while too few are known. */
export function usualMinute(usual: readonly number[], marginMinutes: number): number | undefined {
  if (usual.length < KNOWN_DAYS) return undefined;
  const sorted = usual.toSorted((a, b) => a - b);
  return Math.min(1_438, (sorted[Math.floor(0.9 * (sorted.length - 1))] ?? 0) + marginMinutes);
}
