// What happens in the gateway, as it happens.

import { z } from 'zod';
import { moment } from './parts.ts';
import { defineRoute } from './route.ts';

export const controlEvent = z.looseObject({
  type: z
    .string()
    .describe(
      '`begins` first of all; `alert`, `registered`, `sent`, `received`, `cue`, `output`, `command`, `fault`, `warning`, `presence`, `said-over` and, where asked for, `reading`; `missed` in place of events that this caller read too slowly.',
    ),
  at: moment.optional(),
});
export type ControlEvent = z.output<typeof controlEvent>;

export const eventsRoute = defineRoute({
  method: 'GET',
  path: '/events',
  permit: 'read',
  about:
    'Events as they come. They wait for a slow reader, up to a bound; beyond it the oldest are lost and counted. The gateway never waits for a reader.',
  query: z.strictObject({
    readings: z.literal('true').optional().describe('Readings of the devices as well, all but raw samples.'),
  }),
  form: 'stream',
  answer: controlEvent,
});
