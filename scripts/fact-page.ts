// docs/facts.md: every fact behind an alert or a warning, with its parts and an example in words.

import type { Part } from '#contract/fact-row.ts';
import { type FactName, factNames, factRow, factWords } from '#contract/facts.ts';

export const factPage = (header: string): string => `<!-- ${header} -->

# Facts · 报警依据

Why an alert was raised, or a warning said, as data: \`because\` of an [alert event](uplink/reference.md) is a list of them, each \`{fact, …parts}\`. The home puts them into words (\`text\`), in both languages; who needs them as numbers reads the parts. Units are UCUM where a part has one of its own.
Facts and parts are added, never renamed. A reader shows one that it does not know as it is; so does the gateway with one that another version of it has left in its journal.

报警事件的 \`because\` 是一组依据，每项为 \`{fact, …}\`。网关据此生成中英文语句（\`text\`）；需要数值的平台可直接读取各字段。依据只增不改；不认识的依据应原样显示。

## Why it began · 起因

${table(factNames.filter((name) => !factRow(name).over))}

## Why it is over · 消除

${table(factNames.filter((name) => factRow(name).over))}
`;

const table = (names: FactName[]): string =>
  ['| fact | parts | in words |', '|---|---|---|', ...names.map(row)].join('\n');

function row(name: FactName): string {
  const { parts } = factRow(name);
  const given = Object.entries(parts);
  const example = Object.fromEntries(given.map(([part, of]) => [part, of.is === 'code' ? of.codes[0] : of.example]));
  const { en, 'zh-CN': zh } = factWords({ fact: name, ...example });
  return `| \`${name}\` | ${given.map(([part, of]) => describe(part, of)).join('<br>')} | ${en}<br>${zh} |`;
}

function describe(name: string, part: Part): string {
  const what =
    part.is === 'number'
      ? part.unit
      : part.is === 'text'
        ? part.what
        : part.codes.map((one) => `\`${one}\``).join(', ');
  return `\`${name}\`${part.optional ? '?' : ''}: ${what}`;
}
