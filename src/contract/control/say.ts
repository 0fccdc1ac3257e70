// What a person in the home, or at its box, says to the gateway. It goes the same way as a platform's command, and into the
// history, so that a replay knows it.

import { z } from 'zod';
import { alertOutcomes } from '../alert.ts';
import { hazardNames } from '../hazard.ts';
import { presenceActs } from '../presence.ts';
import { roles } from '../uplink/parts.ts';
import { defineRoute } from './route.ts';

/** What can be said locally; a platform can say more. */
export const sayings = [...presenceActs, 'hush', 'acknowledge', 'resolve', 'cancel', 'on-the-way'] as const;
export type Saying = (typeof sayings)[number];

export const sayRoute = defineRoute({
  method: 'POST',
  path: '/say',
  permit: 'write',
  about: 'A person says who is at home, or something about an alert.',
  body: z.strictObject({
    act: z.enum(sayings),
    by: z.strictObject({ name: z.string().min(1).max(120), role: z.enum(roles) }),
    alertId: z
      .string()
      .max(100)
      .optional()
      .describe(
        'The alert meant. Without it: of the open ones, of `hazard` where that is given, the one that called last; `hush` means them all.',
      ),
    hazard: z.enum(hazardNames).optional(),
    note: z.string().max(2_000).optional().describe('With `resolve`: what was found.'),
    outcome: z
      .enum(alertOutcomes)
      .optional()
      .describe('With `resolve`: whether help was needed. Detectors learn from it.'),
  }),
  form: 'one',
  answer: z.looseObject({
    commandId: z.string(),
    done: z.boolean(),
    alertId: z.string().optional(),
    refused: z.string().optional().describe('Why not, as in an answer to a platform.'),
  }),
});
export type SayAnswer = z.output<typeof sayRoute.answer>;
