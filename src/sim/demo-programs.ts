// The gateway and the platform of the demo, each a process of its own, started by its verb. They end with the demo,
// whichever way that ends.

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type Clock, later, SECOND } from '#contract/time.ts';
import type { Event, Source } from './demo-happenings.ts';

export interface Surroundings {
  clock: Clock;
  /** What starts a verb: the runtime and the program's file. */
  program: readonly [command: string, ...args: string[]];
  heard(from: Source, event: Event): void;
  /** The last that a program said on standard error before it failed. */
  failed(complaint: string): void;
}

export interface Programs {
  start(from: Source, args: readonly string[]): ChildProcess;
  /** Starts it, and again whenever it ended, however that came. */
  keepRunning(from: Source, args: readonly string[]): { kill(): void };
  end(): Promise<void>;
}

const ENDS_WITHIN = 8 * SECOND;

export function demoPrograms(surroundings: Surroundings): Programs {
  const running = new Set<ChildProcess>();
  let ending = false;

  function start(from: Source, args: readonly string[]): ChildProcess {
    const child = startProgram(surroundings, from, args);
    running.add(child);
    child.on('exit', () => running.delete(child));
    return child;
  }

  return {
    start,
    keepRunning(from, args) {
      let child: ChildProcess;
      const again = () => {
        child = start(from, args);
        child.on('exit', () => ending || again());
      };
      again();
      return { kill: () => void child.kill('SIGKILL') };
    },
    async end() {
      ending = true;
      await Promise.all([...running].map((child) => ended(child, surroundings.clock)));
    },
  };
}

function startProgram({ program, heard, failed }: Surroundings, from: Source, args: readonly string[]): ChildProcess {
  const [command, ...first] = program;
  const child = spawn(command, [...first, ...args], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk).slice(-2_000);
  });
  child.on('exit', (code) => {
    if (code !== null && code !== 0) failed(complaint);
  });
  if (child.stdout)
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = parsed(line);
      if (event) heard(from, event);
    });
  return child;
}

/** Asks a program to end, and makes it end when it does not. */
function ended(child: ChildProcess, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.at(later(clock.now().mono, ENDS_WITHIN), 'demo-kill', () => child.kill('SIGKILL'));
    child.on('exit', () => {
      cancel();
      resolve();
    });
    child.kill('SIGTERM');
  });
}

function parsed(line: string): Event | undefined {
  try {
    return JSON.parse(line) as Event;
  } catch {
    return undefined;
  }
}
