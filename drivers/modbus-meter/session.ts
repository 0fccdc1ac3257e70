// One meter at work: read again and again, and believed as far as it says that it can see and its numbers are possible.

import type { DriverFault, DriverIo, RunningDriver } from '#contract/driver.ts';
import type { Quality } from '#contract/reading.ts';
import { MINUTE, type MonoMs, SECOND } from '#contract/time.ts';
import { reportConditions, worstOf } from '#driver-kit/modbus/conditions.ts';
import { pollSlave } from '#driver-kit/modbus/poll.ts';
import { countOf, decode, modelOf, type Seen, type Trouble } from './codec.ts';
import type { Options } from './options.ts';
import { type Doubt, type Limits, water, waterAtStart } from './water.ts';

/** What a condition means for the meter's readings. */
const effects: Record<Trouble | Doubt, { fault: DriverFault; reason?: string; value: Quality }> = {
  'no-signal': { fault: 'sensor-fault', value: 'bad' },
  'weak-signal': { fault: 'sensor-fault', value: 'uncertain' },
  'pipe-empty': { fault: 'sensor-fault', value: 'bad' },
  'instrument-fault': { fault: 'sensor-fault', value: 'bad' },
  unknown: { fault: 'sensor-fault', value: 'uncertain' },
  'no-value': { fault: 'sensor-fault', value: 'bad' },
  'total-backwards': { fault: 'sensor-fault', value: 'bad' },
  'total-jumped': { fault: 'sensor-fault', value: 'bad' },
  'flow-impossible': { fault: 'sensor-fault', reason: 'off-scale', value: 'uncertain' },
  // The end of the scale, while the true power is there or above: believed where it warns.
  'over-range': { fault: 'sensor-fault', reason: 'off-scale', value: 'uncertain' },
  'under-range': { fault: 'sensor-fault', reason: 'off-scale', value: 'bad' },
  'words-swapped': { fault: 'sensor-fault', reason: 'word-order', value: 'bad' },
  subnormal: { fault: 'sensor-fault', reason: 'word-order', value: 'bad' },
  adjusting: { fault: 'sensor-warming-up', value: 'uncertain' },
  'battery-low': { fault: 'battery-low', value: 'good' },
};

/** Water in a pipe does not run faster, m/s. */
const FASTEST = 10;
/** A float may count in steps that are not documented, up to this, m³. */
const STEP_M3 = 0.1;
/**
 * After this many doubted readings in a row nothing is vouched for; a single one may have been read while the meter was
 * counting.
 */
const DOUBTS_HEARD = 2;
/**
 * After this many they are a fault. By the third, a meter that was exchanged, or is full and begins again, has
 * confirmed its total.
 */
const DOUBTS_FAULTY: Record<Doubt, number> = { 'flow-impossible': 2, 'total-backwards': 3, 'total-jumped': 3 };
/** The total is reported no more often than this. */
const VOLUME_EVERY_MS = MINUTE;

export function runSession(io: DriverIo<'modbus', Options>): RunningDriver {
  const { options, clock, emit, fault, log } = io;
  const model = modelOf(options);
  const everyMs = options.pollSeconds * SECOND;
  const limits: Limits = {
    mostLitresPerHour: litresPerHourOf(options.pipeMm),
    leastLitresPerHour: options.leastLitresPerHour,
    countM3: Math.max(STEP_M3, countOf(model)),
    idleMs: model.flow ? 0 : options.idleSeconds * SECOND,
    freshMs: Math.max(MINUTE, 3 * everyMs),
  };

  let state = waterAtStart;
  let flowing = false;
  let watts: number | undefined;
  let volume: { reported: number; at: MonoMs } | undefined;
  let greeted = false;

  function report(seen: Seen): void {
    fault('reading-refused', seen.misfit, seen.misfit ? { configured: options.model, what: 'unit of the total' } : {});
    // Counts in an unknown unit say nothing about water. The host notices the silence.
    if (seen.misfit) return;
    if (!greeted)
      log.info({ totalM3: rounded(seen.total), litresPerHour: rounded(seen.flow), watts: seen.power }, 'meter read');
    greeted = true;
    const found = model.kind === 'water' ? reportWater(seen) : reportPower(seen);
    reportConditions(fault, found, effects);
  }

  function reportWater({ total, flow, conditions }: Seen): (Trouble | Doubt)[] {
    const now = clock.now().mono;
    const quality = qualityOf(conditions);
    if (quality === 'bad') {
      emit({ quantity: 'waterFlow', value: flowing, quality });
      return conditions;
    }
    const { water: next, flowing: flows, doubt, rebased } = water(state, { total, flow }, now, limits);
    if (rebased) log.warn({ before: state.base?.total, after: total }, 'meter was set back or exchanged');
    const first = state.base === null;
    state = next;
    if (doubt !== undefined) {
      log.debug({ doubt, total, flow }, 'reading of the meter is not believed');
      if (next.doubts < DOUBTS_HEARD) return conditions;
      // Either more runs than the pipe can pass, or the meter is broken.
      const rushes = doubt === 'flow-impossible' && flow !== undefined && flow > 0;
      emit({ quantity: 'waterFlow', value: rushes || flowing, quality: rushes ? 'uncertain' : 'bad' });
      return next.doubts < DOUBTS_FAULTY[doubt] ? conditions : [...conditions, doubt];
    }
    flowing = flows;
    emit({ quantity: 'waterFlow', value: flowing, quality });
    // A sum may read zero once; if that were reported, the next one would be a leap by everything that ever passed.
    if (total !== undefined && !(first && total === 0)) reportVolume(total, quality, now);
    return conditions;
  }

  function reportVolume(total: number, quality: Quality, now: MonoMs): void {
    const value = rounded(total);
    if (volume && (volume.reported === value || now - volume.at < VOLUME_EVERY_MS)) return;
    volume = { reported: value, at: now };
    emit({ quantity: 'waterVolume', value, quality });
  }

  function reportPower({ power, conditions }: Seen): Trouble[] {
    watts = power ?? watts;
    if (watts !== undefined) emit({ quantity: 'power', value: watts, quality: qualityOf(conditions) });
    return conditions;
  }

  return pollSlave(io, {
    blocks: model.blocks,
    everyMs,
    returned() {
      state = waterAtStart;
      flowing = false;
    },
    heard: (registers) => report(decode(model, registers)),
  });
}

/** To the millilitre; floats are no more precise. */
function rounded(value: number): number;
function rounded(value: number | undefined): number | undefined;
function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 1e6) / 1e6;
}

const qualityOf = (conditions: readonly Trouble[]): Quality =>
  worstOf(conditions.map((condition) => effects[condition].value));

/** The most that a pipe of this many millimetres can pass. */
const litresPerHourOf = (pipeMm: number): number => (Math.PI / 4) * (pipeMm / 1_000) ** 2 * FASTEST * 3_600 * 1_000;
