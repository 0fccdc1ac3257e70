// One attempt to connect at a time, each with a deadline. After one that failed the radio hears the others for a while:
// devices that do not answer shall not keep it from that.

import { type Clock, later, type MonoMs, SECOND } from '#contract/time.ts';
import type { Report, Stack } from './noble.ts';
import type { Timers } from './timers.ts';

/** After this the controller has forgotten how to end an attempt. */
const CANCELS_WITHIN = SECOND;
/** After an attempt that failed, so many times as long is spent on hearing. */
const SCANS_TIMES = 2;

interface Told {
  connected(address: string): void;
  /** Over without a connection. */
  failed(address: string, detail: string): void;
}

export interface Attempts {
  under(): boolean;
  /** Whether another may begin. */
  free(at: MonoMs): boolean;
  begin(address: string, addressType: Report['addressType']): void;
  /** What the stack says of an attempt; of one that nobody waits for any more, too. */
  ended(address: string, error: string | undefined): void;
  /** Forgets the one under way, and tells whose it was. */
  drop(): string | undefined;
}

/** @param within a device is to answer, ms */
export function attempts(
  { clock, timers, stack, within }: { clock: Clock; timers: Timers; stack(): Stack | undefined; within: number },
  told: Told,
): Attempts {
  let attempt: { address: string; cancelled: boolean; since: MonoMs } | undefined;
  let hearUntil = clock.now().mono;

  function failed(address: string, detail: string): void {
    const now = clock.now().mono;
    hearUntil = later(now, SCANS_TIMES * (now - (attempt?.since ?? now)));
    attempt = undefined;
    timers.forget('connect', 'cancel');
    told.failed(address, detail);
  }

  return {
    under: () => attempt !== undefined,
    free: (at) => attempt === undefined && at >= hearUntil,
    begin(address, addressType) {
      attempt = { address, cancelled: false, since: clock.now().mono };
      stack()?.connect(address, addressType);
      timers.after(within, 'connect', () => {
        if (!attempt) return;
        attempt.cancelled = true;
        stack()?.cancelConnect(address);
        timers.after(CANCELS_WITHIN, 'cancel', () => failed(address, 'it did not answer'));
      });
    },
    ended(address, error) {
      const expected = attempt?.address === address;
      if (expected && error === undefined && !attempt?.cancelled) {
        attempt = undefined;
        timers.forget('connect');
        told.connected(address);
        return;
      }
      if (error === undefined) stack()?.disconnect(address);
      if (expected) failed(address, error ?? 'it answered too late');
    },
    drop() {
      const address = attempt?.address;
      attempt = undefined;
      timers.forget('connect', 'cancel');
      return address;
    },
  };
}
