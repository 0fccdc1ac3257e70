// A motion stream from notifications to readings: placed on a uniform clock, put together into batches, watched for what is
// wrong with it. Knows no radio and no driver.

import { type Cancel, type Clock, later, type Moment, shifted } from '#contract/time.ts';
import type { Samples } from '#contract/value.ts';
import { sampleClock } from './sample-clock.ts';

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

/** @param nominalHz undefined where the device does not keep to one: it is measured */
export function motionStream(clock: Clock, nominalHz: number | undefined, events: StreamEvents): MotionStream {
  let grid = nominalHz === undefined ? undefined : sampleClock(1_000 / nominalHz);
  let measuring: { frame: MotionFrame; at: Moment }[] = [];
  let batch: { firstMs: number; lastMs: number; periodMs: number; xyz: [number, number, number][] } | undefined;
  let latest: Moment | undefined;
  let cancel: Cancel = () => {};
  let troubles: { what: Exclude<Regularity, 'steady'>; mono: number }[] = [];
  let reported: Regularity = 'steady';
  let counting: { began: number; samples: number } | undefined;

  function flush(): void {
    cancel();
    if (!batch || !latest) return;
    const { firstMs, lastMs, periodMs, xyz } = batch;
    batch = undefined;
    const stepMs = xyz.length > 1 ? (lastMs - firstMs) / (xyz.length - 1) : periodMs;
    events.batch({ rateHz: 1_000 / stepMs, xyz }, shifted(latest, Math.round(firstMs) - latest.mono));
  }

  function note(what: Exclude<Regularity, 'steady'> | undefined, mono: number): void {
    troubles = troubles.filter((trouble) => mono - trouble.mono < MINUTE_MS);
    if (what) troubles.push({ what, mono });
    const count = (kind: Regularity) => troubles.filter((trouble) => trouble.what === kind).length;
    const now: Regularity =
      count('backward') >= MANY_REPEATS
        ? 'backward'
        : count('repeats') >= MANY_REPEATS
          ? 'repeats'
          : count('gaps') >= MANY_GAPS
            ? 'gaps'
            : troubles.length > 0
              ? reported
              : 'steady';
    if (now === reported) return;
    reported = now;
    events.regularity(now);
  }

  function count(samples: number, mono: number): void {
    counting ??= { began: mono, samples: -samples };
    counting.samples += samples;
    const passed = mono - counting.began;
    if (passed < RATE_MS) return;
    events.rate((counting.samples * 1_000) / passed);
    counting = { began: mono, samples: 0 };
  }

  function place({ xyz: counted, clockMs }: MotionFrame, at: Moment): void {
    if (!grid) return;
    const frame = { xyz: counted.map((sample) => sample.map(clipped) as [number, number, number]) };
    const placed = grid.place({ count: frame.xyz.length, mono: at.mono, clockMs });
    if (placed.kind !== 'samples') {
      note(placed.kind === 'repeated' ? 'repeats' : 'backward', at.mono);
      return;
    }
    latest = at;
    count(frame.xyz.length, at.mono);
    const { firstMs, periodMs, gapMs } = placed;
    note(gapMs >= GAP_WORTH_REPORTING_MS ? 'gaps' : undefined, at.mono);
    const lastMs = firstMs + (frame.xyz.length - 1) * periodMs;
    // A batch is even in itself: it ends before a gap, and where the step changes.
    if (batch && (gapMs > 0 || Math.abs(firstMs - batch.lastMs - batch.periodMs) > batch.periodMs / 4)) flush();
    if (batch) {
      batch.xyz.push(...frame.xyz);
      batch.lastMs = lastMs;
    } else {
      batch = { firstMs, lastMs, periodMs, xyz: [...frame.xyz] };
      cancel();
      cancel = clock.at(later(clock.now().mono, PATIENCE_MS), 'motion batch', flush);
    }
    if (batch.lastMs - batch.firstMs + batch.periodMs >= BATCH_MS) flush();
  }

  /** Finds the rate by the samples that were held back, and emits them. */
  function measure(leastMs: number, leastSamples: number): void {
    const [first] = measuring;
    const last = measuring.at(-1);
    if (!first || !last) return;
    const samples = measuring.reduce((sum, { frame }) => sum + frame.xyz.length, 0) - first.frame.xyz.length;
    const passed = last.at.mono - first.at.mono;
    if (passed < leastMs || samples < leastSamples) return;
    grid = sampleClock(passed / samples);
    for (const { frame, at } of measuring.splice(0)) place(frame, at);
  }

  return {
    hear(frame, at) {
      if (frame.xyz.length === 0) return;
      if (grid) place(frame, at);
      else {
        measuring.push({ frame, at });
        measure(MEASURE_MS, MEASURE_SAMPLES);
      }
    },
    restart() {
      // The connection was too short to measure the rate: what it brought is emitted all the same, and the next one
      // measures again.
      const known = grid !== undefined;
      if (!known) measure(1, 2);
      flush();
      if (known) grid?.restart();
      else grid = undefined;
      measuring = [];
      counting = undefined;
    },
    stop() {
      cancel();
      batch = undefined;
    },
  };
}
