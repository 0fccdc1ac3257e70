// A scenario as the input of a replay (docs/replay.md), line by line, and what the drivers would say of their devices.

import type { FaultCode } from '#contract/fault.ts';
import { type Quantity, quantities } from '#contract/quantity.ts';
import type { Quality } from '#contract/reading.ts';
import { MINUTE } from '#contract/time.ts';
import { ANSWER_DEADLINE_MS, CHECK_IN_MS, isOutput, SILENT_AFTER_MS } from './devices.ts';
import type { Scenario, SceneDevice } from './schema.ts';
import { type Sensor, sensor } from './sensor.ts';
import { type Change, type Manner, type Move, type Timeline, type Trouble, timelineOf } from './timeline.ts';

/** A line of a replay. */
export type ReplayLine = Record<string, unknown>;

/** A fault that a driver, or the host of drivers, would find out about a device; times in ms since the Unix epoch. */
export interface DriverFault {
  device: string;
  code: FaultCode;
  from: number;
  /** Undefined: to the end. */
  until: number | undefined;
}

export interface Compiled {
  timeline: Timeline;
  /** In order of `t`. */
  lines(): Generator<ReplayLine>;
  driverFaults: DriverFault[];
}

const EVERY_MS = MINUTE;

export function compile(scenario: Scenario, seed: number): Compiled {
  const timeline = timelineOf(scenario, seed);
  return { timeline, lines: () => linesOf(scenario, timeline, seed), driverFaults: driverFaultsOf(scenario, timeline) };
}

function* linesOf(scenario: Scenario, { epoch, lastsMs, moves }: Timeline, seed: number): Generator<ReplayLine> {
  const sensors = scenario.devices.filter((device) => !isOutput(device)).map((device) => sensor(device, seed));
  const byId = new Map(sensors.map((each) => [each.device.id, each]));
  const warmUntil = new Map<string, number>();
  const lost = new Set<string>();
  let powered = true;

  const reading = (each: Sensor, quantity: Quantity, t: number): ReplayLine => {
    const value = each.says(quantity, t);
    const warming = t < (warmUntil.get(each.device.id) ?? 0) && each.quality() === 'good';
    const quality = warming ? warmQuality(quantity, value) : each.quality();
    return {
      t: epoch + t,
      device: each.device.id,
      quantity,
      value,
      ...(quality !== 'good' && { quality }),
    };
  };
  const all = (each: Sensor, t: number, which: (quantity: Quantity) => boolean = () => true): ReplayLine[] =>
    readable(each) ? each.states.filter(which).map((quantity) => reading(each, quantity, t)) : [];
  const warm = (each: Sensor, t: number) => {
    if (each.device.warmup) warmUntil.set(each.device.id, t + each.device.warmup);
  };

  function* happen({ t, change }: Move): Generator<ReplayLine> {
    switch (change.do) {
      case 'say': {
        const { word, hazard, by, note, outcome } = change;
        return yield {
          t: epoch + t,
          say: word,
          ...(hazard && { hazard }),
          ...(by && { by }),
          ...(note && { note }),
          ...(outcome && { outcome }),
        };
      }
      case 'clock':
        return yield { t: epoch + t, clock: { stepMs: change.stepMs } };
      case 'gateway':
        powered = change.on;
        yield { t: epoch + t, gateway: change.on ? 'on' : 'off' };
        // A driver that starts reads what its device says now.
        if (powered)
          for (const each of sensors) {
            if (lost.has(each.device.id)) yield { t: epoch + t, link: 'down', device: each.device.id };
            warm(each, t);
            yield* all(each, t);
          }
        return;
      default: {
        const each = byId.get(change.device);
        if (each) yield* befall(each, change, t);
      }
    }
  }

  function* befall(each: Sensor, change: Exclude<Change, { do: 'say' | 'clock' | 'gateway' }>, t: number) {
    const device = each.device.id;
    const couldSpeak = readable(each);
    each.take(change, t);
    if (change.do === 'button') {
      if (couldSpeak) yield { t: epoch + t, device, quantity: 'button', value: change.value };
      return;
    }
    const unplugged = each.trouble('unplug') !== undefined;
    if (unplugged !== lost.has(device)) {
      if (unplugged) lost.add(device);
      else lost.delete(device);
      yield { t: epoch + t, link: unplugged ? 'down' : 'up', device };
    }
    if (!readable(each)) return;
    // A line that is back is no power that is back: it does not warm up again.
    if (!couldSpeak) yield* all(each, t);
    else if (change.do === 'set') yield reading(each, change.quantity, t);
  }

  for (const { id, kind, room, placement, role, ignoreForActivity } of scenario.devices)
    yield {
      declare: {
        id,
        kind,
        ...(room && { room }),
        ...(placement && { placement }),
        ...(role && { role }),
        ...(ignoreForActivity && { ignoreForActivity }),
      },
    };
  yield { t: epoch };
  for (const each of sensors) {
    warm(each, 0);
    yield* all(each, 0);
  }
  let next = 0;
  const polls = sensors
    .filter((each) => each.states.some(isLevel))
    .map((each) => ({ each, every: each.device.every ?? EVERY_MS, at: each.device.every ?? EVERY_MS }));
  for (;;) {
    const poll = polls.reduce<(typeof polls)[number] | undefined>(
      (first, one) => (first && first.at <= one.at ? first : one),
      undefined,
    );
    const move = moves[next];
    // What happens at the instant of a poll, the poll sees.
    if (move && move.t <= (poll?.at ?? Number.POSITIVE_INFINITY)) {
      yield* happen(move);
      next += 1;
    } else if (poll && poll.at <= lastsMs) {
      yield* all(poll.each, poll.at, isLevel);
      poll.at += poll.every;
    } else break;
  }
  yield { t: epoch + lastsMs };
}

const isLevel = (quantity: Quantity): boolean => quantities[quantity].type === 'number';

/** Whether what the device says reaches a driver that understands it. */
function readable(each: Sensor): boolean {
  return (['unplug', 'silence', 'garbage', 'slow'] as const).every((trouble) => {
    const manner = each.trouble(trouble);
    return manner === undefined || !drowns(trouble, manner, each.device);
  });
}

function drowns(trouble: Trouble, { answers, byMs = 0, half }: Manner, { wire }: SceneDevice): boolean {
  // An answer on Modbus stands alone between two silences: noise leaves none whole.
  if (trouble === 'garbage') return answers === 'broken' || wire !== 'winsen';
  if (trouble === 'slow') return half === true || byMs >= ANSWER_DEADLINE_MS;
  return trouble === 'unplug' || trouble === 'silence';
}

/** What each trouble is called, when it is found, and whether the device then counts as silent as well. */
function driverFaultsOf(scenario: Scenario, { epoch, lastsMs, moves }: Timeline): DriverFault[] {
  const found: DriverFault[] = [];
  const add = (device: string, code: FaultCode, from: number, until: number | undefined) => {
    if (until === undefined || until > from)
      found.push({ device, code, from: epoch + from, until: until && epoch + until });
  };
  for (const device of scenario.devices) {
    const { id } = device;
    const mine = moves.filter(
      ({ change }) => (change.do === 'trouble' || change.do === 'over') && change.device === id,
    );
    for (const [index, { t, change }] of mine.entries()) {
      if (change.do !== 'trouble') continue;
      const until = mine
        .slice(index + 1)
        .find(
          ({ change: later }) => (later.do === 'over' || later.do === 'trouble') && later.trouble === change.trouble,
        )?.t;
      for (const [code, afterMs] of namesOf(change.trouble, change.manner, device)) add(id, code, t + afterMs, until);
    }
    if (device.warmup)
      for (const t of startsOf(moves)) add(id, 'sensor-warming-up', t, Math.min(lastsMs + 1, t + device.warmup));
  }
  return merged(found);
}

/** Faults by name, and how long after its beginning each is found. */
function namesOf(trouble: Trouble, manner: Manner, device: SceneDevice): [FaultCode, number][] {
  const wire = device.wire ?? 'none';
  const unheard: [FaultCode, number][] = drowns(trouble, manner, device) ? [['device-silent', CHECK_IN_MS[wire]]] : [];
  switch (trouble) {
    case 'garbage':
      return [['line-garbage', 0], ...unheard];
    case 'silence':
      return [['device-silent', SILENT_AFTER_MS[wire]]];
    case 'slow':
      if (manner.half) return [['line-garbage', 0], ...unheard];
      return drowns(trouble, manner, device) ? [['device-silent', SILENT_AFTER_MS[wire]]] : [];
    case 'sensor-fault':
      return [['sensor-fault', 0]];
    case 'end-of-life':
      return [['sensor-end-of-life', 0]];
    default:
      return [];
  }
}

/** When a device has to warm up: at each start of the gateway. A line that is lost has not lost its power. */
const startsOf = (moves: readonly Move[]): number[] => [
  0,
  ...moves.flatMap(({ t, change }) => (change.do === 'gateway' && change.on ? [t] : [])),
];

/** A level that would warn is sent in doubt; a smaller one is of no use, as the drivers of gas sensors have it. */
const warmQuality = (quantity: Quantity, value: unknown): Quality =>
  (quantity === 'gas' && Number(value) < 20) || (quantity === 'co' && Number(value) < 100) ? 'bad' : 'uncertain';

/** One entry for stretches of one fault that meet or overlap. */
function merged(faults: readonly DriverFault[]): DriverFault[] {
  const open = new Map<string, DriverFault>();
  const done: DriverFault[] = [];
  for (const fault of faults.toSorted((a, b) => a.from - b.from)) {
    const key = `${fault.code}@${fault.device}`;
    const before = open.get(key);
    if (before && (before.until === undefined || before.until >= fault.from)) {
      before.until =
        before.until === undefined || fault.until === undefined ? undefined : Math.max(before.until, fault.until);
    } else {
      const copy = { ...fault };
      open.set(key, copy);
      done.push(copy);
    }
  }
  return done;
}
