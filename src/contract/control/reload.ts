// The configuration is read again, as on SIGHUP.

import { z } from 'zod';
import { defineRoute } from './route.ts';

export const reloadRoute = defineRoute({
  method: 'POST',
  path: '/reload',
  permit: 'write',
  about: 'Reads the configuration and what was paired again, and applies them; a file with faults changes nothing.',
  form: 'one',
  answer: z.looseObject({
    applied: z.boolean().describe('The file was good, and is in force.'),
    devices: z.int().describe('Now in force.'),
    first: z.string().optional().describe('The first fault of a file that is not.'),
  }),
});
