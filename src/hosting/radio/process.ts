// Keeps a radio's process running: starts it, hears that it is alive, kills one that hangs or grows, and starts it again
// with growing pauses. Nothing here waits for it.

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Log } from '#contract/log.ts';
import { type Cancel, type Clock, later, MINUTE, SECOND } from '#contract/time.ts';
import { type ToChild, type ToParent, toParent } from './messages.ts';

export interface RadioProcessOptions {
  /** Node and its arguments, up to and with main.ts. */
  program: readonly string[];
  /** What `--child` names. */
  name: string;
  clock: Clock;
  log: Log;
  /** A new process is ready to be told its work. */
  ready(): void;
  message(message: ToParent): void;
  /** It ended, and will be started again. `asked`: by `restart`. */
  ended(why: string, asked: boolean): void;
  /** It has lived for a while: what ended the one before it is over. */
  settled(): void;
}

export interface RadioProcess {
  /** False when there is nobody to hear it. */
  send(message: ToChild): boolean;
  /** Ends it, and starts a fresh one at once. */
  restart(why: string): void;
  stop(): Promise<void>;
}

const PAUSE = { first: SECOND, longest: MINUTE };
/** A process that says nothing for so long is hung. */
const SPEAKS_WITHIN = 10 * SECOND;
const SETTLES_AFTER = 10 * SECOND;
const MOST_MEGABYTES = 400;
/** Lines of its output, and messages of its log, that are passed on in a second. */
const LINES_PER_SECOND = 20;
const LONGEST_LINE = 500;

export function radioProcess(options: RadioProcessOptions): RadioProcess {
  const { clock, log, name, program } = options;
  let child: ChildProcess | undefined;
  let pauseMs = PAUSE.first;
  let again: Cancel | undefined;
  let silent: Cancel | undefined;
  let settled: Cancel | undefined;
  let asked: string | undefined;
  let killed: string | undefined;
  let stopped = false;
  const lines = perSecond(clock, LINES_PER_SECOND, (left) =>
    log.warn({ lines: left }, 'lines of a radio process left out'),
  );

  function start(): void {
    if (stopped) return;
    const [node = process.execPath, ...args] = program;
    // Its own credentials reach it by what it is told.
    const { CREDENTIALS_DIRECTORY: _, ...env } = process.env;
    const mine = spawn(node, [...args, '--child', name], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], env });
    child = mine;
    killed = undefined;
    asked = undefined;
    for (const stream of [mine.stdout, mine.stderr])
      if (stream)
        createInterface({ input: stream }).on('line', (line) => {
          if (lines()) log.warn({ line: line.slice(0, LONGEST_LINE) }, 'a radio process printed');
        });
    mine.on('message', (raw) => {
      if (child === mine) heard(raw);
    });
    // A channel that breaks is told by the end of the process.
    mine.on('error', (thrown) => gone(mine, thrown.message));
    mine.on('exit', (code, signal) => gone(mine, killed ?? `ended with ${signal ?? `exit code ${code}`}`));
    expectWord();
  }

  function expectWord(): void {
    silent?.();
    silent = clock.at(later(clock.now().mono, SPEAKS_WITHIN), 'radio-hangs', () => kill('it hangs'));
  }

  function heard(raw: unknown): void {
    expectWord();
    const { data: message, error } = toParent.safeParse(raw);
    if (!message) {
      if (lines()) log.warn({ why: error.message.slice(0, LONGEST_LINE) }, 'a radio process speaks nonsense');
      return;
    }
    if (message.say === 'log') {
      if (lines()) log[message.level](message.fields, message.message);
      return;
    }
    if (message.say === 'alive' && message.rssMegabytes > MOST_MEGABYTES)
      return kill(`it takes ${message.rssMegabytes} MB`);
    if (message.say === 'ready') {
      settled = clock.at(later(clock.now().mono, SETTLES_AFTER), 'radio-settles', () => {
        pauseMs = PAUSE.first;
        options.settled();
      });
      options.ready();
    }
    options.message(message);
  }

  function kill(why: string): void {
    killed ??= why;
    child?.kill('SIGKILL');
  }

  function gone(which: ChildProcess, why: string): void {
    if (child !== which) return;
    child = undefined;
    silent?.();
    settled?.();
    if (stopped) return;
    const wasAsked = asked !== undefined;
    log.warn({ why, asked: wasAsked }, 'a radio process ended');
    options.ended(asked ?? why, wasAsked);
    again = clock.at(later(clock.now().mono, wasAsked ? 0 : pauseMs), 'radio-restart', start);
    if (!wasAsked) pauseMs = Math.min(pauseMs * 2, PAUSE.longest);
  }

  start();
  return {
    send(message) {
      if (!child?.connected) return false;
      child.send(message, () => undefined);
      return true;
    },
    restart(why) {
      asked ??= why;
      kill(why);
    },
    async stop() {
      stopped = true;
      again?.();
      const last = child;
      if (!last) return;
      const ended = new Promise<void>((resolve) => {
        last.once('exit', () => resolve());
        last.once('error', () => resolve());
      });
      // Its connections end with it; the devices notice within seconds.
      last.kill('SIGKILL');
      await ended;
    },
  };
}

/** True so many times a second; says afterwards how many more there were. */
function perSecond(clock: Clock, most: number, leftOut: (count: number) => void): () => boolean {
  let since = clock.now().mono;
  let count = 0;
  return () => {
    const now = clock.now().mono;
    if (now - since >= SECOND) {
      if (count > most) leftOut(count - most);
      since = now;
      count = 0;
    }
    count += 1;
    return count <= most;
  };
}
