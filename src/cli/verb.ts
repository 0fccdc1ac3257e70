// What a verb of the command line is, and how one is run: options, help, exit codes, and no stack trace for a person's mistake.

import { parseArgs } from 'node:util';
import { HearthwardError } from '#contract/errors.ts';

export const exit = { done: 0, no: 1, usage: 2 } as const;

export interface Option {
  type: 'string' | 'boolean';
  /** In the usage line: `FILE`. */
  value?: string;
  describe: string;
  required?: boolean;
}

export interface VerbIo {
  stdin: AsyncIterable<Uint8Array>;
  /** One line of data; resolves when more may follow. */
  out(line: string): Promise<void>;
  /** One line for a person. */
  err(line: string): void;
  /** Resolves at SIGINT or SIGTERM, or when the process that started this one has gone. */
  stopped(): Promise<void>;
}

export interface Args {
  values: Record<string, string | boolean | undefined>;
  positionals: string[];
}

export interface Verb {
  name: string;
  summary: string;
  /** Names of positional arguments, required but for those that end in `?`. */
  positionals?: readonly string[];
  options: Record<string, Option>;
  example: string;
  /** Further words of its help. */
  notes?: string;
  run(args: Args, io: VerbIo): Promise<number>;
}

/** The person called it wrongly: exit 2, with a pointer to the help. */
export class UsageError extends HearthwardError {
  constructor(message: string) {
    super('usage', message);
  }
}

/** Runs one verb, or the help; the exit code. */
export async function runVerb(argv: readonly string[], verbs: readonly Verb[], io: VerbIo): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined) {
    io.err(overview(verbs));
    return exit.usage;
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    await io.out(overview(verbs));
    return exit.done;
  }
  const verb = verbs.find((verb) => verb.name === name);
  if (!verb) {
    const names = verbs.map(({ name }) => name).join(', ');
    io.err(`hearthward: there is no verb "${name}"; the verbs are: ${names}\nMore: hearthward --help`);
    return exit.usage;
  }
  try {
    const args = argsOf(verb, rest);
    if (args === 'help') {
      await io.out(helpOf(verb));
      return exit.done;
    }
    return await verb.run(args, io);
  } catch (thrown) {
    if (thrown instanceof UsageError) {
      io.err(`hearthward ${verb.name}: ${thrown.message}\n${usageOf(verb)}\nMore: hearthward ${verb.name} --help`);
      return exit.usage;
    }
    if (!(thrown instanceof HearthwardError) && !isSystemError(thrown)) throw thrown;
    io.err(`hearthward ${verb.name}: ${thrown.message}`);
    return exit.no;
  }
}

/** The system would not do something (a full disk, a missing folder): outside trouble, whichever room met it. */
const isSystemError = (thrown: unknown): thrown is NodeJS.ErrnoException =>
  thrown instanceof Error && 'syscall' in thrown && 'code' in thrown;

function argsOf(verb: Verb, argv: string[]): Args | 'help' {
  const options = Object.fromEntries(Object.entries(verb.options).map(([name, { type }]) => [name, { type }]));
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({
      args: argv,
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
      strict: true,
    });
  } catch (thrown) {
    throw new UsageError((thrown as Error).message.split('. ')[0] ?? 'wrong arguments');
  }
  const { values, positionals } = parsed as { values: Args['values']; positionals: string[] };
  if (values.help) return 'help';
  const wanted = verb.positionals ?? [];
  if (positionals.length > wanted.length)
    throw new UsageError(
      `what is "${positionals[wanted.length]}" for? It takes ${wanted.length === 0 ? 'options only' : wanted.join(' ')}`,
    );
  const missing = wanted[positionals.length];
  if (missing !== undefined && !missing.endsWith('?')) throw new UsageError(`${missing} is missing`);
  for (const [name, option] of Object.entries(verb.options)) {
    if (option.required && values[name] === undefined)
      throw new UsageError(`--${name} ${option.value ?? ''} is missing`);
  }
  return { values, positionals };
}

const optionText = (name: string, { value }: Option) => `--${name}${value ? ` ${value}` : ''}`;

const positionalText = (name: string) => (name.endsWith('?') ? `[${name.slice(0, -1)}]` : name);

const usageOf = (verb: Verb): string => {
  const options = Object.entries(verb.options).map(([name, option]) =>
    option.required ? optionText(name, option) : `[${optionText(name, option)}]`,
  );
  return `Usage: hearthward ${[verb.name, ...options, ...(verb.positionals ?? []).map(positionalText)].join(' ')}`;
};

function helpOf(verb: Verb): string {
  const rows = [...Object.entries(verb.options), ['help', { type: 'boolean', describe: 'This text.' }] as const].map(
    ([name, option]) => `  ${optionText(name, option).padEnd(22)} ${option.describe}`,
  );
  return [
    verb.summary,
    '',
    usageOf(verb),
    '',
    ...rows,
    ...(verb.notes ? ['', verb.notes] : []),
    '',
    `Example: ${verb.example}`,
  ].join('\n');
}

const overview = (verbs: readonly Verb[]): string =>
  [
    'hearthward: the gateway that watches over a home',
    '',
    ...verbs.map(({ name, summary }) => `  ${name.padEnd(14)} ${summary}`),
    '',
    'Each verb has --help with an example. Exit: 0 done, 1 the answer is no or it failed, 2 wrong usage.',
  ].join('\n');
