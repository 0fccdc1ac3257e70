// A verb of the real program as a child process: its NDJSON gathered, its events waited for, its end awaited.

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { program as built } from './program.ts';
import { deadline, within } from './wait.ts';

/** One line of a verb's output: `event` of the gateway, `kind` of the receiver. `time` is the gateway's wall clock, in ms. */
export interface Event {
  event?: string;
  kind?: string;
  time?: number;
  [field: string]: unknown;
}

/** Fields that must be equal, or a question. */
export type Fits = Record<string, unknown> | ((event: Event) => boolean);

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stderr: string;
}

export interface WaitOptions {
  after?: number | undefined;
  /** On an idle machine, as `deadline` has it. */
  seconds?: number | undefined;
}

export interface RunningVerb {
  child: ChildProcess;
  /** Its standard output; paused, it is a reader that stopped reading. */
  output: Readable;
  /** Everything it said so far. */
  events: Event[];
  /**
   * The first event that fits, said already (from index `after` on) or to come. Rejects at the deadline, or when the process
   * has ended without it, with what it said last.
   */
  waitFor(fits: Fits, options?: WaitOptions): Promise<Event>;
  count(fits: Fits): number;
  /** Resolves when it has ended and all it said was read. */
  ended: Promise<Ended>;
  /** SIGTERM; resolves when it has ended. */
  stop(): Promise<Ended>;
  /** SIGKILL, or another signal that ends it. */
  kill(signal?: NodeJS.Signals): Promise<Ended>;
}

export interface VerbOptions {
  env?: Record<string, string> | undefined;
  /** What the program is started under: `['strace', '-f']`. */
  under?: readonly string[] | undefined;
  /** The program's file; that of `program.ts` by default. */
  program?: string | undefined;
  /** Both ends of its standard output, the first a descriptor that is handed over; a socket pair, as Node makes it, by default. */
  stdout?: { write: number; read: Readable } | undefined;
}

/** Halves the start of a process that did not change since; the launcher does the same. */
const cache = { NODE_COMPILE_CACHE: join(tmpdir(), 'hearthward-test-compile-cache') };

export function startVerb(args: readonly string[], options: VerbOptions = {}): RunningVerb {
  const { env, under = [], program = built, stdout } = options;
  // setpriv: the kernel kills it with this process, however that one ends.
  const command = [...['--pdeathsig', 'KILL', '--'], ...under, process.execPath, program, ...args];
  const child = spawn('setpriv', command, {
    stdio: ['ignore', stdout?.write ?? 'pipe', 'pipe'],
    env: { ...cache, ...process.env, ...env },
  });
  if (stdout) closeSync(stdout.write);
  const output = stdout?.read ?? (child.stdout as Readable);
  const events: Event[] = [];
  const waiting = new Set<() => void>();
  let stderr = '';
  let over: Ended | undefined;

  const look = () => {
    for (const waiter of waiting) waiter();
  };
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk).slice(-20_000);
  });
  readEvents(output, (event) => {
    events.push(event);
    look();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => {
      over = { code, signal, stderr };
      look();
      resolve(over);
    });
  });

  const end = async (signal: NodeJS.Signals): Promise<Ended> => {
    if (!over) child.kill(signal);
    return within(ended, `the end of hearthward ${args[0]} after ${signal}`);
  };

  return {
    child,
    output,
    events,
    ended,
    count: (fits) => events.filter(asQuestion(fits)).length,
    waitFor(fits, { after = 0, seconds } = {}) {
      const question = asQuestion(fits);
      // Made here, so that its stack leads to who waits.
      const error = new Error();
      return new Promise((resolve, reject) => {
        const done = () => {
          waiting.delete(waiter);
          cancel();
        };
        const fail = (why: string) => {
          done();
          const last = events.slice(-12).map((event) => JSON.stringify(event));
          const what = typeof fits === 'function' ? fits.toString() : JSON.stringify(fits);
          error.message = `${args[0]}: ${why}: ${what}\n${last.join('\n')}\n${stderr.slice(-2_000)}`;
          reject(error);
        };
        const waiter = () => {
          const found = events.slice(after).find(question);
          if (found) {
            done();
            resolve(found);
          } else if (over) fail(`ended (${over.code ?? over.signal}) before it said`);
        };
        const cancel = deadline((ms) => fail(`did not say within ${(ms / 1_000).toFixed(1)} s`), seconds);
        waiting.add(waiter);
        waiter();
      });
    },
    stop: () => end('SIGTERM'),
    kill: (signal = 'SIGKILL') => end(signal),
  };
}

/** Each JSON line of a stream; what is no JSON is an event of its own, so that it is seen. */
function readEvents(stream: Readable, take: (event: Event) => void): void {
  createInterface({ input: stream }).on('line', (line) => {
    try {
      take(JSON.parse(line) as Event);
    } catch {
      take({ notJson: line });
    }
  });
}

export const asQuestion = (fits: Fits): ((event: Event) => boolean) =>
  typeof fits === 'function' ? fits : (event) => Object.entries(fits).every(([key, value]) => event[key] === value);

/** A verb that ends by itself: what it wrote, and how it ended. */
export function runVerb(args: readonly string[], { stdin = '' } = {}): Promise<Ended & { stdout: string }> {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', process.execPath, built, ...args], {
    env: { ...cache, ...process.env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  const ended = new Promise<Ended & { stdout: string }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return within(ended, `the end of hearthward ${args.join(' ')}`, 180);
}
