// Vital signs: values of the body that stay beyond a person's limits, measurements as records, and what a platform asks
// about them. It reports values and limits; what they mean is for a person to say.

import { defineDetector, type Input, type Step } from '#contract/detector.ts';
import { isVital, vitalQuantities } from '#contract/health.ts';
import { own } from '#contract/own.ts';
import type { Reading } from '#contract/reading.ts';
import type { MonoMs } from '#contract/time.ts';
import { follow, lookAgain, resolved } from './vitals/follow.ts';
import { isLimited, options } from './vitals/limits.ts';
import { isMoving, moved } from './vitals/motion.ts';
import { applyOrder, expire } from './vitals/orders.ts';
import { prompts } from './vitals/prompts.ts';
import { unrepeated } from './vitals/repeat.ts';
import { close, take } from './vitals/spot.ts';
import { carried, FAILED, newState, type State, type Work } from './vitals/state.ts';
import { offScale } from './vitals/steps.ts';

export type { State } from './vitals/state.ts';

export const vitals = defineDetector<State, typeof options>({
  id: 'vitals',
  hazard: 'vital',
  consumes: [...vitalQuantities, 'meterStatus', 'worn', 'acceleration'],
  options,
  checkpoint: 'hourly',
  start: newState,

  step(state, input, options, view) {
    if (input.kind === 'reading' && input.reading.quantity === 'acceleration')
      return { state: moved(state, input.reading), findings: [], wakeAt: wakeAt(state) };
    const work: Work = {
      state: input.kind === 'start' ? restarted(state, input) : state,
      options,
      people: view.people ?? [],
      devices: view.devices,
      now: input.kind === 'reading' ? (input.heardAt ?? input.at) : input.at,
      findings: [],
      measurements: [],
      save: false,
    };
    const answer = input.kind === 'order' ? applyOrder(work, input.id, input.order) : undefined;
    lookAgain(work);
    if (input.kind === 'reading') hear(work, input);
    if (input.kind === 'resolved') resolved(work, input);
    for (const [deviceId, { closesAt }] of Object.entries(work.state.open))
      if (closesAt <= work.now.mono && input.kind !== 'reading') close(work, deviceId);
    unrepeated(work);
    expire(work);
    const warnings = prompts(work, view);
    return finished(work, { ...(warnings.length > 0 && { warnings }), ...(answer && { answer }) });
  },
});

function finished(work: Work, more: Partial<Step<State>>): Step<State> {
  const { state, findings, measurements, save } = work;
  return {
    state,
    findings,
    wakeAt: wakeAt(state),
    ...(measurements.length > 0 && { measurements }),
    ...(save && { save }),
    ...more,
  };
}

type Heard = Extract<Input, { kind: 'reading' }>;

function hear(work: Work, { reading, device, heardAt, at }: Heard): void {
  const { quantity, value, quality } = reading;
  if (quantity === 'worn') return wears(work, reading);
  if (!isVital(quantity) || isNone(reading)) return;
  take(work, device, reading, heardAt ?? at);
  const tellsAlways = device.kind === 'wearable' || (device.kind === 'pulse-oximeter' && reading.record === undefined);
  if (!tellsAlways || quality === 'bad' || own(work.state.worn, device.id) === false) return;
  const limited = typeof value === 'string' ? offScale(value) : { quantity, value };
  if (!limited || !isLimited(limited.quantity) || typeof limited.value !== 'number') return;
  if (isMoving(work.state, device.id, at.mono) && limited.quantity === 'heartRate') return;
  follow(work, device, limited.quantity, { value: limited.value, sure: quality === 'good' }, at);
}

/** A pulse of 0 is how sensors say that they find none: on a table, on a charger. Every other number is a value. */
const isNone = ({ quantity, value }: Reading): boolean => quantity === 'heartRate' && value === 0;

/** Off the skin, nothing that was heard says anything about what comes after. */
function wears(work: Work, { deviceId, value, quality }: Reading): void {
  if (quality !== 'good') return;
  const worn = value === true;
  if (own(work.state.worn, deviceId) === worn) return;
  const streams = Object.entries(work.state.streams).filter(([key]) => !key.startsWith(`${deviceId}/`));
  work.state = {
    ...work.state,
    worn: { ...work.state.worn, [deviceId]: worn },
    ...(!worn && { streams: Object.fromEntries(streams) }),
  };
  if (!worn) close(work, deviceId);
}

/** What was under way begins afresh; what was asked goes on, on the clock of this boot. */
function restarted(state: State, { at }: Extract<Input, { kind: 'start' }>): State {
  return {
    ...newState(),
    ...state,
    open: {},
    said: {},
    worn: {},
    motion: {},
    streams: {},
    dealt: {},
    // An earlier version stored only that something was reported, not how far: it is reported once more.
    active: Object.fromEntries(Object.entries(state.active).filter(([, marks]) => typeof marks === 'object')),
    asks: state.asks.map((ask) => ({ ...ask, due: carried(ask.due, ask.at, at) })),
    nameless: state.nameless.map((one) => ({ ...one, due: carried(one.due, one.measurement.at, at) })),
    repeats: state.repeats.map((one) => ({
      ...{ level: 'early' as const, marks: { [FAILED]: 0 }, again: null },
      ...one,
      due: one.due.bootId === at.bootId ? one.due : at,
    })),
  };
}

function wakeAt({ open, repeats, asks, nameless, dealt }: State): MonoMs | undefined {
  const all = [
    ...Object.values(open).map(({ closesAt }) => closesAt),
    ...[...repeats, ...asks, ...nameless].map(({ due }) => due.mono),
    ...Object.values(dealt).map(({ mono }) => mono),
  ];
  return all.length === 0 ? undefined : (Math.min(...all) as MonoMs);
}
