// What can be said of a device, field by field, wherever one crosses a border: the configuration, the registry, pairing, an
// export, a replay. A field that `Device` gains has to be entered here, and goes through all of them.

import { z } from 'zod';
import { type Device, deviceKinds, idPattern, placements } from './device.ts';

const person = z.string().regex(idPattern);

export const deviceFields = {
  id: z.string().regex(idPattern),
  kind: z.enum(deviceKinds),
  room: z.string().min(1).max(60).optional(),
  placement: z.enum(placements).optional(),
  role: z.literal('exit').optional(),
  wearer: person.optional(),
  sharedBy: z.array(person).min(2).max(10).optional(),
  ignoreForActivity: z.boolean().optional(),
} as const satisfies { [Field in keyof Required<Device>]: z.ZodType<Device[Field]> };

export const deviceFieldNames = Object.keys(deviceFields) as (keyof Device)[];

/** The device alone, of something that holds more; fields that say nothing are left out. */
export const deviceOf = (one: Device): Device =>
  Object.fromEntries(
    deviceFieldNames.flatMap((name) => (one[name] === undefined ? [] : [[name, one[name]]])),
  ) as unknown as Device;
