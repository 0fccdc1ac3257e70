// An example file made from the schema: the values of a given home, every option explained where it first appears, and
// what the home does not set shown as a comment with its default.

import { stringify } from 'yaml';
import type { z } from 'zod';
import { bare, branchOf, defaultOf, defOf, descriptionThrough, expectation, shapeOf } from './expect.ts';
import { type ConfigSchema, commonKeys } from './schema.ts';

type Fields = Record<string, unknown>;

/** @param opening comment lines that the file begins with, without `#` */
export function exampleText(schema: ConfigSchema, home: Fields, opening: readonly string[]): string {
  const explained = new Set<string>();
  /** The explanation of an option, at its first appearance only. */
  const explain = (key: string, option: z.ZodType, indent: string): string[] => {
    const lines = explanation(option, indent);
    const said = `${key} ${lines.join(' ').replace(/\s+/g, ' ')}`;
    if (explained.has(said)) return [];
    explained.add(said);
    return lines;
  };

  function fields(of: z.ZodType, values: Fields, indent: string): string[] {
    return ordered(of).flatMap(([key, option]) => {
      const why = explain(key, option, indent);
      const value = values[key];
      if (value !== undefined) return [...why, ...entry(key, option, value, indent)];
      return why.length > 0 ? [...why, `${indent}# ${unset(key, option)}`] : [];
    });
  }

  function entry(key: string, option: z.ZodType, value: unknown, indent: string): string[] {
    if (isFields(value) && shapeOf(option)) return [`${indent}${key}:`, ...fields(option, value, `${indent}  `)];
    const of = defOf(bare(option)).element;
    if (!Array.isArray(value) || !of || !value.some(isFields)) return [`${indent}${key}: ${flow(value)}`];
    return [
      `${indent}${key}:`,
      ...value.flatMap((item) => element(branchOf(bare(of), item) ?? of, item, `${indent}  `)),
    ];
  }

  function element(of: z.ZodType, item: Fields, indent: string): string[] {
    const lines = fields(of, item, `${indent}  `);
    const first = lines.findIndex((line) => !isComment(line));
    return lines.map((line, at) => {
      if (at > first) return line;
      return at < first ? line.slice(2) : `${indent}- ${line.trimStart()}`;
    });
  }

  const sections = ordered(schema).flatMap(([key, option]) => {
    const why = explain(key, option, '');
    const value = home[key];
    if (value !== undefined) return ['', ...why, ...entry(key, option, value, '')];
    const usual = defaultOf(option);
    const lines = Array.isArray(usual)
      ? [`${key}:`, ...usual.map((item) => `  - ${flow(item)}`)]
      : entry(key, option, usual ?? {}, '');
    return ['', ...why, ...lines.map((line) => (isComment(line) ? line : `# ${line}`))];
  });
  return `${[...opening.map((line) => `# ${line}`), ...sections].join('\n')}\n`;
}

const isComment = (line: string): boolean => line.trimStart().startsWith('#');

/** The options of an object, with those that every device has first. */
const ordered = (of: z.ZodType): [string, z.ZodType][] => {
  const rank = (key: string) => commonKeys.indexOf(key) + 1 || commonKeys.length + 1;
  const options = Object.entries(shapeOf(of) ?? {});
  return options.some(([key]) => key === 'driver') ? options.toSorted(([a], [b]) => rank(a) - rank(b)) : options;
};

function unset(key: string, option: z.ZodType): string {
  const value = defaultOf(option);
  return value === undefined ? `${key}: …   # ${expectation(option).en}` : `${key}: ${flow(value)}`;
}

function explanation(option: z.ZodType, indent: string): string[] {
  const { description, zh } = descriptionThrough(option);
  return [description, zh].flatMap((text) => (text === undefined ? [] : wrapped(text, indent)));
}

const WIDEST = 118;

function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= WIDEST) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(`${indent}# ${word}`);
  }
  return lines;
}

/** A value in one line. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (!isFields(value)) return stringify(value, { lineWidth: 0 }).trim();
  const inside = Object.entries(value).map(([key, item]) => `${key}: ${flow(item)}`);
  return inside.length === 0 ? '{}' : `{ ${inside.join(', ')} }`;
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
