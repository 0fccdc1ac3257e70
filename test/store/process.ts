// A child process whose lines can be waited for, and which never outlives its test.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export interface Child {
  process: ChildProcess;
  lines: string[];
  say(line: string): void;
  /** Resolves with the first line, of those so far and to come, that has it. */
  heard(what: string | RegExp): Promise<string>;
  /** SIGKILL, and the end of it. */
  kill(): Promise<void>;
}

export const childModule = fileURLToPath(new URL('./child.ts', import.meta.url));

export function start(command: string, args: string[], env: Record<string, string> = {}): Child {
  // Many starts: without the cache each strips the types of the same files again.
  const cache = { NODE_COMPILE_CACHE: join(tmpdir(), 'hearthward-test-compile-cache') };
  const child = spawn(command, args, { env: { ...process.env, ...cache, ...env }, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const waiting: { what: string | RegExp; resolve(line: string): void; reject(error: Error): void }[] = [];
  const fits = (line: string, what: string | RegExp) => (typeof what === 'string' ? line === what : what.test(line));
  const ended = once(child, 'close');
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    for (const wait of waiting) if (fits(line, wait.what)) wait.resolve(line);
  });
  ended.then(() => {
    for (const { what, reject } of waiting) reject(new Error(`ended before it said ${what}: ${lines.join(', ')}`));
  });
  child.stdin.on('error', () => undefined);
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  onTestFinished(kill);
  return {
    process: child,
    lines,
    say: (line) => child.stdin.write(`${line}\n`),
    heard(what) {
      const said = lines.find((line) => fits(line, what));
      if (said !== undefined) return Promise.resolve(said);
      return new Promise((resolve, reject) => waiting.push({ what, resolve, reject }));
    },
    kill,
  };
}
