// What the gateway and the process of a radio say to each other, over Node's channel between parent and child. What comes
// from the child is checked word by word: it handles bytes that anybody can send through the air.

import { z } from 'zod';
import type { OutputAction } from '#contract/alert.ts';
import type { ConfiguredDevice } from '#contract/config.ts';
import { MOST_NEARBY, nearbyDevice, trialReport } from '#contract/control/pairing.ts';
import type { AdvertCounter } from '#contract/driver.ts';
import { faultCodeNames } from '#contract/fault.ts';
import { type Quantity, quantities } from '#contract/quantity.ts';

export type CounterMark = Pick<AdvertCounter, 'last' | 'old'>;

export type ToChild =
  /** Said first, once. */
  | { say: 'setup'; adapter: string | undefined; secretsDir: string | undefined; patience: number }
  /** By device ids: bind keys of those that were paired, and what is kept of the counters of their adverts. */
  | {
      say: 'apply';
      devices: readonly ConfiguredDevice[];
      keys: Readonly<Record<string, string>>;
      counters: Readonly<Record<string, CounterMark>>;
    }
  /** Every device that could be paired is told each second, or no longer. */
  | { say: 'nearby'; on: boolean }
  /** Listens to one device by its driver, apart from those of the home, or no longer; `key`: its bind key. */
  | { say: 'trial'; device: ConfiguredDevice | null; key?: string | undefined }
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

export const toParent = z.discriminatedUnion('say', [
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
    say: z.literal('fault'),
    code: z.enum(faultCodeNames),
    /** A device's id; null for the radio itself. */
    device: id.nullable(),
    active: z.boolean(),
    context: context.optional(),
  }),
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
  z.strictObject({
    say: z.literal('counter'),
    device: id,
    count: z.int().nonnegative(),
    old: z.int().nonnegative().optional(),
    urgent: z.boolean(),
  }),
  z.strictObject({ say: z.literal('nearby'), devices: z.array(nearbyDevice).max(MOST_NEARBY) }),
  z.strictObject({ say: z.literal('trial'), report: trialReport }),
  /** The radio hears nothing, whatever was tried: a fresh process is the last thing left. */
  z.strictObject({ say: z.literal('deaf'), why: z.string().max(500) }),
]);
export type ToParent = z.output<typeof toParent>;
