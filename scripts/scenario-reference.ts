// The reference page of scenario files, made from their schema: a table for each section, and one for each thing that can happen.

import type { z } from 'zod';
import { bare, defOf, descriptionThrough, shapeOf } from '#src/config/expect.ts';
import { table } from '#src/config/reference.ts';
import { actions } from '#src/sim/scenario/actions.ts';
import { scenarioSchema } from '#src/sim/scenario/schema.ts';

/** @param generated what to say of the page's origin: it is the first line */
export function scenarioReference(generated: string): string {
  const { home, devices, script, routines, expect, config } = scenarioSchema.shape;
  const routine = entryOf(routines);
  const expected = shapeOf(expect) ?? {};
  return [
    `<!-- ${generated} -->`,
    '',
    '# Scenario files: reference · 场景文件参考',
    '',
    'How to write one: [simulated-home.md](simulated-home.md). `hearthward sim --check FILE` names all faults of a file at once; editors complete by `config/scenarios/schema.json`.',
    '',
    '编写方法见 [simulated-home.md](simulated-home.md)。`hearthward sim --check 文件` 一次列出全部错误；编辑器可按 `config/scenarios/schema.json` 自动补全。',
    '',
    '`scenario` is its title. `scenario` 为标题。',
    '',
    ...section('home · 家庭', home, home),
    ...section('config · 网关配置', config),
    ...section('devices · 设备', devices, entryOf(devices)),
    ...section('script · 事件', script),
    'Keys of every entry · 每一项通用:',
    '',
    ...table(anyOf(script), (key) => ['at', 'jitter', 'repeat'].includes(key)),
    '',
    ...section('routines · 日常', routines, routine),
    'Keys of every step · 每一步通用:',
    '',
    ...table(anyOf(shapeOf(routine)?.steps ?? routine), (key) => ['after', 'jitter'].includes(key)),
    '',
    '## What can happen · 可发生的事 (`do`)',
    '',
    ...actions.flatMap(({ name, shape }) => {
      const { do: word, ...fields } = shape as Record<string, z.ZodType>;
      const { description, zh } = word ? descriptionThrough(word) : {};
      const branch = branchNamed(script, name);
      return [
        `### \`${name}\``,
        '',
        `${description} ${zh}`,
        '',
        ...(Object.keys(fields).length > 0 ? [...table(branch, (key) => Object.hasOwn(fields, key)), ''] : []),
      ];
    }),
    ...section('expect · 预期结果', expect),
    ...Object.entries(expected).flatMap(([list, of]) => [
      `### \`${list}\``,
      '',
      ...described(of),
      ...table(entryOf(of)),
      '',
    ]),
  ]
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()
    .concat('\n');
}

const section = (heading: string, about: z.ZodType, rows?: z.ZodType): string[] => [
  `## ${heading}`,
  '',
  ...described(about),
  ...(rows ? [...table(rows), ''] : []),
];

function described(schema: z.ZodType): string[] {
  const { description, zh } = descriptionThrough(schema);
  return [...(description ? [description, ''] : []), ...(zh ? [zh, ''] : [])];
}

const entryOf = (list: z.ZodType): z.ZodType => defOf(bare(list)).element ?? list;
const branchesOf = (list: z.ZodType): z.ZodType[] => defOf(bare(entryOf(list))).options ?? [];
const anyOf = (list: z.ZodType): z.ZodType => branchesOf(list)[0] ?? list;
const branchNamed = (list: z.ZodType, name: string): z.ZodType =>
  branchesOf(list).find((branch) => {
    const word = shapeOf(branch)?.do;
    return word && defOf(bare(word)).values?.includes(name);
  }) ?? list;
