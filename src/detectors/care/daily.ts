// Rules about what happens each day by a certain time: up by the usual hour, the kettle on, "I am well" pressed.

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

type Switch = { enabled: boolean };

export interface Daily<Options extends Switch> {
  id: string;
  hazard: Hazard;
  severity: Severity;
  consumes: readonly Quantity[];
  options: z.ZodObject & z.ZodType<Options>;
  watches(device: Device, options: Options): boolean;
  /** `active`: it is a sign of life, not just a check-in. */
  happens(reading: Reading, device: Device, active: boolean, options: Options): boolean;
  /** From this minute of the day on, it counts for this day. */
  fromMinute(options: Options): number;
  /** By this minute of the day it should have happened. `usual`: when it happened on earlier days, the newest last. */
  byMinute(options: Options, usual: readonly number[]): number;
  /**
   * A reminder said aloud from `byMinute` on, for `because`; after this many minutes without it comes the alert.
   * Without `grace`, at once.
   */
  grace?(options: Options): { minutes: number; say: Words; because: Because };
  /**
   * For how many minutes it is waited for after the gateway was off, or did not know the time, for hours that count.
   * Without `unseen`, that day is not judged.
   */
  unseen?(options: Options): number;
  /** It has not happened by this time of the day. */
  because(by: string): Because;
}

type State = {
  /** The local day that the other fields are about. */
  day: number | null;
  done: boolean;
  told: boolean;
  /** Since when the home reminds of it. */
  warnedAt: Stamp | null;
  /** When the gateway last ran and knew the time. */
  seenAt: Stamp | null;
  /** When it last did so again after hours without. */
  blindTo: Stamp | null;
  /** Nobody was at home for a part of the time that counts. */
  excused: boolean;
  deviceId: string | null;
  levels: Levels;
  lost: Lost;
  /** Minutes of the day at which it happened, the newest last. */
  usual: number[];
};

/** How many days are remembered. */
const MEMORY = 28;
/** The reminder is repeated this often. */
const AGAIN_MS = 5 * MINUTE;
/** How often it is noted that the gateway runs; the note reaches the card within an hour. */
const SEEN_EVERY_MS = 30 * MINUTE;

/** What a step is judged by. */
interface Given {
  rule: Daily<Switch>;
  options: Switch;
  at: Moment;
  view: HomeView;
}

/** The result of a part of a step. */
interface Outcome {
  state: State;
  findings: Finding[];
  warnings: Warning[];
}
const nothing = (state: State): Outcome => ({ state, findings: [], warnings: [] });

export function daily<Options extends Switch>(rule: Daily<Options>): AnyDetector {
  return defineDetector<State, z.ZodObject>({
    id: rule.id,
    hazard: rule.hazard,
    consumes: rule.consumes,
    options: rule.options,
    checkpoint: 'hourly',
    start: () => ({
      ...{ day: null, done: false, told: false, warnedAt: null, seenAt: null, blindTo: null },
      ...{ excused: false, deviceId: null, levels: [], lost: {}, usual: [] },
    }),
    step(before, input, given, view) {
      const options = given as Options;
      if (!options.enabled) return { state: before.day === null ? before : { ...before, day: null }, findings: [] };
      return judged(before, input, { rule, options, at: input.at, view });
    },
  });
}

function judged(before: State, input: Input, given: Given): Step<State> {
  const morning = today(watched(before, given.at), before.seenAt, given);
  const next = taken(morning, input, given);
  const ripe = due(next.state, input, given);
  const saves = (ripe.state.done && !before.done) || (ripe.state.warnedAt && !before.warnedAt);
  return {
    state: ripe.state,
    findings: [...next.findings, ...ripe.findings],
    warnings: [...next.warnings, ...ripe.warnings],
    ...(saves && SAVED),
    wakeAt: wakeAt(ripe.state, given),
  };
}

/**
 * Notes how long the gateway was off, or did not know the time: what happened then it could not hear, or took for
 * another day's.
 */
function watched(state: State, at: Moment): State {
  if (!at.wallTrusted) return state;
  const blind = state.seenAt !== null && elapsed(state.seenAt, at) >= BLIND_MS;
  // The reminder from before is long forgotten, and it may have been done since.
  return blind ? { ...state, seenAt: at, blindTo: at, warnedAt: null } : { ...state, seenAt: at };
}

/** A new day, and whether somebody is there to whom it could happen. */
function today(state: State, seenAt: Stamp | null, given: Given): State {
  const { at, view } = given;
  const day = dayOf(at, given);
  const away = view.presence === 'away';
  // The first day is seen only in part, from somewhere in its middle.
  if (state.day === null) return { ...state, day, excused: minuteAt(at, view) > limits(state, given).by || away };
  // The clock was set: whoever did it today need not do it again because the day has another date.
  if (day !== state.day && clockWasSet(seenAt, at)) return { ...state, day };
  if (day === state.day) return away && !state.excused ? { ...state, excused: true } : state;
  return { ...state, day, done: false, told: false, warnedAt: null, excused: away };
}

/** The day that counts at `at`: before the day's first minute, it is still the one before. */
function dayOf(at: Moment, { rule, options, view }: Given): number {
  const { day, minute } = localTime(at.wall, view.zone);
  return minute >= rule.fromMinute(options) ? day : day - 1;
}

const limits = ({ usual }: State, { rule, options }: Given) => ({
  from: rule.fromMinute(options),
  by: rule.byMinute(options, usual),
});

function taken(state: State, input: Input, given: Given): Outcome {
  if (input.kind === 'fault') {
    const levels = afterFault(state.levels, input);
    return nothing({ ...state, levels, lost: lostWith(state.lost, input.fault, input.active) });
  }
  if (input.kind === 'start') return nothing({ ...state, levels: afterStart(state.levels), lost: {} });
  if (input.kind !== 'reading' || !given.rule.watches(input.device, given.options)) return nothing(state);
  return hear(state, input, given);
}

function hear(state: State, { reading, device }: Extract<Input, { kind: 'reading' }>, given: Given): Outcome {
  const { rule, options, at, view } = given;
  const { levels, active } = heard(state.levels, reading, device);
  const happens = reading.quality !== 'bad' && rule.happens(reading, device, active, options);
  if (!happens || state.done) return nothing({ ...state, levels });
  // While nobody is at home, it is somebody else who does it.
  const isHabit = at.wallTrusted && view.presence !== 'away';
  const usual = isHabit ? [...state.usual, minuteAt(at, view)].slice(-MEMORY) : state.usual;
  return {
    state: { ...state, levels, done: true, told: false, warnedAt: null, deviceId: device.id, usual },
    findings: state.told ? [{ ...about(device.id, given), active: false, because: [] }] : [],
    warnings: state.warnedAt ? warning(false, given) : [],
  };
}

/** What follows when its time has come and it has not happened. */
function due(state: State, input: Input, given: Given): Outcome {
  const { rule, at, view } = given;
  const open = !state.done && !state.told && at.wallTrusted && working(state, given);
  if (!open || state.excused) {
    return state.warnedAt && !state.done
      ? { state: { ...state, warnedAt: null }, findings: [], warnings: warning(false, given) }
      : nothing(state);
  }
  const { from, by } = limits(state, given);
  const minute = minuteAt(at, view);
  if (minute < from || minute < by) return nothing(state);
  const left = patience(state, given);
  if (left === undefined) return nothing({ ...state, excused: true });
  const deviceId = state.deviceId ?? open.id;
  if (left <= 0)
    return {
      state: { ...state, deviceId, told: true, warnedAt: null },
      findings: [{ ...about(deviceId, given), active: true, because: [rule.because(timeText(by))] }],
      warnings: state.warnedAt ? warning(false, given) : [],
    };
  // A reminder does not go on over a restart: it is said again.
  const says = rule.grace && (!state.warnedAt || input.kind === 'start');
  return says
    ? { state: { ...state, deviceId, warnedAt: state.warnedAt ?? at }, findings: [], warnings: warning(true, given) }
    : nothing(state);
}

/** A working device that would notice it. */
const working = ({ lost }: State, { rule, options, view }: Given): Device | undefined =>
  view.devices.find((device) => rule.watches(device, options) && !Object.hasOwn(lost, device.id));

/** How long it is still waited for although its time is over, ms; undefined: this day is not judged. */
function patience(state: State, given: Given): number | undefined {
  const { rule, options, at } = given;
  const grace = rule.grace?.(options);
  if (grace) return grace.minutes * MINUTE - (state.warnedAt ? elapsed(state.warnedAt, at) : 0);
  if (!state.blindTo || dayOf(state.blindTo, given) !== state.day) return 0;
  const minutes = rule.unseen?.(options);
  return minutes === undefined ? undefined : minutes * MINUTE - elapsed(state.blindTo, at);
}

function wakeAt(state: State, given: Given): MonoMs {
  const { at, view } = given;
  const { from, by } = limits(state, given);
  const minute = minuteAt(at, view);
  const next = [from, by].find((one) => one > minute) ?? from;
  const left = state.done || state.told || minute < by ? 0 : (patience(state, given) ?? 0);
  const again = later(at.mono, left > 0 ? Math.min(left, SEEN_EVERY_MS) : SEEN_EVERY_MS);
  return Math.min(again, nextTime(next, at, view)) as MonoMs;
}

const about = (deviceId: string, { rule, at }: Given) =>
  ({ hazard: rule.hazard, subject: 'person:resident', deviceId, severity: rule.severity, at }) as const;

/** The reminder begins or ends; nothing where the rule has no grace. */
function warning(active: boolean, { rule, options, at }: Given): Warning[] {
  const grace = rule.grace?.(options);
  if (!grace) return [];
  const about = { hazard: rule.hazard, subject: 'person:resident', at } as const;
  if (!active) return [{ ...about, active, because: [] }];
  const { say, because } = grace;
  return [{ ...about, active, because: [because], say, sayEveryMs: AGAIN_MS }];
}

/** The wall clock has moved by at least an hour more, or less, than time has passed. */
const clockWasSet = (seenAt: Stamp | null, at: Moment): boolean =>
  seenAt?.bootId === at.bootId && Math.abs(at.wall - seenAt.wall - (at.mono - seenAt.mono)) >= HOUR;

/** A habit is known after this many days. */
const KNOWN_DAYS = 7;

/** The minute by which it happened on nine usual days of ten, plus a margin; undefined while too few are known. */
export function usualMinute(usual: readonly number[], marginMinutes: number): number | undefined {
  if (usual.length < KNOWN_DAYS) return undefined;
  const sorted = usual.toSorted((a, b) => a - b);
  return Math.min(1_438, (sorted[Math.floor(0.9 * (sorted.length - 1))] ?? 0) + marginMinutes);
}
