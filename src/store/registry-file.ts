// The registry as text: what is in it, its format, and its versions. What a later version wrote and this one does not
// know, whether an entry or a field of one, is kept through each change.

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { readFormat, standingOf } from '#base/format.ts';
import type { Person } from '#contract/device.ts';
import { deviceFields } from '#contract/device-fields.ts';
import type { Format } from '#contract/format.ts';
import { radioSchema } from './registry-radio.ts';

export const registryFormat: Format = { version: 2, readableFrom: 2 };
const FORMAT = 'hearthward-registry';
const MOST = 500;

const name = z.string().min(1).max(60);

const person = z.object({
  id: deviceFields.id,
  name,
  language: z.enum(['en', 'zh-CN']).optional(),
  healthRecord: z.enum(['platform', 'home']).optional(),
} satisfies { [Field in keyof Required<Person>]: z.ZodType<Person[Field]> });

const pairedDevice = z.object({
  ...deviceFields,
  driver: z.string().min(1).max(60),
  radio: radioSchema,
  /** As the device called itself. */
  name: z.string().max(100).optional(),
  /** The driver's own options, beside what the radio gives. */
  options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  /** Wall clock, ms. */
  pairedAt: z.int().nonnegative(),
});
export type PairedDevice = z.output<typeof pairedDevice>;

/** What an installer says of a device that the configuration file wires; what the file says takes precedence. */
const { kind: _, ...wiredShape } = deviceFields;
const wiredDevice = z.object(wiredShape);
export type WiredDevice = z.output<typeof wiredDevice>;

/** Somebody who is called by telephone, one after the other. */
const contact = z.object({
  name,
  /** E.164: `+8613800000000`. */
  phone: z.string().regex(/^\+[1-9]\d{6,14}$/),
  /** From 1: who is called first. */
  order: z.int().min(1).max(99),
});
export type Contact = z.output<typeof contact>;

/** Each list, and the field that identifies its entries. */
const lists = {
  rooms: { entry: z.object({ name }), key: 'name' },
  people: { entry: person, key: 'id' },
  contacts: { entry: contact, key: 'phone' },
  wired: { entry: wiredDevice, key: 'id' },
  devices: { entry: pairedDevice, key: 'id' },
} as const;
type List = keyof typeof lists;
const listNames = Object.keys(lists) as List[];

/** What was paired, and what an installer says. */
export type Registry = { [L in List]: readonly z.output<(typeof lists)[L]['entry']>[] };

export const emptyRegistry: Registry = { rooms: [], people: [], contacts: [], wired: [], devices: [] };

type Fields = Record<string, unknown>;

export interface RegistryFile {
  registry: Registry;
  format: Format;
  /** Everything in the file, as this version reads it. */
  raw: Fields;
  /** Entries that this version cannot read: they stay in the file. */
  unknown: { list: string; id: string }[];
  /** This version wrote it, beside a newer file that it could not read. */
  beside: boolean;
}

export type Parsed =
  | (RegistryFile & { why?: undefined })
  | { why: 'damaged'; detail: string }
  | { why: 'newer'; detail: string; format: Format };

/** From one version's content to the next version's, by the version it starts from. */
export type Migrations = Readonly<Record<number, (content: Fields) => Fields>>;
const migrations: Migrations = { 1: withRadios };

/**
 * What a text says. The sum distinguishes a flipped bit, which might be in an address or a key, from what was written.
 */
export function parseRegistry(text: string, steps = migrations, own = registryFormat): Parsed {
  const { format: kind, version, readableFrom, sha256, ...content } = fieldsOf(text);
  // The first version stated no more than its number.
  const format = readFormat(version, version === 1 ? 1 : readableFrom);
  if (kind !== FORMAT || !format) return { why: 'damaged', detail: 'it is no registry' };
  if (sha256 !== sumOf(format, content)) return { why: 'damaged', detail: 'its check sum is wrong' };
  const standing = standingOf(format, own);
  if (standing === 'unreadable')
    return {
      why: 'newer',
      detail: `it is of version ${format.version}, and this program knows ${own.version}`,
      format,
    };
  let raw: Fields = content;
  for (let at = format.version; at < own.version; at += 1) {
    const step = steps[at];
    if (!step) return { why: 'damaged', detail: `there is no way from version ${at} to ${at + 1}` };
    raw = step(raw);
  }
  return { ...read(raw), format, raw, beside: raw.beside === true };
}

function fieldsOf(text: string): Fields {
  try {
    const raw: unknown = JSON.parse(text);
    return isFields(raw) ? raw : {};
  } catch {
    return {};
  }
}

function read(raw: Fields): Pick<RegistryFile, 'registry' | 'unknown'> {
  const unknown: RegistryFile['unknown'] = [];
  const entries = (list: List) =>
    entriesOf(raw, list).flatMap((one) => {
      const { data } = lists[list].entry.safeParse(one);
      if (!data) unknown.push({ list, id: String(one[lists[list].key] ?? '?') });
      return data ? [data] : [];
    });
  const registry = Object.fromEntries(listNames.map((list) => [list, entries(list)])) as unknown as Registry;
  return { registry, unknown };
}

/**
 * The file's whole text for a changed registry. Throws for what a reader would refuse.
 * @param before what is in the file now; everything in it that this version does not know is kept
 */
export function registryText(
  changed: Partial<Registry>,
  before: Pick<RegistryFile, 'raw' | 'format' | 'registry'> = {
    raw: {},
    format: registryFormat,
    registry: emptyRegistry,
  },
  more: { beside?: true } = {},
): string {
  const registry = { ...emptyRegistry, ...changed };
  const { beside: _, ...rest } = before.raw;
  const content: Fields = { ...rest, ...more };
  for (const list of listNames) {
    const merged = mergedList(list, before, registry);
    if (merged.length > MOST) throw new RangeError(`${list}: more than ${MOST}`);
    content[list] = merged;
  }
  // As a reader will have it: the sum is taken over this.
  const plain = JSON.parse(JSON.stringify(content)) as Fields;
  const format = before.format.version > registryFormat.version ? before.format : registryFormat;
  return `${JSON.stringify({ format: FORMAT, ...format, sha256: sumOf(format, plain), ...plain }, null, 1)}\n`;
}

/**
 * The current entries, each with the fields that only a later version knows, and the entries that only it can read.
 */
function mergedList(list: List, before: Pick<RegistryFile, 'raw' | 'registry'>, now: Registry): Fields[] {
  const { entry, key } = lists[list];
  const raw = entriesOf(before.raw, list);
  const known = new Set((before.registry[list] as readonly Fields[]).map((one) => one[key]));
  const checked = (now[list] as readonly Fields[]).map((one) => {
    const was = raw.find((old) => known.has(old[key]) && old[key] === one[key]);
    return withUnknown(entry.parse(one) as Fields, was ?? {}, Object.keys(entry.shape));
  });
  const taken = new Set(checked.map((one) => one[key]));
  return [...checked, ...raw.filter((old) => !known.has(old[key]) && !taken.has(old[key]))];
}

/** The entry with the fields of `was` that this version does not know, in its radio as well. */
function withUnknown(entry: Fields, was: Fields, known: readonly string[]): Fields {
  const kept = Object.fromEntries(Object.entries(was).filter(([key]) => !known.includes(key)));
  const { radio } = entry;
  const isSame = isFields(radio) && isFields(was.radio) && radio.transport === was.radio.transport;
  return { ...entry, ...(isSame && { radio: withUnknown(radio, was.radio as Fields, radioFields) }), ...kept };
}

const radioFields = radioSchema.options.flatMap((option) => Object.keys(option.shape));

const entriesOf = (raw: Fields, list: List): Fields[] => {
  const entries = raw[list];
  return Array.isArray(entries) ? entries.filter(isFields) : [];
};

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const sumOf = ({ version, readableFrom }: Format, content: Fields): string =>
  createHash('sha256')
    .update(JSON.stringify(version === 1 ? [version, content.devices] : [version, readableFrom, content]))
    .digest('hex');

/** Version 1 knew only one radio, and named people beside their devices. */
function withRadios({ devices }: Fields): Fields {
  type First = { wearer?: Person; address?: unknown; addressType?: unknown; bindkey?: unknown };
  const people = new Map<string, Person>();
  const moved = (Array.isArray(devices) ? (devices as (First & Fields)[]) : []).map(
    ({ address, addressType, bindkey, wearer, ...device }) => {
      if (wearer && !people.has(wearer.id)) people.set(wearer.id, wearer);
      const radio = { transport: 'ble', address, addressType, ...(bindkey !== undefined && { bindkey }) };
      return { ...device, ...(wearer && { wearer: wearer.id }), radio };
    },
  );
  return { people: [...people.values()], devices: moved };
}
