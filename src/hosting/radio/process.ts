// Keeps a radio's process running: starts it, hears that it is alive, kills one that hangs or takes too much memory, and starts
// the next one with growing pauses. Nothing here waits for it.

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { z } from 'zod';
import { type BackOff, backOff } from '#base/back-off.ts';
import type { Log } from '#contract/log.ts';
import { type Cancel, type Clock, later, MINUTE, SECOND } from '#contract/time.ts';
import type { ToChild, ToParent } from './messages.ts';

export interface RadioProcessOptions<Message> {
  /** Node and its arguments, up to and with main.ts. */
  program: readonly string[];
  /** What `--child` names. */
  name: string;
  /** What it may say. */
  messages: z.ZodType<Message>;
  clock: Clock;
  log: Log;
  /** A new process is ready to be given its work. */
  ready(): void;
  message(message: Message): void;
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

const PAUSES = { firstMs: SECOND, longestMs: MINUTE };
/** A process that says nothing for so long is hung. */
const SPEAKS_WITHIN = 10 * SECOND;
/** A new one has longer for its first word: on a slow card, or a busy machine, it is still loading. */
const LOADS_WITHIN = MINUTE;
const SETTLES_AFTER = 10 * SECOND;
const MOST_MEGABYTES = 400;
/** Lines of its output, and messages of its log, that are passed on in a second. */
const LINES_PER_SECOND = 20;
const LONGEST_LINE = 500;

/** running -> pausing -> running …, and stopped from either. */
type Phase =
  | { is: 'running'; child: ChildProcess; silence: Cancel; settles: Cancel; ending: Ending | undefined }
  | { is: 'pausing'; cancel: Cancel }
  | { is: 'stopped' };

/** Why it was killed; `asked`: for a fresh one. */
interface Ending {
  why: string;
  asked: boolean;
}

interface Keeper<Message> {
  readonly options: RadioProcessOptions<Message>;
  readonly waits: BackOff;
  /** Whether one more line may be written in this second. */
  readonly lines: () => boolean;
  phase: Phase;
}

export function radioProcess<Message extends ToParent>(options: RadioProcessOptions<Message>): RadioProcess {
  const { clock, log } = options;
  const leftOut = (lines: number) => log.warn({ lines }, 'lines of a radio process left out');
  const keeper: Keeper<Message> = {
    options,
    waits: backOff(PAUSES),
    lines: perSecond(clock, LINES_PER_SECOND, leftOut),
    phase: { is: 'stopped' },
  };
  start(keeper);
  return {
    send(message) {
      const { phase } = keeper;
      if (phase.is !== 'running' || !phase.child.connected) return false;
      phase.child.send(message, () => undefined);
      return true;
    },
    restart: (why) => kill(keeper, { why, asked: true }),
    async stop() {
      const last = keeper.phase;
      keeper.phase = { is: 'stopped' };
      if (last.is === 'pausing') last.cancel();
      if (last.is !== 'running') return;
      last.silence();
      last.settles();
      await killed(last.child);
    },
  };
}

function start<Message extends ToParent>(keeper: Keeper<Message>): void {
  const { options, lines } = keeper;
  const child = spawned(options, (line) => lines() && options.log.warn({ line }, 'a radio process printed'));
  child.on('message', (raw) => heard(keeper, child, raw));
  // A channel that breaks is followed by the end of the process.
  child.on('error', (thrown) => gone(keeper, child, thrown.message));
  child.on('exit', (code, signal) => gone(keeper, child, `ended with ${signal ?? `exit code ${code}`}`));
  keeper.phase = {
    is: 'running',
    child,
    silence: hangsAfter(keeper, LOADS_WITHIN),
    settles: () => undefined,
    ending: undefined,
  };
}

const after = ({ clock }: { clock: Clock }, ms: number, name: string, fire: () => void): Cancel =>
  clock.at(later(clock.now().mono, ms), name, fire);

const hangsAfter = <Message>(keeper: Keeper<Message>, ms: number): Cancel =>
  after(keeper.options, ms, 'radio-hangs', () => kill(keeper, { why: 'it hangs', asked: false }));

function heard<Message extends ToParent>(keeper: Keeper<Message>, child: ChildProcess, raw: unknown): void {
  const { options, waits, lines, phase } = keeper;
  if (phase.is !== 'running' || phase.child !== child) return;
  phase.silence();
  phase.silence = hangsAfter(keeper, SPEAKS_WITHIN);
  const message = read(raw, options, lines);
  if (message?.say === 'alive' && message.rssMegabytes > MOST_MEGABYTES)
    return kill(keeper, { why: `it takes ${message.rssMegabytes} MB`, asked: false });
  if (message?.say === 'ready') {
    phase.settles();
    phase.settles = after(options, SETTLES_AFTER, 'radio-settles', () => {
      waits.reset();
      options.settled();
    });
    options.ready();
  }
  if (message) options.message(message);
}

function kill<Message>({ phase }: Keeper<Message>, ending: Ending): void {
  if (phase.is !== 'running') return;
  phase.ending ??= ending;
  phase.child.kill('SIGKILL');
}

function gone<Message extends ToParent>(keeper: Keeper<Message>, child: ChildProcess, how: string): void {
  const { options, waits, phase } = keeper;
  if (phase.is !== 'running' || phase.child !== child) return;
  const { why, asked } = phase.ending ?? { why: how, asked: false };
  phase.silence();
  phase.settles();
  const pauseMs = asked ? 0 : waits.next();
  keeper.phase = { is: 'pausing', cancel: after(options, pauseMs, 'radio-restart', () => start(keeper)) };
  options.log.warn({ why, asked }, 'a radio process ended');
  options.ended(why, asked);
}

/** A process of the radio, whose output goes to `printed` line by line. */
function spawned(
  { program, name }: Pick<RadioProcessOptions<never>, 'program' | 'name'>,
  printed: (line: string) => void,
) {
  const [node = process.execPath, ...args] = program;
  // What it needs of the gateway's credentials comes with its messages.
  const { CREDENTIALS_DIRECTORY: _, ...env } = process.env;
  const child = spawn(node, [...args, '--child', name], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], env });
  for (const stream of [child.stdout, child.stderr])
    if (stream) createInterface({ input: stream }).on('line', (line) => printed(line.slice(0, LONGEST_LINE)));
  return child;
}

/** What it says, but for its log, which is written; undefined for that and for what makes no sense. */
function read<Message extends ToParent>(
  raw: unknown,
  { messages, log }: Pick<RadioProcessOptions<Message>, 'messages' | 'log'>,
  lines: () => boolean,
): Message | undefined {
  const { data: message, error } = messages.safeParse(raw);
  if (error) {
    if (lines()) log.warn({ why: error.message.slice(0, LONGEST_LINE) }, 'a radio process speaks nonsense');
    return undefined;
  }
  if (message.say !== 'log') return message;
  if (lines()) log[message.level](message.fields, message.message);
  return undefined;
}

/** Resolves when the process has ended. Its connections end with it; the devices notice within seconds. */
function killed(child: ChildProcess): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once('exit', () => resolve());
  child.once('error', () => resolve());
  child.kill('SIGKILL');
  return promise;
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
