// Heat from a thermometer: hot, or getting hot fast. The limits are those of heat detectors: it warns where one of class A1
// may respond, and alarms where any of that class has.

import { z } from 'zod';
import { type Instant, instantOf, msSince } from '#base/instant.ts';
import type { Because } from '#contract/facts.ts';
import type { Severity } from '#contract/hazard.ts';
import type { Reading } from '#contract/reading.ts';
import { MINUTE, SECOND } from '#contract/time.ts';
import type { Ladder } from './ladder.ts';
import { measured } from './measured.ts';

const options = z
  .strictObject({
    earlyAt: z
      .number()
      .min(40)
      .max(100)
      .default(58)
      .describe('Warn at this temperature and above, °C. EN 54-5 class A1 responds between 54 and 65.'),
    clearAt: z
      .number()
      .min(20)
      .max(90)
      .default(50)
      .describe('The warning’s cause counts as gone at this temperature and below, °C, once it no longer rises fast.'),
    risePerMinute: z
      .number()
      .min(4)
      .max(60)
      .default(8)
      .describe('Warn when the temperature has been rising this fast over about a minute, °C a minute.'),
    alarmAt: z
      .number()
      .min(40)
      .max(150)
      .default(65)
      .describe('Alarm at this temperature and above, °C: by 65 a detector of class A1 has responded.'),
    criticalAt: z
      .number()
      .min(40)
      .max(200)
      .default(85)
      .describe('Alarm again, as critical, at this temperature and above, °C: by 85 one of class B has, too.'),
    riseFrom: z
      .number()
      .min(20)
      .max(80)
      .default(40)
      .describe('A fast rise counts at this temperature and above, °C: a room that is heated up ends below.'),
  })
  .refine(({ earlyAt, clearAt }) => clearAt < earlyAt, {
    path: ['clearAt'],
    message: 'expected a temperature below earlyAt',
  })
  .refine(({ earlyAt, riseFrom }) => riseFrom < earlyAt, {
    path: ['riseFrom'],
    message: 'expected a temperature below earlyAt',
  })
  .refine(({ earlyAt, alarmAt }) => alarmAt >= earlyAt, {
    path: ['alarmAt'],
    message: 'expected a temperature of earlyAt or above',
  })
  .refine(({ alarmAt, criticalAt }) => criticalAt >= alarmAt, {
    path: ['criticalAt'],
    message: 'expected a temperature of alarmAt or above',
  })
  .describe('Warning and alarm from the temperature that a thermometer, or a smoke detector with one, tells.');
type Options = z.output<typeof options>;

type Warmth = {
  temperature: number;
  at: Instant;
  /** Smoothed rate of rise, °C a minute. */
  rise: number;
};

/** The rate of rise is averaged over this time, the newest counting most. */
const SMOOTHING_MS = MINUTE;
const COOL_GRAIN_MS = 10 * SECOND;
/** A step above the warning is left this far below it, °C. */
const LEFT = 7;

function ladder(limits: Options): Ladder<Warmth> {
  const { earlyAt, clearAt, risePerMinute, riseFrom } = limits;
  const above = (temperature: number, limit: number): Because => ({
    fact: 'level-above',
    quantity: 'temperature',
    value: temperature,
    limit,
  });
  const rung = (severity: Severity, limit: number) => ({
    severity,
    reached: ({ temperature }: Warmth) =>
      temperature >= limit ? true : temperature <= limit - LEFT ? false : undefined,
    because: ({ temperature }: Warmth) => above(temperature, limit),
  });
  return {
    hazard: 'heat',
    rungs: [
      {
        severity: 'early',
        reached: ({ temperature, rise }) => {
          if (temperature >= earlyAt || (temperature >= riseFrom && rise >= risePerMinute)) return true;
          return temperature <= clearAt && rise < risePerMinute / 2 ? false : undefined;
        },
        because: ({ temperature, rise }) =>
          temperature >= earlyAt
            ? above(temperature, earlyAt)
            : { fact: 'rising-fast', quantity: 'temperature', value: temperature, perMinute: Math.round(rise) },
      },
      rung('alarm', limits.alarmAt),
      rung('critical', limits.criticalAt),
    ],
    gone: ({ temperature }) => ({ fact: 'level-below', quantity: 'temperature', value: temperature, limit: clearAt }),
  };
}

export const heat = measured({
  id: 'heat',
  hazard: 'heat',
  quantity: 'temperature',
  options,
  ladder,
  // A boiler's or a freezer's own sensor does not measure the room.
  concerns: ({ kind }) => kind === 'temperature' || kind === 'smoke',
  hear: (known: Warmth | undefined, reading, limits) =>
    known && tooSoon(known, reading, limits) ? undefined : warmer(known, reading),
  kept: () => true,
});

/**
 * Where it is cool, a thermometer that reports each second is heard a few times a minute: that is enough for the rate.
 */
const tooSoon = ({ at, temperature }: Warmth, reading: Reading, { riseFrom }: Options): boolean =>
  temperature < riseFrom &&
  (reading.value as number) < riseFrom &&
  (msSince(at, reading.at) ?? COOL_GRAIN_MS) < COOL_GRAIN_MS;

/**
 * What a reading adds; undefined for one that is not newer. Between two readings the temperature is taken to have moved
 * in a straight line, so that the rate is the same however often a sensor is read. Across a boot no rate is known.
 */
function warmer(known: Warmth | undefined, { value, at }: Reading): Warmth | undefined {
  const temperature = value as number;
  const first = { temperature, at: instantOf(at), rise: 0 };
  if (!known) return first;
  const ms = msSince(known.at, at);
  if (ms === undefined) return first;
  if (ms === 0) return undefined;
  const kept = Math.exp(-ms / SMOOTHING_MS);
  const rise = known.rise * kept + ((temperature - known.temperature) / ms) * MINUTE * (1 - kept);
  return { ...first, rise };
}
