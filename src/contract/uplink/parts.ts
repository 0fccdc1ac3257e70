// Pieces that the messages of the uplink are made of.

import { z } from 'zod';
import { healthRefusals } from '../health.ts';
import { LIVE_WITHIN_SECONDS } from './live.ts';

/** What a code looks like, today's and tomorrow's. */
const codePattern = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** `exact`: a sender's, the codes of this version only. `tolerant`: a reader's, since a newer sender knows more codes. */
export type Mode = 'exact' | 'tolerant';
type Code<M extends Mode, Name extends string> = z.ZodType<M extends 'exact' ? Name : string>;

export const codesOf =
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

export const words = z
  .object({ en: z.string(), 'zh-CN': z.string() })
  .describe('One sentence for a person, in each language.');

export const because = z
  .looseObject({ fact: z.string() })
  .describe('One fact behind the alert, as data: docs/facts.md lists them, with their parts.');

export const envelope = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  z.object({
    specversion: z.literal('1.0'),
    id: z.string().min(1).describe('Unique with `source`. A message that comes again has the same id.'),
    source: z.string().describe('`/<tenant>/<gateway>`, or `/<tenant>/platform`.'),
    type: z.literal(type),
    time: z.iso.datetime().describe('When the sender made this message.'),
    datacontenttype: z.literal('application/json'),
    data,
  });

/**
 * Part of an alert event, added to the envelope each time it is sent: `live.ts` has the rule. A gateway before 1.1
 * sends neither.
 */
export const atSending = {
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
export const scaip = z
  .object({
    controllerId: z.string().describe('The gateway.'),
    deviceId: z.string(),
    deviceType: z.string().describe('As `device.kind`.'),
    deviceComponent: z.string().describe('The part that noticed: `button`, or the hazard that it senses.'),
    statusCode: z.string().describe('`<hazard>.<severity>.<state>`.'),
    location: z.string().describe('The room; empty where the installer named none.'),
  })
  .describe('The six fields of a SCAIP alarm (SS 91100), in our codes.');

export const evidence = z.object({
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

export const roles = ['resident', 'operator', 'responder', 'installer', 'family'] as const;
export const refusals = [
  'no-such-alert',
  'already-closed',
  'cannot-be-cancelled',
  'no-change',
  'not-understood',
  ...healthRefusals.filter((refusal) => refusal !== 'already-closed'),
] as const;
