// When each sample of a stream was taken. Radio delivers late, in bursts, twice or not at all; the sensor's own step is
// even. So time is counted in samples (or taken from the device's clock, where it sends one), and only tied to ours.

/** Samples as one notification brings them, oldest first. */
export interface Arrival {
  count: number;
  /** When it was received, ms. */
  mono: number;
  /** The device's own time of the last sample, ms; undefined where it sends none. */
  clockMs: number | undefined;
}

export type Placed =
  | {
      kind: 'samples';
      firstMs: number;
      periodMs: number;
      /** Time before the first sample in which there must have been others, ms; 0 for none. */
      gapMs: number;
    }
  /** Was heard before, or runs back: to be thrown away. */
  | { kind: 'repeated' | 'backward' };

export interface SampleClock {
  place(arrival: Arrival): Placed;
  /** The connection was lost: what comes next follows nothing. */
  restart(): void;
  readonly periodMs: number;
}

/** Latency that comes and goes is no gap, ms: with none of a stretch's samples nearer than this, samples are missing. */
const LOST_MS = 300;
/** The stretch over which the least latency is looked for, ms. */
const STRETCH_MS = 400;
/** After this long the drift shows beside the latency's own changes, ms. */
const DRIFT_MS = 5_000;
/** A device's clock that ran back by more, or that is further ahead of ours, was reset, ms. */
const CLOCK_SET_MS = 10_000;
/** Steps are corrected by squeezing or stretching them by no more than this share. */
const SQUEEZE = 0.5;
const STRETCH = 0.1;
const STEPS_KEPT = 9;
/** The step is multiplied by this with each frame that squeezing cannot keep out of the future. */
const FASTER = 0.98;
/** No wearable is faster or slower, whatever its clock says. */
const LEAST_STEP_MS = 1;
const MOST_STEP_MS = 1_000;

export function sampleClock(nominalPeriodMs: number): SampleClock {
  let periodMs = nominalPeriodMs;
  /** On our clock: where the last sample was placed. Never runs back. */
  let last = Number.NEGATIVE_INFINITY;
  /** The last sample on the device's clock, or on one counted in samples; and what leads from there to ours. */
  let device: number | undefined;
  let offset = 0;
  let steps: number[] = [];
  let stretch = { began: 0, least: Number.POSITIVE_INFINITY, frames: 0 };
  /** Corrections so far, and where they stood when the step was last looked at. */
  let corrected = 0;
  let anchor: { lag: number; mono: number } | undefined;

  function begin({ count, mono, clockMs }: Arrival): Placed {
    device = clockMs ?? 0;
    stretch = { began: mono, least: Number.POSITIVE_INFINITY, frames: 0 };
    anchor = undefined;
    const end = Math.max(mono, last + SQUEEZE * count * periodMs);
    offset = mono - device;
    return put(end, count, 0);
  }

  /** Puts `count` samples before `end` and after the last one, evenly. */
  function put(end: number, count: number, gapMs: number): Placed {
    const room = end - last;
    const step = Math.min(periodMs, room / count);
    last = end;
    return { kind: 'samples', firstMs: end - (count - 1) * step, periodMs: step, gapMs };
  }

  /** The least latency of a stretch says how far our clock of the device is off. */
  function hear(late: number, mono: number, counted: boolean): number {
    stretch.least = Math.min(stretch.least, late);
    stretch.frames += 1;
    if (mono - stretch.began < STRETCH_MS || stretch.frames < 3) return 0;
    const { least } = stretch;
    stretch = { began: mono, least: Number.POSITIVE_INFINITY, frames: 0 };
    if (counted && least > LOST_MS) {
      anchor = undefined;
      offset += least;
      return least;
    }
    // Counted in samples, time drifts by what the step is wrong.
    const lag = least + corrected;
    if (counted && anchor && mono - anchor.mono >= DRIFT_MS) {
      const drift = (lag - anchor.lag) / (mono - anchor.mono);
      periodMs *= 1 + Math.max(-STRETCH, Math.min(STRETCH, drift)) / 2;
      anchor = { lag, mono };
    }
    anchor ??= { lag, mono };
    const correction = least / 4;
    corrected += correction;
    offset += correction;
    return 0;
  }

  return {
    get periodMs() {
      return periodMs;
    },
    restart() {
      device = undefined;
    },
    place(arrival) {
      const { count, mono, clockMs } = arrival;
      if (device === undefined) return begin(arrival);
      let gapMs = 0;
      if (clockMs === undefined) device += count * periodMs;
      else {
        const passed = clockMs - device;
        if (passed < -CLOCK_SET_MS || clockMs + offset - mono > CLOCK_SET_MS) return begin(arrival);
        if (passed <= 0) return { kind: passed === 0 ? 'repeated' : 'backward' };
        steps = [...steps, passed / count].slice(-STEPS_KEPT);
        // From five steps on their median is the device's true one; a gap among them does not move it.
        if (steps.length > STEPS_KEPT / 2) periodMs = Math.max(LEAST_STEP_MS, Math.min(MOST_STEP_MS, median(steps)));
        const missing = passed - count * periodMs;
        if (missing > 1.5 * periodMs) gapMs = missing;
        device = clockMs;
      }
      const jump = hear(mono - (device + offset), mono, clockMs === undefined);
      gapMs = Math.max(gapMs, jump);
      // Never back, and not in the future where squeezing is enough to avoid it, whatever gap the device's clock shows;
      // corrections are spread over the samples.
      const expected = last + gapMs + count * periodMs;
      const squeezed = SQUEEZE * count * periodMs;
      const earliest = Math.min(expected - squeezed, Math.max(mono, last + squeezed));
      const end = Math.max(earliest, Math.min(device + offset, mono, expected + STRETCH * count * periodMs));
      // Ahead although squeezed: the sensor is faster than it was.
      if (clockMs === undefined && end > mono) periodMs = Math.max(LEAST_STEP_MS, periodMs * FASTER);
      return put(end, count, gapMs);
    },
  };
}

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] as number;
};
