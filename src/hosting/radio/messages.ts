// What the gateway and the process of a radio say to each other, over Node's channel between parent and child. What comes
// from the child is checked word by word: it handles bytes that anybody can send through the air.

import { z } from 'zod';
import type { OutputAction } from '#contract/alert.ts';
import type { ConfiguredDevice } from '#contract/config.ts';
import { MOST_NEARBY, trialReport } from '#contract/control/pairing.ts';
import { type FaultCode, faultCodeNames, mayRaise } from '#contract/fault.ts';
import { type Quantity, quantities } from '#contract/quantity.ts';
import type { RadioFaults, RadioProfile } from './profile.ts';

export type ToChild<Settings = unknown, Kept = unknown> =
  /** Said first, once. */
  | { say: 'setup'; settings: Settings; secretsDir: string | undefined; patience: number }
  /** By device ids: the secrets of those that were paired, and what is kept of each. */
  | {
      say: 'apply';
      devices: readonly ConfiguredDevice[];
      secrets: Readonly<Record<string, string>>;
      kept: Readonly<Record<string, Kept>>;
    }
  /** Every device that could be paired is reported each second, or no longer. */
  | { say: 'search'; on: boolean }
  /** Listens to one device by its driver, apart from those of the home; null: no longer. */
  | { say: 'trial'; device: ConfiguredDevice | null; secret?: string | undefined }
  | { say: 'perform'; id: number; device: string; action: OutputAction; text: string | undefined };

const MOST_SAMPLES = 4_096;
const id = z.string().max(100);
const value = z.union([
  z.number(),
  z.boolean(),
  z.string().max(100),
  z.strictObject({
    rateHz: z.number().positive(),
    xyz: z.array(z.tuple([z.number(), z.number(), z.number()])).max(MOST_SAMPLES),
  }),
]);
const context = z.record(z.string().max(50), z.union([z.string().max(500), z.number(), z.boolean()]));

/** The same of every radio. */
const common = [
  z.strictObject({ say: z.literal('ready') }),
  /** Said every few seconds: a process that does not is hung. */
  z.strictObject({ say: z.literal('alive'), rssMegabytes: z.number(), dropped: z.int(), flooding: id.optional() }),
  z.strictObject({
    say: z.literal('reading'),
    device: id,
    quantity: z.enum(Object.keys(quantities) as [Quantity, ...Quantity[]]),
    value,
    quality: z.enum(['good', 'uncertain', 'bad']),
    record: z
      .strictObject({ key: z.string().max(1_000), clock: z.number().optional(), undated: z.literal(true).optional() })
      .optional(),
    /** Of the machine's monotonic clock, which both share. */
    mono: z.number(),
    wall: z.number().optional(),
  }),
  /** A device was heard and says nothing new. */
  z.strictObject({ say: z.literal('heard'), device: id }),
  z.strictObject({
    say: z.literal('performed'),
    id: z.int(),
    result: z.enum(['commanded', 'confirmed', 'unconfirmed']).optional(),
    error: z.string().max(500).optional(),
    code: z.string().max(50).optional(),
  }),
  z.strictObject({
    say: z.literal('log'),
    level: z.enum(['info', 'warn', 'error']),
    fields: z.record(z.string(), z.unknown()),
    message: z.string().max(500),
  }),
  z.strictObject({ say: z.literal('trial'), report: trialReport }),
  /** Nothing is received, whatever was tried: a fresh process is the last thing left. */
  z.strictObject({ say: z.literal('stalled'), why: z.string().max(500) }),
] as const;

/** What the process of a radio with this profile may say. */
export const messagesFrom = <Settings, Kept, Found>({ kept, found, faults }: RadioProfile<Settings, Kept, Found>) =>
  z.discriminatedUnion('say', [
    ...common,
    z
      .strictObject({
        say: z.literal('fault'),
        code: z.enum(faultCodeNames),
        /** A device's id; null for the radio itself. */
        device: id.nullable(),
        active: z.boolean(),
        context: context.optional(),
      })
      .refine(({ code, device }) => isItsToSay(code, device, faults), 'is not for this process to say'),
    /** To be remembered of a device in place of what was. */
    z.strictObject({ say: z.literal('keep'), device: id, kept, urgent: z.boolean() }),
    /** Devices that could be paired. */
    z.strictObject({ say: z.literal('found'), devices: z.array(found).max(MOST_NEARBY) }),
  ]);
export type ToParent<Kept = unknown, Found = unknown> = z.output<ReturnType<typeof messagesFrom<unknown, Kept, Found>>>;

/** Of a device, what its driver and its host may raise; of the radio itself, its own faults. Of anything else it knows nothing. */
const isItsToSay = (code: FaultCode, device: string | null, { lost, causes, others }: RadioFaults): boolean =>
  device === null
    ? [...causes, ...others].some((own) => own === code)
    : code === lost || mayRaise('driver', code) || mayRaise('host', code);
