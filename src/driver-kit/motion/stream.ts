// A motion stream from notifications to readings: placed on a uniform clock, put together into batches, watched for what is
// wrong with it. Knows no radio and no driver.

import { type Cancel, type Clock, later, type Moment, shifted } from '#contract/time.ts';
import type { Samples } from '#contract/value.ts';
import { type Placed, type SampleClock, sampleClock } from './sample-clock.ts';

export interface MotionFrame {
  /** g, oldest first. */
  xyz: [number, number, number][];
  /** The device's own time of the last sample, ms. */
  clockMs?: number | undefined;
}

/** Of the last minute. `steady`: nothing worth reporting. */
export type Regularity = 'steady' | 'gaps' | 'repeats' | 'backward';

export interface StreamEvents {
  batch(samples: Samples, at: Moment): void;
  regularity(what: Regularity): void;
  /** Samples a second, as they come, over the last seconds. */
  rate(hz: number): void;
}

export interface MotionStream {
  hear(frame: MotionFrame, at: Moment): void;
  /** The connection ended, or a new one began. */
  restart(): void;
  stop(): void;
}

/**
 * One reading for each stretch of this length, ms: shorter ones would cost more, longer ones would delay the decision
 * on a fall.
 */
const BATCH_MS = 200;
/** A batch waits for its next samples no longer than this, ms. */
const PATIENCE_MS = 250;
/**
 * An unknown rate is measured for this long before the first sample is emitted, ms; and over at least {@link
 * MEASURE_SAMPLES}.
 */
const MEASURE_MS = 2_000;
const MEASURE_SAMPLES = 10;
/** Shorter gaps are normal by radio, ms. */
const GAP_WORTH_REPORTING_MS = 500;
const MINUTE_MS = 60_000;
/** In a minute. */
const MANY_GAPS = 3;
const MANY_REPEATS = 5;
/** The rate is judged over this time, ms. */
const RATE_MS = 10_000;

/** No sensor measures more, g: a wrong scale is a fault, and must not make a reading that is refused as a whole. */
const MOST_G = 64;
const clipped = (g: number): number => Math.max(-MOST_G, Math.min(MOST_G, g));

type Trouble = Exclude<Regularity, 'steady'>;

interface State {
  readonly clock: Clock;
  readonly events: StreamEvents;
  /** Undefined while the rate is measured. */
  grid: SampleClock | undefined;
  /** What is held back until the rate is known. */
  measuring: { frame: MotionFrame; at: Moment }[];
  batch: { firstMs: number; lastMs: number; periodMs: number; xyz: MotionFrame['xyz'] } | undefined;
  /** When samples came last. */
  latest: Moment | undefined;
  /** Ends the wait for a batch's next samples. */
  cancel: Cancel;
  /** Of the last minute. */
  troubles: { what: Trouble; mono: number }[];
  reported: Regularity;
  counting: { began: number; samples: number } | undefined;
}

/** @param nominalHz undefined where the device does not keep to one: it is measured */
export function motionStream(clock: Clock, nominalHz: number | undefined, events: StreamEvents): MotionStream {
  const stream: State = {
    ...{ clock, events },
    grid: nominalHz === undefined ? undefined : sampleClock(1_000 / nominalHz),
    ...{ measuring: [], batch: undefined, latest: undefined, cancel: () => {} },
    ...{ troubles: [], reported: 'steady', counting: undefined },
  };
  return {
    hear: (frame, at) => hear(stream, frame, at),
    restart: () => restart(stream),
    stop() {
      stream.cancel();
      stream.batch = undefined;
    },
  };
}

function hear(stream: State, frame: MotionFrame, at: Moment): void {
  if (frame.xyz.length === 0) return;
  if (stream.grid) return place(stream, stream.grid, frame, at);
  stream.measuring.push({ frame, at });
  measure(stream, MEASURE_MS, MEASURE_SAMPLES);
}

function restart(stream: State): void {
  // The connection was too short to measure the rate: what it brought is emitted all the same, and the next one
  // measures again.
  const known = stream.grid !== undefined;
  if (!known) measure(stream, 1, 2);
  flush(stream);
  if (known) stream.grid?.restart();
  else stream.grid = undefined;
  stream.measuring = [];
  stream.counting = undefined;
}

/** Finds the rate by the samples that were held back, and emits them. */
function measure(stream: State, leastMs: number, leastSamples: number): void {
  const { measuring } = stream;
  const [first] = measuring;
  const last = measuring.at(-1);
  if (!first || !last) return;
  const samples = measuring.reduce((sum, { frame }) => sum + frame.xyz.length, 0) - first.frame.xyz.length;
  const passed = last.at.mono - first.at.mono;
  if (passed < leastMs || samples < leastSamples) return;
  const grid = sampleClock(passed / samples);
  stream.grid = grid;
  for (const { frame, at } of measuring.splice(0)) place(stream, grid, frame, at);
}

/** Puts a frame's samples on the clock that they were taken by. */
function place(stream: State, grid: SampleClock, frame: MotionFrame, at: Moment): void {
  const xyz = frame.xyz.map((sample) => sample.map(clipped) as [number, number, number]);
  const placed = grid.place({ count: xyz.length, mono: at.mono, clockMs: frame.clockMs });
  if (placed.kind !== 'samples') return note(stream, placed.kind === 'repeated' ? 'repeats' : 'backward', at.mono);
  stream.latest = at;
  count(stream, xyz.length, at.mono);
  note(stream, placed.gapMs >= GAP_WORTH_REPORTING_MS ? 'gaps' : undefined, at.mono);
  addToBatch(stream, xyz, placed);
}

/** A batch is even in itself: it ends before a gap, and where the step changes. */
function addToBatch(
  stream: State,
  xyz: MotionFrame['xyz'],
  { firstMs, periodMs, gapMs }: Extract<Placed, { kind: 'samples' }>,
): void {
  const { batch, clock } = stream;
  const lastMs = firstMs + (xyz.length - 1) * periodMs;
  if (batch && (gapMs > 0 || Math.abs(firstMs - batch.lastMs - batch.periodMs) > batch.periodMs / 4)) flush(stream);
  if (stream.batch) {
    stream.batch.xyz.push(...xyz);
    stream.batch.lastMs = lastMs;
  } else {
    stream.batch = { firstMs, lastMs, periodMs, xyz };
    stream.cancel();
    stream.cancel = clock.at(later(clock.now().mono, PATIENCE_MS), 'motion batch', () => flush(stream));
  }
  const now = stream.batch;
  if (now.lastMs - now.firstMs + now.periodMs >= BATCH_MS) flush(stream);
}

function flush(stream: State): void {
  const { batch, latest, events } = stream;
  stream.cancel();
  if (!batch || !latest) return;
  const { firstMs, lastMs, periodMs, xyz } = batch;
  stream.batch = undefined;
  const stepMs = xyz.length > 1 ? (lastMs - firstMs) / (xyz.length - 1) : periodMs;
  events.batch({ rateHz: 1_000 / stepMs, xyz }, shifted(latest, Math.round(firstMs) - latest.mono));
}

function note(stream: State, what: Trouble | undefined, mono: number): void {
  stream.troubles = stream.troubles.filter((trouble) => mono - trouble.mono < MINUTE_MS);
  if (what) stream.troubles.push({ what, mono });
  const now = regularityOf(stream);
  if (now === stream.reported) return;
  stream.reported = now;
  stream.events.regularity(now);
}

/** The worst of which there is much. A little of it keeps what was reported on, and begins nothing. */
function regularityOf({ troubles, reported }: State): Regularity {
  const count = (kind: Trouble) => troubles.filter(({ what }) => what === kind).length;
  if (count('backward') >= MANY_REPEATS) return 'backward';
  if (count('repeats') >= MANY_REPEATS) return 'repeats';
  if (count('gaps') >= MANY_GAPS) return 'gaps';
  return troubles.length > 0 ? reported : 'steady';
}

function count(stream: State, samples: number, mono: number): void {
  stream.counting ??= { began: mono, samples: -samples };
  const { counting } = stream;
  counting.samples += samples;
  const passed = mono - counting.began;
  if (passed < RATE_MS) return;
  stream.events.rate((counting.samples * 1_000) / passed);
  stream.counting = { began: mono, samples: 0 };
}
