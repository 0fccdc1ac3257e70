// What may leave a radio's process: so much telemetry of each device in a second, so much under way at once. Safety
// readings always pass, but for presses faster than any finger.

import { type Quantity, quantities } from '#contract/quantity.ts';
import type { MonoMs } from '#contract/time.ts';
import { buckets, type PressGate, pressGate } from '../press-gate.ts';

/** Telemetry readings of one device: a burst, and so many a second after it. A motion stream needs about ten. */
const TELEMETRY = { burst: 200, perSecond: 50 };
/** Messages that the gateway has not taken up yet. */
const UNDER_WAY = 1_000;

export interface OutgoingGate extends Pick<PressGate, 'flooding'> {
  /** False: it is to be dropped, and is counted where it is telemetry. */
  allows(device: string, quantity: Quantity, now: MonoMs, underWay: number): boolean;
  dropped(): number;
  /** The device that most of what was dropped since the last call was of. */
  mostDropped(): string | undefined;
}

export function outgoingGate(): OutgoingGate {
  const telemetry = buckets(TELEMETRY);
  const presses = pressGate();
  let dropped = 0;
  let byDevice = new Map<string, number>();
  return {
    dropped: () => dropped,
    mostDropped() {
      const [most] = [...byDevice].toSorted(([, a], [, b]) => b - a);
      byDevice = new Map();
      return most?.[0];
    },
    flooding: presses.flooding,
    allows(device, quantity, now, underWay) {
      const { class: kind, nature } = quantities[quantity];
      if (nature === 'edge') return presses.allows(device, now);
      if (kind === 'safety') return true;
      if (underWay < UNDER_WAY && telemetry(device, now)) return true;
      dropped += 1;
      byDevice.set(device, (byDevice.get(device) ?? 0) + 1);
      return false;
    },
  };
}
