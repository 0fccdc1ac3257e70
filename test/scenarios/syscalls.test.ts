// What the kernel saw: the journal's fdatasync is over before the word "registered" is written anywhere.

import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { childrenOf } from '#fakes/gpio-tools/index.ts';
import { type House, house } from './house.ts';

const ROOT = join(import.meta.dirname, '../..');
let home: House;
beforeEach(async () => {
  home = await house();
});
afterEach(() => home.close());

it('the alert is on the disk before the box says that it is registered', async () => {
  const trace = await tracedPress();
  expect(syncedBeforeTold(trace)).toBe(true);
});

it('the trace of a build that says it too early is told from the right one', async () => {
  const trace = await tracedPress(hastyBuild());
  expect(syncedBeforeTold(trace)).toBe(false);
});

/** One press, all the way, under strace; the trace's lines in the order of the kernel. */
async function tracedPress(program?: string): Promise<string[]> {
  const file = join(home.dir, 'trace');
  const strace = ['strace', '-f', '-y', '-s', '4000', '-e', 'trace=fdatasync,fsync,write,writev,sendmsg', '-o', file];
  const gateway = await home.start({ under: [...strace, 'setpriv', '--pdeathsig', 'KILL', '--'], program });
  await home.called();
  // strace passes no signal on: the gateway itself is asked to end.
  const [traced] = childrenOf(gateway.child.pid ?? 0);
  process.kill(traced?.pid ?? Number.NaN, 'SIGTERM');
  await gateway.ended;
  return readFileSync(file, 'utf8').split('\n');
}

/** Whether, after the first alert was noticed, a sync of the journal began and ended before "registered" was written. */
function syncedBeforeTold(trace: readonly string[]): boolean {
  const written = (text: string) => trace.findIndex((line) => line.includes(text.replaceAll('"', '\\"')));
  const noticed = written('"event":"alert"');
  const said = written('"event":"registered"');
  expect(noticed).toBeGreaterThan(-1);
  expect(said).toBeGreaterThan(noticed);
  return synced(trace.slice(noticed, said));
}

/** A whole fdatasync on the journal, in one line or as an unfinished and a resumed one of the same thread. */
function synced(lines: readonly string[]): boolean {
  const waiting = new Set<string>();
  for (const line of lines) {
    const [thread = ''] = line.split(' ');
    const begins = /\b(fdatasync|fsync)\(\d+<[^>]*\/journal\.db(-wal)?>/.test(line);
    if (begins && / = 0$/.test(line)) return true;
    if (begins && line.endsWith('<unfinished ...>')) waiting.add(thread);
    if (/<\.\.\. (fdatasync|fsync) resumed>.* = 0$/.test(line) && waiting.has(thread)) return true;
  }
  return false;
}

/** The program, changed in one place: it says "registered" when it hands the alert to the card, not when the card has it. */
function hastyBuild(): string {
  const dir = join(home.dir, 'hasty');
  mkdirSync(dir);
  for (const part of ['src', 'drivers', 'package.json']) cpSync(join(ROOT, part), join(dir, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
  const file = join(dir, 'src/core/commit.ts');
  const right = readFileSync(file, 'utf8');
  const mark = '      for (const alert of batch.alerts) registered(home, alert);\n';
  const commit = '  const written = home.ports.journal.commit(';
  for (const part of [mark, commit]) expect(right.split(part)).toHaveLength(2);
  const hasty = right
    .replace(mark, '')
    .replace(commit, `  for (const alert of batch.alerts) registered(home, alert);\n${commit}`);
  writeFileSync(file, hasty);
  return join(dir, 'src/main.ts');
}
