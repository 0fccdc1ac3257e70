// A room that is too cold or too hot for an old person.

import { z } from 'zod';
import { bathroomNames, enabled, isRoom } from './common.ts';
import { lasting } from './lasting.ts';

const held = z.number().min(5).max(1_440).default(60).describe('For so long, minutes.');

export const roomCold = lasting({
  id: 'room-cold',
  hazard: 'cold',
  severity: 'early',
  consumes: ['temperature'],
  options: z
    .strictObject({
      enabled,
      below: z
        .number()
        .min(-10)
        .max(25)
        .default(14)
        .describe('Below, Cel. The WHO advises 18 °C for the old; under 14 the heart is at risk.'),
      minutes: held,
    })
    .describe('A room has become too cold.'),
  holds: ({ value }, device, { below }) => (device.kind === 'temperature' ? Number(value) < below : undefined),
  limitMinutes: ({ minutes }) => minutes,
  because: (minutes, { below }, { value }) => [{ fact: 'cold-for', minutes, value: Number(value), limit: below }],
});

export const roomHot = lasting({
  id: 'room-hot',
  hazard: 'hot',
  severity: 'early',
  consumes: ['temperature'],
  options: z
    .strictObject({
      enabled,
      above: z.number().min(20).max(45).default(32).describe('Above, Cel.'),
      minutes: held,
    })
    .describe('A room has become too hot. A bathroom is let be: somebody showers. Fire is another detector’s.'),
  holds: ({ value }, device, { above }) =>
    device.kind === 'temperature' && !isRoom(device, bathroomNames) ? Number(value) > above : undefined,
  limitMinutes: ({ minutes }) => minutes,
  because: (minutes, { above }, { value }) => [{ fact: 'hot-for', minutes, value: Number(value), limit: above }],
});
