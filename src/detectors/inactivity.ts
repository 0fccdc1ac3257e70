// Nobody moves for longer than is usual in this home, at this hour, in this room: asked aloud first, then help is called.

import { z } from 'zod';
import { elapsed, type Instant, msSince, type Stamp } from '#base/instant.ts';
import { defineDetector, type HomeView, type Input, type Step } from '#contract/detector.ts';
import { type Device, isExitDoor } from '#contract/device.ts';
import type { Presence } from '#contract/presence.ts';
import { HOUR, later, MINUTE, type Moment, type MonoMs } from '#contract/time.ts';
import {
  activityQuantities,
  afterFault,
  afterStart,
  canWatch,
  doubtedBy,
  exitStandsOpen,
  heard,
  isLate,
  type Levels,
} from './activity.ts';
import { type Budget, newBudget } from './budget.ts';
import { type Memory, newMemory, OUT, placeOf } from './inactivity/gaps.ts';
import { learn, lived } from './inactivity/lessons.ts';
import { type DoorWay, type Limit, limitOf, priceOf } from './inactivity/limit.ts';
import { findingOf, overFinding, overWarning, warningOf } from './inactivity/reasons.ts';
import { backIn, cameIn, placeName, type Silence, silenceFrom, silenceLimit } from './inactivity/silence.ts';
import { afterSign, type Ended, verdict } from './inactivity/verdict.ts';
import { type Lost, lostWith } from './lost.ts';
import { type Guests, heardInside, isGuestLeaving, newGuests, seemsEmpty, usesDoor } from './presence/guests.ts';

const options = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Off: nobody is missed, however long it is quiet.'),
    sensitivity: z
      .enum(['low', 'normal', 'high'])
      .default('normal')
      .describe('`high` calls sooner, and oftener without cause; `low` the other way.'),
    warningMinutes: z
      .int()
      .min(5)
      .max(60)
      .default(15)
      .describe('It asks aloud for so long before it calls for help; any movement or press ends it. Minutes.'),
  })
  .describe('No movement for longer than is usual in this home, at this hour, in this room.');
type Options = z.output<typeof options>;

export type State = {
  memory: Memory;
  levels: Levels;
  silence: Silence | null;
  /** The last sign before those of the device that was heard last: should that speak by itself, this is the last one. */
  others: Silence | null;
  /** The last sign during a declared absence: should that not be true, somebody has been silent since. */
  heardAway: Silence | null;
  /** When the exit door was last used. */
  exit: Instant | null;
  guests: Guests;
  /** What people said, as long as it holds. */
  declared: 'away' | 'visitor' | null;
  /** Devices that are lost: what is heard without them is not learned. */
  lost: Lost;
  /** The presence model has taken this silence for an absence. */
  away: boolean;
  /** And somebody's wearable has spoken for them since: that begins a silence inside, once. */
  vouched: boolean;
  /** For this silence, once it was looked at. */
  limit: Limit | null;
  stage: 'quiet' | 'warned' | 'raised';
  /** Of alarms without cause in this home. Not in states of before. */
  budget?: Budget;
  /** The last alarm, from the end of its silence until somebody says what it was. */
  ended?: Ended | null;
  raiseAt: MonoMs | null;
  /** When it began to ask; null while it does not. */
  askedAt: Stamp | null;
  wakeAt: MonoMs | null;
};

/** Movement this soon after the exit door was used comes from whoever leaves: the sensor in the hall sees them out. */
const SEEN_OUT_MS = 2 * MINUTE;
/** No silence is alarming before, so its limit is not worked out before. */
const FIRST_LOOK_MS = 70 * MINUTE;
/** But where the door to the outside stands open. */
const OPEN_FIRST_LOOK_MS = 15 * MINUTE;
/**
 * A warning found at a start is taken up again if it began no longer ago than this; what happened in a longer outage
 * nobody knows.
 */
const ASKED_LATELY_MS = HOUR;

export const inactivity = defineDetector<State, typeof options>({
  id: 'inactivity',
  hazard: 'inactivity',
  consumes: activityQuantities,
  options,
  checkpoint: 'hourly',
  start: () => ({
    memory: newMemory(),
    levels: [],
    silence: null,
    others: null,
    heardAway: null,
    exit: null,
    guests: newGuests(),
    declared: null,
    lost: {},
    away: false,
    vouched: false,
    limit: null,
    stage: 'quiet',
    budget: newBudget,
    ended: null,
    raiseAt: null,
    askedAt: null,
    wakeAt: null,
  }),

  step(state, input, options, view) {
    if (!options.enabled) return { state, findings: [] };
    if (isLate(input)) return waiting(state);
    switch (input.kind) {
      case 'reading':
        return read(state, input, options, view);
      case 'said':
        return declares(state, input, options, view);
      case 'presence':
        return seen(state, input, view);
      case 'start':
        return begun(state, input.at, options, view);
      case 'fault':
        return faulty(state, input);
      case 'deadline':
        return consider({ ...state, wakeAt: null }, input.at, options, view);
      case 'resolved':
        return resolved(state, input, options, view);
      case 'order':
        return waiting(state);
    }
  },
});

/** How long silence that begins at `minute` of the day, by a sign in `room`, may last by what is learned so far. */
export function tolerated(
  state: State,
  { minute, room }: { minute: number; room: string },
  presence: Presence,
  { sensitivity }: Pick<Options, 'sensitivity'>,
): Limit {
  const place = state.memory.places.indexOf(room, 1);
  return limitOf(
    state.memory,
    { minute, place: place < 0 ? null : place, dated: true },
    presence,
    priceOf(sensitivity, state.budget ?? newBudget, place),
  );
}

const waiting = (state: State): Step<State> => ({ state, findings: [], wakeAt: state.wakeAt ?? undefined });

function read(
  before: State,
  { reading, device, at }: Extract<Input, { kind: 'reading' }>,
  options: Options,
  view: HomeView,
): Step<State> {
  const { levels, active } = heard(before.levels, reading, device);
  const state = levels === before.levels ? before : { ...before, levels };
  if (!active) return waiting(state);
  if (isDeclaredAway(state, view.presence)) return waiting(heardAt(state, device, at, view));
  // A door that cannot be believed lets nobody out.
  const isThrough = isExitDoor(device) && reading.quality === 'good';
  const exit = isThrough ? { mono: at.mono, bootId: at.bootId } : state.exit;
  const out = exit !== null && (msSince(exit, at) ?? SEEN_OUT_MS + 1) <= SEEN_OUT_MS;
  const sign = isExitDoor(device) ? 'door' : reading.quantity === 'button' ? 'button' : 'movement';
  const learned = learn(state, at, sign, view);
  const { memory, place } = out ? { memory: learned, place: OUT } : placeOf(learned, placeName(device, reading.value));
  const door = isExitDoor(device) ? atDoor(state, at) : null;
  const guests = isThrough ? usesDoor(state.guests, at, state.away) : heardInside(state.guests, at);
  // One who was announced may leave at any use of the door.
  const isGuest = isGuestLeaving(guests) || (out && state.declared === 'visitor');
  const doubt = isGuest ? 'guest' : null;
  const silence = silenceFrom(at, view, { place, deviceId: device.id, room: device.room ?? null, door, doubt });
  const next = {
    ...state,
    ...afterSign(state, at, sign, silence),
    ...{ memory: lived(memory, silence, view), exit, guests },
  };
  return broken(next, silence, at, options, view);
}

/** The closing of a door belongs to its opening. */
function atDoor({ silence, away, guests }: State, at: Moment): Silence['door'] {
  const mayBeBack = isGuestLeaving(guests) && seemsEmpty(guests, at);
  const closes = silence?.door === 'back' && (msSince(silence, at) ?? SEEN_OUT_MS) < SEEN_OUT_MS;
  return away || mayBeBack || closes ? 'back' : 'used';
}

/** Of a sensor that speaks by itself nothing has been a sign of life: the silence began with the last of another. */
function faulty(before: State, input: Extract<Input, { kind: 'fault' }>): Step<State> {
  const levels = afterFault(before.levels, input);
  const state = { ...before, levels, lost: lostWith(before.lost, input.fault, input.active) };
  const id = input.active ? doubtedBy(input) : undefined;
  if (id === undefined || state.silence?.deviceId !== id || !state.others) return waiting(state);
  const { mono, bootId } = input.at;
  const silence = state.others.bootId === bootId ? state.others : state.silence;
  return waiting({ ...state, silence, others: null, away: false, limit: null, wakeAt: state.raiseAt ?? mono });
}

/** A sign during a declared absence: of somebody who is there, unless the door is used after it. */
function heardAt(state: State, device: Device, at: Moment, view: HomeView): State {
  if (isExitDoor(device)) return { ...state, heardAway: null };
  const { memory, place } = placeOf(state.memory, placeName(device, true));
  return {
    ...state,
    memory,
    heardAway: silenceFrom(at, view, { place, deviceId: device.id, room: device.room ?? null }),
  };
}

/** The silence is over; another begins. */
function broken(state: State, silence: Silence | null, at: Moment, options: Options, view: HomeView): Step<State> {
  const next: State = {
    ...state,
    silence,
    others: state.silence?.deviceId === silence?.deviceId ? state.others : state.silence,
    heardAway: null,
    away: false,
    vouched: false,
    limit: null,
    stage: 'quiet',
    raiseAt: null,
    askedAt: null,
  };
  const ended = {
    ...(state.stage === 'warned' && { warnings: [overWarning(at, 'moved-again')], save: true as const }),
    findings: state.stage === 'raised' ? [overFinding(at, silence?.deviceId)] : [],
  };
  // A wake that comes too early only looks at the silence then; moving it at every step would cost more.
  if (silence && state.wakeAt !== null && state.wakeAt <= later(at.mono, firstLookMs(next, view)))
    return { ...waiting(next), ...ended };
  const { state: considered, wakeAt } = consider({ ...next, wakeAt: null }, at, options, view);
  return { state: considered, wakeAt, ...ended };
}

function declares(
  state: State,
  { said, at }: Extract<Input, { kind: 'said' }>,
  options: Options,
  view: HomeView,
): Step<State> {
  const declared = said === 'home' ? null : said === 'visitor' ? 'visitor' : 'away';
  const known: State = { ...state, declared, guests: newGuests() };
  if (declared === 'away') return { ...broken(known, null, at, options, view), save: true };
  const { memory, place } = placeOf(state.memory, SAID);
  const silence = silenceFrom(at, view, { place });
  return { ...broken({ ...known, memory, exit: null }, silence, at, options, view), save: true };
}
/** Somebody has looked into it. If the silence goes on from here, it is reported again. */
function resolved(
  state: State,
  { hazard, at, outcome }: Extract<Input, { kind: 'resolved' }>,
  options: Options,
  view: HomeView,
): Step<State> {
  if (hazard !== 'inactivity') return waiting(state);
  const told = { ...state, ...verdict(state, outcome, at, view) };
  if (state.stage !== 'raised') return waiting(told);
  const silence = silenceFrom(at, view);
  return { ...broken({ ...told, stage: 'quiet' }, silence, at, options, view), save: true };
}

/** Somebody said something: they were there then. */
const SAID = 'said';

/** The presence model has changed its mind: what was declared may be over, and the limit another. */
function seen(before: State, { presence, at }: Extract<Input, { kind: 'presence' }>, view: HomeView): Step<State> {
  const over =
    (before.declared === 'away' && presence !== 'away') || (before.declared === 'visitor' && presence !== 'visitor');
  const away = before.away || presence === 'away';
  const state = { ...before, declared: over ? null : before.declared, away, limit: null };
  if (isDeclaredAway(state, presence)) return waiting(state);
  const known = state.silence ?? state.heardAway ?? silenceFrom(at, view);
  // A wearable may have spoken for somebody at home meanwhile: whoever is out is out again.
  const silence: Silence = presence === 'away' ? { ...known, place: OUT, doubt: null } : known;
  // Not before the reading that may have changed it has been heard.
  return waiting({ ...state, silence, wakeAt: at.mono });
}

/**
 * What was under way before is no longer known, unless only the program was away for a moment. Whoever was being asked
 * whether all is well is asked again, for the whole time: the answer may have come while nobody listened.
 */
function begun(before: State, at: Moment, options: Options, view: HomeView): Step<State> {
  const { askedAt } = before;
  const asking = !!askedAt && elapsed(askedAt, at) <= ASKED_LATELY_MS;
  const same = before.silence?.bootId === at.bootId;
  const silence = same || asking ? before.silence : silenceFrom(at, view);
  const stage = same && before.stage === 'raised' ? 'raised' : 'quiet';
  // A stay in hospital outlasts it; the presence model, asked first, has said so.
  const declared = view.presence === before.declared ? before.declared : null;
  const state: State = {
    ...before,
    levels: afterStart(before.levels),
    silence,
    others: same ? (before.others ?? null) : null,
    vouched: same && before.vouched === true,
    stage,
    declared,
    lost: {},
    // A checkpoint of an older release has none.
    guests: (same && before.guests) || newGuests(),
    limit: asking ? before.limit : null,
    raiseAt: null,
    askedAt: null,
    wakeAt: null,
  };
  return asking && mayMiss(state, view) ? asked(state, at, options, view) : consider(state, at, options, view);
}

/** Nothing is heard: says what is to be said by now, and when to look again. */
function consider(state: State, at: Moment, options: Options, view: HomeView): Step<State> {
  const { silence } = state;
  if (silence?.place === OUT && state.away && view.presence === 'home')
    return vouchedFor(state, silence, at, options, view);
  if (!silence || !mayMiss(state, view)) return waiting({ ...state, wakeAt: null });
  const warningMs = options.warningMinutes * MINUTE;
  if (state.stage === 'warned') {
    const limit = limitNow(state, silence, options, view);
    const raiseAt = state.raiseAt ?? later(at.mono, warningMs);
    if (at.mono < raiseAt) return waiting({ ...state, limit, raiseAt, wakeAt: raiseAt });
    return {
      state: { ...state, limit, stage: 'raised', raiseAt: null, askedAt: null, wakeAt: null },
      findings: [findingOf(silence, limit, at)],
      warnings: [overWarning(at, 'help-called')],
      save: true,
    };
  }
  const ms = msSince(silence, at) ?? 0;
  const firstMs = firstLookMs(state, view);
  if (ms < firstMs) return waiting({ ...state, wakeAt: later(at.mono, firstMs - ms) });
  const looked = { ...state, ...cameIn(state.memory, silence, view, wayOf(state, view)) };
  const limit = limitNow(looked, looked.silence, options, view);
  const leftMs = limit.minutes * MINUTE - ms;
  if (leftMs > warningMs) return waiting({ ...looked, limit, wakeAt: later(at.mono, leftMs - warningMs) });
  return asked({ ...looked, limit }, at, options, view);
}

/** What somebody wears is heard. A band that lies there and tells a pulse now and then begins no silence but the first. */
function vouchedFor(state: State, silence: Silence, at: Moment, options: Options, view: HomeView): Step<State> {
  if (state.vouched)
    return consider({ ...state, silence: { ...silence, place: null }, away: false, limit: null }, at, options, view);
  const known = { ...state, memory: learn(state, at, 'movement', view) };
  const { state: inside, ...step } = broken(known, backIn(silence, at, view), at, options, view);
  return { ...step, state: { ...inside, vouched: true } };
}

/** It begins to ask aloud. That is written at once: a power cut now must not put off the call for help by hours. */
function asked(state: State, at: Moment, options: Options, view: HomeView): Step<State> {
  const { silence } = state;
  if (!silence) return waiting(state);
  const limit = limitNow(state, silence, options, view);
  const raiseAt = later(at.mono, options.warningMinutes * MINUTE);
  return {
    state: { ...state, limit, stage: 'warned', raiseAt, askedAt: at, wakeAt: raiseAt },
    findings: [],
    warnings: [warningOf(silence, limit, at)],
    wakeAt: raiseAt,
    save: true,
  };
}

const limitNow = (state: State, silence: Silence, options: Options, view: HomeView): Limit =>
  state.limit ??
  silenceLimit(state.memory, silence, priceOf(options.sensitivity, state.budget ?? newBudget, silence.place), view);

/** How the door was used with which this silence began, where that says something. */
function wayOf({ silence, levels }: State, { devices }: HomeView): DoorWay | null {
  if (!silence?.door) return null;
  if (exitStandsOpen(levels, devices)) return 'open';
  return silence.door === 'back' ? 'back' : silence.doubt;
}

/** The door to the outside was used, and stands open since. */
const isLeftOpen = (state: State, view: HomeView): boolean => wayOf(state, view) === 'open';

const firstLookMs = (state: State, view: HomeView): number =>
  isLeftOpen(state, view) ? OPEN_FIRST_LOOK_MS : FIRST_LOOK_MS;

const mayMiss = (state: State, { presence, devices }: HomeView): boolean =>
  state.stage !== 'raised' && !isDeclaredAway(state, presence) && canWatch(devices);

const isDeclaredAway = ({ declared }: State, presence: Presence): boolean => declared === 'away' && presence === 'away';
