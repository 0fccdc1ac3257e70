// A detector of a measured level: what it remembers of each device, and how it climbs a ladder of steps.

import type { z } from 'zod';
import { type Detector, defineDetector, type Input, type Step } from '#contract/detector.ts';
import type { Device } from '#contract/device.ts';
import type { Hazard } from '#contract/hazard.ts';
import type { Json } from '#contract/json.ts';
import { own, without } from '#contract/own.ts';
import type { Quantity } from '#contract/quantity.ts';
import type { Reading } from '#contract/reading.ts';
import { type Moment, type MonoMs, soonest } from '#contract/time.ts';
import { type Climb, type Climbed, climbRestsAt, climbs, isClimbChattering, type Ladder } from './ladder.ts';
import { chatterFault } from './latch.ts';
import { STILL_PRESENT } from './still-present.ts';

/** @typeParam Level what is remembered of a device's level; plain JSON. */
export interface Measured<Level extends Json, Shape extends z.ZodObject> {
  id: string;
  hazard: Hazard;
  quantity: Quantity;
  options: Shape;
  ladder(options: z.output<Shape>): Ladder<Level>;
  /** Whether it is this hazard that the device measures. */
  concerns?(device: Device): boolean;
  /** What a reading that is not bad makes of what is known; undefined where it says nothing. */
  hear(known: Level | undefined, reading: Reading, options: z.output<Shape>): Level | undefined;
  /** What time alone makes of it. */
  advance?(level: Level, at: Moment, options: z.output<Shape>): Level;
  /** When time alone would have it reach a step. */
  dueAt?(level: Level, at: Moment, options: z.output<Shape>): MonoMs | undefined;
  /** Whether it is remembered while no step is on. */
  kept(level: Level, options: z.output<Shape>): boolean;
  /** A level that has moved far from what the journal has, as it is to be written; undefined where it has not. */
  saved?(level: Level): Level | undefined;
}

type Room<Level> = { level: Level; sure: boolean; climb: Climb };

type Outcome<Level> = { state: Record<string, Room<Level>> } & Omit<Climbed, 'climb'>;

const unchanged = <Level>(state: Record<string, Room<Level>>): Outcome<Level> => ({
  state,
  findings: [],
  faults: [],
  save: false,
});

/** An alert of this measured level was resolved, and not one of the device's own alarm. */
const isOfLevel = (input: Input, hazard: Hazard): input is Extract<Input, { kind: 'resolved' }> =>
  input.kind === 'resolved' && input.hazard === hazard && input.level && input.subject === `device:${input.deviceId}`;

export function measured<Level extends Json, Shape extends z.ZodObject>(
  what: Measured<Level, Shape>,
): Detector<Record<string, Room<Level>>, Shape> {
  type State = Record<string, Room<Level>>;
  type Options = z.output<Shape>;

  function hear(state: State, { reading, device, at }: Extract<Input, { kind: 'reading' }>, options: Options) {
    if (reading.quality === 'bad' || !(what.concerns?.(device) ?? true)) return unchanged(state);
    const known = own(state, reading.deviceId);
    const level = what.hear(known?.level, reading, options);
    if (level === undefined) return unchanged(state);
    return climbed(
      state,
      reading.deviceId,
      { level, sure: reading.quality === 'good' },
      known?.climb ?? [],
      at,
      options,
    );
  }

  function climbed(
    state: State,
    deviceId: string,
    now: Pick<Room<Level>, 'level' | 'sure'>,
    before: Climb,
    at: Moment,
    options: Options,
  ) {
    const { climb, ...outcome } = climbs(what.ladder(options), before, { ...now, deviceId, at });
    const others = without(state, deviceId);
    const kept = climb.length > 0 || what.kept(now.level, options);
    return { state: kept ? { ...others, [deviceId]: { ...now, climb } } : others, ...outcome };
  }

  /** What still holds is a new alert; for a device that cannot be heard, once it is heard again. */
  function resolved(state: State, { deviceId, at, heard }: Extract<Input, { kind: 'resolved' }>, options: Options) {
    const known = own(state, deviceId);
    if (!known) return unchanged(state);
    const faults = isClimbChattering(known.climb) ? [chatterFault(what.hazard, deviceId, false)] : [];
    if (!heard) return { ...unchanged({ ...state, [deviceId]: { ...known, climb: [] } }), faults };
    const anew = climbed(state, deviceId, known, [], at, options);
    const findings = anew.findings.map((one) =>
      one.active ? { ...one, because: [STILL_PRESENT, ...one.because] } : one,
    );
    return { ...anew, findings, faults };
  }

  function timePasses(state: State, at: Moment, options: Options) {
    const all = unchanged(state);
    for (const [deviceId, { level, sure, climb }] of Object.entries(state)) {
      const now = { level: what.advance?.(level, at, options) ?? level, sure };
      const { state: next, findings, faults, save } = climbed(all.state, deviceId, now, climb, at, options);
      all.state = next;
      all.findings.push(...findings);
      all.faults.push(...faults);
      all.save ||= save;
    }
    return all;
  }

  function taken(state: State, input: Input, options: Options): Outcome<Level> {
    if (input.kind === 'reading') return hear(state, input, options);
    if (input.kind === 'deadline') return timePasses(state, input.at, options);
    return isOfLevel(input, what.hazard) ? resolved(state, input, options) : unchanged(state);
  }

  return defineDetector<State, Shape>({
    id: what.id,
    hazard: what.hazard,
    consumes: [what.quantity],
    options: what.options,
    checkpoint: 'alert',
    start: () => ({}),

    step(before, input, options): Step<State> {
      const { state: heard, findings, faults, save } = taken(before, input, options);
      const moved = Object.entries(what.saved ? heard : {}).flatMap(([id, room]) => {
        const level = what.saved?.(room.level);
        return level === undefined ? [] : [[id, { ...room, level }] as const];
      });
      const state = moved.length > 0 ? { ...heard, ...Object.fromEntries(moved) } : heard;
      const wakeAt = soonest(
        ...Object.values(state).flatMap(({ level, climb }) => [
          climbRestsAt(climb, input.at),
          what.dueAt?.(level, input.at, options),
        ]),
      );
      return { state, findings, faults, wakeAt, ...((save || moved.length > 0) && { save: true as const }) };
    },
  });
}
