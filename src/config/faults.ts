// A fault of the configuration file: where it is, what is wrong and what was expected, in both languages.

import type { Words } from '#contract/words.ts';

export type Path = readonly PropertyKey[];
export type Language = keyof Words;

export interface ConfigFault {
  /** The file's name as it was given. */
  file: string;
  /** `uplinks[0].url`; empty when the fault concerns the file as a whole. */
  path: string;
  /** Line and column from 1; 0 where there is no place to point at, as with a missing file. */
  line: number;
  column: number;
  /**
   * The value there, shortened; undefined when there is none, when it is more than one value, and when it may be a
   * secret.
   */
  value: string | undefined;
  /** What is wrong: follows the value in a sentence. */
  message: Words;
  expected: Words | undefined;
}

/** What is wrong at a place of the file, before the place is known. */
export interface Problem {
  path: Path;
  message: Words;
  expected?: Words | undefined;
  /** Points at the key rather than at its value. */
  atKey?: boolean;
}

/** One line: `uplinks[0].url: "mqqt://…" is not an MQTT address (line 12); expected mqtt://, mqtts://, ws:// or wss://`. */
export function textOf({ file, path, value, message, line, expected }: ConfigFault, language: Language): string {
  const where = path || file;
  const what = [value, message[language]].filter((part) => part !== undefined).join(' ');
  if (language === 'en')
    return `${where}: ${what}${line > 0 ? ` (line ${line})` : ''}${expected ? `; expected ${expected.en}` : ''}`;
  return `${where}：${what}${line > 0 ? `（第${line}行）` : ''}${expected ? `；应为${expected['zh-CN']}` : ''}`;
}

/** `['devices', 3, 'line']` -> `devices[3].line`; a key that is no plain word is quoted. */
export function pathText(path: Path): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (/^[A-Za-z_][\w-]*$/.test(String(part))) text += text === '' ? String(part) : `.${String(part)}`;
    else text += `[${JSON.stringify(shortened(String(part)))}]`;
  }
  return text;
}

const LONGEST_SHOWN = 60;
export const shortened = (text: string): string =>
  text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN - 1)}…` : text;
