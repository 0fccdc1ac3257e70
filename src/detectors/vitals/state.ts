// What the detector of vital signs remembers, and the small steps that all its parts take.

import type { Device, Person } from '#contract/device.ts';
import type { Because, Finding } from '#contract/finding.ts';
import type { Measurement, MeasurementKind, Vital } from '#contract/health.ts';
import type { Quality } from '#contract/reading.ts';
import { type Moment as Instant, type MonoMs, shifted } from '#contract/time.ts';
import type { Level, Options, Platform } from './limits.ts';
import type { Stream } from './stream.ts';

/** As plain JSON. */
type Moment = { [Part in keyof Instant]: Instant[Part] };

/** A measurement whose values are still coming in. */
export type Open = {
  kind: MeasurementKind;
  at: Moment;
  values: { quantity: Vital; value: number; quality: Exclude<Quality, 'bad'> }[];
  /** The meter's own record, hashed; null for one told as it happens. */
  record: string | null;
  closesAt: MonoMs;
  /** Too long ago to be acted on: kept only. */
  stale: boolean;
};

/** Somebody was asked to measure. */
export type Ask = { id: string; kind: MeasurementKind; person: string | null; at: Moment; due: Moment };

/** A value was beyond its limit, once. */
export type Repeat = {
  subject: Finding['subject'];
  deviceId: string;
  kind: MeasurementKind;
  because: { [Part in keyof Because]: Because[Part] }[];
  due: Moment;
};

export type State = {
  streams: Record<string, Stream>;
  open: Record<string, Open>;
  /** Records of each meter that were taken, newest last. */
  taken: Record<string, string[]>;
  /** Measurements made so far: a part of their ids. */
  made: number;
  /** Nobody has said whose they are. */
  nameless: { measurement: Measurement; due: Moment }[];
  asks: Ask[];
  /** Commands that asked before and are done with. */
  closedAsks: string[];
  repeats: Repeat[];
  /** What is beyond its limit: `<subject>/<level>/<source>` -> true. */
  active: Record<string, true>;
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
  made: 0,
  nameless: [],
  asks: [],
  closedAsks: [],
  repeats: [],
  active: {},
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
  readonly now: Moment;
  findings: Finding[];
  measurements: Measurement[];
  save: boolean;
}

export const subjectOf = (person: string | null | undefined, deviceId: string): Finding['subject'] =>
  person === null || person === undefined ? `device:${deviceId}` : `person:${person}`;

interface What {
  subject: Finding['subject'];
  deviceId: string;
  level: Level;
  /** What else may hold the same alert: a stream, or a kind of measurement. */
  source: string;
}

const keyOf = ({ subject, level, source }: What) => `${subject}/${level}/${source}`;

export const isActive = (work: Work, what: What): boolean => work.state.active[keyOf(what)] === true;

/** Says that a value is beyond its limit; once, until it is over. */
export function begins(work: Work, what: What, because: Because[], at: Moment): void {
  if (isActive(work, what)) return;
  work.state = { ...work.state, active: { ...work.state.active, [keyOf(what)]: true } };
  work.save = true;
  const { subject, deviceId, level } = what;
  work.findings.push({ hazard: 'vital', subject, deviceId, active: true, severity: level, at, because });
}

/** The alert's cause is over when no other source holds it. */
export function ends(work: Work, what: What, because: Because[], at: Moment): void {
  if (!isActive(work, what)) return;
  const { [keyOf(what)]: _, ...active } = work.state.active;
  work.state = { ...work.state, active };
  work.save = true;
  const { subject, deviceId, level } = what;
  if (Object.keys(active).some((key) => key.startsWith(`${subject}/${level}/`))) return;
  work.findings.push({ hazard: 'vital', subject, deviceId, active: false, severity: level, at, because });
}

export const isDue = (due: Moment, now: Moment): boolean => due.bootId === now.bootId && due.mono <= now.mono;

/** A deadline of before a restart, on the clock of today. With no trusted clock the time without power counts for nothing. */
export function carried(due: Moment, set: Moment, now: Moment): Moment {
  if (due.bootId === now.bootId) return due;
  const whole = due.wall - set.wall;
  const left = set.wallTrusted && now.wallTrusted ? Math.min(Math.max(0, due.wall - now.wall), whole) : whole;
  return shifted(now, left);
}
