// Runs libgpiod's tools as children: short ones for an answer, long ones that hold a line.
// Every one of them dies with the gateway, however that dies: setpriv asks the kernel to kill it when its parent is gone.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { reasonOf } from '#contract/errors.ts';
import type { Log } from '#contract/log.ts';
import { type Cancel, type Clock, later, type MonoMs } from '#contract/time.ts';
import type { TransportError } from '../errors.ts';
import { type Dialect, dialectOf } from './dialect.ts';
import { linkError } from './errors.ts';

export type Tool = 'gpiodetect' | 'gpioinfo' | 'gpioget' | 'gpiomon' | 'gpioset';

export interface Ended {
  /** How it ended and the last it said on standard error. */
  detail: string;
  stderr: string;
}

/** A tool that runs until it is killed. */
export interface Running {
  pid: number | undefined;
  /** Resolves when it is gone, reaped, and all it printed has been handed over. */
  ended: Promise<Ended>;
  kill(): Promise<Ended>;
}

export interface Heard {
  stdout: string;
  stderr: string;
  /** Exit code or signal; 0 is well. */
  end: number | string;
}

export interface Tools {
  /** Asks the installed version anew; rejects with reason `tool-missing`. */
  dialect(): Promise<Dialect>;
  /** What a run that ended well printed; else rejects with a TransportError that says why not. */
  run(tool: Tool, args: string[], signal: AbortSignal): Promise<string>;
  /** What a run printed, however it ended. */
  hear(tool: Tool, args: string[], signal: AbortSignal): Promise<Heard>;
  start(tool: Tool, args: string[], line: (text: string) => void): Running;
}

/** A tool that has not answered after so long is killed, and the run counts as failed. */
const ANSWER_WITHIN = 2_000;
const LONGEST_OUTPUT = 262_144;
const LONGEST_LINE = 4_096;

export function tools({ clock, log, dir }: { clock: Clock; log: Log; dir?: string | undefined }): Tools {
  let leash: Promise<string[]> | undefined;

  async function dialect(): Promise<Dialect> {
    // Without the leash: its own failure to find a tool cannot be distinguished from the tool's.
    const { stdout } = await finish(launch([path('gpiodetect'), '--version']), 'gpiodetect', clock);
    const known = dialectOf(stdout);
    if (!known) throw linkError('tool-missing', `gpiodetect --version says ${JSON.stringify(stdout.slice(0, 80))}`);
    // The first tool is started with the leash in hand, so that `start` need not wait for it.
    leash ??= findLeash();
    await leash;
    return known;
  }

  /** Found once: without setpriv the tools run all the same, and are only ended with an orderly gateway. */
  let prefix: string[] = [];
  async function findLeash(): Promise<string[]> {
    const words = ['setpriv', '--pdeathsig', 'KILL', '--'];
    try {
      const { end, stderr } = await finish(launch([...words, 'true']), 'setpriv', clock);
      if (end !== 0) throw failure('setpriv', stderr.trim());
      prefix = words;
    } catch (thrown) {
      log.warn({ reason: reasonOf(thrown) }, 'setpriv cannot be used: GPIO tools may outlive a killed gateway');
    }
    return prefix;
  }

  const path = (tool: Tool) => (dir === undefined ? tool : join(dir, tool));

  async function hear(tool: Tool, args: string[], signal: AbortSignal): Promise<Heard> {
    signal.throwIfAborted();
    return finish(launch([...prefix, path(tool), ...args]), tool, clock, signal);
  }

  return {
    dialect,
    hear,
    run: async (tool, args, signal) => {
      const { stdout, stderr, end } = await hear(tool, args, signal);
      if (end !== 0) throw failure(tool, stderr.trim() || `ended with ${end}`);
      return stdout;
    },
    start: (tool, args, line) => hold(launch([...prefix, path(tool), ...args]), line),
  };
}

/** Why a tool failed, read from the words of strerror() at the end of its complaint. */
export function failure(tool: Tool | 'setpriv', detail: string): TransportError {
  const [, reason] = complaints.find(([words]) => words.test(detail)) ?? [/./, 'failed' as const];
  return linkError(reason, `${tool}: ${detail}`);
}

const complaints = [
  [/ENOENT|failed to execute/, 'tool-missing'],
  [/Permission denied|Operation not permitted|EACCES/, 'denied'],
  [/Device or resource busy/, 'busy'],
  [/No such (file|device)|cannot find|out of range|Invalid argument/, 'missing'],
] as const;

type Child = ChildProcessByStdio<null, Readable, Readable>;

function launch([command = '', ...args]: string[]): Child {
  const child: Child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
  });
  if ((child.stdout as Readable | null | undefined) != null) return child;
  // Out of descriptors, Node gives a child without streams; its error comes later and must find a listener.
  child.once('error', () => {});
  throw linkError('failed', `${command} cannot be started: no descriptor is free`);
}

function finish(child: Child, tool: Tool | 'setpriv', clock: Clock, signal?: AbortSignal) {
  return new Promise<Heard>((resolve, reject) => {
    const stdout = collect(child.stdout);
    const stderr = collect(child.stderr);
    const kill = () => child.kill('SIGKILL');
    let overdue = false;
    const cancel: Cancel = clock.at(later(clock.now().mono, ANSWER_WITHIN), `${tool} answers`, () => {
      overdue = true;
      kill();
    });
    signal?.addEventListener('abort', kill);
    const over = () => {
      cancel();
      signal?.removeEventListener('abort', kill);
    };
    child.once('error', (error) => {
      over();
      reject(failure(tool, reasonOf(error)));
    });
    child.once('close', (code, killedBy) => {
      over();
      if (signal?.aborted) reject(signal.reason);
      else if (overdue) reject(linkError('failed', `${tool}: no answer within ${ANSWER_WITHIN} ms`));
      else resolve({ stdout: stdout(), stderr: stderr(), end: killedBy ?? code ?? 'nothing' });
    });
  });
}

function hold(child: Child, take: (text: string) => void): Running {
  const stderr = collect(child.stderr);
  child.stdout.setEncoding('utf8');
  let rest = '';
  child.stdout.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = (lines.pop() ?? '').slice(-LONGEST_LINE);
    for (const line of lines) take(line);
  });
  const ended = new Promise<Ended>((resolve) => {
    // After a failed spawn no `close` may come.
    child.once('error', (error) => resolve({ detail: reasonOf(error), stderr: reasonOf(error) }));
    child.once('close', (code, killedBy) =>
      resolve({
        detail: [`ended with ${killedBy ?? code}`, stderr().trim()].filter(Boolean).join(': '),
        stderr: stderr(),
      }),
    );
  });
  return {
    pid: child.pid,
    ended,
    // KILL and not TERM: a stopped tool would leave TERM lying.
    kill: () => {
      child.kill('SIGKILL');
      return ended;
    },
  };
}

function collect(stream: Readable): () => string {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    text = (text + chunk).slice(0, LONGEST_OUTPUT);
  });
  return () => text;
}

/** Waits by the clock; rejects at once when `signal` is given up. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const giveUp = () => {
      cancel();
      reject(signal.reason);
    };
    const cancel = clock.at((clock.now().mono + ms) as MonoMs, 'gpio waits', () => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    });
    signal.addEventListener('abort', giveUp, { once: true });
  });
}
