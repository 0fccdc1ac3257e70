// One detector at work: read again and again, and believed as far as it says that it can see.

import type { DriverFault, DriverIo, RunningDriver } from '#contract/driver.ts';
import type { Quality } from '#contract/reading.ts';
import { type MonoMs, SECOND } from '#contract/time.ts';
import { lingering } from '#driver-kit/lingering.ts';
import { reportConditions, worstOf } from '#driver-kit/modbus/conditions.ts';
import { pollSlave } from '#driver-kit/modbus/poll.ts';
import { warmUp } from '#driver-kit/warm-up.ts';
import { decode, type Seen, type Trouble } from './codec.ts';
import { type Model, models } from './models.ts';
import type { Options } from './options.ts';

/** How many beats a heartbeat may miss. */
const BEATS_MISSED = 3;

type Reported = Trouble | 'heartbeat-stuck' | 'warm-up-endless';

/** What a condition means for the readings. `alarm` is about its own alarm, when that is on. */
const effects: Record<Reported, { fault: DriverFault; reason?: string; level: Quality; alarm: Quality }> = {
  // What its level is worth meanwhile is decided by warm-up.ts.
  'warming-up': { fault: 'sensor-warming-up', level: 'good', alarm: 'uncertain' },
  'warm-up-endless': { fault: 'sensor-fault', level: 'uncertain', alarm: 'uncertain' },
  inhibited: { fault: 'sensor-fault', level: 'uncertain', alarm: 'uncertain' },
  // What it then reports comes from a test gas, or from nothing.
  simulation: { fault: 'sensor-fault', level: 'bad', alarm: 'bad' },
  'bump-test': { fault: 'sensor-fault', level: 'bad', alarm: 'bad' },
  calibrating: { fault: 'sensor-fault', level: 'bad', alarm: 'bad' },
  'instrument-fault': { fault: 'sensor-fault', level: 'bad', alarm: 'uncertain' },
  'no-sensor': { fault: 'sensor-fault', level: 'bad', alarm: 'uncertain' },
  // The end of the scale, while the true level is there or above: believed where it warns.
  'over-range': { fault: 'sensor-fault', reason: 'off-scale', level: 'uncertain', alarm: 'uncertain' },
  'under-range': { fault: 'sensor-fault', reason: 'off-scale', level: 'bad', alarm: 'uncertain' },
  // It may be an alarm's code.
  unknown: { fault: 'sensor-fault', level: 'uncertain', alarm: 'uncertain' },
  'no-value': { fault: 'sensor-fault', level: 'bad', alarm: 'uncertain' },
  'words-swapped': { fault: 'sensor-fault', reason: 'word-order', level: 'bad', alarm: 'uncertain' },
  subnormal: { fault: 'sensor-fault', reason: 'word-order', level: 'bad', alarm: 'uncertain' },
  'heartbeat-stuck': { fault: 'sensor-fault', level: 'bad', alarm: 'uncertain' },
  maintenance: { fault: 'sensor-maintenance-due', level: 'good', alarm: 'good' },
  'service-over': { fault: 'sensor-end-of-life', level: 'uncertain', alarm: 'uncertain' },
};

export function runSession(io: DriverIo<'modbus', Options>): RunningDriver {
  const { device, options, clock, emit, fault } = io;
  const model: Model = models[options.model];
  const kind = device.kind === 'co' ? 'co' : 'gas';
  const pollMs = Math.min(options.pollSeconds * SECOND, (model.heartbeat?.everyMs ?? Number.POSITIVE_INFINITY) / 2);
  const warmsItself = (model.states ?? []).some(({ codes }) => Object.values(codes).includes('warming-up'));
  const warmupMs = (options.warmupSeconds ?? model.warmUp.seconds) * SECOND;
  const warming = warmUp({ clock, ms: warmsItself ? 0 : warmupMs, large: model.warmUp.large[kind] });
  const stillOver = lingering(clock);
  /** Since when it has reported that it warms up. */
  let warmSince: MonoMs | undefined;
  let beat: { on: boolean; since: MonoMs; seen: boolean } | undefined;

  function report(seen: Seen): void {
    const stuck = heartbeatStuck(seen.heartbeat);
    const saysWarm = saysWarming(seen);
    const { level } = seen;
    const worth = level === undefined ? 'bad' : warming.quality(level, saysWarm);
    const conditions = new Set<Reported>(seen.conditions);
    if (stuck) conditions.add('heartbeat-stuck');
    conditions.delete('warming-up');
    if (seen.conditions.includes('warming-up') && !saysWarm) conditions.add('warm-up-endless');
    if (saysWarm || warming.active()) {
      conditions.add('warming-up');
      // A cold sensor overshoots its scale: that is no fault of its own until its level is believed.
      if (worth === 'bad') conditions.delete('over-range');
    }
    // The fault of a level that hovers at the end of its scale says nothing about this reading.
    const faults = stillOver(conditions.has('over-range'))
      ? new Set<Reported>([...conditions, 'over-range'])
      : conditions;
    reportConditions(fault, [...faults], effects);
    fault('reading-refused', seen.misfit, seen.misfit ? { configured: options.model, kind } : {});
    // Until its heartbeat was seen once, nobody knows whether these registers are alive.
    const alive: Quality = beat && !beat.seen ? 'uncertain' : 'good';
    const worst = (of: 'level' | 'alarm'): Quality =>
      worstOf([alive, ...[...conditions].map((condition) => effects[condition][of])]);
    emit({ quantity: kind, value: level ?? END_OF_SCALE[kind], quality: worstOf([worth, worst('level')]) });
    if (seen.alarm !== undefined)
      emit({ quantity: kind === 'gas' ? 'gasAlarm' : 'coAlarm', value: seen.alarm, quality: worst('alarm') });
  }

  /** It reports that it warms up, which is believed for as long as its row allows. */
  function saysWarming({ conditions }: Seen): boolean {
    const now = clock.now().mono;
    warmSince = conditions.includes('warming-up') ? (warmSince ?? now) : undefined;
    return warmSince !== undefined && now - warmSince <= model.warmUp.seconds * SECOND;
  }

  function heartbeatStuck(on: boolean | undefined): boolean {
    if (!model.heartbeat || on === undefined) return false;
    const now = clock.now().mono;
    if (!beat) beat = { on, since: now, seen: false };
    else if (beat.on !== on) beat = { on, since: now, seen: true };
    if (now - beat.since <= BEATS_MISSED * model.heartbeat.everyMs) return false;
    // A heartbeat that stopped has to be seen again before the detector is believed.
    beat.seen = false;
    return true;
  }

  return pollSlave(io, {
    blocks: model.blocks,
    everyMs: pollMs,
    // A lost line is not lost power: the warm-up continues as it was.
    returned() {
      beat = undefined;
    },
    heard: (registers) => report(decode(model, registers, { kind, lelPpm: options.lelPpm })),
  });
}

/** The value beside `bad`: not a measurement, and on the safe side should anybody take it for one. */
const END_OF_SCALE = { gas: 100, co: 10_000 } as const;
