// Runs a part of the checks as a process of its own, and gives it up when it hangs: a process that waits for a dead disk
// cannot be ended, only left alone.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { LATE, within } from '#base/within.ts';
import { type Finding, unknown } from '#contract/diagnosis.ts';
import { type Clock, MINUTE } from '#contract/time.ts';
import { type Words, words } from '#contract/words.ts';
import { type DoctorOptions, type Part, parts } from './parts.ts';
import { noAnswer } from './run.ts';

/** Six processes that load at once take their time on a small box that is busy: that is no check that hangs. */
const LOADS_WITHIN_MS = MINUTE;

/** @param command what starts this program: Node, its flags, the file. Never rejects. */
export async function partIn(
  [command = '', ...flags]: readonly string[],
  part: Part,
  { config, data, secrets, noLogin }: DoctorOptions,
  clock: Clock,
  progress: (line: string) => void,
  scratch: string | undefined,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const said: string[] = [];
  const { title, withinMs } = parts[part];
  const given = Object.entries({ config, data, secrets }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}=${value}`],
  );
  const args = [...flags, 'doctor', '--json', `--part=${part}`, ...given, ...(noLogin ? ['--no-login'] : [])];
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(scratch !== undefined && { env: { ...process.env, TMPDIR: scratch } }),
  });
  const begun = Promise.withResolvers<void>();
  const end = new Promise<'done' | number | string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const report = reportIn(line);
      begun.resolve();
      if (report === 'done') resolve('done');
      else if (report === 'begun') return;
      else if (report) findings.push(report);
      else said.push(line);
    });
    child.once('error', ({ message }) => resolve(message));
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line);
    if (line.endsWith('…')) progress(line);
  });

  const loaded = await within(clock, LOADS_WITHIN_MS, Promise.race([begun.promise, end]));
  const outcome = loaded === LATE ? LATE : await within(clock, withinMs, end);
  // One that has reported everything may still hang on what it gave up.
  child.kill('SIGKILL');
  child.unref();
  for (const stream of [child.stdout, child.stderr]) stream.destroy();
  if (outcome === LATE) return [...findings, noAnswer(part, title, loaded === LATE ? LOADS_WITHIN_MS : withinMs)];
  return outcome === 'done' ? findings : [...findings, failed(part, title, outcome, said.at(-1))];
}

const failed = (part: Part, title: Words, end: number | string, last = ''): Finding =>
  unknown(
    part,
    words(`${title.en}: the check itself failed (${end})`, `${title['zh-CN']}：检查程序本身出错（${end}）`),
    { end, said: last },
    words('Send this to support; it is a defect of Hearthward.', '请发给技术支持，这是 Hearthward 的缺陷。'),
  );

/** Undefined for a line that is none of a check's. */
function reportIn(line: string): Finding | 'begun' | 'done' | undefined {
  try {
    const report = JSON.parse(line) as Finding | { begun: true } | { done: true };
    if ('begun' in report) return 'begun';
    return 'done' in report ? 'done' : report;
  } catch {
    return undefined;
  }
}
