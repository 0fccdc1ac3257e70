// Breathing, as a sensor in the bed or a radar counts it.

import { z } from 'zod';
import { enabled } from './common.ts';
import { lasting } from './lasting.ts';

export const breathing = lasting({
  id: 'breathing',
  hazard: 'breathing',
  severity: 'alarm',
  consumes: ['respirationRate'],
  options: z
    .strictObject({
      enabled,
      // NEWS2 (Royal College of Physicians, 2017) gives its highest score at 8 and under, and at 25 and above.
      below: z.number().min(1).max(20).default(8).describe('Breaths a minute: no more than this is too few.'),
      above: z.number().min(15).max(60).default(30).describe('No fewer than this is too many.'),
      minutes: z.number().min(0.5).max(60).default(3).describe('For so long without a pause, minutes.'),
    })
    .describe('Breathes too slowly or too fast, by a bed sensor or a radar. No diagnosis, and no medical device.'),
  holds: ({ value }, _device, { below, above }) => Number(value) <= below || Number(value) >= above,
  anewAtOnce: true,
  limitMinutes: ({ minutes }) => minutes,
  because: (minutes, _options, { value }) => [{ fact: 'breathing-rate', value: Number(value), minutes }],
});
