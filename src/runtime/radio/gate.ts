// What may leave a radio's process: so much telemetry of each device in a second, so much under way at once. Safety
// readings always pass.

import { type Quantity, quantities } from '#contract/quantity.ts';
import type { MonoMs } from '#contract/time.ts';

/** Telemetry readings of one device: a burst, and so many a second after it. A motion stream needs about ten. */
const BURST = 200;
const PER_SECOND = 50;
/** Messages that the gateway has not taken up yet. */
const UNDER_WAY = 1_000;

export interface Gate {
  /** False: it is to be dropped, and is counted. */
  lets(device: string, quantity: Quantity, now: MonoMs, underWay: number): boolean;
  dropped(): number;
  /** The device that most of them were of, since this was asked last. */
  flooding(): string | undefined;
}

export function gate(): Gate {
  const buckets = new Map<string, { left: number; at: MonoMs }>();
  let dropped = 0;
  let of = new Map<string, number>();
  return {
    dropped: () => dropped,
    flooding() {
      const [most] = [...of].toSorted(([, a], [, b]) => b - a);
      of = new Map();
      return most?.[0];
    },
    lets(device, quantity, now, underWay) {
      if (quantities[quantity].class === 'safety') return true;
      const bucket = buckets.get(device) ?? { left: BURST, at: now };
      bucket.left = Math.min(BURST, bucket.left + ((now - bucket.at) * PER_SECOND) / 1_000);
      bucket.at = now;
      buckets.set(device, bucket);
      if (bucket.left >= 1 && underWay < UNDER_WAY) {
        bucket.left -= 1;
        return true;
      }
      dropped += 1;
      of.set(device, (of.get(device) ?? 0) + 1);
      return false;
    },
  };
}
