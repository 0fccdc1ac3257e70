// Silence of devices: which should have been heard by now and were not.

import { own } from '#contract/own.ts';
import { later, type MonoMs } from '#contract/time.ts';

export interface CheckIn {
  /** Longest healthy silence, ms. */
  everyMs: number;
  /** When it was last heard, or began to be expected. */
  heardAt: MonoMs;
  silent: boolean;
}
/** Device id -> its check-in; a device that speaks only when something happens is not in it. */
export type CheckIns = Record<string, CheckIn>;

/** Devices that fell silent by now, marked as such; `nextAt` is when the next one would. */
export function overdue(checkIns: CheckIns, now: MonoMs): { silent: string[]; nextAt: MonoMs | undefined } {
  const silent: string[] = [];
  let nextAt: MonoMs | undefined;
  for (const [id, checkIn] of Object.entries(checkIns)) {
    if (checkIn.silent) continue;
    const at = later(checkIn.heardAt, checkIn.everyMs);
    if (at <= now) {
      checkIn.silent = true;
      silent.push(id);
    } else if (nextAt === undefined || at < nextAt) nextAt = at;
  }
  return { silent, nextAt };
}

/** The device was heard; true when it had been silent. */
export function heard(checkIns: CheckIns, id: string, at: MonoMs): boolean {
  const checkIn = own(checkIns, id);
  if (!checkIn) return false;
  const was = checkIn.silent;
  checkIn.heardAt = at;
  checkIn.silent = false;
  return was;
}
