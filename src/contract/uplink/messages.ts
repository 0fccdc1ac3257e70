// What goes up: CloudEvents 1.0 in JSON, one schema each. A writer is held to the codes of today, a reader accepts
// those of tomorrow too; docs/uplink is generated from what a reader accepts.

import { z } from 'zod';
import { alertOutcomes, alertStates } from '../alert.ts';
import { deviceKinds } from '../device.ts';
import { faultCodeNames } from '../fault.ts';
import { effects } from '../fault-row.ts';
import { hazardNames, severities } from '../hazard.ts';
import { measurementKinds, outcomes, vitalQuantities, whoseStates } from '../health.ts';
import { atSending, because, codesOf, envelope, evidence, type Mode, refusals, roles, scaip, words } from './parts.ts';

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

  const truncated = <Name extends string>(names: readonly [Name, ...Name[]]) =>
    z
      .array(code(names))
      .optional()
      .describe(
        'Parts that were left out or shortened, because the broker takes no larger message: the gateway has more than this says. Since 1.3.',
      );

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
    resolution: z
      .object({
        by: person,
        found: z.string(),
        outcome: code(alertOutcomes)
          .optional()
          .describe('Whether help was needed, where the person said so. Since 1.5.'),
      })
      .optional(),
    evidence: evidence
      .optional()
      .describe(
        'Only to a platform that the home’s configuration lets have it (`evidence: true` of the uplink). Since 1.2.',
      ),
    story: z
      .array(z.looseObject({ kind: z.string(), at: stamp }))
      .describe('What was done about it, oldest first, the newest 40.'),
    truncated: truncated(['evidence', 'story', 'scaip', 'resolution', 'because', 'text', 'people', 'room']),
  });
  const alertMessage = envelope('hearthward.alert', alertData).extend(atSending);

  const faultMessage = envelope(
    'hearthward.fault',
    z.object({
      code: code(faultCodeNames),
      subject: z.string(),
      active: z.boolean(),
      effect: code(effects)
        .optional()
        .describe(
          '`protection-lost`: while it is on, something that should protect somebody does not. `protection-reduced`: it does so less well, or will not for much longer. `service`: nobody is less protected. Since 1.4.',
        ),
      since: stamp,
      context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
      text: words,
      advice: words,
      truncated: truncated(['advice', 'context', 'text']),
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
      omitted: z
        .object({ devices: z.int().nonnegative(), openAlerts: z.int().nonnegative(), faults: z.int().nonnegative() })
        .optional()
        .describe(
          'How many more there are of each, for which the broker leaves no room. Faults that are not listed follow as messages of their own. Since 1.3.',
        ),
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
      truncated: truncated(['text']),
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
      outcome: code(outcomes).describe(
        '`above-scale`, `below-scale`: beyond what the meter can show, in its own word; `failed`: it could not measure. `not-measured`, `cancelled`: of a `measure` command. There are only those values that were measured.',
      ),
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
              '`uncertain`: the meter says that it was moved, or read poorly; or the value is beyond what such meters are made for; or the meter’s clock is wrong.',
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
