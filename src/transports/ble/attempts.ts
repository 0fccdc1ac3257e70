// One attempt to connect at a time, each with a deadline. After one that failed the radio only scans for a while: a device that
// does not answer must not keep it from hearing the others.

import { type Clock, later, type MonoMs, SECOND } from '#contract/time.ts';
import type { Report, Stack } from './stack.ts';
import type { Timers } from './timers.ts';

/** An attempt that was cancelled ends within this, or the controller will never end it. */
const CANCELS_WITHIN = SECOND;
/** After an attempt that failed, so many times as long is spent on scanning alone. */
const SCANS_TIMES = 2;

export interface AttemptEvents {
  connected(address: string): void;
  /** Over without a connection. */
  failed(address: string, detail: string): void;
}

export interface Attempts {
  /** Whether another may begin. */
  free(at: MonoMs): boolean;
  begin(address: string, addressType: Report['addressType']): void;
  /** The stack says that an attempt ended; it may be one that nobody waits for any more. */
  ended(address: string, error: string | undefined): void;
  /** Forgets the attempt that is under way; its address. */
  drop(): string | undefined;
}

/** @param within a device is to answer, in ms */
export function attempts(
  { clock, timers, stack, within }: { clock: Clock; timers: Timers; stack(): Stack | undefined; within: number },
  events: AttemptEvents,
): Attempts {
  let attempt: { address: string; cancelled: boolean; since: MonoMs } | undefined;
  let scanUntil = clock.now().mono;

  function failed(address: string, detail: string): void {
    const now = clock.now().mono;
    scanUntil = later(now, SCANS_TIMES * (now - (attempt?.since ?? now)));
    attempt = undefined;
    timers.forget('connect', 'cancel');
    events.failed(address, detail);
  }

  return {
    free: (at) => attempt === undefined && at >= scanUntil,
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
        events.connected(address);
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
