// The devices of the home: whether each is there, what it said last, and what is wrong with it.

import { z } from 'zod';
import { origins } from '../config.ts';
import { defineRoute } from './route.ts';

export const lastReading = z.looseObject({
  quantity: z.string(),
  value: z.union([z.number(), z.boolean(), z.string()]).describe('Of raw samples how many there were.'),
  quality: z.string(),
  wall: z.number().describe('When, by the wall clock, ms since the Unix epoch.'),
});
export type LastReading = z.output<typeof lastReading>;

export const deviceView = z.looseObject({
  id: z.string(),
  kind: z.string(),
  driver: z.string(),
  room: z.string().optional(),
  link: z
    .string()
    .describe(
      '`up`; `lost`, and then a fault says why, its own or its radio’s; `unsettled` where it has not shown yet.',
    ),
  faults: z.array(z.string()).describe('Codes of the faults of this device that are on.'),
  origins: z
    .record(z.string(), z.enum(origins))
    .optional()
    .describe('Where what is said of it comes from, by field: the file, what an installer said, or what was paired.'),
  last: lastReading.nullable().describe('The newest reading since the gateway started.'),
});
export type DeviceView = z.output<typeof deviceView>;

export const devicesRoute = defineRoute({
  method: 'GET',
  path: '/devices',
  permit: 'read',
  about: 'The devices of the file and those that were paired.',
  form: 'lines',
  answer: deviceView,
});
