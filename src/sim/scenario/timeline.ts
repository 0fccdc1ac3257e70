// A scenario as what happens when: routines drawn out over the days, repetitions and chance resolved, each thing that
// lasts split into its beginning and its end. Replay and live play both go by it.

import type { AlertOutcome } from '#contract/alert.ts';
import type { Quantity } from '#contract/quantity.ts';
import { chance } from './chance.ts';
import { quantityFor, switchesOf } from './devices.ts';
import type { Happening, RoutineStep, Scenario, SceneDevice } from './schema.ts';
import { type At, DAY, midnightOf, weekdayOf, type Zone, zoneOf } from './times.ts';

export const troubles = [
  'unplug',
  'silence',
  'garbage',
  'slow',
  'stuck',
  'drift',
  'sensor-fault',
  'end-of-life',
] as const;
export type Trouble = (typeof troubles)[number];

/** What a trouble is like, where it matters. */
export interface Manner {
  bytesPerSecond?: number;
  answers?: 'broken' | 'whole';
  byMs?: number;
  half?: boolean;
  perHour?: number;
}

export type Change =
  | { do: 'button'; device: string; value: 'press' | 'hold' | 'release' }
  | { do: 'set'; device: string; quantity: Quantity; value: number | boolean | string }
  | {
      do: 'course';
      device: string;
      quantity: Quantity;
      points: { afterMs: number; value: number }[];
      shape: 'straight' | 'leak';
    }
  /** `id` tells this trouble from a later one of its name: only its own end ends it. */
  | { do: 'trouble'; device: string; trouble: Trouble; id: number; manner: Manner }
  | { do: 'over'; device: string; trouble: Trouble; id: number | undefined }
  | {
      do: 'say';
      word: string;
      hazard?: string | undefined;
      by?: { name: string; role: string } | undefined;
      note?: string | undefined;
      outcome?: AlertOutcome | undefined;
    }
  | { do: 'clock'; stepMs: number }
  | { do: 'gateway'; on: boolean; id: number | undefined };

export interface Move {
  /** Milliseconds since the beginning of the scenario. */
  t: number;
  change: Change;
}

export interface Timeline {
  zone: Zone;
  /** The beginning, ms since the Unix epoch. */
  epoch: number;
  lastsMs: number;
  /** In order of time; none before the beginning or after the end. */
  moves: Move[];
}

const HOLD_MS = 3_000;
const PRESS_MS = 300;

export function timelineOf(scenario: Scenario, seed: number): Timeline {
  const zone = zoneOf(scenario.home.timezone);
  const epoch = zone.epoch(scenario.home.start);
  const lastsMs = scenario.home.lasts;
  const devices = new Map(scenario.devices.map((device) => [device.id, device]));
  const moves: Move[] = [];
  let ids = 0;

  const around = (jitterMs: number | undefined, ...what: (string | number)[]) =>
    jitterMs === undefined ? 0 : Math.round((chance(seed, ...what) * 2 - 1) * jitterMs);

  const add = (t: number, step: Happening | RoutineStep) => {
    ids += 1;
    moves.push(...movesOf(t, step, ids, devices));
  };

  for (const [index, step] of scenario.script.entries()) {
    const first = sinceStart(step.at, scenario, zone, epoch);
    const { every = 0, times = 1 } = step.repeat ?? {};
    for (let time = 0; time < times; time += 1) {
      const t = first + time * every;
      if (t - (step.jitter ?? 0) > lastsMs) break;
      // What is jittered to before the beginning happens at it.
      add(Math.max(0, t + around(step.jitter, 'script', index, time)), step);
    }
  }
  const stills = scenario.script.flatMap((step, index) => {
    if (step.do !== 'still') return [];
    const from = sinceStart(step.at, scenario, zone, epoch) + around(step.jitter, 'script', index, 0);
    return [{ from, until: from + (step.for ?? Number.POSITIVE_INFINITY), routines: step.routines }];
  });
  /** Whether a routine's step comes to nothing, since nobody is there to do it. */
  const isStill = (name: string, t: number) =>
    stills.some(({ from, until, routines }) => t >= from && t < until && (routines?.includes(name) ?? true));

  for (const routine of scenario.routines) {
    const firstDay = midnightOf(scenario.home.start);
    const lastDay = Math.ceil((zone.local(epoch + lastsMs) - firstDay) / DAY) + 1;
    for (let day = Math.max(1, routine.from ?? 1); day <= Math.min(lastDay, routine.until ?? lastDay); day += 1) {
      const midnight = firstDay + (day - 1) * DAY;
      const weekday = WEEKDAYS[weekdayOf(midnight)];
      if (routine.except?.includes(day) || (routine.on && weekday && !routine.on.includes(weekday))) continue;
      if (chance(seed, 'chance', routine.name, day) >= routine.chance) continue;
      const begin = zone.epoch(midnight + routine.at) - epoch + around(routine.jitter, 'routine', routine.name, day);
      for (const [index, step] of routine.steps.entries()) {
        const t = begin + (step.after ?? 0) + around(step.jitter, 'step', routine.name, day, index);
        // A day's routine that had begun before the scenario did is left out as a whole.
        if (begin >= 0 && !isStill(routine.name, t)) add(Math.max(0, t), step);
      }
    }
  }
  const inTime = moves.filter(({ t }) => t <= lastsMs);
  return { zone, epoch, lastsMs, moves: settled(inTime.toSorted((a, b) => a.t - b.t)) };
}

const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

/** Milliseconds since the beginning of a time as the scenario writes it. */
export function sinceStart(at: At, { home }: Pick<Scenario, 'home'>, zone: Zone, epoch: number): number {
  if ('afterMs' in at) return at.afterMs;
  const firstDay = midnightOf(home.start);
  const on = (day: number) => zone.epoch(firstDay + (day - 1) * DAY + at.dayMs) - epoch;
  if (at.day !== undefined) return on(at.day);
  // A time of day alone is the first one to come.
  return on(1) >= 0 ? on(1) : on(2);
}

type Saying = Extract<Happening | RoutineStep, { do: 'say' }>;
const saidBy = ({ word, hazard, by, note, outcome }: Saying): Change => ({
  do: 'say',
  word,
  hazard,
  by,
  note,
  outcome,
});

function movesOf(
  t: number,
  step: Happening | RoutineStep,
  id: number,
  devices: ReadonlyMap<string, SceneDevice>,
): Move[] {
  const lasting = (trouble: Trouble, device: string, forMs: number | undefined, manner: Manner = {}): Move[] => [
    { t, change: { do: 'trouble', device, trouble, id, manner } },
    ...(forMs === undefined ? [] : [{ t: t + forMs, change: { do: 'over', device, trouble, id } as const }]),
  ];
  const quantityOf = (device: string, named: string | undefined, value: unknown): Quantity =>
    (named ?? quantityFor(devices.get(device) as SceneDevice, value)) as Quantity;
  switch (step.do) {
    case 'press': {
      const { device, hold = PRESS_MS } = step;
      const button = (afterMs: number, value: 'press' | 'hold' | 'release'): Move => ({
        t: t + afterMs,
        change: { do: 'button', device, value },
      });
      return [button(0, 'press'), ...(hold >= HOLD_MS ? [button(HOLD_MS, 'hold')] : []), button(hold, 'release')];
    }
    case 'set':
      return [
        {
          t,
          change: {
            do: 'set',
            device: step.device,
            quantity: quantityOf(step.device, step.quantity, step.value),
            value: step.value,
          },
        },
      ];
    case 'pulse': {
      const quantity = (step.quantity ?? switchesOf(devices.get(step.device) as SceneDevice)[0]) as Quantity;
      const [on, off] = quantity === 'contact' ? (['open', 'closed'] as const) : ([true, false] as const);
      const set = (afterMs: number, value: boolean | string): Move => ({
        t: t + afterMs,
        change: { do: 'set', device: step.device, quantity, value },
      });
      return [set(0, on), set(step.for, off)];
    }
    case 'ramp': {
      const quantity = quantityOf(step.device, step.quantity, 0);
      return [
        {
          t,
          change: {
            do: 'course',
            device: step.device,
            quantity,
            shape: step.shape,
            points: [{ afterMs: step.over, value: step.to }],
          },
        },
      ];
    }
    case 'curve': {
      const points = step.points.map(({ after, value }) => ({ afterMs: after, value }));
      return [
        {
          t,
          change: {
            do: 'course',
            device: step.device,
            quantity: quantityOf(step.device, step.quantity, 0),
            shape: 'straight',
            points,
          },
        },
      ];
    }
    case 'unplug':
    case 'silence':
    case 'stuck':
    case 'sensor-fault':
    case 'end-of-life':
      return lasting(step.do, step.device, step.for);
    case 'garbage':
      return lasting('garbage', step.device, step.for, { bytesPerSecond: step.bytesPerSecond, answers: step.answers });
    case 'slow':
      return lasting('slow', step.device, step.for, { byMs: step.by, half: step.half });
    case 'drift':
      return lasting('drift', step.device, step.for, { perHour: step.perHour });
    case 'plug':
      return [{ t, change: { do: 'over', device: step.device, trouble: 'unplug', id: undefined } }];
    case 'mend':
      return troubles.map((trouble) => ({ t, change: { do: 'over', device: step.device, trouble, id: undefined } }));
    case 'say':
      return [{ t, change: saidBy(step) }];
    case 'still':
      // It is in what does not come.
      return [];
    case 'clock':
      return [{ t, change: { do: 'clock', stepMs: step.step } }];
    case 'gateway-off':
      return [
        { t, change: { do: 'gateway', on: false, id } },
        ...(step.for === undefined ? [] : [{ t: t + step.for, change: { do: 'gateway', on: true, id } as const }]),
      ];
    case 'gateway-on':
      return [{ t, change: { do: 'gateway', on: true, id: undefined } }];
  }
}

/** Leaves out what changes nothing: an end of what is over, a second beginning of what goes on, power where it is. */
function settled(moves: readonly Move[]): Move[] {
  const going = new Map<string, number>();
  return moves.filter(({ change }) => {
    if (change.do === 'trouble') {
      // The later one takes the place of the earlier one, whose end then ends nothing.
      going.set(`${change.device}/${change.trouble}`, change.id);
      return true;
    }
    if (change.do === 'over') {
      const key = `${change.device}/${change.trouble}`;
      const id = going.get(key);
      if (id === undefined || (change.id !== undefined && change.id !== id)) return false;
      going.delete(key);
      return true;
    }
    if (change.do === 'gateway') {
      const id = going.get('gateway');
      if (change.on ? id === undefined || (change.id !== undefined && change.id !== id) : id !== undefined)
        return false;
      if (change.on) going.delete('gateway');
      else going.set('gateway', change.id ?? 0);
      return true;
    }
    return true;
  });
}
