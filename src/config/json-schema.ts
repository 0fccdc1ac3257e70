// The schema as JSON Schema draft 7, by which editors complete and check YAML.

import { z } from 'zod';

/** @param generated what the first line says of the text's origin */
export function jsonSchemaText(schema: z.ZodType, generated: string): string {
  const { $schema, ...rules } = z.toJSONSchema(schema, {
    target: 'draft-7',
    // What people write, before defaults.
    io: 'input',
    override: ({ jsonSchema }) => tidy(jsonSchema as Record<string, unknown>),
  });
  const [, ...lines] = JSON.stringify({ $schema, ...rules }, null, 2).split('\n');
  return `{ "$comment": ${JSON.stringify(generated)},\n${lines.join('\n')}\n`;
}

/**
 * One description in both languages, no keywords of our own, and no limits that only come from how a number is stored.
 */
function tidy(rules: Record<string, unknown>): void {
  const { description, zh } = rules;
  if (typeof zh === 'string') rules.description = `${description}\n${zh}`;
  for (const own of ['zh', 'noun', 'form']) delete rules[own];
  if (rules.minimum === Number.MIN_SAFE_INTEGER) delete rules.minimum;
  if (rules.maximum === Number.MAX_SAFE_INTEGER) delete rules.maximum;
}
