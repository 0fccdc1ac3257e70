// The messages of the uplink: CloudEvents 1.0 in JSON, one schema each. The gateway makes them and the receiver reads
// them by these schemas; docs/uplink is generated from their descriptions.

import { z } from 'zod';
import { alertStates } from '../alert.ts';
import { deviceKinds } from '../device.ts';
import { faultCodeNames } from '../fault.ts';
import { hazardNames, severities } from '../hazard.ts';

const words = z
  .object({ en: z.string(), 'zh-CN': z.string() })
  .describe('One sentence for a person, in each language.');

const stamp = z
  .object({
    wall: z.iso.datetime().describe('Wall clock, UTC.'),
    quality: z
      .enum(['synced', 'estimated'])
      .describe('`estimated`: the box had no trusted time of day; order by `mono` within a `bootId`.'),
    mono: z.int().nonnegative().describe('Milliseconds since the box booted.'),
    bootId: z.string(),
  })
  .describe('An instant as the box knew it.');

const because = z.looseObject({ fact: z.string() }).describe('One fact behind the alert, as data.');

const person = z.object({
  name: z.string().min(1).max(120),
  role: z.enum(['resident', 'operator', 'responder', 'installer', 'family']),
});

const envelope = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  z.object({
    specversion: z.literal('1.0'),
    id: z.string().min(1).describe('Unique with `source`. A message that comes again has the same id.'),
    source: z.string().describe('`/<tenant>/<gateway>`, or `/<tenant>/platform`.'),
    type: z.literal(type),
    time: z.iso.datetime().describe('When the sender made this message.'),
    datacontenttype: z.literal('application/json'),
    data,
  });

export const alertData = z.object({
  alertId: z.string(),
  rev: z
    .int()
    .positive()
    .describe(
      'Rises with each change, and leaps after a restart of the gateway; a message with a lower rev than one already received is old news.',
    ),
  hazard: z.enum(hazardNames),
  severity: z.enum(severities),
  state: z.enum(alertStates),
  conditionPresent: z.boolean().describe('False when the cause has gone. It closes nothing: a person does.'),
  count: z.int().positive().describe('How often the cause was seen to begin, e.g. presses of the button.'),
  device: z.object({ id: z.string(), kind: z.enum(deviceKinds), room: z.string().optional() }),
  subject: z.string(),
  raisedAt: stamp,
  calledAt: stamp.describe('The newest call: the last press of the button, the last time the alarm came on.'),
  changedAt: stamp,
  because: z.array(because),
  text: words,
  contactId: z.int().describe('ANSI/SIA DC-05 event code.'),
  acknowledgedBy: person.optional(),
  onTheWay: person.optional(),
  resolution: z.object({ by: person, found: z.string() }).optional(),
  story: z
    .array(z.looseObject({ kind: z.string(), at: stamp }))
    .describe('What was done about it, oldest first, the newest 40.'),
});
export const alertMessage = envelope('hearthward.alert', alertData);
export type AlertMessage = z.infer<typeof alertMessage>;

export const faultMessage = envelope(
  'hearthward.fault',
  z.object({
    code: z.enum(faultCodeNames),
    subject: z.string(),
    active: z.boolean(),
    since: stamp,
    context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    text: words,
    advice: words,
  }),
);
export type FaultMessage = z.infer<typeof faultMessage>;

export const historyMessage = envelope(
  'hearthward.history',
  z.object({
    historical: z.literal(true),
    from: z
      .int()
      .describe(
        'Position of the first reading in the gateway’s ring; positions that are missing were overwritten or are not readings.',
      ),
    to: z.int(),
    readings: z.array(
      z.object({
        position: z.int(),
        device: z.string(),
        quantity: z.string(),
        value: z.union([z.number(), z.boolean(), z.string()]),
        quality: z.enum(['good', 'uncertain', 'bad']),
        at: stamp,
      }),
    ),
  }),
);
export type HistoryMessage = z.infer<typeof historyMessage>;

export const stateMessage = envelope(
  'hearthward.state',
  z.object({
    online: z.boolean().describe('False in the will: the broker publishes it when the gateway falls silent.'),
    heartbeat: z
      .int()
      .nonnegative()
      .describe('Counts up each minute. A platform that hears none for three minutes counts the home as unprotected.'),
    bootId: z.string(),
  }),
);
export type StateMessage = z.infer<typeof stateMessage>;

export const birthMessage = envelope(
  'hearthward.birth',
  z.object({
    version: z.string(),
    bootId: z.string(),
    devices: z.array(z.object({ id: z.string(), kind: z.enum(deviceKinds), room: z.string().optional() })),
    openAlerts: z
      .array(z.object({ alertId: z.string(), rev: z.int() }))
      .describe('For both ends to reconcile. An alert that is not listed is not thereby closed.'),
    faults: z.array(z.object({ code: z.enum(faultCodeNames), subject: z.string(), since: stamp })),
  }),
);
export type BirthMessage = z.infer<typeof birthMessage>;

export const answerMessage = envelope(
  'hearthward.answer',
  z.object({
    commandId: z.string(),
    done: z.boolean(),
    alertId: z.string().optional(),
    refused: z
      .enum(['no-such-alert', 'already-closed', 'cannot-be-cancelled', 'not-sounding', 'no-change', 'not-understood'])
      .optional(),
    text: words.optional(),
  }),
);
export type AnswerMessage = z.infer<typeof answerMessage>;

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

export const commandMessage = envelope(
  'hearthward.command',
  z.object({
    act: z.enum(['acknowledge', 'on-the-way', 'resolve', 'cancel', 'hush']),
    by: person,
    alertId: z.string().optional().describe('Without it: the newest open alert, of `hazard` where that is given.'),
    hazard: z.enum(hazardNames).optional(),
    note: z.string().max(2_000).optional().describe('With `resolve`: what was found.'),
  }),
);
export type CommandMessage = z.infer<typeof commandMessage>;

export const platformMessage = envelope(
  'hearthward.platform',
  z.object({ online: z.boolean(), since: z.iso.datetime() }),
);
export type PlatformMessage = z.infer<typeof platformMessage>;
