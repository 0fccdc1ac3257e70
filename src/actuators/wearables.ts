// Makes wearables vibrate: each signal until it was felt once, or is no longer wanted.

import { waitAfter } from '#base/back-off.ts';
import type { WearableSignal, Wearables } from '#contract/actuator.ts';
import type { OutputAction } from '#contract/alert.ts';
import { HearthwardError, reasonOf } from '#contract/errors.ts';
import type { Log } from '#contract/log.ts';
import { type Cancel, type Clock, later, SECOND } from '#contract/time.ts';

/** A wearable that does not stop vibrating by itself is stopped after so long. */
const VIBRATION_MS = 3 * SECOND;
/** A wearable that cannot be reached is tried again, less and less often. */
const RETRY = { firstMs: 2 * SECOND, longestMs: 30 * SECOND };

/** A signal that is being delivered, or was. */
interface Delivering {
  signal: WearableSignal;
  cancelRetry: Cancel;
}

export interface WearableOptions {
  clock: Clock;
  log: Log;
  /** Carries out one action once; rejects where it cannot. */
  perform(deviceId: string, action: OutputAction, text?: string): Promise<unknown>;
  /** The wearable cannot be reached, or can be again. */
  fault(deviceId: string, active: boolean): void;
}

export function vibratingWearables(options: WearableOptions): Wearables & { stop(): void } {
  const { fault } = options;
  const current = new Map<string, Delivering>();
  /** Ends of vibrations under way, by device. */
  const ends = new Map<string, Cancel>();
  let stopped = false;

  function begin(signal: WearableSignal): void {
    const one: Delivering = { signal, cancelRetry: () => undefined };
    current.set(signal.deviceId, one);
    deliver(options, ends, one, () => current.get(signal.deviceId) === one);
  }

  return {
    signal(signals) {
      if (stopped) return;
      for (const [deviceId, { signal, cancelRetry }] of current) {
        const next = signals.find((other) => other.deviceId === deviceId);
        if (next?.key === signal.key) continue;
        cancelRetry();
        current.delete(deviceId);
        if (!next) fault(deviceId, false);
      }
      for (const signal of signals) if (!current.has(signal.deviceId)) begin(signal);
    },
    stop() {
      stopped = true;
      for (const { cancelRetry } of current.values()) cancelRetry();
      current.clear();
      for (const end of ends.values()) end();
    },
  };
}

/** @param isWanted false once another signal, or none, has taken its place */
function deliver(
  { clock, log, perform, fault }: WearableOptions,
  ends: Map<string, Cancel>,
  one: Delivering,
  isWanted: () => boolean,
  failures = 0,
): void {
  const { deviceId, words } = one.signal;
  const after = (ms: number, name: string, fire: () => void) => clock.at(later(clock.now().mono, ms), name, fire);
  perform(deviceId, 'on', `${words['zh-CN']} · ${words.en}`).then(
    () => {
      ends.get(deviceId)?.();
      const off = () => {
        ends.delete(deviceId);
        // Where this is lost, the wearable stops by itself.
        perform(deviceId, 'off').catch(() => undefined);
      };
      ends.set(deviceId, after(VIBRATION_MS, 'vibration-ends', off));
      if (isWanted()) fault(deviceId, false);
    },
    (thrown: unknown) => {
      if (!isWanted()) return;
      log.warn({ device: deviceId, err: reasonOf(thrown) }, 'wearable could not be made to vibrate');
      if (thrown instanceof HearthwardError && thrown.code === 'band-cannot-vibrate') return;
      fault(deviceId, true);
      const again = () => deliver({ clock, log, perform, fault }, ends, one, isWanted, failures + 1);
      one.cancelRetry = after(waitAfter(failures, RETRY), 'vibration-retry', again);
    },
  );
}
