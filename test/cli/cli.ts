// The command line from outside, as a person or a script calls it.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { program } from '#fakes/program.ts';

/** What scripts/hearthward ends in, without its look at whether anything has to be set up first. */
export const command = [process.execPath, '--disable-warning=ExperimentalWarning', program] as const;
export const verbs = [
  'run',
  'demo',
  'receiver',
  'conformance',
  'check-config',
  'doctor',
  'status',
  'alerts',
  'faults',
  'say',
  'watch',
  'activity',
  'pair',
  'devices',
  'export',
  'replay',
  'sim',
] as const;

export interface Said {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs it to its end. `input` is what it reads; nothing without it. */
export function hearthward(args: readonly string[], { input = '', env = {} }: { input?: string; env?: object } = {}) {
  return new Promise<Said>((resolve, reject) => {
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...command, ...args], {
      env: { ...process.env, LC_ALL: 'C.UTF-8', ...env },
    });
    const said = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        said[stream] += text;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...said }));
    // A verb that refuses its arguments does not wait for its input.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

export const ndjson = (lines: readonly object[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

/** One object per line; throws on a line that is none. */
export const readNdjson = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/** A directory that is gone after `use`. */
export async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hearthward-cli-'));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Lines of a stack trace, or what Node prints of an error that nobody caught. */
export const TRACE = /^\s+at .+:\d+|node:internal|Node\.js v/m;
