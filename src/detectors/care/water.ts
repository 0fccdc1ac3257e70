// Water: none for half a day, or running on. From a flow switch, or a meter that its driver watches.

import { z } from 'zod';
import { enabled } from './common.ts';
import { lasting } from './lasting.ts';
import { missing } from './missing.ts';

export const waterUnused = missing({
  id: 'water-unused',
  hazard: 'water-unused',
  severity: 'alarm',
  consumes: ['waterFlow'],
  options: z
    .strictObject({
      enabled,
      hours: z.number().min(2).max(168).default(12).describe('No water for so long, hours.'),
    })
    .describe('No water was used while somebody is at home; a municipal rule (Shanghai Changning: 12 h).'),
  watches: ({ kind }) => kind === 'water',
  happens: ({ quantity, value }) => quantity === 'waterFlow' && value === true,
  because: (hours) => ({ fact: 'no-water', hours }),
});

export const waterRunning = lasting({
  id: 'water-running',
  hazard: 'water-running',
  severity: 'early',
  consumes: ['waterFlow'],
  options: z
    .strictObject({
      enabled,
      minutes: z.number().min(5).max(1_440).default(60).describe('Running for so long without a pause, minutes.'),
    })
    .describe('Water runs on: a tap that was forgotten, or a pipe.'),
  holds: ({ value }) => value === true,
  limitMinutes: ({ minutes }) => minutes,
  because: (minutes) => [{ fact: 'water-runs', minutes }],
});
