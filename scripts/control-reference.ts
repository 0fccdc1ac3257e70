// The reference page of the local admin API, made from the table of its routes.

import { z } from 'zod';
import { moment } from '#contract/control/parts.ts';
import { controlErrors } from '#contract/control/route.ts';
import { statusOf } from '#src/control/errors.ts';
import { LIMITS } from '#src/control/limits.ts';
import type { Served } from '#src/control/table.ts';
import { below, fieldTable, type JsonSchema } from './fields.ts';

const forms = {
  one: 'one JSON object',
  lines: 'a list, one JSON object a line (NDJSON), that ends',
  stream: 'a stream, one JSON object a line (NDJSON), as they come',
} as const;

/** @param generated what to say of the page's origin: it is the first line */
export function controlReference(routes: readonly Served[], generated: string): string {
  return [
    `<!-- ${generated} -->`,
    '',
    '# Local admin API: reference · 本机管理接口参考',
    '',
    'What it is for, how to ask it, and how a route is added: [control.md](control.md).',
    '',
    '## Routes · 路由',
    '',
    '| Route | Permit | Answer | What |',
    '|---|---|---|---|',
    ...routes.map(
      ({ method, path, permit, form, about }) => `| \`${method} ${path}\` | ${permit} | ${form} | ${about} |`,
    ),
    '',
    '`read` looks and changes nothing; `write` changes what the gateway does, says or listens to. Answers: `one` is '.concat(
      `${forms.one}; \`lines\` is ${forms.lines}; \`stream\` is ${forms.stream}.`,
    ),
    '',
    'Fields that are not listed may come with a newer gateway, and are to be ignored. A *stamp* is an instant as the box knew it:',
    '',
    ...table(moment),
    '',
    ...routes.flatMap(section),
    '## When there is no answer · 出错时',
    '',
    'The body is then `{"error": {"code", "message"}}`; the message says what is wrong and what to do.',
    '',
    '| Code | HTTP status |',
    '|---|---|',
    ...controlErrors.map((code) => `| \`${code}\` | ${statusOf[code]} |`),
    '',
    `Limits: ${LIMITS.requests} requests at once, ${LIMITS.streams} of them streams; ${LIMITS.body} bytes of body, ${LIMITS.headers} of head; ${LIMITS.requestMs / 1_000} s for a request and its answer, streams apart.`,
    '',
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

const section = ({ method, path, about, query, body, answer }: Served): string[] => [
  `### \`${method} ${path}\``,
  '',
  about,
  '',
  ...part('Query:', query),
  ...part('Body:', body),
  ...part('Answer:', answer),
];

const part = (title: string, schema: z.ZodType): string[] => {
  const fields = table(schema);
  return fields.length === 0 ? [] : [title, '', ...fields, ''];
};

/** A table of a schema's fields; of a union one for each case, under what it means. */
function table(schema: z.ZodType): string[] {
  const json = z.toJSONSchema(schema, { io: 'input' }) as JsonSchema;
  const tables = (json.anyOf ?? [json]).map((one) => ({
    about: json.anyOf && one.description,
    fields: below(one, ''),
  }));
  return tables
    .filter(({ fields }) => fields.length > 0)
    .flatMap(({ about, fields }, index) => [
      ...(index > 0 ? [''] : []),
      ...(about ? [about, ''] : []),
      ...fieldTable(fields),
    ]);
}
