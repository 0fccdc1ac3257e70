// Who is in the home, as far as anybody can know: from the exit door, movement, the bed, wearables, and what people
// say.
//
// Asked before all other detectors. Absence is inferred when nobody moves after the exit door was used: at once where a
// wearable went with it, and not while one that is worn is heard, while the door stands open, where somebody may have
// come in (presence/visits.ts), or may have stayed when a guest left (presence/guests.ts). It ends with any sign of life
// inside. `unknown` is never taken for all-clear: a fault says that nobody is watched over as usual.

import { z } from 'zod';
import { type Instant, instantOf, msSince } from '#base/instant.ts';
import { defineDetector, type FoundFault, type HomeView, type Input, type Step } from '#contract/detector.ts';
import { isExitDoor } from '#contract/device.ts';
import { localTime } from '#contract/local-time.ts';
import { own } from '#contract/own.ts';
import type { Presence, PresenceAct } from '#contract/presence.ts';
import { HOUR, later, MINUTE, type Moment, type MonoMs, soonest } from '#contract/time.ts';
import {
  activityQuantities,
  afterFault,
  afterStart,
  canWatch,
  exitStandsOpen,
  heard,
  isActivity,
  isLate,
  type Levels,
} from './activity.ts';
import { type Lost, lostWith } from './lost.ts';
import { exitDoorUnmarked, faded, SLOT_MIN, type Usual, uncovered } from './presence/coverage.ts';
import { type Entries, newEntries, outAfterMs, withEntry } from './presence/entries.ts';
import { type Guests, heardInside, isGuestLeaving, newGuests, seemsEmpty, usesDoor } from './presence/guests.ts';
import { type Declared, declaredNow, expiredBy, goingOn, lastsMs, STAYS_MS, saidOver } from './presence/said.ts';
import {
  comesBack,
  doorOpened,
  foundOpen,
  isShutAsARule,
  movedInside,
  movedWhileAway,
  newVisits,
  nextDay,
  saidNow,
  type Visits,
} from './presence/visits.ts';
import {
  newWearables,
  vouchedUntil,
  type Wearables,
  wearableHeard,
  wearableLost,
  wentOutAt,
} from './presence/wearables.ts';

const options = z
  .strictObject({
    visitorDays: z
      .number()
      .min(1)
      .max(60)
      .default(15)
      .describe('A visitor who was announced and never taken back is taken to have left after so long, days.'),
    awayDays: z
      .number()
      .min(1)
      .max(120)
      .default(30)
      .describe('"Away" that was never taken back is no longer believed after so long, days.'),
    hospitalDays: z
      .number()
      .min(1)
      .max(365)
      .default(90)
      .describe('A stay in hospital that was never taken back is no longer believed after so long, days.'),
  })
  .describe('Who is in the home: it decides what silence means.');
type Options = z.output<typeof options>;

export type State = {
  presence: Presence;
  /** Why it is unknown; null while it is known. */
  unknownBy: 'start' | 'sensors' | 'exit-door' | null;
  /** What people said, as long as it holds. */
  declared: Declared | null;
  levels: Levels;
  lost: Lost;
  usual: Usual;
  /** The quarter of an hour that is being counted, and the devices that were; and the local day. */
  counted: { slot: number; ids: string[] };
  day: number | null;
  /** How long after the exit door somebody who came in is heard. */
  entries: Entries;
  /** The exit door was used, and nobody moved inside since; null otherwise. */
  exit: Instant | null;
  /** The bed is occupied, and nothing else moved since. */
  inBed: Instant | null;
  wearables: Wearables;
  visits: Visits;
  guests: Guests;
  /** Hours of the monotonic clock in which somebody moved during a stay in hospital. */
  stirred: number[];
  /** A start before which nothing was ever heard: the home may be empty still. */
  fresh: Instant | null;
  /** When the last sign or word came: after a start of the program alone, what was believed goes on. */
  at: Instant | null;
  /** No door is marked as the one to the outside, though rules about it are on. */
  unmarked: boolean;
};

/** Movement this soon after "away" was said comes from whoever is leaving. */
const LEAVING_MS = 10 * MINUTE;
/** Whoever lies in bed and moves nothing else for this long is asleep. */
const ASLEEP_MS = 20 * MINUTE;
/** The program alone was away: no longer than an update takes. */
const MOMENT_MS = 15 * MINUTE;
/** Somebody waters the plants for an hour or three; whoever is about in this many hours of a day has come home. */
const HOME_AGAIN_HOURS = 6;
/** In a new home somebody is heard this soon, as a rule. */
const FRESH_MS = 10 * MINUTE;

export const presence = defineDetector<State, typeof options>({
  id: 'presence',
  hazard: null,
  consumes: [...activityQuantities, 'worn', 'heartRate', 'acceleration', 'battery'],
  options,
  checkpoint: 'hourly',
  start: () => ({
    presence: 'unknown',
    unknownBy: 'start',
    declared: null,
    levels: [],
    lost: {},
    usual: {},
    counted: { slot: 0, ids: [] },
    day: null,
    entries: newEntries(),
    exit: null,
    inBed: null,
    wearables: newWearables(),
    visits: newVisits(),
    guests: newGuests(),
    stirred: [],
    fresh: null,
    at: null,
    unmarked: false,
  }),

  step(state, input, options, view) {
    const now = isLate(input) ? input.heardAt : input.at;
    return concluded(state, isLate(input) ? state : taken(state, input, view), { input, at: now, options, view });
  },
});

function taken(state: State, input: Input, view: HomeView): State {
  switch (input.kind) {
    case 'reading':
      return read(state, input, view);
    case 'said':
      return declares(state, input.said, input.at);
    case 'fault':
      return {
        ...state,
        levels: afterFault(state.levels, input),
        lost: lostWith(state.lost, input.fault, input.active),
        wearables: wearableLost(state.wearables, input.fault, input.active, input.at, view.devices),
      };
    case 'start':
      return begun(state, input.at);
    case 'presence':
    case 'order':
    case 'resolved':
    case 'deadline':
      return state;
  }
}

function read(before: State, { reading, device, at }: Extract<Input, { kind: 'reading' }>, view: HomeView): State {
  const wearables = device.kind === 'wearable' ? wearableHeard(before.wearables, reading, at) : before.wearables;
  if (!isActivity(reading.quantity)) return wearables === before.wearables ? before : { ...before, wearables };
  const instant = instantOf(at);
  const { levels, active } = heard(before.levels, reading, device);
  const known = { ...before, wearables, levels, at: instant };
  if (!active) return known;
  const openMs = before.exit && exitStandsOpen(before.levels, view.devices) ? msSince(before.exit, at) : undefined;
  const found = { ...known, visits: foundOpen(known.visits, openMs ?? 0) };
  if (isExitDoor(device)) {
    // Whoever left by a door that cannot be believed would be missed by nobody.
    if (reading.quality !== 'good') return { ...known, ...moved(known) };
    return throughTheDoor(found, reading.value !== 'closed', at);
  }
  const state = { ...found, wearables: { ...wearables, inside: instant } };
  const { declared } = state;
  const isLeaving = declared !== null && (msSince(declared.since, at) ?? LEAVING_MS) < LEAVING_MS;
  if (declared?.act === 'hospital') {
    const visits = isLeaving ? movedInside(state.visits) : movedWhileAway(state.visits, at);
    return { ...state, ...stirring(state, at), visits };
  }
  if (declared?.act === 'away' && isLeaving) return state;
  const entries = state.exit ? withEntry(state.entries, msSince(state.exit, at)) : state.entries;
  const counted = count(state, device.id, at, view);
  return {
    ...counted,
    ...moved(state),
    declared: declared?.act === 'away' ? null : declared,
    entries,
    visits: movedInside(counted.visits),
    guests: heardInside(state.guests, at),
    exit: null,
    inBed: device.kind === 'bed' && reading.value === true ? instant : null,
  };
}

/** The exit door is opened or closed. Whoever said that they leave does so by it; when it is used again, they are back. */
function throughTheDoor(known: State, isOpening: boolean, at: Moment): State {
  const { declared, presence } = known;
  const instant = instantOf(at);
  const isBack = isOpening && declared?.act === 'away' && comesBack(msSince(declared.since, at) ?? 0);
  const isEmpty = presence === 'away' || (isGuestLeaving(known.guests) && seemsEmpty(known.guests, at));
  const visits = isOpening ? doorOpened(known.visits, at, isEmpty) : known.visits;
  const guests = usesDoor(known.guests, at, presence === 'away');
  const used = { ...known, visits, guests, wearables: { ...known.wearables, door: instant } };
  if (declared && declared.act !== 'visitor' && !isBack) return used;
  return { ...used, declared: isBack ? null : declared, exit: instant, inBed: null, ...moved(known) };
}

/** Somebody moved: after a start, that is what was waited for. */
const moved = ({ unknownBy }: State): Pick<State, 'unknownBy' | 'fresh'> => ({
  fresh: null,
  unknownBy: unknownBy === 'start' ? null : unknownBy,
});

/** During a stay in hospital somebody moves: a neighbour, or the resident come home unannounced. */
function stirring({ stirred, declared }: State, at: Moment): Pick<State, 'stirred' | 'declared' | 'exit'> {
  const hour = Math.floor(at.mono / HOUR);
  const hours = [...new Set([...stirred.filter((other) => other > hour - 24 && other <= hour), hour])];
  return hours.length >= HOME_AGAIN_HOURS
    ? { stirred: [], declared: null, exit: null }
    : { stirred: hours, declared, exit: null };
}

function count(state: State, id: string, at: Moment, { zone }: HomeView): State {
  const slot = Math.floor(at.mono / (SLOT_MIN * MINUTE));
  const counted = state.counted.slot === slot ? state.counted.ids : [];
  if (counted.includes(id)) return state;
  const { day } = localTime(at.wall, zone);
  const isNextDay = state.day !== null && day > state.day;
  const usual = isNextDay ? faded(state.usual) : state.usual;
  return {
    ...state,
    visits: isNextDay ? nextDay(state.visits) : state.visits,
    day: at.wallTrusted ? day : state.day,
    usual: { ...usual, [id]: (own(usual, id) ?? 0) + 1 },
    counted: { slot, ids: [...counted, id] },
  };
}

function declares(state: State, act: PresenceAct, at: Moment): State {
  const wearables = { ...state.wearables, door: null };
  const visits = saidNow(state.visits);
  const known = {
    ...state,
    ...moved(state),
    wearables,
    visits,
    guests: newGuests(),
    exit: null,
    inBed: null,
    stirred: [],
    at: instantOf(at),
  };
  return { ...known, declared: act === 'home' ? null : declaredNow(act, at) };
}

/** Faults are reported again. What happened while the gateway was off, nobody knows; a stay in hospital goes on. */
function begun(before: State, at: Moment): State {
  // A checkpoint of an older release knows less.
  const anew = presence.start();
  const state = { ...anew, ...before, levels: afterStart(before.levels), lost: {}, counted: anew.counted };
  const ms = state.at && state.at.bootId === at.bootId ? at.mono - state.at.mono : MOMENT_MS;
  const goesOn = state.declared?.act === 'hospital' || (state.unknownBy === null && ms >= 0 && ms < MOMENT_MS);
  if (goesOn) return { ...state, declared: state.declared && goingOn(state.declared, at) };
  const visits = saidNow(state.visits);
  const forgotten = {
    exit: null,
    inBed: null,
    wearables: newWearables(),
    visits,
    guests: newGuests(),
    declared: null,
    stirred: [],
  };
  return { ...state, ...forgotten, unknownBy: 'start', fresh: state.at ? null : instantOf(at) };
}

/** What a step is concluded from. */
interface Given {
  input: Input;
  at: Moment;
  options: Options;
  view: HomeView;
}

/** What follows from all that is known, and when it could be another. */
function concluded(before: State, taken: State, given: Given): Step<State> {
  const { input, at, options, view } = given;
  const expired = taken.declared ? expiredBy(taken.declared, taken.visits, at, options) : undefined;
  const state = withCoverage(expired ? { ...taken, declared: null, stirred: [] } : taken, view);
  const { presence, wakeAt } = believed(state, at, options, view);
  const unmarked = exitDoorUnmarked(view);
  const same = presence === state.presence && unmarked === state.unmarked;
  const next = same ? state : { ...state, presence, unmarked };
  const faults = [...unprotected(before, next, at, view), ...unmarkedExit(before, next)];
  return {
    state: next,
    findings: [],
    wakeAt,
    ...(faults.length > 0 && { faults }),
    presence,
    saidOver: saidOver(before.declared, next.declared, input, expired),
    // The first sign of life in a new home is written at once: the next start is not to take it for empty.
    ...((next.declared !== before.declared || (before.at === null && next.at !== null)) && { save: true as const }),
  };
}

function withCoverage(state: State, { devices }: HomeView): State {
  const why = uncovered(devices, state.lost, state.usual);
  // A start's silence is not over because a sensor is back; what a lost sensor may have missed is over when one moves.
  const unknownBy = why ?? (state.unknownBy === null ? null : 'start');
  return unknownBy === state.unknownBy ? state : { ...state, unknownBy };
}

function believed(
  state: State,
  at: Moment,
  options: Options,
  { devices }: HomeView,
): { presence: Presence; wakeAt?: MonoMs | undefined } {
  const { declared, unknownBy, exit, inBed, wearables, visits, fresh } = state;
  /** When `ms` have passed since; undefined once they have. */
  const over = (since: Instant, ms: number): MonoMs | undefined => {
    const left = ms - (msSince(since, at) ?? ms);
    return left > 0 ? later(at.mono, left) : undefined;
  };
  const endsAt = declared ? over(declared.since, lastsMs(declared.act, options)) : undefined;
  const staysAt = visits.arrived ? over(visits.arrived, STAYS_MS) : undefined;
  if (declared?.act === 'hospital') return { presence: 'away', wakeAt: soonest(endsAt, staysAt) };
  if (unknownBy !== null)
    return { presence: 'unknown', wakeAt: soonest(endsAt, fresh ? over(fresh, FRESH_MS) : undefined) };
  if (declared?.act === 'away') return { presence: 'away', wakeAt: endsAt };
  if (!declared && !canWatch(devices)) return { presence: 'unknown' };
  const doorAt = exit ? over(exit, outAfterMs(state.entries)) : undefined;
  const outAt = wentOutAt(wearables);
  const wentAlong = outAt !== undefined && outAt <= at.mono;
  const isSilent = exit !== null && doorAt === undefined && !wentAlong;
  if (declared) return { presence: 'visitor', wakeAt: endsAt };
  if (isSilent && mayBeInside(state, devices)) return { presence: 'home', wakeAt: outAt };
  if (isSilent || wentAlong) {
    const wakeAt = vouchedUntil(wearables, at);
    return { presence: wakeAt === undefined ? 'away' : 'home', wakeAt };
  }
  if (exit || outAt !== undefined) return { presence: 'home', wakeAt: soonest(doorAt, outAt) };
  if (inBed) {
    const wakeAt = over(inBed, ASLEEP_MS);
    return { presence: wakeAt === undefined ? 'asleep' : 'home', wakeAt };
  }
  return { presence: 'home' };
}

/**
 * Nobody was heard since the door was used. Whoever came into an empty home is in it, nobody leaves the door open, and a
 * guest may have left alone; but by a door that is found open time and again nobody can be counted.
 */
const mayBeInside = ({ visits, guests, levels }: State, devices: HomeView['devices']): boolean =>
  visits.isBack || (exitStandsOpen(levels, devices) ? isShutAsARule(visits) : isGuestLeaving(guests));

/**
 * Reported for as long as it lasts, and when it ends. A home without sensors that see people has nothing that they
 * could protect, and one that has switched inactivity off does not want it.
 */
function unprotected(before: State, after: State, at: Moment, { devices, off }: HomeView): FoundFault[] {
  const cause = ({ unknownBy, declared }: State) => (declared?.act === 'hospital' ? null : unknownBy);
  const newcomer = after.fresh !== null && (msSince(after.fresh, at) ?? FRESH_MS) < FRESH_MS;
  const wanted = canWatch(devices) && !off?.includes('inactivity');
  const now = wanted && !newcomer ? cause(after) : null;
  if (now === null && cause(before) === null) return [];
  const context: FoundFault['context'] = now === null ? {} : { cause: now };
  return [{ code: 'inactivity-unprotected', subject: 'gateway', active: now !== null, context }];
}

/** Repeated at each step: after a restart the fault is not known any more. */
const unmarkedExit = (before: State, { unmarked }: State): FoundFault[] =>
  unmarked || before.unmarked
    ? [{ code: 'exit-door-unmarked', subject: 'gateway', active: unmarked, context: {} }]
    : [];
