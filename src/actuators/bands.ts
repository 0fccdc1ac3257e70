// Makes wearables vibrate: each signal until it was felt once, or nobody wants it any more.

import type { BandSignal, Bands } from '#contract/actuator.ts';
import type { OutputAction } from '#contract/alert.ts';
import { HearthwardError, reasonOf } from '#contract/errors.ts';
import type { Log } from '#contract/log.ts';
import { type Cancel, type Clock, later, SECOND } from '#contract/time.ts';

/** So long a band vibrates that does not end by itself. */
const BUZZ_MS = 3 * SECOND;
/** A band that cannot be reached is tried again, less and less often. */
const RETRY = { first: 2 * SECOND, longest: 30 * SECOND };

interface Seat {
  signal: BandSignal;
  retry: Cancel;
}

export interface BandOptions {
  clock: Clock;
  log: Log;
  /** Carries out one action once; rejects where it cannot. */
  perform(deviceId: string, action: OutputAction, text?: string): Promise<unknown>;
  fault(deviceId: string, active: boolean): void;
}

export function vibratingBands({ clock, log, perform, fault }: BandOptions): Bands & { stop(): void } {
  const seats = new Map<string, Seat>();
  /** Ends of buzzes that are under way, by device. */
  const ends = new Map<string, Cancel>();
  const after = (ms: number, name: string, fire: () => void) => clock.at(later(clock.now().mono, ms), name, fire);

  function begin(signal: BandSignal): void {
    const seat: Seat = { signal, retry: () => undefined };
    seats.set(signal.deviceId, seat);
    attempt(seat, RETRY.first);
  }

  function attempt(seat: Seat, pauseMs: number): void {
    const { deviceId, words } = seat.signal;
    const mine = () => seats.get(deviceId) === seat;
    perform(deviceId, 'on', `${words['zh-CN']} · ${words.en}`).then(
      () => {
        ends.get(deviceId)?.();
        const off = () => {
          ends.delete(deviceId);
          // One that is lost ends by itself.
          perform(deviceId, 'off').catch(() => undefined);
        };
        ends.set(deviceId, after(BUZZ_MS, 'band-ends', off));
        if (mine()) fault(deviceId, false);
      },
      (thrown: unknown) => {
        if (!mine()) return;
        log.warn({ device: deviceId, err: reasonOf(thrown) }, 'wearable could not be made to vibrate');
        if (thrown instanceof HearthwardError && thrown.code === 'band-cannot-vibrate') return;
        fault(deviceId, true);
        seat.retry = after(pauseMs, 'band-retry', () => attempt(seat, Math.min(pauseMs * 2, RETRY.longest)));
      },
    );
  }

  return {
    signal(signals) {
      for (const [deviceId, seat] of seats) {
        const next = signals.find((signal) => signal.deviceId === deviceId);
        if (next?.key === seat.signal.key) continue;
        seat.retry();
        seats.delete(deviceId);
        if (!next) fault(deviceId, false);
      }
      for (const signal of signals) if (!seats.has(signal.deviceId)) begin(signal);
    },
    stop() {
      for (const { retry } of seats.values()) retry();
      seats.clear();
      for (const end of ends.values()) end();
    },
  };
}
