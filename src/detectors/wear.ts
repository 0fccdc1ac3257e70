// Wearables that protect nobody: taken off, out of reach, or soon empty. At night on the charger that is as it should
// be; while somebody walks about in the home it is reported soon.

import { z } from 'zod';
import {
  type DetectorFault,
  defineDetector,
  type FoundFault,
  type HomeView,
  type Input,
  type Step,
} from '#contract/detector.ts';
import { own } from '#contract/own.ts';
import type { Reading } from '#contract/reading.ts';
import { later, MINUTE, type Moment, type MonoMs, soonest } from '#contract/time.ts';
import type { Samples } from '#contract/value.ts';
import { activityQuantities, heard, isLate, type Levels } from './activity.ts';
import { isBetween, minuteAt, minuteOf, timeOfDay } from './care/common.ts';
import { outOfReach } from './lost.ts';

const options = z
  .strictObject({
    nightFrom: timeOfDay.default('22:00').describe('From then on a wearable may lie on its charger; "HH:MM".'),
    nightTo: timeOfDay.default('07:00').describe('Until then; "HH:MM".'),
    offMinutes: z
      .number()
      .min(1)
      .max(240)
      .default(10)
      .describe('By day: not worn for so long while somebody moves in the home is a fault, minutes.'),
    chargingMinutes: z.number().min(1).max(720).default(150).describe('The same while its battery fills, minutes.'),
    awayMinutes: z
      .number()
      .min(1)
      .max(240)
      .default(5)
      .describe('By day: a wearable that streams is silent for so long while somebody moves in the home, minutes.'),
    stillMinutes: z
      .number()
      .min(10)
      .max(240)
      .default(30)
      .describe(
        'A wearable that tells no skin contact counts as taken off once it has lain so still for so long, with no pulse, minutes.',
      ),
    lowPercent: z.number().min(1).max(90).default(20).describe('A battery at or below this is a fault, percent.'),
    urgentPercent: z.number().min(0).max(90).default(8).describe('At or below this the fault is urgent, percent.'),
  })
  .describe('A wearable that is not worn, out of reach or nearly empty, reported when it matters.');
type Options = z.output<typeof options>;

type Wearable = {
  /** When anything was last heard of it. */
  heardAt: MonoMs;
  /** Since when it has been sending all the time. */
  streamsAt: MonoMs;
  /** The device says so, or what it measures does. */
  lost: boolean;
  /** Since when it has no skin contact by its own word. */
  offAt: MonoMs | null;
  /** It has ever reported skin contact. */
  tellsWorn: boolean;
  pulseAt: MonoMs | null;
  /** Where it lies, g, and since when. */
  lies: { x: number; y: number; z: number; since: MonoMs } | null;
  /** Its battery has filled since it was taken off. */
  filling: boolean;
  reportedOff: boolean;
  reportedAway: boolean;
};

export type State = {
  bootId: string;
  /** When somebody last moved in the home, by the rooms' sensors. */
  activeAt: MonoMs | null;
  levels: Levels;
  wearables: Record<string, Wearable>;
  /** By device: percent, and how low it was reported to be. */
  batteries: Record<string, { percent: number; reported: 'no' | 'low' | 'urgent' }>;
};

function begin(): State {
  return { bootId: '', activeAt: null, levels: [], wearables: {}, batteries: {} };
}

/** Readings nearer than this are a stream. */
const STREAM_GAP_MS = MINUTE;
/** After this long it counts as a stream: then its silence means something. */
const STREAM_MS = 3 * MINUTE;
/** A device on a table differs from sample to sample by its noise, a few hundredths of g; a resting arm by more, now and then. */
const LIES_WITHIN_G = 0.06;
/** No arm lies so still for so long, asleep or not: what is taken for its pulse is light that the table reflects. */
const NO_ARM_MS = 120 * MINUTE;
/** Movement counts from this long after it was taken off or left: the hand that laid it down is movement too. */
const AFTERWARDS_MS = MINUTE;
/** A battery has recovered when it is this far above the limit: its voltage rises at rest. */
const RECOVERS_PERCENT = 10;

export const wear = defineDetector<State, typeof options>({
  id: 'wear',
  hazard: null,
  consumes: ['worn', 'heartRate', 'acceleration', 'battery', ...activityQuantities],
  options,
  checkpoint: 'none',
  start: begin,

  step(before, input, options, view) {
    const { bootId, mono } = input.at;
    const fresh = before.bootId === bootId ? before : { ...begin(), bootId };
    const { state, faults } = noted(fresh, input, options);
    return judged(state, mono, input.at, options, view, faults);
  },
});

function noted(state: State, input: Input, options: Options): { state: State; faults: FoundFault[] } {
  const { mono } = input.at;
  if (input.kind === 'fault') return { state: linkOf(state, input), faults: [] };
  if (input.kind !== 'reading' || input.reading.quality === 'bad') return { state, faults: [] };
  const { reading, device } = input;
  const battery = reading.quantity === 'battery' ? batteryOf(state, reading, options) : { state, faults: [] };
  if (device.kind !== 'wearable') {
    const { levels, active } = heard(state.levels, reading, device);
    const activeAt = active && !isLate(input) ? mono : state.activeAt;
    return { ...battery, state: { ...battery.state, levels, activeAt } };
  }
  const known = own(state.wearables, device.id);
  const next = hearing(known, reading, mono, own(state.batteries, device.id)?.percent);
  const wearables = { ...battery.state.wearables, [device.id]: next };
  return { faults: battery.faults, state: { ...battery.state, wearables } };
}

const never: Wearable = {
  heardAt: 0 as MonoMs,
  streamsAt: 0 as MonoMs,
  lost: false,
  offAt: null,
  tellsWorn: false,
  pulseAt: null,
  lies: null,
  filling: false,
  reportedOff: false,
  reportedAway: false,
};

function hearing(known = never, reading: Reading, now: MonoMs, percent: number | undefined): Wearable {
  const { quantity, value } = reading;
  const heard: Wearable = {
    ...known,
    heardAt: now,
    streamsAt: known !== never && now - known.heardAt <= STREAM_GAP_MS ? known.streamsAt : now,
    lost: false,
  };
  switch (quantity) {
    case 'worn':
      return value === true
        ? { ...heard, tellsWorn: true, offAt: null, filling: false }
        : { ...heard, tellsWorn: true, offAt: known.offAt ?? now };
    case 'heartRate':
      // Optical sensors report 0 on a table.
      return Number(value) > 0 ? { ...heard, pulseAt: now } : heard;
    case 'acceleration':
      return { ...heard, lies: lying(known.lies, value as Samples, now) };
    case 'battery':
      return { ...heard, filling: known.filling || (percent !== undefined && Number(value) > percent) };
    default:
      return heard;
  }
}

function lying(known: Wearable['lies'], { xyz }: Samples, now: MonoMs): Wearable['lies'] {
  const last = xyz.at(-1);
  if (!last) return known;
  const [x, y, z] = last;
  const moved = ([a, b, c]: readonly [number, number, number]) =>
    !known || Math.max(Math.abs(a - known.x), Math.abs(b - known.y), Math.abs(c - known.z)) > LIES_WITHIN_G;
  return xyz.some(moved) ? { x, y, z, since: now } : known;
}

/** Whether each wearable is within reach. */
function linkOf(state: State, { fault, active }: Extract<Input, { kind: 'fault' }>): State {
  const id = outOfReach(fault);
  const known = id === undefined ? undefined : own(state.wearables, id);
  return known && id !== undefined
    ? { ...state, wearables: { ...state.wearables, [id]: { ...known, lost: active } } }
    : state;
}

function batteryOf(state: State, { deviceId, value }: Reading, { lowPercent, urgentPercent }: Options) {
  const percent = Number(value);
  const { reported = 'no' } = own(state.batteries, deviceId) ?? {};
  const next =
    percent <= urgentPercent
      ? 'urgent'
      : percent <= lowPercent
        ? reported === 'urgent' && percent <= urgentPercent + RECOVERS_PERCENT
          ? 'urgent'
          : 'low'
        : percent > lowPercent + RECOVERS_PERCENT
          ? 'no'
          : reported === 'no'
            ? 'no'
            : 'low';
  const batteries = { ...state.batteries, [deviceId]: { percent, reported: next } as const };
  if (next === reported) return { state: { ...state, batteries }, faults: [] };
  const context = next === 'no' ? {} : { percent, urgent: next === 'urgent' };
  return { state: { ...state, batteries }, faults: [found('charge-low', deviceId, next !== 'no', context)] };
}

/** What is to be reported now, and when to look again. */
function judged(
  state: State,
  now: MonoMs,
  at: Moment,
  options: Options,
  view: HomeView,
  faults: FoundFault[],
): Step<State> {
  // Most homes have none, and it is asked at every sign of life.
  if (Object.keys(state.wearables).length === 0) return { state, findings: [], faults };
  const wearables = { ...state.wearables };
  // Replays and tests may have no list; a device that is gone is forgotten with its faults.
  if (view.devices.length > 0)
    for (const id of Object.keys(wearables)) if (view.devices.every((device) => device.id !== id)) delete wearables[id];
  const minute = minuteAt(at, view);
  // Whoever has just got up has a while to put it on.
  const morning = (minuteOf(options.nightTo) + Math.ceil(options.offMinutes)) % 1_440;
  const night = isBetween(minute, minuteOf(options.nightFrom), morning);
  const awake = !night && view.presence !== 'asleep' && view.presence !== 'away';
  const due: (MonoMs | undefined)[] = [];

  for (const [id, known] of Object.entries(wearables)) {
    const off = offSince(known, now, options);
    const away = awaySince(known);
    const waitOff = (known.filling ? options.chargingMinutes : options.offMinutes) * MINUTE;
    const reportedOff = off !== null && (known.reportedOff || (awake && seen(state, off) && now - off >= waitOff));
    // A visitor may have taken the wearer out; that nobody wears it at home is true all the same.
    const reachable = awake && view.presence !== 'visitor';
    const waitAway = (known.filling ? options.chargingMinutes : options.awayMinutes) * MINUTE;
    const reportedAway =
      away !== null &&
      (known.reportedAway ||
        (reachable && seen(state, away) && ((known.lost && !known.filling) || now - away >= waitAway)));
    if (reportedOff !== known.reportedOff)
      faults.push(found('wearable-off', id, reportedOff, { minutes: minutesOf(off, now) }));
    if (reportedAway !== known.reportedAway)
      faults.push(found('wearable-away', id, reportedAway, { minutes: minutesOf(away, now) }));
    if (reportedOff !== known.reportedOff || reportedAway !== known.reportedAway)
      wearables[id] = { ...known, reportedOff, reportedAway };
    if (awake && off !== null && !reportedOff) due.push(upcoming(later(off, waitOff), now));
    if (awake && off === null && known.lies && !known.tellsWorn)
      for (const ms of [options.stillMinutes * MINUTE, NO_ARM_MS]) due.push(upcoming(later(known.lies.since, ms), now));
    if (reachable && away !== null && !reportedAway) due.push(upcoming(later(known.heardAt, waitAway), now));
  }
  return { state: { ...state, wearables }, findings: [], faults, wakeAt: soonest(...due) };
}

const upcoming = (at: MonoMs, now: MonoMs): MonoMs | undefined => (at > now ? at : undefined);
const minutesOf = (since: MonoMs | null, now: MonoMs): number =>
  since === null ? 0 : Math.round((now - since) / MINUTE);

/** Somebody moved after that, and not only on the way from laying it down. */
const seen = ({ activeAt }: State, since: MonoMs): boolean => activeAt !== null && activeAt - since >= AFTERWARDS_MS;

/** A lost one is away, whatever it said of the skin before. */
function offSince(wearable: Wearable, now: MonoMs, options: Options): MonoMs | null {
  const { offAt, tellsWorn, lies, pulseAt, lost, heardAt } = wearable;
  if (lost || (streams(wearable) && now - heardAt > options.awayMinutes * MINUTE)) return null;
  if (tellsWorn || !lies) return offAt;
  const hasPulse = pulseAt !== null && pulseAt >= lies.since;
  const stillMs = hasPulse ? Math.max(NO_ARM_MS, options.stillMinutes * MINUTE) : options.stillMinutes * MINUTE;
  return now - lies.since >= stillMs ? lies.since : null;
}

const awaySince = (wearable: Wearable): MonoMs | null => (streams(wearable) || wearable.lost ? wearable.heardAt : null);

const streams = ({ heardAt, streamsAt }: Wearable): boolean => heardAt - streamsAt >= STREAM_MS;

const found = (code: DetectorFault, id: string, active: boolean, context: FoundFault['context']): FoundFault => ({
  code,
  subject: `device:${id}`,
  active,
  context: active ? context : {},
});
