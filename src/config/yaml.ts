// YAML text to plain data, with the place of every value and everything that is wrong with the text as YAML.

import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { type Words, words } from '#contract/words.ts';
import { type Path, type Problem, pathText } from './faults.ts';

export interface Place {
  line: number;
  column: number;
}

export interface YamlFile {
  /** Undefined when the text has no usable structure. */
  data: unknown;
  /** Faults in the text. */
  problems: (Problem & Place)[];
  /** False when the structure is in doubt: further faults would be guesses. */
  usable: boolean;
  /** Where a value is; where there is none, the nearest thing around it. */
  placeOf(path: Path, atKey?: boolean): Place;
}

/** Deeper than any configuration is; it guards against texts made to exhaust the parser. */
const DEEPEST = 24;

export function readYaml(text: string): YamlFile {
  const lines = new LineCounter();
  const places = new Map<string, { key?: number; value?: number }>();
  const problems: (Problem & Place)[] = [];
  let usable = true;

  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const report = (offset: number, problem: Problem, fatal: boolean): void => {
    problems.push({ ...problem, ...place(offset) });
    if (fatal) usable = false;
  };
  const placeOf = (path: Path, atKey = false): Place => {
    const found = places.get(pathText(path));
    if (found) return place((atKey ? found.key : found.value) ?? found.key ?? found.value ?? 0);
    return path.length === 0 ? { line: 1, column: 1 } : placeOf(path.slice(0, -1), true);
  };
  const unusable = (): YamlFile => ({ data: undefined, problems, usable: false, placeOf });

  const control = findControl(text);
  if (control) {
    lines.addNewLine(0);
    for (let at = text.indexOf('\n'); at >= 0 && at < control.offset; at = text.indexOf('\n', at + 1))
      lines.addNewLine(at + 1);
    report(control.offset, { path: [], message: control.message, expected: plainText }, true);
    return unusable();
  }

  function toData(node: Node | null, path: Path, depth: number): unknown {
    if (depth > DEEPEST) {
      report(node?.range?.[0] ?? 0, { path, message: words('is nested too deep', '嵌套过深') }, true);
      return undefined;
    }
    if (isAlias(node)) {
      report(node.range?.[0] ?? 0, { path, ...noAliases }, true);
      return undefined;
    }
    if (isSeq(node)) {
      return node.items.map((item, index) => {
        const here = [...path, index];
        const value = item as Node | null;
        places.set(pathText(here), { ...(value?.range && { value: value.range[0] }) });
        return toData(value, here, depth + 1);
      });
    }
    if (isMap(node)) {
      const entries = new Map<string, unknown>();
      for (const pair of node.items) {
        const key = pair.key as Node | null;
        const keyAt = key?.range?.[0] ?? node.range?.[0] ?? 0;
        if (!isScalar(key)) {
          report(keyAt, { path, message: words('has a key that is no plain word', '含有非普通文本的键') }, true);
          continue;
        }
        const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
        const here = [...path, name];
        if (entries.has(name)) {
          report(keyAt, { path: here, message: again(placeOf(here, true)), expected: oneOnly }, false);
          continue;
        }
        const value = pair.value as Node | null;
        const written = value?.range && !(isScalar(value) && value.value === null && !value.source);
        places.set(pathText(here), { key: keyAt, ...(written && value.range && { value: value.range[0] }) });
        entries.set(name, toData(value, here, depth + 1));
      }
      return Object.fromEntries(entries);
    }
    return isScalar(node) ? node.value : null;
  }

  // Duplicate keys are checked here, giving the line of the first one, and without the parser's quadratic search.
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'error',
  });
  for (const { code, pos, message } of [...document.errors, ...document.warnings])
    report(pos[0], { path: [], message: /^Flow/.test(message) ? unclosed : (syntax[code] ?? otherSyntax) }, true);
  const contents = document.contents as Node | null;
  if (usable && (contents === null || (isScalar(contents) && contents.value === null)))
    report(0, { path: [], message: words('holds no configuration', '没有配置内容'), expected: aMapping }, true);
  places.set('', { value: 0 });
  const data = toData(contents, [], 0);
  return usable ? { data, problems, usable, placeOf } : unusable();
}

/** Characters that YAML has no use for, and that a terminal may act on. */
function findControl(text: string): { offset: number; message: Words } | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const offset = text.search(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/);
  if (offset < 0) return undefined;
  const code = text.charCodeAt(offset).toString(16).padStart(4, '0').toUpperCase();
  return { offset, message: words(`holds the control character U+${code}`, `含有控制字符 U+${code}`) };
}

const plainText = words('plain text in UTF-8', 'UTF-8 纯文本');
const aMapping = words('`home:`, `devices:` and the other sections', '`home:`、`devices:` 等各节');
const oneOnly = words('each key once', '每个键只出现一次');
const again = ({ line }: Place) => words(`is there twice, first on line ${line}`, `重复，首次出现在第${line}行`);
const noAliases = {
  message: words('is a YAML alias', '是 YAML 别名'),
  expected: words('the value written out', '直接写出的值'),
};

const otherSyntax = words('is not valid YAML', '不是有效的 YAML');
const indent = words('is not valid YAML: the indentation is wrong', '不是有效的 YAML：缩进错误');

const unclosed = words(
  'is not valid YAML: a closing bracket is missing, or stands too far left',
  '不是有效的 YAML：缺少右括号，或其缩进不足',
);

/** The parser's own messages quote the text, which may hold a secret: these do not. */
const syntax: Record<string, Words> = {
  // The parser itself gives up on nesting that exhausts its stack.
  RESOURCE_EXHAUSTION: words('is nested too deep', '嵌套过深'),
  BAD_ALIAS: words('is not valid YAML: an alias that names nothing', '不是有效的 YAML：别名无所指'),
  BAD_DIRECTIVE: words('is not valid YAML: a line that begins with %', '不是有效的 YAML：以 % 开头的行'),
  BAD_DQ_ESCAPE: words(
    'is not valid YAML: a backslash in double quotes that means nothing; use single quotes',
    '不是有效的 YAML：双引号中的反斜杠无意义，请改用单引号',
  ),
  BAD_INDENT: indent,
  BAD_SCALAR_START: words(
    'is not valid YAML: a value that begins with @, ` or another reserved character; put it in quotes',
    '不是有效的 YAML：值以 @、` 等保留字符开头，请加引号',
  ),
  BLOCK_AS_IMPLICIT_KEY: words(
    'is not valid YAML: a second colon in one line; put the value in quotes, or begin a new line',
    '不是有效的 YAML：同一行出现第二个冒号，请给值加引号或另起一行',
  ),
  MISSING_CHAR: words(
    'is not valid YAML: a closing quote, bracket or comma, or a colon, is missing',
    '不是有效的 YAML：缺少引号、括号、逗号或冒号',
  ),
  MULTILINE_IMPLICIT_KEY: words(
    'is not valid YAML: a colon is missing, or a value runs on where a key should be',
    '不是有效的 YAML：缺少冒号，或本应是键的位置仍是值',
  ),
  MULTIPLE_DOCS: words('holds more than one YAML document (`---`)', '含有多个 YAML 文档（`---`）'),
  TAB_AS_INDENT: words(
    'is not valid YAML: a tab in the indentation; use spaces',
    '不是有效的 YAML：缩进中有制表符，请用空格',
  ),
  TAG_RESOLVE_FAILED: words('is not valid here: a YAML tag (`!…`)', '此处无效：YAML 标签（`!…`）'),
};
