// Which technical faults are on, and what is to be reported of them: a register in plain state.
//
// A fault that comes and goes too often is one fault, "unsteady": it stays on until its cause has been quiet for a while.
// Else a disk that is nearly full, or a plug that wobbles, would be reported a thousand times an hour, and the reports
// themselves would fill the disk.

import { type Fault, type FaultKey, faultCodes, faultKey, unheardCodes } from '#contract/fault.ts';
import { later, MINUTE, type MonoMs, soonest } from '#contract/time.ts';

export interface FaultState {
  fault: Fault;
  active: boolean;
  /** When it began, on this boot's clock. */
  since: MonoMs;
  /** It was reported as on. One that ended before it was visible is never mentioned. */
  reported: boolean;
  /** It has something to report that was not reported yet. */
  fresh: boolean;
  /** The newest word of its cause, and when that changed. While the fault is unsteady, `active` stays true whatever this is. */
  cause: { active: boolean; at: MonoMs };
  unsteady: boolean;
  /** Its newest context is not reported yet, since it changes too often. */
  late?: boolean;
  /** When it began, ended or changed its context, within `WINDOW_MS`. */
  turns: MonoMs[];
  /** It was on before a restart, and its cause has not said anything since; from `verdictAt` on it is over. */
  carried?: { verdictAt?: MonoMs };
}
/** By fault key. */
export type FaultBook = Record<string, FaultState>;

/** So many turns within the window are reported; with more, a fault is unsteady. ISA-18.2 calls three alarms in a minute chattering. */
const MOST_TURNS = 8;
const WINDOW_MS = 10 * MINUTE;
/** An unsteady fault has come to rest when its cause has not changed for so long. */
const STEADY_MS = 5 * MINUTE;

export const faultState = (fault: Fault, more: Partial<FaultState> = {}): FaultState => ({
  fault,
  active: true,
  since: fault.since.mono,
  reported: false,
  fresh: true,
  cause: { active: true, at: fault.since.mono },
  unsteady: false,
  turns: [],
  ...more,
});

/** A fault begins, or has another context: the fault as it now stands; undefined where nothing changed. */
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
  // A context that changes each second is reported as rarely as a fault that comes and goes; the newest one stands.
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
 * The cause of a fault has gone: the fault as it was; `unsteady`: it has come and gone too often, so it stays on and says
 * that. Undefined where nothing changed.
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

/** Whether a fault is on: its cause is there, or it is unsteady. */
export const isOn = (book: FaultBook, key: FaultKey): boolean => book[key]?.active === true;

/** Whether the newest context of a fault waits to be reported. */
export const isWaiting = (book: FaultBook, key: FaultKey): boolean => book[key]?.late === true;

/** Its cause is gone for good, so there is no rest to wait for: the fault can end at once. */
export function calm(state: FaultState): void {
  Object.assign(state, { unsteady: false, turns: [] });
}

/** Ends the unsteadiness of faults whose causes have been quiet for long enough; returns what each of them is now. */
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

/** Faults that people should see: those on for long enough, and not explained by another that is on. */
export const visible = (book: FaultBook, now: MonoMs): Fault[] =>
  Object.values(book)
    .filter((state) => state.active && ripe(state) <= now && !explained(book, state.fault))
    .map(({ fault }) => fault);

const ripe = ({ fault, since }: FaultState): MonoMs =>
  later(since, fault.visibleAfterMs ?? faultCodes[fault.code].visibleAfterMs);

const explained = (book: FaultBook, { dependsOn }: Fault): boolean =>
  dependsOn.some((key) => book[key]?.active === true);

/** Faults of the links that a device depends on: each explains its silence. */
export const linkFaultsOf = (deviceId: string): FaultKey[] =>
  unheardCodes
    .filter((code) => code !== 'device-silent')
    .map((code) => faultKey({ code, subject: `device:${deviceId}` }));

/** Whether a device can be heard now, by the causes of its faults: a link that flaps is up in between. */
export const isHeard = (book: FaultBook, deviceId: string): boolean =>
  !unheardCodes.some((code) => book[faultKey({ code, subject: `device:${deviceId}` })]?.cause.active === true);

export interface FaultReport {
  fault: Fault;
  active: boolean;
}

/**
 * What is to be reported since the last call: begun ones that are now visible, and ends of those reported before. `nextAt`
 * is when there is more to report, if nothing changes. Of a reported fault that another now explains only the end is reported.
 */
export function toReport(book: FaultBook, now: MonoMs): { reports: FaultReport[]; nextAt: MonoMs | undefined } {
  const reports: FaultReport[] = [];
  let nextAt: MonoMs | undefined;
  for (const [key, state] of Object.entries(book)) {
    if (!state.active) {
      if (state.reported) reports.push({ fault: state.fault, active: false });
      state.reported = false;
      // How often it turned is remembered for a while.
      if (turned(state, now) === 0) delete book[key];
      continue;
    }
    if (state.late && lateUntil(state, now) <= now)
      Object.assign(state, { late: false, fresh: true, turns: [...recent(state, now), now] });
    if (state.late) nextAt = soonest(nextAt, lateUntil(state, now));
    if (!state.fresh || explained(book, state.fault)) continue;
    const at = ripe(state);
    if (at > now) {
      nextAt = soonest(nextAt, at);
      continue;
    }
    Object.assign(state, { reported: true, fresh: false });
    reports.push({ fault: state.fault, active: true });
  }
  return { reports, nextAt };
}

/** When the fault has turned seldom enough for its newest context to be reported: the oldest turn too many is past. */
function lateUntil(state: FaultState, now: MonoMs): MonoMs {
  const tooMany = recent(state, now).at(-MOST_TURNS);
  return tooMany === undefined ? now : later(tooMany, WINDOW_MS);
}
