// What may leave a radio's process: so much telemetry of each device in a second, so much under way at once. Safety
// readings always pass, but for presses faster than any finger: each calls for help, and the first dozen have.

import { type Quantity, quantities } from '#contract/quantity.ts';
import { MINUTE, type MonoMs } from '#contract/time.ts';

/** Telemetry readings of one device: a burst, and so many a second after it. A motion stream needs about ten. */
const TELEMETRY = { burst: 200, perSecond: 50 };
/** Readings of one button, its presses and releases. */
const PRESSES = { burst: 20, perSecond: 10 };
/** Messages that the gateway has not taken up yet. */
const UNDER_WAY = 1_000;

export interface Gate {
  /** False: it is to be dropped, and is counted where it is telemetry. */
  lets(device: string, quantity: Quantity, now: MonoMs, underWay: number): boolean;
  dropped(): number;
  /** The device that most of them were of, since this was asked last. */
  flooding(): string | undefined;
  /** Devices whose presses were dropped, and whether that was within the last minute; those for which it was not are forgotten. */
  pressed(now: MonoMs): { device: string; tooFast: boolean }[];
}

export function gate(): Gate {
  const telemetry = buckets(TELEMETRY);
  const presses = buckets(PRESSES);
  /** When a press of each was dropped last. */
  const tooFast = new Map<string, MonoMs>();
  let dropped = 0;
  let of = new Map<string, number>();
  return {
    dropped: () => dropped,
    flooding() {
      const [most] = [...of].toSorted(([, a], [, b]) => b - a);
      of = new Map();
      return most?.[0];
    },
    pressed: (now) =>
      [...tooFast].map(([device, at]) => {
        const recent = now - at < MINUTE;
        if (!recent) tooFast.delete(device);
        return { device, tooFast: recent };
      }),
    lets(device, quantity, now, underWay) {
      const { class: kind, nature } = quantities[quantity];
      if (nature === 'edge') {
        const lets = presses(device, now);
        if (!lets) tooFast.set(device, now);
        return lets;
      }
      if (kind === 'safety') return true;
      if (underWay < UNDER_WAY && telemetry(device, now)) return true;
      dropped += 1;
      of.set(device, (of.get(device) ?? 0) + 1);
      return false;
    },
  };
}

/** Takes one from a device's bucket; false where it is empty. */
function buckets({ burst, perSecond }: { burst: number; perSecond: number }) {
  const all = new Map<string, { left: number; at: MonoMs }>();
  return (device: string, now: MonoMs): boolean => {
    const bucket = all.get(device) ?? { left: burst, at: now };
    bucket.left = Math.min(burst, bucket.left + ((now - bucket.at) * perSecond) / 1_000);
    bucket.at = now;
    all.set(device, bucket);
    if (bucket.left < 1) return false;
    bucket.left -= 1;
    return true;
  };
}
