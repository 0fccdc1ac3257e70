// What a schema wants, read from the schema itself: for the words of a fault and for the reference page.

import type { z } from 'zod';
import { type Words, words } from '#contract/words.ts';
import type { Path } from './faults.ts';

/**
 * What a schema may carry in its `.meta`, beside zod's `description` (English):
 * - `zh`: the description in Chinese;
 * - `noun`: what a value is called ("an MQTT address"); `form`: what one looks like.
 */
export interface Description {
  description?: string;
  zh?: string;
  noun?: Words;
  form?: Words;
}

export const descriptionOf = (schema: z.ZodType | undefined): Description => (schema?.meta() ?? {}) as Description;

/** The parts of zod's definitions that are read here. */
interface Def {
  type: string;
  innerType?: z.ZodType;
  in?: z.ZodType;
  element?: z.ZodType;
  valueType?: z.ZodType;
  shape?: Record<string, z.ZodType>;
  discriminator?: string;
  options?: z.ZodType[];
  entries?: Record<string, string | number>;
  values?: unknown[];
  check?: string;
  checks?: { _zod: { def: Check } }[];
  defaultValue?: unknown;
  format?: string;
  pattern?: RegExp;
}
interface Check {
  check: string;
  value?: number;
  inclusive?: boolean;
  minimum?: number;
  maximum?: number;
  format?: string;
}

export const defOf = (schema: z.ZodType): Def => schema.def as unknown as Def;

/** The schema under `optional`, `default`, `transform` and the like. */
export function bare(schema: z.ZodType): z.ZodType {
  const { innerType, in: before } = defOf(schema);
  const under = innerType ?? before;
  return under ? bare(under) : schema;
}

/** Metadata of a schema and of what it wraps; the outer one wins. */
export function descriptionThrough(schema: z.ZodType): Description {
  const { innerType, in: before } = defOf(schema);
  const under = innerType ?? before;
  return { ...(under && descriptionThrough(under)), ...descriptionOf(schema) };
}

/** The default of a schema; undefined where it has none. */
export function defaultOf(schema: z.ZodType): unknown {
  const def = defOf(schema);
  if (def.type === 'default' || def.type === 'prefault') return def.defaultValue;
  return def.innerType ? defaultOf(def.innerType) : undefined;
}

export const isRequired = (schema: z.ZodType): boolean => !schema.safeParse(undefined).success;

export const shapeOf = (schema: z.ZodType): Record<string, z.ZodType> | undefined => defOf(bare(schema)).shape;

/** The branch of a discriminated union that `data` chose. */
export function branchOf(union: z.ZodType, data: unknown): z.ZodType | undefined {
  const { discriminator, options = [] } = defOf(union);
  if (discriminator === undefined || typeof data !== 'object' || data === null) return undefined;
  const chosen = (data as Record<string, unknown>)[discriminator];
  return options.find((option) => {
    const tag = shapeOf(option)?.[discriminator];
    return tag && defOf(bare(tag)).values?.includes(chosen);
  });
}

/** The schema that rules the place `path` of `data`. */
export function schemaAt(schema: z.ZodType, path: Path, data: unknown): z.ZodType | undefined {
  const plain = bare(schema);
  const def = defOf(plain);
  if (def.type === 'union') {
    const branch = branchOf(plain, data);
    return branch ? schemaAt(branch, path, data) : path.length === 0 ? schema : undefined;
  }
  const [first, ...rest] = path;
  if (first === undefined) return schema;
  const inside = def.shape?.[String(first)] ?? def.element ?? def.valueType;
  const value = typeof data === 'object' && data !== null ? (data as Record<PropertyKey, unknown>)[first] : undefined;
  return inside && schemaAt(inside, rest, value);
}

/** What is accepted, in words. */
export function expectation(schema: z.ZodType): Words {
  const { form } = descriptionThrough(schema);
  if (form) return form;
  const plain = bare(schema);
  const def = defOf(plain);
  switch (def.type) {
    case 'string':
      return textWords(def);
    case 'number':
      return numberWords(def);
    case 'boolean':
      return words('true or false', 'true 或 false');
    case 'enum':
      return oneOf(Object.values(def.entries ?? {}));
    case 'literal':
      return oneOf(def.values ?? []);
    case 'array':
      return def.element ? listWords(bare(def.element)) : words('a list', '列表');
    case 'object':
    case 'record':
      return words('keys with values', '键值对');
    case 'union': {
      const each = (def.options ?? []).map(expectation);
      return words(
        [...new Set(each.map(({ en }) => en))].join(' or '),
        [...new Set(each.map((w) => w['zh-CN']))].join('或'),
      );
    }
    default:
      return words('another value', '其他值');
  }
}

function listWords(element: z.ZodType): Words {
  if (shapeOf(element) || defOf(element).type === 'union') return words('a list', '列表');
  const each = expectation(element);
  return words(`a list of ${each.en}`, `由${each['zh-CN']}组成的列表`);
}

export function oneOf(values: readonly unknown[]): Words {
  const list = values.map(String);
  if (list.length === 1) return words(list.join(), list.join());
  return words(`${list.slice(0, -1).join(', ')} or ${list.at(-1)}`, `${list.slice(0, -1).join('、')}或${list.at(-1)}`);
}

function textWords(def: Def): Words {
  const checks = checksOf(def);
  if (checks.some(({ check }) => check === 'string_format')) return words('text of the right form', '符合格式的文本');
  const most = checks.find(({ check }) => check === 'max_length')?.maximum;
  return most === undefined
    ? words('text', '文本')
    : words(`text of at most ${most} characters`, `最多${most}个字符的文本`);
}

/** A number format such as `int` is a check of its own schema. */
const checksOf = (def: Def): Check[] => [def as unknown as Check, ...(def.checks ?? []).map(({ _zod }) => _zod.def)];

function numberWords(def: Def): Words {
  const checks = checksOf(def);
  const whole = checks.some(
    ({ check, format }) => check === 'number_format' && format !== undefined && /int/.test(format),
  );
  const low = checks
    .filter(({ check }) => check === 'greater_than')
    .toSorted((a, b) => (b.value ?? 0) - (a.value ?? 0))[0];
  const high = checks
    .filter(({ check }) => check === 'less_than')
    .toSorted((a, b) => (a.value ?? 0) - (b.value ?? 0))[0];
  const en = whole ? 'a whole number' : 'a number';
  const zh = whole ? '整数' : '数字';
  if (low?.inclusive && high?.inclusive)
    return words(`${en} from ${low.value} to ${high.value}`, `${low.value}至${high.value}的${zh}`);
  const limits = [
    low &&
      words(
        low.inclusive ? `of at least ${low.value}` : `above ${low.value}`,
        low.inclusive ? `不小于${low.value}` : `大于${low.value}`,
      ),
    high &&
      words(
        high.inclusive ? `of at most ${high.value}` : `below ${high.value}`,
        high.inclusive ? `不大于${high.value}` : `小于${high.value}`,
      ),
  ].filter((limit) => limit !== undefined);
  if (limits.length === 0) return words(en, zh);
  return words(
    `${en} ${limits.map(({ en }) => en).join(' and ')}`,
    `${limits.map((limit) => limit['zh-CN']).join('且')}的${zh}`,
  );
}
