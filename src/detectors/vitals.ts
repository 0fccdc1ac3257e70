// Vital signs: values of the body that stay beyond a person's limits, measurements as records, and what a platform asks about
// them. It tells values and limits; what they mean is for a person to say.

import { defineDetector, type Input, type Step } from '#contract/detector.ts';
import { isVital, type Limited, vitalQuantities } from '#contract/health.ts';
import type { Reading } from '#contract/reading.ts';
import type { MonoMs } from '#contract/time.ts';
import { isLimited, limitsOf, options } from './vitals/limits.ts';
import { isMoving, moved } from './vitals/motion.ts';
import { expire, obey } from './vitals/orders.ts';
import { prompts } from './vitals/prompts.ts';
import { close, take } from './vitals/spot.ts';
import { begins, carried, ends, isDue, newState, type State, subjectOf, type Work } from './vitals/state.ts';
import { isOver, listen, newStream, sustained } from './vitals/stream.ts';

export type { State } from './vitals/state.ts';

export const vitals = defineDetector<State, typeof options>({
  id: 'vitals',
  hazard: 'vital',
  consumes: [...vitalQuantities, 'worn', 'acceleration'],
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
    const answer = input.kind === 'order' ? obey(work, input.id, input.order) : undefined;
    if (input.kind === 'reading') hear(work, input);
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
  if (!isVital(quantity) || typeof value !== 'number') return;
  take(work, device, reading, quantity, heardAt ?? at);
  const tellsAlways = device.kind === 'wearable' || (device.kind === 'pulse-oximeter' && reading.record === undefined);
  if (!tellsAlways || !isLimited(quantity) || quality !== 'good' || work.state.worn[device.id] === false) return;
  if (isMoving(work.state, device.id, at.mono) && quantity === 'heartRate') return;
  follow(work, quantity, { reading, device, heardAt, at, kind: 'reading' });
}

/** What a wearable says all the time. */
function follow(work: Work, quantity: Limited, { reading, device, at }: Heard): void {
  const person = device.wearer ?? null;
  const row = limitsOf(quantity, person, work.options, work.state.platform);
  const key = `${device.id}/${quantity}`;
  const known = work.state.streams[key];
  const before = known?.bootId === at.bootId ? known : newStream(at.bootId);
  const stream = listen(before, quantity, reading.value as number, at.mono, row);
  work.state = { ...work.state, streams: { ...work.state.streams, [key]: stream } };
  const what = { subject: subjectOf(person, device.id), deviceId: device.id, source: key } as const;
  const alarm = sustained(stream, row, 'alarm');
  // Of two levels reached at once the graver one speaks.
  const early = alarm ? undefined : sustained(stream, row, 'early');
  for (const found of [alarm, early]) {
    if (!found || (found.level === 'early' && `${what.subject}/alarm/${key}` in work.state.active)) continue;
    const { level, side, limit, value, minutes } = found;
    begins(work, { ...what, level }, [{ fact: 'vital-beyond', quantity, value, limit, side, minutes }], at);
  }
  for (const level of ['early', 'alarm'] as const)
    if (isOver(stream, quantity, row, level))
      ends(work, { ...what, level }, [{ fact: 'vital-back', quantity, value: reading.value as number }], at);
}

/** Off the skin, nothing that was heard says anything of what comes after. */
function wears(work: Work, { deviceId, value, quality }: Reading): void {
  if (quality !== 'good') return;
  const worn = value === true;
  if (work.state.worn[deviceId] === worn) return;
  const streams = Object.entries(work.state.streams).filter(([key]) => !key.startsWith(`${deviceId}/`));
  work.state = {
    ...work.state,
    worn: { ...work.state.worn, [deviceId]: worn },
    ...(!worn && { streams: Object.fromEntries(streams) }),
  };
  if (!worn) close(work, deviceId);
}

/** Asked to measure again, nobody did: one value is all there will be, and somebody is to know of it. */
function unrepeated(work: Work): void {
  for (const repeat of work.state.repeats) {
    if (!isDue(repeat.due, work.now)) continue;
    work.state = { ...work.state, repeats: work.state.repeats.filter((one) => one !== repeat) };
    const { subject, deviceId, kind, because, due } = repeat;
    begins(work, { subject, deviceId, level: 'early', source: kind }, [...because, { fact: 'not-repeated' }], due);
  }
}

/** What was under way is begun anew; what was asked goes on, on the clock of this boot. */
function restarted(state: State, { at }: Extract<Input, { kind: 'start' }>): State {
  return {
    ...state,
    open: {},
    said: {},
    worn: {},
    motion: {},
    streams: {},
    asks: state.asks.map((ask) => ({ ...ask, due: carried(ask.due, ask.at, at) })),
    nameless: state.nameless.map((one) => ({ ...one, due: carried(one.due, one.measurement.at, at) })),
    repeats: state.repeats.map((one) => (one.due.bootId === at.bootId ? one : { ...one, due: at })),
  };
}

function wakeAt({ open, repeats, asks, nameless }: State): MonoMs | undefined {
  const all = [
    ...Object.values(open).map(({ closesAt }) => closesAt),
    ...[...repeats, ...asks, ...nameless].map(({ due }) => due.mono),
  ];
  return all.length === 0 ? undefined : (Math.min(...all) as MonoMs);
}
