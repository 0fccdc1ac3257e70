// Which technical faults are on, and which of them people are told: a plain-state register.

import { type Fault, type FaultKey, faultCodes, faultKey } from '#contract/fault.ts';
import { later, type MonoMs } from '#contract/time.ts';

export interface FaultState {
  fault: Fault;
  active: boolean;
  /** When it began, on this boot's clock. */
  since: MonoMs;
  /** Whether people were ever told; a fault that went before it was told is never mentioned. */
  told: boolean;
  /** Whether there is something to tell that was not told yet. */
  fresh: boolean;
}
/** By fault key. */
export type FaultBook = Record<string, FaultState>;

/** A fault begins, or says something new; the fault as it now stands, or undefined when nothing changed. */
export function begin(book: FaultBook, fault: Fault): Fault | undefined {
  const key = faultKey(fault);
  const known = book[key];
  if (known?.active && JSON.stringify(known.fault.context) === JSON.stringify(fault.context)) return undefined;
  const since = known?.active ? known.fault.since : fault.since;
  const begun = { ...fault, since };
  book[key] = { fault: begun, active: true, since: since.mono, told: known?.told ?? false, fresh: true };
  return begun;
}

/** A fault ends; the fault as it was, or undefined when it was not on. */
export function end(book: FaultBook, key: FaultKey): Fault | undefined {
  const known = book[key];
  if (!known?.active) return undefined;
  known.active = false;
  return known.fault;
}

/** Faults that people should see: old enough, and not explained by another that is on. */
export const visible = (book: FaultBook, now: MonoMs): Fault[] =>
  Object.values(book)
    .filter((state) => state.active && ripe(state) <= now && !explained(book, state.fault))
    .map(({ fault }) => fault);

const ripe = ({ fault, since }: FaultState): MonoMs =>
  later(since, fault.visibleAfterMs ?? faultCodes[fault.code].visibleAfterMs);

const explained = (book: FaultBook, { dependsOn }: Fault): boolean =>
  dependsOn.some((key) => book[key]?.active === true);

/**
 * What has to be told since the last call: begun ones now visible, and ends of those told before. `nextAt` is when the
 * next one ripens. A told fault that another now explains stays told; only its end is news.
 */
export function news(
  book: FaultBook,
  now: MonoMs,
): { told: { fault: Fault; active: boolean }[]; nextAt: MonoMs | undefined } {
  const told: { fault: Fault; active: boolean }[] = [];
  let nextAt: MonoMs | undefined;
  for (const [key, state] of Object.entries(book)) {
    if (!state.active) {
      if (state.told) told.push({ fault: state.fault, active: false });
      delete book[key];
    } else if (state.fresh && !explained(book, state.fault)) {
      const at = ripe(state);
      if (at <= now) {
        state.told = true;
        state.fresh = false;
        told.push({ fault: state.fault, active: true });
      } else if (nextAt === undefined || at < nextAt) nextAt = at;
    }
  }
  return { told, nextAt };
}
