// What comes down: receipts, commands, and whether the platform is there.

import { z } from 'zod';
import { alertOutcomes } from '../alert.ts';
import { hazardNames } from '../hazard.ts';
import { type HealthAct, type HealthOrder, healthActs, healthOrders, isHealthAct } from '../health.ts';
import { presenceActs } from '../presence.ts';
import { envelope, roles } from './parts.ts';

/**
 * Messages that come down are read strictly: an act or a role that a gateway does not know is answered
 * `not-understood`.
 */
const person = z.object({ name: z.string().min(1).max(120), role: z.enum(roles) });

export const receiptMessage = envelope(
  'hearthward.receipt',
  z.object({
    eventId: z
      .string()
      .min(1)
      .describe('`<alertId>.<rev>`: the alert event is on the platform’s disk. Only then may this be sent.'),
  }),
);
export type ReceiptMessage = z.infer<typeof receiptMessage>;

/** The field in which a command carries the content of its act about measurements. */
const orderNames = {
  limits: 'limits',
  measure: 'measure',
  'cancel-measure': 'cancelMeasure',
  assign: 'assign',
} as const satisfies Record<HealthAct, string>;

export const commandMessage = envelope(
  'hearthward.command',
  z
    .object({
      act: z
        .enum(['acknowledge', 'on-the-way', 'resolve', 'cancel', 'hush', ...presenceActs, ...healthActs])
        .describe(
          'About an alert; or `home`, `away`, `visitor` or `hospital`: who is in the home, as a person declares it; or `limits`, `measure`, `cancel-measure` or `assign`: about measurements of the body. The last two groups since 1.2.',
        ),
      by: person,
      alertId: z
        .string()
        .optional()
        .describe(
          'Without it: of the open alerts, of `hazard` where that is given, the one that had called last when this command was made (`time`).',
        ),
      rev: z
        .int()
        .positive()
        .optional()
        .describe(
          'With `alertId`: the newest rev of it that the person had seen. A call above it is not met: `outdated`. Without it the clocks decide, by `time`. Since 1.3.',
        ),
      hazard: z.enum(hazardNames).optional(),
      note: z.string().max(2_000).optional().describe('With `resolve`: what was found.'),
      outcome: z
        .enum(alertOutcomes)
        .optional()
        .describe('With `resolve`: whether help was needed. The home learns from it. Since 1.5.'),
      limits: healthOrders.limits.optional().describe('With `limits`.'),
      measure: healthOrders.measure.optional().describe('With `measure`.'),
      cancelMeasure: healthOrders['cancel-measure'].optional().describe('With `cancel-measure`.'),
      assign: healthOrders.assign.optional().describe('With `assign`: whose a measurement was.'),
    })
    .superRefine((data, context) => {
      if (isHealthAct(data.act) && data[orderNames[data.act]] === undefined)
        context.addIssue({ code: 'custom', path: [orderNames[data.act]], message: `expected with act ${data.act}` });
    }),
);

/** The content of a command about measurements; undefined for a command about something else. */
export const orderOf = (data: CommandMessage['data']): HealthOrder | undefined =>
  isHealthAct(data.act) ? ({ act: data.act, ...data[orderNames[data.act]] } as HealthOrder) : undefined;
/** The reverse: an order as the fields of a command's `data`, beside `act` and `by`. */
export const orderData = ({ act, ...says }: HealthOrder): Partial<CommandMessage['data']> => ({
  [orderNames[act]]: says,
});
export type CommandMessage = z.infer<typeof commandMessage>;

export const platformMessage = envelope(
  'hearthward.platform',
  z.object({ online: z.boolean(), since: z.iso.datetime() }),
);
export type PlatformMessage = z.infer<typeof platformMessage>;
