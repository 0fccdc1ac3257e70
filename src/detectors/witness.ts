// Sensors that speak with nobody there: one that tells movement by itself or never rests, a window or a door that the wind
// moves. Each would hide a silent home from all others, so it gets a fault, which takes it out of presence, inactivity and
// the care rules for as long as it lasts.
//
// Judged by its own habit and by its neighbours, who are normally heard with it (witness/alone.ts), and believed again once
// they are (witness/doubt.ts).

import { z } from 'zod';
import { defineDetector, type FoundFault, type HomeView, type Input, type Step } from '#contract/detector.ts';
import { type Device, isExitDoor } from '#contract/device.ts';
import { localTime } from '#contract/local-time.ts';
import { own, without } from '#contract/own.ts';
import type { Quantity } from '#contract/quantity.ts';
import type { Reading } from '#contract/reading.ts';
import { HOUR, later, MINUTE, type Moment, type MonoMs, type WallMs } from '#contract/time.ts';
import { activityQuantities, heard, isLate, seesArea, watches } from './activity.ts';
import { LEARNING_DAYS } from './inactivity/gaps.ts';
import { NIGHT_LIMIT_MIN, ruleMinutes } from './inactivity/rule.ts';
import { type Lost, lostWith } from './lost.ts';
import { doubtOf, newSpell, SILENT_MS, type Spell, spokeAgain } from './witness/alone.ts';
import { behaves, type Doubted, newDoubt, otherHeard, selfHeard } from './witness/doubt.ts';

const options = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Off: every sensor is believed, however alone it is.'),
    neverRestsHours: z
      .number()
      .min(6)
      .max(168)
      .default(24)
      .describe(
        'A motion sensor that tells movement again and again, and never its end, is a fault after so long, hours.',
      ),
  })
  .describe('A sensor that speaks with nobody there is a fault: it would hide a silent home.');
type Options = z.output<typeof options>;

type Word = [deviceId: string, quantity: Quantity, value: boolean | string | null, rests: 0 | 1];

export type State = {
  bootId: string;
  /** The last word of each, by device and quantity: half as long to write as `Levels`. */
  words: Word[];
  lost: Lost;
  spell: Spell | null;
  /** By device: the longest it has spoken alone, in times of the rule; it fades. */
  usual: Record<string, number>;
  /** On how many days something was heard, up to those that make a home known; and the last of them. */
  days: number;
  day: number | null;
  /** By device: since when it has told movement again and again, and never its end. */
  held: Record<string, MonoMs>;
  doubted: Doubted[];
  wakeAt: MonoMs | null;
};

/** With fewer others at work nobody can say that one of them should have been heard. */
const OTHERS = 3;
/** What a day taught is multiplied by this with each day after: half is left after twenty weeks. */
const FADE = 0.995;
const DAY_MS = 24 * HOUR;
/** No room is doubted before, so nothing is worked out before. */
const FIRST_LOOK_MS = 150 * MINUTE;
/** Shorter spells are no habit worth keeping: the rule allows them to everybody. */
const USUAL_MS = 90 * MINUTE;

export const witness = defineDetector<State, typeof options>({
  id: 'witness',
  hazard: null,
  consumes: activityQuantities,
  options,
  checkpoint: 'hourly',
  start: () => ({
    bootId: '',
    words: [],
    lost: {},
    spell: null,
    usual: {},
    days: 0,
    day: null,
    held: {},
    doubted: [],
    wakeAt: null,
  }),

  step(state, input, options, view) {
    if (!options.enabled) return switchedOff(state);
    if (isLate(input)) return told(state);
    switch (input.kind) {
      case 'reading':
        return read(state, input, options, view);
      case 'fault':
        return told({ ...state, lost: lostWith(state.lost, input.fault, input.active) });
      case 'start':
        return begun(state, input.at, view);
      case 'deadline':
        return looked({ ...state, wakeAt: null }, input.at, view);
      case 'presence':
      case 'said':
      case 'order':
      case 'resolved':
        return told(state);
    }
  },
});

function told(state: State, faults: FoundFault[] = []): Step<State> {
  const step = { state, findings: [], wakeAt: state.wakeAt ?? undefined };
  return faults.length > 0 ? { ...step, faults, save: true } : step;
}

/** Faults are reported again. What was under way is not known any more. */
function begun(before: State, { bootId }: Moment, { devices }: HomeView): Step<State> {
  const doubted = before.doubted
    .filter(({ deviceId }) => devices.some(({ id }) => id === deviceId))
    .map(({ deviceId, by }) => newDoubt(deviceId, by, null));
  const state = {
    ...before,
    bootId,
    words: before.words.map(unsure),
    lost: {},
    spell: null,
    held: {},
    doubted,
    wakeAt: null,
  };
  return { ...told(state), faults: doubted.map((one) => faultOf(one, true)) };
}

const switchedOff = (state: State): Step<State> =>
  state.doubted.length === 0
    ? { state, findings: [] }
    : told(
        witness.start(),
        state.doubted.map((one) => faultOf(one, false)),
      );

function read(
  before: State,
  { reading, device, at }: Extract<Input, { kind: 'reading' }>,
  { neverRestsHours }: Options,
  view: HomeView,
): Step<State> {
  const { words, active } = wordOf(before.words, reading, device);
  const tells = reading.value !== false && reading.value !== 'closed';
  const repeats = active && words === before.words;
  let state = words === before.words ? before : { ...before, words };
  if (reading.quantity === 'motion') state = withHeld(state, device.id, repeats, tells, at.mono);
  const mine = state.doubted.find(({ deviceId }) => deviceId === device.id);
  if (mine?.by === 'never-rests' && !tells && reading.quantity === 'motion') return believedAgain(state, mine);
  if (!active) return told(state);
  if (mine) return inDoubt(state, selfHeard(mine, at.mono));
  const since = own(state.held, device.id);
  if (since !== undefined && at.mono - since >= neverRestsHours * HOUR)
    return doubted(state, newDoubt(device.id, 'never-rests', null));
  const isExit = isExitDoor(device);
  const others = state.doubted.map((one) => otherHeard(one, at.mono, isExit));
  const next = spoken(others.length > 0 ? { ...state, doubted: others } : state, device, tells, at, view);
  const again = others.find(behaves);
  return again ? believedAgain(next, again) : looked(next, at, view);
}

/** Whether it is a sign of life, should the sensor be believed. */
function wordOf(words: Word[], reading: Reading, device: Device): { words: Word[]; active: boolean } {
  const { deviceId, quantity } = reading;
  const index = words.findIndex(([id, of]) => id === deviceId && of === quantity);
  const [, , value, rests] = words[index] ?? [];
  const known = value === undefined ? [] : [{ deviceId, quantity, value, rests: rests === 1 }];
  const { levels, active } = heard(known, reading, device);
  const [now] = levels;
  if (levels === known || !now) return { words, active };
  const word: Word = [deviceId, quantity, now.value, now.rests ? 1 : 0];
  return { words: index < 0 ? [...words, word] : words.with(index, word), active };
}

/** What a sensor tells first after a start is its state. */
const unsure = ([deviceId, quantity, , rests]: Word): Word => [deviceId, quantity, null, rests];

/** Most sensors tell movement and its end. @param repeats it has told movement, and tells it again */
function withHeld(state: State, id: string, repeats: boolean, tells: boolean, at: MonoMs): State {
  const isHeld = Object.hasOwn(state.held, id);
  if (!tells) return isHeld ? { ...state, held: without(state.held, id) } : state;
  const rests = repeats && !isHeld && state.words.some(([deviceId, , , rests]) => deviceId === id && rests === 1);
  return rests ? { ...state, held: { ...state.held, [id]: at } } : state;
}

/** A sensor that is believed has spoken. */
function spoken(before: State, device: Device, tells: boolean, at: Moment, view: HomeView): State {
  const state = dated(before, at);
  const { spell } = state;
  const self = { deviceId: device.id, exit: isExitDoor(device) };
  // Where nobody at all was heard for long, somebody has woken or come home: from now on others should be heard.
  const isAnew = spell === null || at.mono - spell.spoke > SILENT_MS;
  const isSame = spell?.deviceId === device.id;
  if (!isAnew && isSame) return { ...state, spell: spokeAgain(spell, at.mono, tells) };
  const since = isAnew ? at.mono : spell.spoke;
  const wall = at.wall - (at.mono - since);
  const byDoor = isSame ? spell.byDoor : spell?.exit === true;
  const other = isSame ? spell.other : (spell?.spoke ?? at.mono);
  const last = { other, since, wall, dated: at.wallTrusted, byDoor };
  const known = spell && !isSame && !self.exit ? learned(state, spell, at, view) : state;
  return { ...known, spell: newSpell(self, last, at.mono), wakeAt: null };
}

function dated(state: State, { bootId, wall, wallTrusted }: Moment): State {
  const same = state.bootId === bootId ? state : { ...state, bootId, spell: null, held: {}, wakeAt: null };
  const day = Math.floor(wall / DAY_MS);
  if (!wallTrusted || day === state.day) return same;
  const usual = Object.entries(state.usual).map(([id, times]) => [id, Math.round(times * FADE * 1_000) / 1_000]);
  return { ...same, day, days: Math.min(state.days + 1, LEARNING_DAYS + 1), usual: Object.fromEntries(usual) };
}

/** Another is heard at last: so long one sensor may be the only one to speak. */
function learned(state: State, spell: Spell, at: Moment, view: HomeView): State {
  const { deviceId, other, since, wall, spoke, from, byDoor } = spell;
  const ms = spoke - other;
  const isHome = view.presence === 'home' || view.presence === 'asleep';
  if (from === null || byDoor || ms < USUAL_MS || !isHome || !spell.dated || !at.wallTrusted) return state;
  const ruleMs = ruleOf({ ...spell, wall: wall - (since - other) }, view) * MINUTE;
  return withUsual(state, deviceId, ms / ruleMs);
}

function withUsual(state: State, id: string, times: number): State {
  const known = own(state.usual, id) ?? 0;
  return times <= known ? state : { ...state, usual: { ...state.usual, [id]: Math.round(times * 1_000) / 1_000 } };
}

const ruleOf = ({ wall, dated }: Spell, { zone }: HomeView): number =>
  dated ? ruleMinutes(localTime(wall as WallMs, zone).minute) : NIGHT_LIMIT_MIN;

/** Whether the one that speaks alone is still to be believed, and when to look again. */
function looked(state: State, at: Moment, view: HomeView): Step<State> {
  const { spell } = state;
  if (!spell || state.bootId !== at.bootId) return told(state);
  const { deviceId, exit } = spell;
  const firstAt = later(spell.since, FIRST_LOOK_MS);
  if (!exit && at.mono < firstAt) return told(state.wakeAt === firstAt ? state : { ...state, wakeAt: firstAt });
  if (!view.devices.some((device) => device.id === deviceId && canHide(device))) return told(state);
  const usual = state.days > LEARNING_DAYS ? (own(state.usual, deviceId) ?? 0) : undefined;
  const ruleMin = ruleOf(spell, view);
  const doubt = doubtOf(spell, { ruleMin, usual });
  if (!doubt) return told(state);
  if (at.mono < doubt.at) return told({ ...state, wakeAt: doubt.at });
  if (!canJudge(state, deviceId, view)) return told(state);
  const alone = exit || spell.byDoor ? null : { since: spell.since, ruleMs: ruleMin * MINUTE };
  return doubted({ ...state, spell: null, wakeAt: null }, newDoubt(deviceId, doubt.by, alone));
}

/** Notices people without being asked to. */
const canHide = (device: Device): boolean => watches(device) || isExitDoor(device);

/** Those that have been heard and are to be believed, where one of them sees a room: a drawer is not used by all who pass it. */
function canJudge({ words, lost, doubted }: State, self: string, { devices }: HomeView): boolean {
  const isAtWork = (id: string) =>
    !Object.hasOwn(lost, id) &&
    words.some(([other]) => other === id) &&
    !doubted.some(({ deviceId }) => deviceId === id);
  const others = devices.filter((device) => device.id !== self && canHide(device) && isAtWork(device.id));
  return others.length >= OTHERS && others.some(seesArea);
}

const doubted = (state: State, one: Doubted): Step<State> =>
  told({ ...state, doubted: [...state.doubted, one] }, [faultOf(one, true)]);

function inDoubt(state: State, one: Doubted): Step<State> {
  if (behaves(one)) return believedAgain(state, one);
  return told({ ...state, doubted: state.doubted.map((other) => (other.deviceId === one.deviceId ? one : other)) });
}

/** Where nobody came to help, it was right all the while. */
function believedAgain(state: State, one: Doubted): Step<State> {
  const rest = { ...state, doubted: state.doubted.filter(({ deviceId }) => deviceId !== one.deviceId) };
  return told(one.by === 'alone' ? withUsual(rest, one.deviceId, one.times) : rest, [faultOf(one, false)]);
}

const faultOf = ({ deviceId, by }: Doubted, active: boolean): FoundFault => ({
  code: 'sensor-by-itself',
  subject: `device:${deviceId}`,
  active,
  context: active ? { reason: by } : {},
});
