// Early warning of heat from a thermometer: hot, or getting hot fast. The limits are those of a class A1 heat detector.

import { z } from 'zod';
import { defineDetector } from '#contract/detector.ts';
import type { Device } from '#contract/device.ts';
import type { Because, Finding } from '#contract/finding.ts';
import type { Reading } from '#contract/reading.ts';
import { MINUTE, SECOND } from '#contract/time.ts';
import { type Instant, instantOf, msSince } from './since.ts';

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
  .describe('Early warning from the temperature that a thermometer, or a smoke detector with one, tells.');
type Options = z.output<typeof options>;

type Warmth = {
  temperature: number;
  at: Instant;
  /** Smoothed rate of rise, °C a minute. */
  rise: number;
  warned: boolean;
};

/** By device. */
export type State = Record<string, Warmth>;

/** The rate of rise is averaged over so long, the newest counting most. */
const SMOOTHING_MS = MINUTE;
const COOL_GRAIN_MS = 10 * SECOND;

export const heatEarly = defineDetector<State, typeof options>({
  id: 'heat',
  hazard: 'heat',
  consumes: ['temperature'],
  options,
  checkpoint: 'alert',
  start: () => ({}),

  step(state, input, options) {
    // What cannot be vouched for neither warns nor clears; a boiler's or a freezer's own sensor is no room's.
    if (input.kind !== 'reading' || !measuresTheRoom(input.device) || input.reading.quality !== 'good')
      return { state, findings: [] };
    const { reading } = input;
    const known = state[reading.deviceId];
    if (known && tooSoon(known, reading, options)) return { state, findings: [] };
    const warmth = warmer(known, reading);
    if (!warmth) return { state, findings: [] };
    const finding = warmth.warned ? gone(warmth, reading, options) : noticed(warmth, reading, options);
    const next = finding ? { ...warmth, warned: finding.active } : warmth;
    return { state: { ...state, [reading.deviceId]: next }, findings: finding ? [finding] : [] };
  },
});

/** Where it is cool, a thermometer that speaks each second is heard a few times a minute: that is enough for the rate. */
const tooSoon = ({ warned, at }: Warmth, reading: Reading, { riseFrom }: Options): boolean =>
  !warned && (reading.value as number) < riseFrom && (msSince(at, reading.at) ?? COOL_GRAIN_MS) < COOL_GRAIN_MS;

const measuresTheRoom = ({ kind }: Device) => kind === 'temperature' || kind === 'smoke';

/**
 * What a reading adds; undefined for one that is not newer. Between two readings the temperature is taken to have moved
 * in a straight line, so that the rate is the same however often a sensor is read. Across a boot no rate is known.
 */
function warmer(known: Warmth | undefined, { value, at }: Reading): Warmth | undefined {
  const temperature = value as number;
  const first = { temperature, at: instantOf(at), rise: 0, warned: known?.warned ?? false };
  if (!known) return first;
  const ms = msSince(known.at, at);
  if (ms === undefined) return first;
  if (ms === 0) return undefined;
  const kept = Math.exp(-ms / SMOOTHING_MS);
  const rise = known.rise * kept + ((temperature - known.temperature) / ms) * MINUTE * (1 - kept);
  return { ...first, rise };
}

function noticed({ temperature, rise }: Warmth, reading: Reading, limits: Options): Finding | undefined {
  const { earlyAt, risePerMinute, riseFrom } = limits;
  if (temperature >= earlyAt)
    return finding(reading, true, {
      fact: 'level-above',
      quantity: 'temperature',
      value: temperature,
      limit: earlyAt,
    });
  if (temperature >= riseFrom && rise >= risePerMinute)
    return finding(reading, true, {
      fact: 'rising-fast',
      quantity: 'temperature',
      value: temperature,
      perMinute: Math.round(rise),
    });
  return undefined;
}

const gone = ({ temperature, rise }: Warmth, reading: Reading, { clearAt, risePerMinute }: Options) =>
  temperature <= clearAt && rise < risePerMinute / 2
    ? finding(reading, false, { fact: 'level-below', quantity: 'temperature', value: temperature, limit: clearAt })
    : undefined;

const finding = ({ deviceId, at }: Reading, active: boolean, because: Because): Finding => ({
  hazard: 'heat',
  subject: `device:${deviceId}`,
  active,
  severity: 'early',
  at,
  because: [because],
});
