// Sensors that talk but may see nothing: a level that is noisy by nature and has not moved for a day is a fault.

import { z } from 'zod';
import { type Instant, instantOf, msSince } from '#base/instant.ts';
import { defineDetector, type FoundFault } from '#contract/detector.ts';
import type { Quantity } from '#contract/quantity.ts';
import type { Reading } from '#contract/reading.ts';
import { HOUR } from '#contract/time.ts';

const options = z
  .strictObject({
    stuckAfterHours: z
      .number()
      .min(2)
      .max(720)
      .default(24)
      .describe('A raw gas or carbon monoxide level that has not changed at all for so long is a fault, hours.'),
    stuckAtZeroHours: z
      .number()
      .min(0)
      .max(8_760)
      .default(0)
      .describe('The same for a level of exactly 0, hours; 0 for never: most modules say 0 in clean air, for months.'),
  })
  .describe('A sensor that says the very same value for too long is a fault: it may see nothing.');
type Options = z.output<typeof options>;

type Watched = {
  deviceId: string;
  quantity: Quantity;
  value: number;
  /** How long it had stood still at `at`, ms. */
  stillMs: number;
  at: Instant;
  /** Another value was heard since. */
  moved: boolean;
  stuck: boolean;
};

/** One for each device and quantity; a list, since it is copied at many a reading. */
export type State = Watched[];

/**
 * Time is added up in pieces of this size, so that most readings cost one comparison and leave the state as it is. The
 * fault comes up to two of them late.
 */
const GRAIN_MS = HOUR;
/** With nothing heard for longer, nobody knows whether the value moved in between: the count starts over. */
const GAP_MS = 2 * HOUR;

export const sensorHealth = defineDetector<State, typeof options>({
  id: 'sensor-health',
  hazard: null,
  consumes: ['gas', 'co'],
  options,
  checkpoint: 'alert',
  start: () => [],

  step(before, input, options) {
    // An older release kept a map: the state starts over.
    const state = Array.isArray(before) ? before : [];
    if (input.kind !== 'reading' || input.reading.quality !== 'good') return { state, findings: [] };
    const { reading } = input;
    const { deviceId, quantity } = reading;
    const index = state.findIndex((one) => one.deviceId === deviceId && one.quantity === quantity);
    const known = state[index];
    const next = watch(known, reading, options);
    return {
      state: next === known ? state : known ? state.with(index, next) : [...state, next],
      findings: [],
      ...((known?.stuck ?? false) !== next.stuck && { save: true }),
      // Repeated with every reading for as long as it lasts: after a restart the fault is not known any more.
      ...((next.stuck || known?.stuck) && { faults: [fault(reading, next)] }),
    };
  },
});

function watch(known: Watched | undefined, reading: Reading, options: Options): Watched {
  const { deviceId, quantity, at } = reading;
  const level = reading.value as number;
  const fresh: Watched = {
    deviceId,
    quantity,
    value: level,
    stillMs: 0,
    at: instantOf(at),
    moved: false,
    stuck: false,
  };
  if (!known) return fresh;
  if (known.stuck) return level === known.value ? known : fresh;
  const passed = msSince(known.at, at);
  if (passed === undefined || passed > GAP_MS) return fresh;
  if (passed < GRAIN_MS) return known.moved || level === known.value ? known : { ...known, moved: true };
  if (known.moved || level !== known.value) return fresh;
  const stillMs = known.stillMs + passed;
  const limit = limitOf(level, options);
  return { ...fresh, stillMs, stuck: limit !== undefined && stillMs >= limit };
}

const limitOf = (level: number, { stuckAfterHours, stuckAtZeroHours }: Options): number | undefined =>
  level !== 0 ? stuckAfterHours * HOUR : stuckAtZeroHours > 0 ? stuckAtZeroHours * HOUR : undefined;

const fault = ({ deviceId, quantity }: Reading, { value, stuck }: Watched): FoundFault => ({
  code: 'sensor-stuck',
  subject: `device:${deviceId}`,
  active: stuck,
  context: stuck ? { quantity, value } : {},
});
