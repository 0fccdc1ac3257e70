// What zod found wrong, as problems in the words of this product.

import type { z } from 'zod';
import { nearest } from '#base/spelling.ts';
import { type Words, words } from '#contract/words.ts';
import { bare, defOf, descriptionThrough, expectation, oneOf, schemaAt, shapeOf } from './expect.ts';
import type { Path, Problem } from './faults.ts';

/** The problems behind one issue of `schema` with `data`: one, or one for each unknown key. */
export function explain(issue: z.core.$ZodIssue, schema: z.ZodType, data: unknown): Problem[] {
  const { path } = issue;
  const value = valueAt(data, path);
  const here = schemaAt(schema, path, data);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownKey([...path, key], key, Object.keys((here && shapeOf(here)) ?? {})));
  if (issue.code === 'custom') return [{ path, ...customWords(issue) }];
  if (value === undefined)
    return [{ path, message: missing, expected: unionTags(issue) ?? (here && expectation(here)) }];
  return [{ path, ...wordsFor(issue, value, here) }];
}

/** The words that a check of this room attaches to its issue. */
export interface CustomParams {
  message: Words;
  expected?: Words | undefined;
  atKey?: boolean;
}

/** True for an issue that `draftProblems` reports as well, for a file with other faults too. */
export const isBetweenFields = (issue: z.core.$ZodIssue): boolean =>
  issue.code === 'custom' && issue.params?.betweenFields === true;

function customWords(issue: z.core.$ZodIssueCustom): Omit<Problem, 'path'> {
  const params = issue.params as CustomParams | undefined;
  if (params?.message) return params;
  // A driver's or detector's own refinement, which is in English only.
  const expected = /^expected (.*)$/s.exec(issue.message)?.[1];
  return expected
    ? { message: unfit, expected: words(expected, expected) }
    : { message: words(`is refused: ${issue.message}`, `不被接受：${issue.message}`) };
}

function wordsFor(issue: z.core.$ZodIssue, value: unknown, schema: z.ZodType | undefined): Omit<Problem, 'path'> {
  const tags = unionTags(issue);
  const choices = tags ? issueOptions(issue) : schema ? choicesOf(schema) : [];
  const expected = tags ?? (schema && expectation(schema));
  const meant = typeof value === 'string' ? nearest(value, choices) : undefined;
  if (meant !== undefined)
    return { message: words(`is unknown; did you mean ${meant}?`, `无法识别，是否指 ${meant}？`), expected };
  if (issue.code === 'invalid_type') {
    const quotes = issue.expected === 'string' && typeof value !== 'object';
    return {
      message: words(`is ${kindOf(value).en}`, `是${kindOf(value)['zh-CN']}`),
      expected: expected && quotes ? words(`${expected.en}, in quotes`, `${expected['zh-CN']}（加引号）`) : expected,
    };
  }
  const { noun } = schema ? descriptionThrough(schema) : {};
  if (noun) return { message: words(`is not ${noun.en}`, `不是${noun['zh-CN']}`), expected };
  if (issue.code === 'too_big' || issue.code === 'too_small')
    return { message: sizeWords(issue), expected: sizeExpected(issue, expected) };
  if (choices.length > 0) return { message: words('is unknown', '无法识别'), expected };
  return { message: unfit, expected };
}

const missing = words('is missing', '缺失');
const unfit = words('does not fit', '不符合要求');

function unknownKey(path: Path, key: string, known: readonly string[]): Problem {
  const meant = nearest(key, known);
  return {
    path,
    atKey: true,
    message: meant
      ? words(`is an unknown key; did you mean ${meant}?`, `是未知的键，是否指 ${meant}？`)
      : words('is an unknown key', '是未知的键'),
    expected: known.length > 0 ? oneOf(known) : words('nothing to set here', '此处无可设置项'),
  };
}

const issueOptions = (issue: z.core.$ZodIssue): string[] =>
  ((issue as { options?: unknown[] }).options ?? []).map(String);

/** For an issue that no branch of a discriminated union fits: the values that would choose one. */
const unionTags = (issue: z.core.$ZodIssue): Words | undefined =>
  issue.code === 'invalid_union' && issueOptions(issue).length > 0 ? oneOf(issueOptions(issue)) : undefined;

function choicesOf(schema: z.ZodType): string[] {
  const { entries, values } = defOf(bare(schema));
  return (entries ? Object.values(entries) : (values ?? [])).map(String);
}

function sizeWords(issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall): Words {
  const big = issue.code === 'too_big';
  if (issue.origin === 'array')
    return big ? words('has too many entries', '条目过多') : words('has too few entries', '条目过少');
  if (issue.origin === 'string') return big ? words('is too long', '过长') : words('is too short', '过短');
  return big ? words('is too large', '过大') : words('is too small', '过小');
}

function sizeExpected(
  issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall,
  otherwise: Words | undefined,
): Words | undefined {
  const limit = issue.code === 'too_big' ? issue.maximum : issue.minimum;
  const [least, most] = issue.code === 'too_big' ? (['at most', '最多'] as const) : (['at least', '至少'] as const);
  if (issue.origin === 'array') return words(`${least} ${limit}`, `${most}${limit}条`);
  if (issue.origin === 'string') return words(`text of ${least} ${limit} characters`, `${most}${limit}个字符的文本`);
  return otherwise;
}

function kindOf(value: unknown): Words {
  if (value === null) return words('empty', '空值');
  if (Array.isArray(value)) return words('a list', '列表');
  switch (typeof value) {
    case 'object':
      return words('a set of keys', '键值对');
    case 'string':
      return words('text', '文本');
    case 'number':
    case 'bigint':
      return words('a number', '数字');
    default:
      return words('true or false', '布尔值');
  }
}

export function valueAt(data: unknown, path: Path): unknown {
  let value = data;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}
