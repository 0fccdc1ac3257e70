// The municipal rules of silence: no movement in a day, nobody in the bathroom for hours. Crude beside what the home
// learns (`inactivity`), but contracts ask for them.

import { z } from 'zod';
import { bathroomNames, enabled, isRoom, minuteOf, timeOfDay } from './common.ts';
import { missing } from './missing.ts';

export const noMotion = missing({
  id: 'no-motion',
  hazard: 'no-motion',
  severity: 'alarm',
  consumes: ['motion', 'occupancy', 'contact', 'waterFlow'],
  options: z
    .strictObject({
      enabled,
      hours: z.number().min(2).max(168).default(24).describe('No movement for so long, hours.'),
    })
    .describe('Nothing moved while somebody is at home; a municipal rule (Shanghai: 24 h).'),
  watches: ({ kind }) => ['motion', 'bed', 'contact', 'door', 'water'].includes(kind),
  happens: (_reading, active) => active,
  because: (hours) => ({ fact: 'no-movement', hours }),
});

export const bathroomUnused = missing({
  id: 'bathroom-unused',
  hazard: 'bathroom-unused',
  severity: 'alarm',
  consumes: ['motion'],
  options: z
    .strictObject({
      enabled,
      hours: z.number().min(1).max(24).default(5).describe('Nobody there for so long, hours of the day.'),
      from: timeOfDay.default('07:00').describe('Hours count from this time on.'),
      until: timeOfDay.default('22:00').describe('And up to this time.'),
      rooms: z.array(z.string()).default(bathroomNames).describe('Words in the names of bathrooms.'),
    })
    .describe('Nobody has passed the bathroom’s sensor by day; a municipal rule (Lin’an: 4 to 5 h).'),
  watches: (device, { rooms }) => device.kind === 'motion' && isRoom(device, rooms),
  happens: (_reading, active) => active,
  hours: ({ from, until }) => ({ from: minuteOf(from), to: minuteOf(until) }),
  because: (hours) => ({ fact: 'bathroom-not-used', hours }),
});
