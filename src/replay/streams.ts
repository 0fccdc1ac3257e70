// Batches of samples on their way into a replay: each sample arrives at its own instant, merged with all else by time.

import type { Samples } from '#contract/value.ts';

/** Samples of one device that arrive together: the first at `t`, the last at `lastT`. */
export interface Slice {
  device: string;
  t: number;
  lastT: number;
  samples: Samples;
}

export interface Streams {
  add(device: string, t: number, samples: Samples): void;
  /** When the next sample arrives. */
  next(): number | undefined;
  /** When the last one does. */
  last(): number | undefined;
  /** The next sample and those of its batch after it, up to `until` and before any other stream's. */
  take(until: number): Slice | undefined;
}

interface Batch extends Samples {
  device: string;
  t: number;
  /** Samples that have arrived. */
  taken: number;
}

/** Whole milliseconds, as all instants here; the batch's own clock is not rounded, so nothing adds up. */
const instant = ({ t, rateHz }: Batch, index: number): number => t + Math.round((index * 1_000) / rateHz);

/** A slice spans no more than this, ms: what follows from a sample is written before much later ones are heard. */
const SLICE_MS = 200;

export function createStreams(): Streams {
  let batches: Batch[] = [];
  const nextOf = (batch: Batch) => instant(batch, batch.taken);

  /** The batch whose next sample is the soonest; of equals the one that was given first. */
  const soonest = (but?: Batch): Batch | undefined =>
    batches.reduce<Batch | undefined>(
      (first, batch) => (batch !== but && (!first || nextOf(batch) < nextOf(first)) ? batch : first),
      undefined,
    );

  return {
    add(device, t, { rateHz, xyz }) {
      batches.push({ device, t, rateHz, xyz, taken: 0 });
    },
    next() {
      const batch = soonest();
      return batch && nextOf(batch);
    },
    last: () =>
      batches.length === 0 ? undefined : Math.max(...batches.map((batch) => instant(batch, batch.xyz.length - 1))),
    take(until) {
      const batch = soonest();
      if (!batch) return undefined;
      const t = nextOf(batch);
      const other = soonest(batch);
      const limit = Math.min(until, t + SLICE_MS, other ? nextOf(other) - 1 : Number.POSITIVE_INFINITY);
      const from = batch.taken;
      batch.taken += 1;
      while (batch.taken < batch.xyz.length && nextOf(batch) <= limit) batch.taken += 1;
      const lastT = instant(batch, batch.taken - 1);
      if (batch.taken === batch.xyz.length) batches = batches.filter((kept) => kept !== batch);
      return {
        device: batch.device,
        t,
        lastT,
        samples: { rateHz: batch.rateHz, xyz: batch.xyz.slice(from, batch.taken) },
      };
    },
  };
}
