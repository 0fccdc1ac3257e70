// Reads the configuration: a file or a text in, a whole configuration or every fault at once out. Never throws for what
// is in a file, or for a file that is not there.

import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { z } from 'zod';
import type { Config } from '#contract/config.ts';
import { type Words, words } from '#contract/words.ts';
import { explain, isBetweenFields, valueAt } from './explain.ts';
import { type ConfigFault, type Problem, pathText } from './faults.ts';
import { type Origins, originsIn } from './origins.ts';
import type { ConfigSchema } from './schema.ts';
import { secretsIn, shown } from './secret-check.ts';
import { warningsOf } from './warnings.ts';
import { type Place, readYaml, type YamlFile } from './yaml.ts';

/** Bytes; a large home needs a hundredth of this. */
const LARGEST_CONFIG = 1_000_000;
/** More faults than anybody mends at once are counted, not listed. */
const MOST_FAULTS = 200;

export type ReadConfig =
  | { ok: true; config: Config; warnings: ConfigFault[]; originOf: Origins }
  | { ok: false; faults: [ConfigFault, ...ConfigFault[]] };

/** @param fileName names the file in faults of the whole. */
export function readConfig(text: string, fileName: string, schema: ConfigSchema, preset?: string): ReadConfig {
  const read = readChecked(text, fileName, schema, preset);
  if (!read.ok) return read;
  const { data, raw, placed } = read;
  const originOf = originsIn(raw, schema.presets);
  return { ok: true, config: data, warnings: warningsOf(data).map(placed), originOf };
}

/** The schema that a file is checked by: the configuration's own, or that of another file written in the same way. */
export type Checked<Data> = z.ZodType<Data> & {
  draftProblems(draft: unknown): Problem[];
  /** Fills in what the raw data refers to: a preset. `forced`: the preset that somebody else chose. */
  prepared?(raw: unknown, forced?: string): unknown;
};

export type ReadChecked<Data> =
  | { ok: true; data: Data /** As it stands in the file. */; raw: unknown; placed(problem: Problem): ConfigFault }
  | { ok: false; faults: [ConfigFault, ...ConfigFault[]] };

/** A YAML text by a schema: its data whole, or every fault at once, each with its place. */
export function readChecked<Data>(
  text: string,
  fileName: string,
  schema: Checked<Data>,
  preset?: string,
): ReadChecked<Data> {
  if (text.length > LARGEST_CONFIG) return { ok: false, faults: [wholeFile(fileName, tooLarge)] };
  const yaml = readYaml(text);
  const problems: (Problem & Partial<Place>)[] = [...yaml.problems];
  if (yaml.usable) {
    const { data, problems: found } = checkData(yaml.data, schema, preset);
    problems.push(...found);
    if (data !== undefined && problems.length === 0)
      return { ok: true, data, raw: yaml.data, placed: (problem) => placed(problem, fileName, yaml) };
  }
  const faults = problems.map((problem) => placed(problem, fileName, yaml)).toSorted(byPlace);
  const [first = wholeFile(fileName, words('is refused', '不被接受')), ...others] = faults;
  if (faults.length <= MOST_FAULTS) return { ok: false, faults: [first, ...others] };
  const more = faults.length - MOST_FAULTS + 1;
  const rest = wholeFile(fileName, words(`has ${more} more faults`, `还有${more}处错误`));
  return { ok: false, faults: [first, ...others.slice(0, MOST_FAULTS - 2), rest] };
}

/** Checks plain data by a schema: everything that is wrong with it, or what it means. */
export function checkData<Data>(
  raw: unknown,
  schema: Checked<Data>,
  preset?: string,
): { data?: Data; problems: Problem[] } {
  const parsed = schema.safeParse(schema.prepared ? schema.prepared(raw, preset) : raw);
  const secrets = secretsIn(raw);
  const silenced = new Set(secrets.map(({ path }) => pathText(path)));
  const issues = (parsed.error?.issues ?? []).filter((issue) => !isBetweenFields(issue));
  const found = [...issues.flatMap((issue) => explain(issue, schema, raw)), ...schema.draftProblems(raw)];
  const problems = [...secrets, ...found.filter(({ path }) => !silenced.has(pathText(path)))];
  return parsed.success ? { data: parsed.data, problems } : { problems };
}

export type ReadFile = ReadConfig & {
  /** What was read; undefined when the file could not be. */
  text: string | undefined;
  /** The file as it was found, for `watchConfig`. */
  seen: string;
};

/** Reads `file` as `readConfig` does. A file that cannot be read is a fault as well. */
export async function readConfigFile(file: string, schema: ConfigSchema, preset?: string): Promise<ReadFile> {
  const { text, fault, seen } = await readText(file, aFile);
  if (text === undefined) return { ok: false, faults: [wholeFile(file, fault.message, fault.expected)], text, seen };
  return { ...readConfig(text, file, schema, preset), text, seen };
}

/** The same for another kind of file. @param like what such a file looks like, in words */
export async function readCheckedFile<Data>(
  file: string,
  schema: Checked<Data>,
  like: Words,
): Promise<ReadChecked<Data>> {
  const { text, fault } = await readText(file, like);
  if (text === undefined) return { ok: false, faults: [wholeFile(file, fault.message, fault.expected)] };
  return readChecked(text, file, schema);
}

/** Changes when a file is written, replaced, removed or put back. */
export const signature = (file: string): Promise<string> =>
  stat(file, { bigint: true }).then(signatureOf, (thrown: NodeJS.ErrnoException) => thrown.code ?? 'unreadable');

const signatureOf = ({ mtimeNs, size, ino }: { mtimeNs: bigint; size: bigint; ino: bigint }): string =>
  `${mtimeNs}/${size}/${ino}`;

type Text = { seen: string } & (
  | { text: string; fault?: never }
  | { text?: undefined; fault: { message: Words; expected?: Words | undefined } }
);

async function readText(file: string, like: Words): Promise<Text> {
  let handle: FileHandle | undefined;
  let seen: string | undefined;
  try {
    // Non-blocking: opening a named pipe would wait for a writer for ever.
    handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const found = await handle.stat({ bigint: true });
    seen = signatureOf(found);
    if (!found.isFile()) return { seen, fault: { message: words('is not a file', '不是文件'), expected: like } };
    const bytes = Buffer.alloc(LARGEST_CONFIG + 1);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await handle.read(bytes, length, bytes.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    if (length > LARGEST_CONFIG) return { seen, fault: { message: tooLarge } };
    return { seen, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length)) };
  } catch (thrown) {
    seen ??= await signature(file);
    return {
      seen,
      fault: thrown instanceof TypeError ? notUtf8 : fileFault((thrown as NodeJS.ErrnoException).code, like),
    };
  } finally {
    await handle?.close();
  }
}

const notUtf8 = {
  message: words('is not text in UTF-8', '不是 UTF-8 文本'),
  expected: words('a file saved as UTF-8', '以 UTF-8 保存的文件'),
};

function fileFault(code = 'unknown', like: Words): { message: Words; expected?: Words } {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return { message: words('does not exist', '不存在'), expected: like };
    case 'EACCES':
    case 'EPERM':
      return {
        message: words('may not be read', '没有读取权限'),
        expected: words('a file that the service may read', '服务可读取的文件'),
      };
    default:
      return { message: words(`cannot be read (${code})`, `无法读取（${code}）`) };
  }
}

const aFile = words('a YAML file, as config/gateway.example.yaml', 'YAML 文件，参见 config/gateway.example.yaml');
const tooLarge = words(`is larger than ${LARGEST_CONFIG} bytes`, `超过${LARGEST_CONFIG}字节`);

const wholeFile = (file: string, message: Words, expected?: Words): ConfigFault => ({
  file,
  path: '',
  line: 0,
  column: 0,
  value: undefined,
  message,
  expected,
});

/** A problem at its place in the file. */
export function placed(
  { path, message, expected, atKey, line, column }: Problem & Partial<Place>,
  file: string,
  yaml: YamlFile,
): ConfigFault {
  const found = yaml.placeOf(path, atKey);
  return {
    file,
    path: pathText(path),
    line: line ?? found.line,
    column: column ?? found.column,
    // A fault at a key is about the key: its value is not shown.
    value: atKey || line !== undefined ? undefined : shown(path, valueAt(yaml.data, path)),
    message,
    expected,
  };
}

const byPlace = (a: ConfigFault, b: ConfigFault): number => a.line - b.line || a.column - b.column;
