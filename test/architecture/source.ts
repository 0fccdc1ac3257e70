// Reads a TypeScript file as far as the architecture test needs: what is code, what it imports, on which lines.

import { posix } from 'node:path';

export interface SourceFile {
  /** From the root of the repository, with slashes. */
  path: string;
  text: string;
}

export interface Import {
  /** As written. */
  specifier: string;
  line: number;
  /** `import type …`: nothing of it is there at run time. */
  typeOnly: boolean;
}

export interface Source {
  /** The text with comments and the insides of strings blanked; lines and columns are kept. */
  code: string;
  imports: Import[];
  /** Lines with an `import(…)` of something that is not a plain string. */
  computedImports: number[];
}

export function readSource(text: string): Source {
  const { code, withStrings } = blank(text);
  const imports: Import[] = [];
  for (const pattern of importPatterns) {
    for (const match of withStrings.matchAll(pattern)) {
      // Inside a string there is no code, whatever it looks like.
      if (code[match.index] === ' ') continue;
      const typeOnly = /^(?:import|export)\s+type\b/.test(match[0]);
      imports.push({ specifier: match.groups?.what ?? '', line: lineAt(text, match.index), typeOnly });
    }
  }
  const computedImports = [...withStrings.matchAll(/\bimport\s*\(\s*(?!['"])/g)]
    .filter(({ index }) => code[index] !== ' ')
    .map(({ index }) => lineAt(text, index));
  return { code, imports, computedImports };
}

const aliases: Record<string, string> = {
  '#contract/': 'src/contract/',
  '#base/': 'src/base/',
  '#wire/': 'src/wire/',
  '#driver-kit/': 'src/driver-kit/',
  '#src/': 'src/',
  '#fakes/': 'test/fakes/',
};

/** The file that a specifier names, from the root; undefined for a package. */
export function resolved(path: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(path), specifier);
  const alias = Object.keys(aliases).find((prefix) => specifier.startsWith(prefix));
  return alias && posix.join(aliases[alias] ?? '', specifier.slice(alias.length));
}

export const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;

const importPatterns = [
  /\b(?:import|export)\b[^'"`;]*?\bfrom\s*(['"])(?<what>[^'"]+)\1/g,
  /\bimport\s*(['"])(?<what>[^'"]+)\1/g,
  /\bimport\s*\(\s*(['"])(?<what>[^'"]+)\1/g,
  // A worker or a child is imported as well, only later.
  /\bnew URL\(\s*(['"])(?<what>\.[^'"]+)\1\s*,\s*import\.meta\.url/g,
];

/** Words after which a slash begins a regular expression. */
const beforeRegex =
  /(?:^|[(,=:[!&|?{;+\-*%~^<>])$|(?:^|[^\w$.])(?:return|typeof|case|in|of|delete|void|throw|new|instanceof|await|yield)$/;

const regex = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/[\\\n])+\//y;
const ends = {
  line: /$/gm,
  block: /\*\//g,
  "'": /(?<!\\)(?:\\\\)*'|$/gm,
  '"': /(?<!\\)(?:\\\\)*"|$/gm,
  '`': /(?<!\\)(?:\\\\)*(?:`|\$\{)/g,
};

function blank(text: string): { code: string; withStrings: string } {
  const code = text.split('');
  const withStrings = text.split('');
  /** Depths of the braces inside the `${…}` that are open. */
  const templates: number[] = [];
  let at = 0;

  function endOf(what: keyof typeof ends, from: number): number {
    const pattern = ends[what];
    pattern.lastIndex = from;
    const found = pattern.exec(text);
    return found ? found.index + found[0].length : text.length;
  }
  function wipe(from: number, to: number, comment = false): void {
    for (let index = from; index < to; index += 1) {
      if (text[index] === '\n') continue;
      code[index] = ' ';
      if (comment) withStrings[index] = ' ';
    }
  }
  function comment(to: number): void {
    wipe(at, to, true);
    at = to;
  }
  function template(): void {
    const end = endOf('`', at + 1);
    const opens = text.slice(at + 1, end).endsWith('${');
    wipe(at + 1, end - (opens ? 2 : 1));
    if (opens) templates.push(0);
    at = end;
  }

  while (at < text.length) {
    const here = text[at];
    const two = text.slice(at, at + 2);
    if (two === '//' || (at === 0 && two === '#!')) comment(endOf('line', at));
    else if (two === '/*') comment(endOf('block', at + 2));
    else if (here === "'" || here === '"') {
      const end = endOf(here, at + 1);
      wipe(at + 1, end - 1);
      at = end;
    } else if (here === '`') template();
    else if (here === '}' && templates.at(-1) === 0) {
      templates.pop();
      template();
    } else if (
      here === '/' &&
      beforeRegex.test(
        code
          .slice(Math.max(0, at - 40), at)
          .join('')
          .trimEnd(),
      )
    ) {
      regex.lastIndex = at;
      const length = regex.exec(text)?.[0].length ?? 1;
      wipe(at + 1, at + length - 1);
      at += length;
    } else {
      const depth = templates.at(-1);
      if (depth !== undefined && here === '{') templates[templates.length - 1] = depth + 1;
      if (depth !== undefined && here === '}') templates[templates.length - 1] = depth - 1;
      at += 1;
    }
  }
  return { code: code.join(''), withStrings: withStrings.join('') };
}
