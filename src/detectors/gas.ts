// Early warning from a raw gas level, kept apart from the alarm of a certified detector.

import { z } from 'zod';
import { defineDetector } from '#contract/detector.ts';

/** Devices whose level is in warning. */
export type State = Record<string, true>;

const options = z
  .strictObject({
    earlyAt: z
      .number()
      .min(1)
      .max(50)
      .default(10)
      .describe('Warn at this level and above, %LEL. EN 50194-1 detectors alarm between 3 and 20.'),
    clearAt: z
      .number()
      .min(0)
      .max(50)
      .default(5)
      .describe('The warning’s cause counts as gone at this level and below, %LEL.'),
  })
  .refine(({ earlyAt, clearAt }) => clearAt < earlyAt, { path: ['clearAt'], message: 'expected a level below earlyAt' })
  .describe('Early warning from the raw level of a combustible gas sensor.');

export const gasEarly = defineDetector<State, typeof options>({
  id: 'gas',
  hazard: 'gas',
  consumes: ['gas'],
  options,
  checkpoint: 'alert',
  start: () => ({}),

  step(state, input, { earlyAt, clearAt }) {
    // A level that the sensor cannot vouch for neither warns nor clears; the sensor's own fault says that nobody watches.
    if (input.kind !== 'reading' || input.reading.quality !== 'good') return { state, findings: [] };
    const { deviceId, value, at } = input.reading;
    const level = value as number;
    const was = state[deviceId] === true;
    if (was ? level > clearAt : level < earlyAt) return { state, findings: [] };
    const { [deviceId]: _, ...others } = state;
    return {
      state: was ? others : { ...state, [deviceId]: true },
      findings: [
        {
          hazard: 'gas',
          subject: `device:${deviceId}`,
          active: !was,
          severity: 'early',
          at,
          because: [
            {
              fact: was ? 'level-below' : 'level-above',
              quantity: 'gas',
              value: level,
              limit: was ? clearAt : earlyAt,
            },
          ],
        },
      ],
    };
  },
});
