// The bed: left at night and not returned to, and not left by the usual time.

import { z } from 'zod';
import { bedroomNames, enabled, isBetween, isRoom, minuteAt, minuteOf, timeOfDay } from './common.ts';
import { daily, usualMinute } from './daily.ts';
import { lasting } from './lasting.ts';

export const bedExit = lasting({
  id: 'bed-exit',
  hazard: 'bed-exit',
  severity: 'alarm',
  consumes: ['occupancy'],
  options: z
    .strictObject({
      enabled,
      minutes: z.number().min(1).max(480).default(30).describe('Out of bed for so long, minutes.'),
      from: timeOfDay.default('23:00').describe('Bed left from this time on.'),
      until: timeOfDay.default('05:00').describe('And up to this time; later is getting up.'),
    })
    .describe('The bed was left in the night and is still empty.'),
  // A mat that repeats that nobody is there has not been left.
  holds: ({ value }, { kind }, _options, changed) =>
    kind !== 'bed' ? undefined : value === true ? false : changed || undefined,
  limitMinutes: ({ minutes }) => minutes,
  endsAway: true,
  // That a bed is left ends an absence that was inferred: this one was said.
  counts: ({ from, until }, at, view) =>
    view.presence !== 'away' && at.wallTrusted && isBetween(minuteAt(at, view), minuteOf(from), minuteOf(until)),
  because: (minutes) => [{ fact: 'bed-empty', minutes }],
});

export const notUp = daily({
  id: 'not-up',
  hazard: 'not-up',
  severity: 'alarm',
  consumes: ['occupancy', 'motion'],
  options: z
    .strictObject({
      enabled,
      by: timeOfDay.default('10:00').describe('Up by this time, until the usual one is known.'),
      marginMinutes: z.number().min(15).max(480).default(90).describe('Past the usual time, minutes.'),
    })
    .describe('Nobody got up this morning by the usual time: the bed was not left, and nobody moves elsewhere.'),
  watches: (device) => device.kind === 'bed' || (device.kind === 'motion' && !isRoom(device, bedroomNames)),
  // A visit to the bathroom at five is not yet the morning; a bed that is left, or somebody about, at six is.
  happens: ({ value }, { kind }, active) => active && (kind !== 'bed' || value === false),
  fromMinute: () => 5 * 60,
  byMinute: ({ by, marginMinutes }, usual) => usualMinute(usual, marginMinutes) ?? minuteOf(by),
  unseen: ({ marginMinutes }) => marginMinutes,
  because: (by) => ({ fact: 'not-up', by }),
});
