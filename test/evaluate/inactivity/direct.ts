// The detectors on a recorded home without the pipeline: every silence, and every moment at which somebody could collapse.
// What limit each silence has is asked afterwards, so that a sweep over the sensitivity costs one pass.

import type { Input } from '#contract/detector.ts';
import type { Device } from '#contract/device.ts';
import { HOUR, MINUTE, type MonoMs, type WallMs } from '#contract/time.ts';
import type { Memory } from '#src/detectors/inactivity/gaps.ts';
import type { Silence } from '#src/detectors/inactivity/silence.ts';
import { inactivity, type State } from '#src/detectors/inactivity.ts';
import { presence as model } from '#src/detectors/presence.ts';
import { witness } from '#src/detectors/witness.ts';
import { type HomeEvent, type RecordedHome, within } from './homes.ts';

export interface Pause {
  silence: Silence;
  memory: Memory;
  presence: State['declared'] | string;
  minutes: number;
  devices: readonly Device[];
  /** Of the home's budget, then. */
  level: number;
}
export interface Moment {
  t: number;
  /** Of the silence that a collapse at `t` would prolong. */
  silence: Silence;
  memory: Memory;
  presence: string;
  devices: readonly Device[];
  level: number;
}
export interface Played {
  home: RecordedHome;
  known: boolean;
  /** In the days that are scored; `early` in the ten before. */
  pauses: Pause[];
  early: Pause[];
  moments: Moment[];
  weeks: number;
  /** Bytes of these detectors' state at the end, as JSON. */
  stateBytes: number;
  /** Sensors that were taken for speaking by themselves. */
  doubted: { t: number; subject: string }[];
}

export const WARM_UP_MS = 10 * 24 * HOUR;
const GRID_MS = 10 * MINUTE;
/** A collapse is injected only while the last event is younger. */
export const FRESH_MS = 20 * MINUTE;

/** The home's events, with what people would have said of their absences where that is `known`. */
export const toldOf = (home: RecordedHome, known: boolean): (HomeEvent | { t: number; say: 'home' | 'away' })[] =>
  [
    ...home.events,
    ...(known
      ? home.away.flatMap(({ from, to }) => [
          { t: from, say: 'away' as const },
          { t: to, say: 'home' as const },
        ])
      : []),
  ].toSorted((a, b) => a.t - b.t);

/** Moments at which somebody is home and awake, by the labels. */
export function awakeMoments(home: RecordedHome, gridMs = GRID_MS): number[] {
  const [first, last] = [home.events[0] as HomeEvent, home.events.at(-1) as HomeEvent];
  const moments: number[] = [];
  let next = 0;
  for (let t = first.t + WARM_UP_MS; t < last.t; t += gridMs) {
    while (next < home.events.length && (home.events[next] as HomeEvent).t <= t) next += 1;
    const heard = home.events[next - 1];
    if (heard && t - heard.t < FRESH_MS && !within(home.away, t) && !within(home.asleep, t)) moments.push(t);
  }
  return moments;
}

export function play(home: RecordedHome, known: boolean): Played {
  const devices = home.devices;
  const byId = new Map(devices.map((device) => [device.id, device]));
  const options = {
    witness: witness.options.parse({}),
    presence: model.options.parse({}),
    inactivity: inactivity.options.parse({}),
  };
  let view = { zone: 'UTC', devices, presence: 'unknown' as ReturnType<typeof model.start>['presence'] };
  let [beliefs, of, state] = [witness.start(), model.start(), inactivity.start()];
  let wakes: Record<'witness' | 'presence' | 'inactivity', number | undefined> = {
    witness: undefined,
    presence: undefined,
    inactivity: undefined,
  };
  const begun = (home.events[0] as HomeEvent).t + WARM_UP_MS;
  const out = {
    pauses: [] as Pause[],
    early: [] as Pause[],
    moments: [] as Moment[],
    doubted: [] as Played['doubted'],
  };

  const at = (t: number) => ({ mono: t as MonoMs, wall: t as WallMs, wallTrusted: true, bootId: 'boot-1' });
  function askInactivity(input: Input): void {
    const before = state;
    const presence = view.presence;
    const step = inactivity.step(before, input, options.inactivity, view);
    state = step.state;
    wakes = { ...wakes, inactivity: step.wakeAt };
    if (before.silence && state.silence !== before.silence && before.silence.place !== null) {
      const minutes = (input.at.mono - before.silence.mono) / MINUTE;
      if (minutes < 60) return;
      const list = before.silence.mono >= begun ? out.pauses : out.early;
      const { silence, memory } = before;
      list.push({ silence, memory, presence, minutes, devices, level: before.budget?.level ?? 0 });
    }
  }
  function askPresence(input: Input): void {
    const step = model.step(of, input, options.presence, view);
    of = step.state;
    wakes = { ...wakes, presence: step.wakeAt };
    if (step.presence === undefined || step.presence === view.presence) return;
    view = { ...view, presence: step.presence };
    askInactivity({ kind: 'presence', at: input.at, presence: step.presence });
  }
  function askWitness(input: Input): void {
    const step = witness.step(beliefs, input, options.witness, view);
    beliefs = step.state;
    wakes = { ...wakes, witness: step.wakeAt };
    for (const { code, subject, active, context } of step.faults ?? []) {
      const fault = { code, subject, since: input.at, dependsOn: [], context };
      if (active) out.doubted.push({ t: input.at.mono, subject });
      for (const ask of [askWitness, askPresence, askInactivity]) ask({ kind: 'fault', at: input.at, fault, active });
    }
  }
  function pass(until: number): void {
    for (;;) {
      const due = Math.min(wakes.witness ?? until, wakes.presence ?? until, wakes.inactivity ?? until);
      if (due >= until) return;
      if (wakes.witness === due) askWitness({ kind: 'deadline', at: at(due) });
      else if (wakes.presence === due) askPresence({ kind: 'deadline', at: at(due) });
      else askInactivity({ kind: 'deadline', at: at(due) });
    }
  }

  const moments = awakeMoments(home);
  let next = 0;
  askWitness({ kind: 'start', at: at((home.events[0] as HomeEvent).t) });
  askPresence({ kind: 'start', at: at((home.events[0] as HomeEvent).t) });
  askInactivity({ kind: 'start', at: at((home.events[0] as HomeEvent).t) });
  let seq = 0;
  for (const event of toldOf(home, known)) {
    while (next < moments.length && (moments[next] as number) < event.t) {
      const t = moments[next] as number;
      next += 1;
      pass(t);
      const { silence, memory } = state;
      const level = state.budget?.level ?? 0;
      if (silence) out.moments.push({ t, silence, memory, presence: view.presence, devices, level });
    }
    pass(event.t);
    seq += 1;
    const input: Input =
      'say' in event
        ? { kind: 'said', at: at(event.t), said: event.say }
        : {
            kind: 'reading',
            at: at(event.t),
            device: byId.get(event.device) as (typeof devices)[number],
            reading: {
              deviceId: event.device,
              quantity: event.quantity,
              value: event.value,
              quality: 'good',
              at: at(event.t),
              seq,
            },
          };
    askWitness(input);
    askPresence(input);
    askInactivity(input);
  }
  const last = home.events.at(-1) as HomeEvent;
  return {
    home,
    known,
    ...out,
    weeks: (last.t - begun) / (7 * 24 * HOUR),
    stateBytes: JSON.stringify(beliefs).length + JSON.stringify(of).length + JSON.stringify(state).length,
  };
}
