// The lines of a replay: what may stand on one, and what a gateway writes on one. `contracts.md` of the docs is their text.

import { z } from 'zod';
import { alertOutcomes } from '#contract/alert.ts';
import type { Person } from '#contract/device.ts';
import { deviceFields } from '#contract/device-fields.ts';
import { hazardNames } from '#contract/hazard.ts';
import { type HealthAct, healthActs, healthOrders } from '#contract/health.ts';
import { isQuantity, misfit, type Quantity } from '#contract/quantity.ts';

/** Milliseconds since the Unix epoch. */
const t = z.int().nonnegative();
const name = z
  .string()
  .min(1)
  .max(200)
  .refine((id) => id !== '__proto__', 'cannot be a name');

const shapes = {
  run: z.strictObject({ run: name }),
  declare: z.strictObject({
    // Names are freer than in a configuration: a history may come from anywhere.
    declare: z.strictObject({
      ...deviceFields,
      id: name,
      room: z.string().optional(),
      wearer: name.optional(),
      sharedBy: z.array(name).min(2).optional(),
    }),
    t: t.optional(),
  }),
  /** Somebody who lives in the home, beside those of the config. */
  person: z.strictObject({
    person: z.strictObject({
      id: name,
      name,
      language: z.enum(['en', 'zh-CN']).optional(),
      healthRecord: z.enum(['platform', 'home']).optional(),
    } satisfies { [Field in keyof Required<Person>]: z.ZodType<Person[Field]> }),
    t: t.optional(),
  }),
  samples: z.strictObject({
    t,
    device: name,
    quantity: z.literal('acceleration'),
    rateHz: z.number().positive(),
    samples: z.array(z.tuple([z.number(), z.number(), z.number()])).min(1),
  }),
  quantity: z.strictObject({
    t,
    device: name,
    quantity: z.string().refine(isQuantity, 'is not a known quantity'),
    value: z.union([z.number(), z.boolean(), z.string()]),
    quality: z.enum(['good', 'uncertain', 'bad']).default('good'),
  }),
  link: z
    .strictObject({ t, link: z.enum(['down', 'up']), device: name.optional(), transport: name.optional() })
    .refine(
      ({ device, transport }) => (device === undefined) !== (transport === undefined),
      'expected either "device" or "transport"',
    ),
  say: z.strictObject({
    t,
    say: z.enum(['home', 'away', 'visitor', 'hospital', 'cancel', 'hush', 'acknowledge', 'resolve', 'on-the-way']),
    hazard: z.enum(hazardNames).optional(),
    by: z.strictObject({ name, role: z.enum(['resident', 'operator', 'responder', 'installer', 'family']) }).optional(),
    note: z.string().optional(),
    /** With `resolve`: whether help was needed. */
    outcome: z.enum(alertOutcomes).optional(),
    /** Of several open alerts, the one of this device, and of those the one raised nearest to this time. */
    device: name.optional(),
    raised: z.number().optional(),
  }),
  /** What a platform asks about measurements: limits, a measurement now, whose one was. */
  order: z.strictObject({
    t,
    order: z.discriminatedUnion(
      'act',
      healthActs.map((act) => healthOrders[act].extend({ act: z.literal(act) })) as unknown as [
        z.ZodObject<{ act: z.ZodLiteral<HealthAct> }>,
      ],
    ),
    id: name.optional(),
  }),
  gateway: z.strictObject({ t, gateway: z.enum(['off', 'on']) }),
  clock: z.strictObject({ t, clock: z.strictObject({ stepMs: z.int() }) }),
  whatIf: z.strictObject({
    t,
    whatIf: z.literal('silence'),
    forMs: z
      .int()
      .positive()
      .max(366 * 86_400_000),
  }),
  t: z.strictObject({ t }),
} as const;

type Shapes = typeof shapes;
export type InputLine = { [Kind in keyof Shapes]: { kind: Kind } & z.output<Shapes[Kind]> }[keyof Shapes];

/** The word that tells a line's kind; in this order, since a batch of samples has a quantity too. */
const kinds = [
  'run',
  'declare',
  'person',
  'samples',
  'quantity',
  'link',
  'say',
  'order',
  'gateway',
  'clock',
  'whatIf',
  't',
] as const satisfies (keyof Shapes)[];

/** One line by itself; what it means among others (order of time, declared devices) the replay itself says. */
export function readLine(text: string): { ok: true; line: InputLine } | { ok: false; why: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, why: 'not JSON' };
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    return { ok: false, why: 'expected one JSON object' };
  const kind = kinds.find((word) => Object.hasOwn(json, word));
  if (!kind) return { ok: false, why: `expected one of ${kinds.join(', ')}` };
  const parsed = shapes[kind].safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { ok: false, why: `${issue?.path.join('.') || kind}: ${issue?.message}` };
  }
  const line = { kind, ...parsed.data } as InputLine;
  const why = unfit(line);
  return why === undefined ? { ok: true, line } : { ok: false, why };
}

function unfit(line: InputLine): string | undefined {
  if (line.kind === 'samples')
    return prefixed('samples', misfit('acceleration', { rateHz: line.rateHz, xyz: line.samples }));
  // What a sensor says of itself as bad need not fit.
  if (line.kind === 'quantity' && line.quality !== 'bad')
    return prefixed(line.quantity, misfit(line.quantity as Quantity, line.value));
  return undefined;
}

const prefixed = (what: string, why: string | undefined) => why && `${what}: ${why}`;
