// A certified detector's own alarm, forwarded untouched: the box never re-thresholds what a certified detector decided.

import { z } from 'zod';
import { type Detector, defineDetector } from '#contract/detector.ts';
import type { Hazard } from '#contract/hazard.ts';
import type { Quantity } from '#contract/quantity.ts';

/** Devices whose alarm is on: `true`; `false` for one that says it is off and cannot vouch for it. */
export type State = Record<string, boolean>;

const options = z.strictObject({}).describe('The detector’s own alarm is forwarded as it is. There is nothing to set.');

/**
 * An alarm that is on is believed even from a sensor that cannot vouch; only a good reading ends it. A sensor that is
 * faulty, warming up or lost ends nothing: silence is not "no gas". After a doubtful "off" the next "on" is a new alarm:
 * a detector that can never vouch, as one that advertises without encryption, must not be heard only once.
 */
const certified = (
  id: string,
  hazard: Hazard,
  quantity: Quantity,
  facts = { on: 'detector-alarm', off: 'detector-quiet' },
): Detector<State, typeof options> =>
  defineDetector<State, typeof options>({
    id,
    hazard,
    consumes: [quantity],
    options,
    checkpoint: 'alert',
    start: () => ({}),

    step(state, input) {
      if (input.kind !== 'reading') return { state, findings: [] };
      const { deviceId, value, quality, at } = input.reading;
      const was = state[deviceId];
      const finding = (active: boolean) => ({
        hazard,
        subject: `device:${deviceId}` as const,
        active,
        severity: 'alarm' as const,
        at,
        because: [{ fact: active ? facts.on : facts.off }],
      });
      if (value === true && quality !== 'bad' && was !== true)
        return { state: { ...state, [deviceId]: true }, findings: [finding(true)] };
      if (value === false && quality === 'uncertain' && was === true)
        return { state: { ...state, [deviceId]: false }, findings: [] };
      if (value === false && quality === 'good' && was !== undefined) {
        const { [deviceId]: _, ...others } = state;
        return { state: others, findings: [finding(false)] };
      }
      return { state, findings: [] };
    },
  });

export const gasAlarm = certified('gas-alarm', 'gas', 'gasAlarm');
export const coAlarm = certified('co-alarm', 'co', 'coAlarm');
export const smokeAlarm = certified('smoke-alarm', 'smoke', 'smoke');
/** A leak sensor's contacts know no level: wet or dry is its own decision, forwarded as it is. */
export const waterLeak = certified('water-leak', 'water-leak', 'waterLeak', { on: 'water-found', off: 'water-gone' });
