// A raw gas level, by steps: an early warning, and an alarm from the level at which any certified detector must have
// alarmed. Kept apart from the alarm of a certified detector.

import { z } from 'zod';
import type { Because } from '#contract/facts.ts';
import type { Severity } from '#contract/hazard.ts';
import type { Ladder } from './ladder.ts';
import { measured } from './measured.ts';

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
    alarmAt: z
      .number()
      .min(1)
      .max(100)
      .default(20)
      .describe('Alarm at this level and above, %LEL: by 20 a detector to EN 50194-1 has alarmed.'),
    criticalAt: z
      .number()
      .min(1)
      .max(100)
      .default(40)
      .describe('Alarm again, as critical, at this level and above, %LEL.'),
  })
  .refine(({ earlyAt, clearAt }) => clearAt < earlyAt, { path: ['clearAt'], message: 'expected a level below earlyAt' })
  .refine(({ earlyAt, alarmAt }) => alarmAt >= earlyAt, {
    path: ['alarmAt'],
    message: 'expected a level of earlyAt or above',
  })
  .refine(({ alarmAt, criticalAt }) => criticalAt >= alarmAt, {
    path: ['criticalAt'],
    message: 'expected a level of alarmAt or above',
  })
  .describe('Warning and alarm from the raw level of a combustible gas sensor.');

/** A step is left at three quarters of its level, so that a level that flickers about it is one call. */
const LEFT = 0.75;

function ladder({ earlyAt, clearAt, alarmAt, criticalAt }: z.output<typeof options>): Ladder<number> {
  const rung = (severity: Severity, limit: number, left: number) => ({
    severity,
    reached: (value: number) => (value >= limit ? true : value <= left ? false : undefined),
    because: (value: number): Because => ({ fact: 'level-above', quantity: 'gas', value, limit }),
  });
  return {
    hazard: 'gas',
    rungs: [
      rung('early', earlyAt, clearAt),
      rung('alarm', alarmAt, Math.max(clearAt, alarmAt * LEFT)),
      rung('critical', criticalAt, Math.max(clearAt, criticalAt * LEFT)),
    ],
    gone: (value) => ({ fact: 'level-below', quantity: 'gas', value, limit: clearAt }),
  };
}

export const gasLevel = measured({
  id: 'gas',
  hazard: 'gas',
  quantity: 'gas',
  options,
  ladder,
  hear: (_known: number | undefined, { value }) => value as number,
  kept: () => false,
});
