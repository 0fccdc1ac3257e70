// `hearthward doctor`: what is wrong with this box, in plain words, and what to do.

import { mkdtempSync, rmSync } from 'node:fs';
import { type Finding, oks } from '#contract/diagnosis.ts';
import type { Clock } from '#contract/time.ts';
import type { ConfigSchema } from '#src/config/schema.ts';
import { isPart, lookAt, type Part, parts } from './doctor/parts.ts';
import { partIn } from './doctor/process.ts';
import { terminalLanguage } from './language.ts';
import { exit, UsageError, type Verb, type VerbIo } from './verb.ts';

export const doctorVerb = (schema: ConfigSchema, clock: Clock, program: readonly string[]): Verb => ({
  name: 'doctor',
  summary: 'Says what is wrong with this box, and what to do.',
  options: {
    config: { type: 'string', value: 'FILE', describe: 'The configuration; else the last good one in DIR.' },
    data: { type: 'string', value: 'DIR', describe: 'The gateway’s data directory.' },
    secrets: {
      type: 'string',
      value: 'DIR',
      describe: 'Passwords and keys of the uplinks; else $CREDENTIALS_DIRECTORY, as systemd sets it.',
    },
    'no-login': { type: 'boolean', describe: 'Goes to the broker, but does not log in there.' },
    part: {
      type: 'string',
      value: 'NAME',
      describe: `Only these checks, in this one process: ${Object.keys(parts).join(', ')}.`,
    },
    json: {
      type: 'boolean',
      describe:
        'One check per line: {id, ok: good|warn|bad|unknown, what: {en, zh-CN}, todo?, facts}; a part begins with {part, begun} and ends with {part, done}.',
    },
  },
  example:
    'hearthward doctor --config /etc/hearthward/gateway.yaml --data /var/lib/hearthward --secrets /etc/hearthward',
  notes: 'Changes nothing on the box. Exit 1 when something is bad. What it looks at: docs/operations/doctor.md.',

  async run({ values }, io) {
    const { part } = values;
    if (part !== undefined && !isPart(part))
      throw new UsageError(`--part: "${part}" is none of ${Object.keys(parts).join(', ')}`);
    const options = {
      config: values.config as string | undefined,
      data: values.data as string | undefined,
      secrets: (values.secrets as string | undefined) ?? process.env.CREDENTIALS_DIRECTORY,
      noLogin: values['no-login'] === true,
    };
    const language = terminalLanguage();
    const slow = (text: string) => io.err(language === 'en' ? `still looking at ${text} …` : `仍在检查：${text} …`);
    const all: Finding[] = [];

    if (part !== undefined) {
      // Printed as they come: the parent process may have to kill this one, and keeps what it has read.
      const printed: Promise<void>[] = values.json ? [io.out(JSON.stringify({ part, begun: true }))] : [];
      await lookAt(
        part,
        options,
        schema,
        clock,
        (title) => slow(title[language]),
        (finding) => {
          all.push(finding);
          if (values.json) printed.push(io.out(JSON.stringify(finding)));
        },
      );
      if (values.json) {
        await Promise.all([...printed, io.out(JSON.stringify({ part, done: true }))]);
        return exitOf(all);
      }
    } else {
      const names = Object.keys(parts) as Part[];
      const scratch = scratchFolder();
      try {
        const found = await Promise.all(names.map((name) => partIn(program, name, options, clock, io.err, scratch)));
        all.push(...found.flat());
      } finally {
        if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
      }
    }
    const sorted = oks.flatMap((ok) => all.filter((finding) => finding.ok === ok));
    if (values.json) for (const finding of sorted) await io.out(JSON.stringify(finding));
    else await print(sorted, language, io);
    return exitOf(all);
  },
});

/** A folder in memory for copies of files; removed by this process even when the one that filled it was killed. */
function scratchFolder(): string | undefined {
  try {
    return mkdtempSync('/dev/shm/hearthward-doctor-');
  } catch {
    return undefined;
  }
}

const exitOf = (findings: readonly Finding[]): number =>
  findings.some(({ ok }) => ok === 'bad') ? exit.no : exit.done;

const marks = {
  en: { bad: 'BAD ', warn: 'look', unknown: '?   ', good: 'good' },
  'zh-CN': { bad: '故障', warn: '注意', unknown: '未知', good: '正常' },
} as const;

async function print(findings: readonly Finding[], language: 'en' | 'zh-CN', io: VerbIo): Promise<void> {
  for (const { ok, what, todo } of findings) {
    await io.out(`${marks[language][ok]}  ${what[language]}`);
    if (todo && ok !== 'good') await io.out(`      -> ${todo[language]}`);
  }
  const count = (ok: Finding['ok']) => findings.filter((finding) => finding.ok === ok).length;
  io.err(
    language === 'en'
      ? `${count('bad')} bad, ${count('warn')} to look at, ${count('unknown')} unknown, ${count('good')} good`
      : `故障 ${count('bad')} 项，注意 ${count('warn')} 项，未知 ${count('unknown')} 项，正常 ${count('good')} 项`,
  );
}
