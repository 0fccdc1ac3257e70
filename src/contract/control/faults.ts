// The technical faults that are on.

import { z } from 'zod';
import { effects } from '../fault-row.ts';
import { moment, words } from './parts.ts';
import { defineRoute } from './route.ts';

export const faultView = z.looseObject({
  code: z.string().describe('As in [faults.md](faults.md).'),
  subject: z.string(),
  effect: z
    .string()
    .optional()
    .describe(`What it costs: \`${effects.join('`, `')}\`.`),
  since: moment,
  context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  text: words.describe('What is wrong.'),
  advice: words.describe('What to do.'),
});
export type FaultView = z.output<typeof faultView>;

export const faultsRoute = defineRoute({
  method: 'GET',
  path: '/faults',
  permit: 'read',
  about: 'The faults that are on, the gravest first. One that another explains is not listed beside it.',
  form: 'lines',
  answer: faultView,
});
