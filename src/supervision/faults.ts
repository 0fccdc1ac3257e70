// Which technical faults are on, and which of them people are told: a plain-state register.
//
// A fault that comes and goes too often is one fault, "unsteady": it stays on until its cause has been quiet for a while.
// Else a disk that is nearly full, or a plug that wobbles, would be told a thousand times an hour, and the telling itself
// would fill what room there is.

import { type Fault, type FaultKey, faultCodes, faultKey, unheardCodes } from '#contract/fault.ts';
import { later, MINUTE, type MonoMs, soonest } from '#contract/time.ts';

export interface FaultState {
  fault: Fault;
  active: boolean;
  /** When it began, on this boot's clock. */
  since: MonoMs;
  /** Whether people were ever told; a fault that went before it was told is never mentioned. */
  told: boolean;
  /** Whether there is something to tell that was not told yet. */
  fresh: boolean;
  /** What its cause said last, and when that changed. While it is unsteady, `active` stays on whatever this is. */
  cause: { active: boolean; at: MonoMs };
  unsteady: boolean;
  /** It says something new that waits, since it does so too often. */
  late?: boolean;
  /** When it began, ended or said something new, within `WINDOW_MS`. */
  turns: MonoMs[];
  /** It was on before a restart, and its cause has not said anything since; from `verdictAt` on it is over. */
  carried?: { verdictAt?: MonoMs };
}
/** By fault key. */
export type FaultBook = Record<string, FaultState>;

/** A fault turns so often within the window; more often it is unsteady. ISA-18.2 calls three alarms in a minute chattering. */
const MOST_TURNS = 8;
const WINDOW_MS = 10 * MINUTE;
/** An unsteady fault is what its cause says when that has not changed for so long. */
const STEADY_MS = 5 * MINUTE;

export const faultState = (fault: Fault, more: Partial<FaultState> = {}): FaultState => ({
  fault,
  active: true,
  since: fault.since.mono,
  told: false,
  fresh: true,
  cause: { active: true, at: fault.since.mono },
  unsteady: false,
  turns: [],
  ...more,
});

/** A fault begins, or says something new; the fault as it now stands, or undefined when nothing changed. */
export function begin(book: FaultBook, fault: Fault): Fault | undefined {
  const key = faultKey(fault);
  const known = book[key];
  const now = fault.since.mono;
  if (!known) {
    book[key] = faultState(fault, { turns: [now] });
    return fault;
  }
  delete known.carried;
  if (!known.cause.active) known.cause = { active: true, at: now };
  if (known.unsteady || (known.active && sameContext(known.fault, fault))) return undefined;
  // One that says something else each second is told of again as rarely; what it said last stands.
  if (known.active && turned(known, now) >= MOST_TURNS) {
    known.fault = { ...fault, since: known.fault.since };
    known.late = true;
    return undefined;
  }
  const since = known.active ? known.fault.since : fault.since;
  Object.assign(known, {
    fault: { ...fault, since },
    active: true,
    since: since.mono,
    fresh: true,
    turns: [...recent(known, now), now],
  });
  return known.fault;
}

/**
 * A fault's cause says that it is over. The fault as it was; `unsteady`: it has come and gone too often, and stays on,
 * saying so. Undefined when nothing changed.
 */
export function end(book: FaultBook, key: FaultKey, now: MonoMs): { fault: Fault; unsteady: boolean } | undefined {
  const known = book[key];
  if (!known?.active) return undefined;
  delete known.carried;
  if (known.cause.active) known.cause = { active: false, at: now };
  if (known.unsteady) return undefined;
  if (turned(known, now) >= MOST_TURNS) {
    known.unsteady = true;
    known.fresh = true;
    known.fault = { ...known.fault, context: { ...known.fault.context, unsteady: true } };
    return { fault: known.fault, unsteady: true };
  }
  over(known, now);
  return { fault: known.fault, unsteady: false };
}

/** Whether a fault is on: its cause holds, or it is unsteady. */
export const isOn = (book: FaultBook, key: FaultKey): boolean => book[key]?.active === true;

/** Its cause will say nothing more, so there is nothing to wait for: it can end at once. */
export function calm(state: FaultState): void {
  Object.assign(state, { unsteady: false, turns: [] });
}

/** Unsteady faults whose causes have been quiet for long enough: what each of them is now. */
export function steadied(book: FaultBook, now: MonoMs): { fault: Fault; active: boolean }[] {
  const quiet = Object.values(book).filter((state) => state.unsteady && steadyAt(state) <= now);
  for (const state of quiet) {
    const { unsteady: _, ...context } = state.fault.context;
    Object.assign(state, { unsteady: false, turns: [], fault: { ...state.fault, context } });
    if (state.cause.active) state.fresh = true;
    else over(state, now);
  }
  return quiet.map(({ fault, active }) => ({ fault, active }));
}

/** When the first unsteady fault may have come to rest. */
export const nextSteady = (book: FaultBook): MonoMs | undefined =>
  soonest(...Object.values(book).map((state) => (state.unsteady ? steadyAt(state) : undefined)));

const steadyAt = ({ cause }: FaultState): MonoMs => later(cause.at, STEADY_MS);

function over(state: FaultState, now: MonoMs): void {
  state.active = false;
  state.turns = [...recent(state, now), now];
}

const recent = ({ turns }: FaultState, now: MonoMs): MonoMs[] => turns.filter((at) => now - at < WINDOW_MS);
const turned = (state: FaultState, now: MonoMs): number => recent(state, now).length;
const sameContext = (a: Fault, b: Fault) => JSON.stringify(a.context) === JSON.stringify(b.context);

/** Faults that people should see: old enough, and not explained by another that is on. */
export const visible = (book: FaultBook, now: MonoMs): Fault[] =>
  Object.values(book)
    .filter((state) => state.active && ripe(state) <= now && !explained(book, state.fault))
    .map(({ fault }) => fault);

const ripe = ({ fault, since }: FaultState): MonoMs =>
  later(since, fault.visibleAfterMs ?? faultCodes[fault.code].visibleAfterMs);

const explained = (book: FaultBook, { dependsOn }: Fault): boolean =>
  dependsOn.some((key) => book[key]?.active === true);

/** The links that a device hangs on: their loss explains its silence. */
export const linkFaultsOf = (deviceId: string): FaultKey[] =>
  unheardCodes
    .filter((code) => code !== 'device-silent')
    .map((code) => faultKey({ code, subject: `device:${deviceId}` }));

/** Whether a device can be heard now, by what the causes of its faults say: a link that flaps is up in between. */
export const isHeard = (book: FaultBook, deviceId: string): boolean =>
  !unheardCodes.some((code) => book[faultKey({ code, subject: `device:${deviceId}` })]?.cause.active === true);

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
      state.told = false;
      // How often it turned is remembered for a while.
      if (turned(state, now) === 0) delete book[key];
      continue;
    }
    if (state.late && turned(state, now) < MOST_TURNS)
      Object.assign(state, { late: false, fresh: true, turns: [...recent(state, now), now] });
    if (state.fresh && !explained(book, state.fault)) {
      const at = ripe(state);
      if (at <= now) {
        state.told = true;
        state.fresh = false;
        told.push({ fault: state.fault, active: true });
      } else nextAt = soonest(nextAt, at);
    }
  }
  return { told, nextAt };
}
