// The alerts that the gateway has in hand, as its journal has them, and how far each has come.

import { z } from 'zod';
import { moment, words } from './parts.ts';
import { defineRoute } from './route.ts';

const person = z.object({ name: z.string(), role: z.string() });

export const alertView = z.looseObject({
  id: z.string(),
  hazard: z.string(),
  subject: z.string(),
  deviceId: z.string(),
  deviceKind: z.string(),
  room: z.string().optional(),
  state: z.string().describe('`pending`, `raised`, `acknowledged`; or `resolved`, `cancelled`.'),
  severity: z.string(),
  conditionPresent: z.boolean(),
  count: z.int(),
  rev: z.int(),
  raisedAt: moment,
  calledAt: moment,
  changedAt: moment,
  because: z.array(z.looseObject({ fact: z.string() })),
  acknowledgedBy: person.optional(),
  onTheWay: person.optional(),
  resolution: z.looseObject({ by: person, found: z.string(), outcome: z.string().optional() }).optional(),
  story: z.array(z.looseObject({ kind: z.string(), at: moment })),
  text: words.describe('The alert in one sentence.'),
  stage: z.string().optional().describe('What the resident is shown of the call; of an open alert.'),
  deliveries: z
    .array(
      z.looseObject({
        channel: z.string(),
        state: z.string().describe('`queued`, `registered`, `sent`, `received`, `confirmed`.'),
        attempts: z.int(),
        overdue: z.boolean().describe('No receipt came in time.'),
      }),
    )
    .describe('One for each channel.'),
});
export type AlertView = z.output<typeof alertView>;

export const alertsRoute = defineRoute({
  method: 'GET',
  path: '/alerts',
  permit: 'read',
  about: 'The open alerts, and closed ones whose last word some platform has not received yet; oldest first.',
  form: 'lines',
  answer: alertView,
});
