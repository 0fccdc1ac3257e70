// What the detector of vital signs remembers, and the small steps that all its parts take.

import type { Stamp } from '#base/instant.ts';
import type { Device, Person } from '#contract/device.ts';
import type { Because, OverBecause } from '#contract/facts.ts';
import type { Finding } from '#contract/finding.ts';
import type { Limited, Measurement, MeasurementKind, Vital } from '#contract/health.ts';
import { own, without } from '#contract/own.ts';
import type { Quality } from '#contract/reading.ts';
import { type MonoMs, shifted } from '#contract/time.ts';
import type { Level, Options, Platform } from './limits.ts';
import type { Side } from './steps.ts';
import type { Stream } from './stream.ts';

/** What has been reported of one cause: the gravest step, by `markOf`. */
export type Reported = Record<string, number>;

/** A measurement whose values are still coming in. */
export type Open = {
  kind: MeasurementKind;
  at: Stamp;
  /** `OFF_SCALE` for one beyond what the meter can show. */
  values: { quantity: Vital; value: number; quality: Exclude<Quality, 'bad'> }[];
  /** What the meter said beside numbers. */
  says: string[];
  /** The meter's own record, hashed; null for a value that is reported as it is measured. */
  record: string | null;
  /** Of the record, by the meter's clock. */
  clock: number | null;
  closesAt: MonoMs;
  /** Too long ago to be acted on: only kept. */
  stale: boolean;
  /** The meter's clock is wrong: the measurement counts as made when it arrived, which is likely but not certain. */
  undated: boolean;
  /** Reported already, as it went: for a finger that stayed in for minutes. */
  told: Reported;
};

/** Somebody was asked to measure. */
export type Ask = { id: string; kind: MeasurementKind; person: string | null; at: Stamp; due: Stamp };

/**
 * A value was beyond its limit, once; or a measurement failed; or nobody knows what became of the cause of a resolved
 * alert.
 */
export type Repeat = {
  subject: Finding['subject'];
  deviceId: string;
  kind: MeasurementKind;
  /** What is reported if nobody measures again, and at which level; null where nothing is. */
  level: Level | null;
  marks: Reported;
  because: Because[];
  due: Stamp;
  /** It was measured again, and that settled nothing. */
  again: 'doubtful' | 'failed' | null;
};

export type State = {
  streams: Record<string, Stream>;
  open: Record<string, Open>;
  /** Records of each meter that were taken, newest last. */
  taken: Record<string, string[]>;
  /** What each meter's clock said at the record that was taken last. */
  clocks: Record<string, number>;
  /** Measurements made so far: a part of their ids. */
  made: number;
  /** Measurements that nobody has said yet whose they are. */
  nameless: { measurement: Measurement; due: Stamp }[];
  asks: Ask[];
  /** Commands that asked before and are finished. */
  closedAsks: string[];
  repeats: Repeat[];
  /** What is beyond its limit, by `<subject>/<level>/<source>`: up to which step it has been reported. */
  active: Record<string, Reported>;
  /** Streams whose alert was resolved, by the same key: when to look whether the cause still holds. */
  dealt: Record<string, Stamp>;
  platform: Platform;
  /** Skin contact, by the device's word. */
  worn: Record<string, boolean>;
  motion: Record<string, { at: number; mean: number; variance: number }>;
  /** What is being said, by its key. */
  said: Record<string, string>;
};

export const newState = (): State => ({
  streams: {},
  open: {},
  taken: {},
  clocks: {},
  made: 0,
  nameless: [],
  asks: [],
  closedAsks: [],
  repeats: [],
  active: {},
  dealt: {},
  platform: {},
  worn: {},
  motion: {},
  said: {},
});

/** What a part of a step is given to work with and adds its findings to. The state is replaced, never changed. */
export interface Work {
  state: State;
  readonly options: Options;
  readonly people: readonly Person[];
  readonly devices: readonly Device[];
  readonly now: Stamp;
  findings: Finding[];
  measurements: Measurement[];
  save: boolean;
}

export const subjectOf = (person: string | null | undefined, deviceId: string): Finding['subject'] =>
  person === null || person === undefined ? `device:${deviceId}` : `person:${person}`;

/** What a finding is about. */
export interface What {
  subject: Finding['subject'];
  deviceId: string;
  level: Level;
  /** What else may hold the same alert: a stream, or a kind of measurement. */
  source: string;
}

export const keyOf = ({ subject, level, source }: What) => `${subject}/${level}/${source}`;

/** Of a quantity, which way it is beyond; and of a measurement that failed. */
export const markOf = (quantity: Limited, side: Side): string => `${quantity}/${side}`;
export const FAILED = 'failed';
export const partsOf = (mark: string): { quantity: Limited; side: Side } | undefined => {
  const [quantity, side] = mark.split('/');
  return side === undefined ? undefined : { quantity: quantity as Limited, side: side as Side };
};
const isGraver = (mark: string, step: number, than: number) => (mark.endsWith('/low') ? step < than : step > than);

export const reportedOf = (work: Work, what: What): Reported | undefined => own(work.state.active, keyOf(what));

/** The part of `marks` that is not reported yet, or was only at a lesser step. */
export const unreported = (marks: Reported, reported: Reported | undefined): Reported =>
  Object.fromEntries(
    Object.entries(marks).filter(([mark, step]) => {
      const before = reported?.[mark];
      return before === undefined || isGraver(mark, step, before);
    }),
  );

/** Reports that a value is beyond its limit: once, until it is over, or is beyond the next step. */
export function begins(work: Work, what: What, marks: Reported, because: Because[], at: Stamp): void {
  const reported = reportedOf(work, what);
  const fresh = unreported(marks, reported);
  if (reported && Object.keys(fresh).length === 0) return;
  work.state = {
    ...work.state,
    active: { ...work.state.active, [keyOf(what)]: { ...reported, ...fresh } },
    dealt: without(work.state.dealt, keyOf(what)),
  };
  work.save = true;
  const { subject, deviceId, level } = what;
  work.findings.push({ hazard: 'vital', subject, deviceId, active: true, severity: level, at, because });
}

/** The alert's cause is over when no other source holds it. */
export function ends(work: Work, what: What, because: OverBecause[], at: Stamp): void {
  work.state = { ...work.state, dealt: without(work.state.dealt, keyOf(what)) };
  if (!reportedOf(work, what)) return;
  const active = without(work.state.active, keyOf(what));
  work.state = { ...work.state, active };
  work.save = true;
  const { subject, deviceId, level } = what;
  if (Object.keys(active).some((key) => key.startsWith(`${subject}/${level}/`))) return;
  work.findings.push({ hazard: 'vital', subject, deviceId, active: false, severity: level, at, because });
}

/**
 * Lets go of what is no longer so grave, so that it is reported again when it returns. `easedTo` gives the step that a
 * mark is at now; null where it is over. True when none is left.
 */
export function eases(work: Work, what: What, easedTo: (mark: string, step: number) => number | null): boolean {
  const reported = reportedOf(work, what);
  if (!reported) return false;
  const left = Object.entries(reported).flatMap(([mark, step]) => {
    const now = easedTo(mark, step);
    return now === null ? [] : [[mark, now] as const];
  });
  if (JSON.stringify(left) !== JSON.stringify(Object.entries(reported)))
    work.state = { ...work.state, active: { ...work.state.active, [keyOf(what)]: Object.fromEntries(left) } };
  return left.length === 0;
}

export const isDue = (due: Stamp, now: Stamp): boolean => due.bootId === now.bootId && due.mono <= now.mono;

/**
 * A deadline from before a restart, on the clock of today. With no trusted clock the time without power does not count.
 */
export function carried(due: Stamp, set: Stamp, now: Stamp): Stamp {
  if (due.bootId === now.bootId) return due;
  const whole = due.wall - set.wall;
  const left = set.wallTrusted && now.wallTrusted ? Math.min(Math.max(0, due.wall - now.wall), whole) : whole;
  return shifted(now, left);
}
