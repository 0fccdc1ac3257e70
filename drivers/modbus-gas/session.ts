// One detector at work: read again and again, believed as far as it says that it sees.

import type { DriverIo, RunningDriver } from '#contract/driver.ts';
import type { FaultCode } from '#contract/fault.ts';
import type { Quality } from '#contract/reading.ts';
import { later, type MonoMs, SECOND } from '#contract/time.ts';
import { tellConditions, worstOf } from '#wire/modbus/conditions.ts';
import { pollSlave } from '#wire/modbus/poll.ts';
import { decode, type Seen, type Trouble } from './codec.ts';
import { type Model, models } from './models.ts';
import type { Options } from './options.ts';

/** Beats that a heartbeat may miss. */
const BEATS_MISSED = 3;

/** What a condition means for what the detector says. `alarm` is of its own alarm, when that is on. */
const effects: Record<Trouble | 'heartbeat-stuck', { fault: FaultCode; level: Quality; alarm: Quality }> = {
  'warming-up': { fault: 'sensor-warming-up', level: 'uncertain', alarm: 'uncertain' },
  inhibited: { fault: 'sensor-fault', level: 'uncertain', alarm: 'uncertain' },
  // What it says then is of a test gas, or of nothing.
  simulation: { fault: 'sensor-fault', level: 'bad', alarm: 'bad' },
  'bump-test': { fault: 'sensor-fault', level: 'bad', alarm: 'bad' },
  calibrating: { fault: 'sensor-fault', level: 'bad', alarm: 'bad' },
  'instrument-fault': { fault: 'sensor-fault', level: 'bad', alarm: 'uncertain' },
  'no-sensor': { fault: 'sensor-fault', level: 'bad', alarm: 'uncertain' },
  'over-range': { fault: 'sensor-fault', level: 'bad', alarm: 'uncertain' },
  'under-range': { fault: 'sensor-fault', level: 'bad', alarm: 'uncertain' },
  unknown: { fault: 'sensor-fault', level: 'bad', alarm: 'uncertain' },
  'no-value': { fault: 'sensor-fault', level: 'bad', alarm: 'uncertain' },
  'heartbeat-stuck': { fault: 'sensor-fault', level: 'bad', alarm: 'uncertain' },
  maintenance: { fault: 'sensor-end-of-life', level: 'good', alarm: 'good' },
  'service-over': { fault: 'sensor-end-of-life', level: 'uncertain', alarm: 'uncertain' },
};

export function runSession(io: DriverIo<'modbus', Options>): RunningDriver {
  const { device, options, clock, emit, fault } = io;
  const model: Model = models[options.model];
  const kind = device.kind === 'co' ? 'co' : 'gas';
  const pollMs = Math.min(options.pollSeconds * SECOND, (model.heartbeat?.everyMs ?? Number.POSITIVE_INFINITY) / 2);
  const warmsItself = (model.states ?? []).some(({ codes }) => Object.values(codes).includes('warming-up'));
  const warmupMs = warmsItself ? 0 : options.warmupSeconds * SECOND;

  let warmUntil = later(clock.now().mono, warmupMs);
  let beat: { on: boolean; since: MonoMs; seen: boolean } | undefined;

  function report(seen: Seen): void {
    const stuck = heartbeatStuck(seen.heartbeat);
    const conditions = [...seen.conditions, ...(stuck ? ['heartbeat-stuck' as const] : [])];
    const warming = clock.now().mono < warmUntil;
    const told: (Trouble | 'heartbeat-stuck')[] =
      warming && !conditions.includes('warming-up') ? [...conditions, 'warming-up'] : conditions;
    tellConditions(fault, told, effects);
    fault('reading-refused', seen.misfit, seen.misfit ? { configured: options.model, kind } : {});
    // Until its heart was seen to beat once, nobody knows whether these registers are alive.
    const alive: Quality = beat && !beat.seen ? 'uncertain' : 'good';
    const worst = (of: 'level' | 'alarm'): Quality =>
      worstOf([alive, ...told.map((condition) => effects[condition][of])]);
    emit({
      quantity: kind,
      value: seen.level ?? END_OF_SCALE[kind],
      quality: seen.level === undefined ? 'bad' : worst('level'),
    });
    if (seen.alarm !== undefined)
      emit({ quantity: kind === 'gas' ? 'gasAlarm' : 'coAlarm', value: seen.alarm, quality: worst('alarm') });
  }

  function heartbeatStuck(on: boolean | undefined): boolean {
    if (!model.heartbeat || on === undefined) return false;
    const now = clock.now().mono;
    if (!beat) beat = { on, since: now, seen: false };
    else if (beat.on !== on) beat = { on, since: now, seen: true };
    if (now - beat.since <= BEATS_MISSED * model.heartbeat.everyMs) return false;
    // One that stood still has to be seen beating again before it is believed.
    beat.seen = false;
    return true;
  }

  return pollSlave(io, {
    blocks: model.blocks,
    everyMs: pollMs,
    returned() {
      warmUntil = later(clock.now().mono, warmupMs);
      beat = undefined;
    },
    heard: (registers) => report(decode(model, registers, { kind, lelPpm: options.lelPpm })),
  });
}

/** The value beside `bad`: not a measurement, and on the side of caution should anybody take it for one. */
const END_OF_SCALE = { gas: 100, co: 10_000 } as const;
