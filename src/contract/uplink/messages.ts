// The messages of the uplink: CloudEvents 1.0 in JSON, one schema each. Who writes is held to the codes of today, who reads
// takes those of tomorrow too; docs/uplink is generated from what a reader takes.

import { z } from 'zod';
import { alertStates } from '../alert.ts';
import { deviceKinds } from '../device.ts';
import { faultCodeNames } from '../fault.ts';
import { hazardNames, severities } from '../hazard.ts';
import {
  type HealthAct,
  type HealthOrder,
  healthActs,
  healthOrders,
  healthRefusals,
  isHealthAct,
  measurementKinds,
  outcomes,
  vitalQuantities,
  whoseStates,
} from '../health.ts';
import { presenceActs } from '../presence.ts';
import { LIVE_WITHIN_SECONDS } from './live.ts';

/** What a code looks like, today's and tomorrow's. */
export const codePattern = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** `exact`: a sender's, the codes of this version only. `tolerant`: a reader's, since a newer sender knows more codes. */
type Mode = 'exact' | 'tolerant';
type Code<M extends Mode, Name extends string> = z.ZodType<M extends 'exact' ? Name : string>;

const codesOf =
  <M extends Mode>(mode: M) =>
  <Name extends string>(names: readonly [Name, ...Name[]]): Code<M, Name> => {
    const schema =
      mode === 'exact'
        ? z.enum(names)
        : z
            .string()
            .regex(codePattern, 'not a code')
            .meta({ examples: [...names] });
    return schema as unknown as Code<M, Name>;
  };

const words = z
  .object({ en: z.string(), 'zh-CN': z.string() })
  .describe('One sentence for a person, in each language.');

const because = z.looseObject({ fact: z.string() }).describe('One fact behind the alert, as data.');

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

/** Of an alert event, put into the envelope each time it is sent: `live.ts` has the rule. A gateway before 1.1 says neither. */
const atSending = {
  live: z
    .boolean()
    .optional()
    .describe(
      `True: what this event tells happened within the last ${LIVE_WITHIN_SECONDS} s when it left the home. False: it is past.`,
    ),
  age: z
    .int()
    .nonnegative()
    .optional()
    .describe(
      'Seconds from `changedAt` to this sending. Absent where the box cannot know: it was restarted without a clock.',
    ),
};

/** The six of SS 91100, by their names and in our codes: who bridges to SCAIP has its code tables and maps them. */
const scaip = z
  .object({
    controllerId: z.string().describe('The gateway.'),
    deviceId: z.string(),
    deviceType: z.string().describe('As `device.kind`.'),
    deviceComponent: z.string().describe('The part that noticed: `button`, or the hazard that it senses.'),
    statusCode: z.string().describe('`<hazard>.<severity>.<state>`.'),
    location: z.string().describe('The room; empty where the installer named none.'),
  })
  .describe('The six fields of a SCAIP alarm (SS 91100), in our codes.');

const evidence = z.object({
  deviceId: z.string(),
  lastMovementIn: z.string().optional().describe('The room where somebody moved last.'),
  pulse: z.array(z.object({ ms: z.int().describe('From the impact.'), perMinute: z.number() })),
  batches: z
    .array(
      z.object({
        ms: z.int().describe('Of its first sample, from the impact.'),
        rateHz: z.number().positive(),
        mg: z.base64().describe('Little-endian int16, thousandths of g: x y z, x y z, …'),
      }),
    )
    .describe('Acceleration from 6 s before to 10 s after the impact, with its gaps.'),
});

const roles = ['resident', 'operator', 'responder', 'installer', 'family'] as const;
const refusals = [
  'no-such-alert',
  'already-closed',
  'cannot-be-cancelled',
  'no-change',
  'not-understood',
  ...healthRefusals.filter((refusal) => refusal !== 'already-closed'),
] as const;

/** What goes up. */
function upwardMessages<M extends Mode>(mode: M) {
  const code = codesOf(mode);
  const stamp = z
    .object({
      wall: z.iso.datetime().describe('Wall clock, UTC.'),
      quality: code(['synced', 'estimated']).describe(
        '`estimated`: the box had no trusted time of day; order by `mono` within a `bootId`.',
      ),
      mono: z.int().nonnegative().describe('Milliseconds since the box booted.'),
      bootId: z.string(),
    })
    .describe('An instant as the box knew it.');

  const person = z.object({
    name: z.string().min(1).max(120),
    role: code(roles),
  });

  const alertData = z.object({
    alertId: z.string(),
    rev: z
      .int()
      .positive()
      .describe(
        'Rises with each change, and leaps after a restart of the gateway; a message with a lower rev than one already received is old news.',
      ),
    hazard: code(hazardNames),
    severity: code(severities),
    state: code(alertStates),
    conditionPresent: z.boolean().describe('False when the cause has gone. It closes nothing: a person does.'),
    count: z.int().positive().describe('How often the cause was seen to begin, e.g. presses of the button.'),
    device: z.object({ id: z.string(), kind: code([...deviceKinds, 'gateway']), room: z.string().optional() }),
    subject: z.string(),
    raisedAt: stamp,
    calledAt: stamp.describe('The newest call: the last press of the button, the last time the alarm came on.'),
    changedAt: stamp,
    because: z.array(because),
    text: words,
    contactId: z.int().describe('ANSI/SIA DC-05 (Contact ID) event code.'),
    scaip: scaip.optional(),
    acknowledgedBy: person.optional(),
    onTheWay: person.optional(),
    resolution: z.object({ by: person, found: z.string() }).optional(),
    evidence: evidence
      .optional()
      .describe(
        'Only to a platform that the home’s configuration lets have it (`evidence: true` of the uplink). Since 1.2.',
      ),
    story: z
      .array(z.looseObject({ kind: z.string(), at: stamp }))
      .describe('What was done about it, oldest first, the newest 40.'),
  });
  const alertMessage = envelope('hearthward.alert', alertData).extend(atSending);

  const faultMessage = envelope(
    'hearthward.fault',
    z.object({
      code: code(faultCodeNames),
      subject: z.string(),
      active: z.boolean(),
      since: stamp,
      context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
      text: words,
      advice: words,
    }),
  );

  const historyMessage = envelope(
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
          quality: code(['good', 'uncertain', 'bad']),
          at: stamp,
        }),
      ),
    }),
  );

  const stateMessage = envelope(
    'hearthward.state',
    z.object({
      online: z.boolean().describe('False in the will: the broker publishes it when the gateway falls silent.'),
      heartbeat: z
        .int()
        .nonnegative()
        .describe(
          'Counts up each minute. A platform that hears none for three minutes counts the home as unprotected.',
        ),
      bootId: z.string(),
    }),
  );

  const birthMessage = envelope(
    'hearthward.birth',
    z.object({
      version: z.string(),
      bootId: z.string(),
      devices: z.array(z.object({ id: z.string(), kind: code(deviceKinds), room: z.string().optional() })),
      openAlerts: z
        .array(z.object({ alertId: z.string(), rev: z.int() }))
        .describe('For both ends to reconcile. An alert that is not listed is not thereby closed.'),
      faults: z.array(z.object({ code: code(faultCodeNames), subject: z.string(), since: stamp })),
    }),
  );

  const answerMessage = envelope(
    'hearthward.answer',
    z.object({
      commandId: z.string(),
      done: z.boolean(),
      alertId: z.string().optional(),
      refused: code(refusals).optional(),
      text: words.optional(),
    }),
  );

  const measurementMessage = envelope(
    'hearthward.measurement',
    z.object({
      measurementId: z.string(),
      rev: z
        .int()
        .positive()
        .describe(
          'A later one replaces an earlier one: by then somebody has said whose it is, or the time for it is over.',
        ),
      outcome: code(outcomes).describe('`not-measured`, `cancelled`: of a `measure` command; there are no values.'),
      kind: code(measurementKinds),
      person: z.string().nullable().describe('The home’s id of the person; null while or where nobody knows.'),
      whose: code(whoseStates).describe(
        '`known`: one person’s meter, or asked of one person by name. `asked`: several share the meter, and `assign` says whose it is. `assigned`: somebody said. `unknown`: nobody did.',
      ),
      candidates: z.array(z.string()).optional().describe('Who shares the meter, where `person` is null.'),
      device: z.string().optional(),
      at: stamp.describe('When it was measured; of an `outcome` without values, when that was decided.'),
      values: z
        .array(
          z.object({
            quantity: z.string().meta({ examples: [...vitalQuantities] }),
            value: z.number(),
            unit: z.string().describe('UCUM.'),
            loinc: z.string().describe('LOINC code of the quantity.'),
            quality: code(['good', 'uncertain']).describe(
              '`uncertain`: the meter says that it was moved, or read poorly.',
            ),
          }),
        )
        .describe('All values of one instant: of a blood pressure the upper, the lower and the pulse.'),
      answers: z.string().optional().describe('Id of the `measure` command that it answers.'),
    }),
  );

  return {
    alertData,
    alertMessage,
    faultMessage,
    historyMessage,
    stateMessage,
    birthMessage,
    answerMessage,
    measurementMessage,
  };
}

/** What a sender may say. */
export const written = upwardMessages('exact');
export type Written<Name extends keyof typeof written> = z.infer<(typeof written)[Name]>;

/** What a reader must take. */
export const {
  alertData,
  alertMessage,
  faultMessage,
  historyMessage,
  stateMessage,
  birthMessage,
  answerMessage,
  measurementMessage,
} = upwardMessages('tolerant');
export type AlertMessage = z.infer<typeof alertMessage>;
export type FaultMessage = z.infer<typeof faultMessage>;
export type HistoryMessage = z.infer<typeof historyMessage>;
export type StateMessage = z.infer<typeof stateMessage>;
export type BirthMessage = z.infer<typeof birthMessage>;
export type AnswerMessage = z.infer<typeof answerMessage>;
export type MeasurementMessage = z.infer<typeof measurementMessage>;

/** What comes down is exact for its reader too: an act or a role that a gateway does not know is answered `not-understood`. */
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

/** Under which name a command says what its act about measurements is to do. */
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
      alertId: z.string().optional().describe('Without it: the newest open alert, of `hazard` where that is given.'),
      hazard: z.enum(hazardNames).optional(),
      note: z.string().max(2_000).optional().describe('With `resolve`: what was found.'),
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

/** What a command says about measurements; undefined for one about something else. */
export const orderOf = (data: CommandMessage['data']): HealthOrder | undefined =>
  isHealthAct(data.act) ? ({ act: data.act, ...data[orderNames[data.act]] } as HealthOrder) : undefined;
export type CommandMessage = z.infer<typeof commandMessage>;

export const platformMessage = envelope(
  'hearthward.platform',
  z.object({ online: z.boolean(), since: z.iso.datetime() }),
);
export type PlatformMessage = z.infer<typeof platformMessage>;
