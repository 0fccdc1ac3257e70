// Doors: left open, and not opened for a day.

import { z } from 'zod';
import { isExitDoor } from '#contract/device.ts';
import { enabled } from './common.ts';
import { lasting } from './lasting.ts';
import { missing } from './missing.ts';

export const doorOpen = lasting({
  id: 'door-open',
  hazard: 'door-open',
  severity: 'early',
  consumes: ['contact'],
  options: z
    .strictObject({
      enabled,
      minutes: z.number().min(1).max(1_440).default(15).describe('Open for so long, minutes.'),
    })
    .describe('A door to the outside is left open.'),
  holds: ({ value }, device) => (isExitDoor(device) ? value === 'open' : undefined),
  limitMinutes: ({ minutes }) => minutes,
  because: (minutes) => [{ fact: 'left-open', minutes }],
});

export const doorUnused = missing({
  id: 'door-unused',
  hazard: 'door-unused',
  severity: 'alarm',
  consumes: ['contact'],
  options: z
    .strictObject({
      enabled,
      hours: z.number().min(6).max(168).default(24).describe('Not opened for so long, hours.'),
    })
    .describe('The door to the outside was not opened while somebody is at home; a municipal rule (Shanghai: 24 h).'),
  watches: isExitDoor,
  happens: ({ value }, active) => active && value === 'open',
  because: (hours) => ({ fact: 'door-not-opened', hours }),
});
