// Tables of the fields of a schema, for the generated references.

import { z } from 'zod';

export interface Field {
  path: string;
  type: string;
  required: boolean;
  about: string;
}

export const fieldTable = (fields: Field[]): string[] => [
  '| Field | Type | | |',
  '|---|---|---|---|',
  ...fields.map(
    ({ path, type, required, about }) => `| \`${path}\` | ${type} | ${required ? 'always' : 'optional'} | ${about} |`,
  ),
];

/** The parts of JSON Schema that our messages have. */
export interface JsonSchema {
  type?: string;
  format?: string;
  const?: unknown;
  enum?: unknown[];
  examples?: unknown[];
  anyOf?: JsonSchema[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  required?: string[];
  description?: string;
  minimum?: number;
  exclusiveMinimum?: number;
  maxLength?: number;
}

export const fieldsOf = (schema: z.ZodType): Field[] =>
  below(z.toJSONSchema(schema, { io: 'input' }) as JsonSchema, '');

export function below(schema: JsonSchema, at: string): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    const path = at === '' ? name : `${at}.${name}`;
    const required = schema.required?.includes(name) ?? false;
    const whole = inner.anyOf?.find(({ properties }) => properties) ?? inner;
    const deeper = whole.type === 'array' ? below(whole.items ?? {}, `${path}[]`) : below(whole, path);
    return [{ path, type: typeOf(inner), required, about: inner.description ?? '' }, ...(isStamp(whole) ? [] : deeper)];
  });
}

/** Comes a dozen times, and is given in full once. */
const isStamp = ({ properties }: JsonSchema): boolean => properties?.mono !== undefined;

function typeOf(schema: JsonSchema): string {
  if (isStamp(schema)) return 'stamp';
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return schema.enum.length > 20 ? 'code' : schema.enum.map((code) => `\`${code}\``).join(', ');
  if (schema.examples) {
    const codes = schema.examples.length > 20 ? 'a code' : schema.examples.map((code) => `\`${code}\``).join(', ');
    return `${codes}, or one to come`;
  }
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`;
  if (schema.type === 'integer') return schema.exclusiveMinimum === 0 ? 'whole number from 1' : 'whole number';
  if (schema.type === 'string' && schema.format === 'date-time') return 'UTC time, ISO 8601';
  if (schema.type === 'string' && schema.maxLength !== undefined) return `text, up to ${schema.maxLength} characters`;
  return schema.type === 'string' ? 'text' : (schema.type ?? 'any');
}
