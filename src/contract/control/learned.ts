// What the gateway has learned of a home's days, as its detectors hold it at this moment.

import { z } from 'zod';
import { defineRoute } from './route.ts';

export const learnedRoute = defineRoute({
  method: 'GET',
  path: '/learned',
  permit: 'read',
  about: 'What detectors remember, each in its own form; the journal has it of up to an hour ago.',
  query: z.strictObject({
    detectors: z.string().max(500).describe('Ids of detectors, with commas between them.'),
  }),
  form: 'one',
  answer: z.looseObject({ checkpoints: z.record(z.string(), z.json()) }),
});
