// Presses faster than any finger, of a contact that chatters or a sender that floods. The first of them have called for help
// already; more of them would only wear out the card and fill the platform.

import type { FaultCode } from '#contract/fault.ts';
import { quantities } from '#contract/quantity.ts';
import type { Reading } from '#contract/reading.ts';
import { type Cancel, type Clock, later, MINUTE, type MonoMs } from '#contract/time.ts';

/** Readings of one button, its presses and releases: a burst, and so many a second after it. */
const PRESSES = { burst: 20, perSecond: 10 };

export interface PressGate {
  /** False: the press is to be left out. */
  allows(device: string, now: MonoMs): boolean;
  /** Devices with presses left out, and whether that goes on: it is over after a minute without one, and reported so once. */
  flooding(now: MonoMs): { device: string; tooFast: boolean }[];
}

export function pressGate(): PressGate {
  const presses = buckets(PRESSES);
  /** When a press of each was left out last. */
  const tooFast = new Map<string, MonoMs>();
  return {
    allows(device, now) {
      const allowed = presses(device, now);
      if (!allowed) tooFast.set(device, now);
      return allowed;
    },
    flooding: (now) =>
      [...tooFast].map(([device, at]) => {
        const recent = now - at < MINUTE;
        if (!recent) tooFast.delete(device);
        return { device, tooFast: recent };
      }),
  };
}

/** `accept` behind such a gate, with the fault that reports what is left out. */
export function gatePresses({
  clock,
  accept,
  fault,
}: {
  clock: Clock;
  accept(reading: Reading): void;
  fault(code: FaultCode, device: string, active: boolean): void;
}): { accept(reading: Reading): void; stop(): void } {
  const gate = pressGate();
  let looking: Cancel | undefined;

  function look(): void {
    looking = undefined;
    for (const { device, tooFast } of gate.flooding(clock.now().mono)) {
      fault('button-flooding', device, tooFast);
      if (tooFast) lookLater();
    }
  }
  function lookLater(): void {
    looking ??= clock.at(later(clock.now().mono, MINUTE), 'presses are fewer', look);
  }

  return {
    accept(reading) {
      const { quantity, deviceId } = reading;
      if (quantities[quantity].nature !== 'edge' || gate.allows(deviceId, clock.now().mono)) return accept(reading);
      fault('button-flooding', deviceId, true);
      lookLater();
    },
    stop: () => looking?.(),
  };
}

/** Takes one from a device's bucket; false where it is empty. */
export function buckets({ burst, perSecond }: { burst: number; perSecond: number }) {
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
