// `hearthward conformance --json` as a process, and what it said.

import { type RunningVerb, startVerb } from '#fakes/verb.ts';
import type { Result, Summary } from '#src/cli/conformance/run.ts';
import type { CheckName } from '#src/cli/conformance/words.ts';

export interface Said {
  code: number | null;
  /** What was found in each check that failed. */
  wrong: Partial<Record<CheckName, string[]>>;
  passed: CheckName[];
  skipped: CheckName[];
  results: Result[];
  summary: Summary;
  stderr: string;
}

export async function read(verb: RunningVerb): Promise<Said> {
  const { code, stderr } = await verb.ended;
  const results = verb.events.slice(0, -1) as unknown as Result[];
  const those = (kind: Result['result']) => results.filter(({ result }) => result === kind);
  return {
    code,
    stderr,
    results,
    summary: verb.events.at(-1) as unknown as Summary,
    wrong: Object.fromEntries(those('failed').map(({ check, findings }) => [check, findings.map(({ code }) => code)])),
    passed: those('passed').map(({ check }) => check),
    skipped: those('skipped').map(({ check }) => check),
  };
}

export const start = (broker: string, tenant: string, ...more: string[]): RunningVerb =>
  startVerb(['conformance', '--json', '--broker', broker, '--tenant', tenant, '--within', WITHIN, ...more]);

/** Seconds: long enough for a busy machine, and what a silent platform costs each time. */
const WITHIN = '3';

/** Resolves when the verb has asked its person for it. */
export const asked = (verb: RunningVerb, words: string): Promise<void> =>
  new Promise((resolve) => {
    let text = '';
    verb.child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk;
      if (text.includes(words)) resolve();
    });
  });
