// Appliances, by a smart plug: on for too long, or not used by the usual time.

import { z } from 'zod';
import type { Reading } from '#contract/reading.ts';
import { enabled, minuteOf, timeOfDay } from './common.ts';
import { daily, usualMinute } from './daily.ts';
import { lasting } from './lasting.ts';

const watts = z.number().min(1).max(10_000).default(30).describe('From so much power on, W, it counts as on.');
const isOn = ({ quantity, value }: Reading, aboveW: number): boolean | undefined => {
  if (quantity === 'on') return value === true;
  return quantity === 'power' ? Number(value) >= aboveW : undefined;
};
const deviceIds = (what: string) => z.array(z.string()).default([]).describe(what);

export const applianceOn = lasting({
  id: 'appliance-on',
  hazard: 'appliance-on',
  severity: 'early',
  consumes: ['on', 'power'],
  options: z
    .strictObject({
      enabled,
      devices: deviceIds('Which plugs, by their ids: the stove, the iron. All of them where none is named.'),
      minutes: z.number().min(1).max(1_440).default(90).describe('On for so long without a pause, minutes.'),
      watts,
    })
    .describe('A stove or another appliance has been on for too long.'),
  holds: (reading, device, { devices, watts: aboveW }) =>
    device.kind === 'switch' && (devices.length === 0 || devices.includes(device.id))
      ? isOn(reading, aboveW)
      : undefined,
  limitMinutes: ({ minutes }) => minutes,
  because: (minutes) => [{ fact: 'appliance-on', minutes }],
});

export const applianceUnused = daily({
  id: 'appliance-unused',
  hazard: 'appliance-unused',
  severity: 'early',
  consumes: ['on', 'power'],
  options: z
    .strictObject({
      enabled,
      devices: deviceIds('Which plugs, by their ids: the kettle, the rice cooker. The rule needs one.'),
      by: timeOfDay.default('11:00').describe('By this time, until the usual one is known.'),
      marginMinutes: z.number().min(15).max(480).default(120).describe('Past the usual time, minutes.'),
      watts,
    })
    .describe('What is used every morning was not used today.'),
  watches: ({ id }, { devices }) => devices.includes(id),
  happens: (reading, _device, _active, { watts: aboveW }) => isOn(reading, aboveW) === true,
  fromMinute: () => 4 * 60,
  byMinute: ({ by, marginMinutes }, usual) => usualMinute(usual, marginMinutes) ?? minuteOf(by),
  because: (by) => ({ fact: 'not-used-today', by }),
});
