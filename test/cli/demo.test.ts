// The demo lets go of the terminal, however it is ended: a process that still reads keys does not end.

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { until, within } from '#fakes/wait.ts';

const CHILD = join(import.meta.dirname, 'demo-child.ts');

/** On a pseudo-terminal, in place of the shell that `script` begins with. */
function onTerminal() {
  const child = spawn('script', ['-qec', `exec ${process.execPath} ${CHILD}`, '/dev/null']);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const says = (words: string) => until(() => text.includes(words), words);
  return { child, ended, says };
}

const childrenOf = (pid = 0): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === `${pid}`;
      } catch {
        return false;
      }
    })
    .map(Number);

it.each(['SIGTERM', 'SIGINT'] as const)('%s', async (signal) => {
  const { child, ended, says } = onTerminal();
  await says('hears keys');
  child.stdin.write('h');
  await says('key h');
  const [demo = 0] = childrenOf(child.pid);
  process.kill(demo, signal);
  expect(await within(ended, 'the end of the demo', 20)).toBe(0);
});

it.each(['q', '\u0003'])('the key %j', async (key) => {
  const { child, ended, says } = onTerminal();
  await says('hears keys');
  child.stdin.write(key);
  expect(await within(ended, 'the end of the demo', 20)).toBe(0);
});
