// Looks after a tool that runs for long: one that somebody stopped is continued, and killed if that does not help; one
// whose chip was unplugged is killed, since it may live on deaf (seen on kernel 6.1).

import { readFileSync, statSync } from 'node:fs';
import { type Cancel, type Clock, later } from '#contract/time.ts';
import type { Running } from './tools.ts';

const LOOK_EVERY = 1_000;
/** After SIGCONT: soon enough to tell of it, late enough for the tool to have printed what had queued up. */
const LOOK_AGAIN = 250;
const TRIES = 4;

export interface Nursed {
  stopped(): void;
  /** It runs again, and has had time to hand over what waited. */
  continued(): void;
}

/** Until cancelled, or until the tool is gone. `chip` is the kernel's name of the chip that the tool has open. */
export function nurse(tool: Running, chip: string, clock: Clock, events: Nursed): Cancel {
  const { pid } = tool;
  if (pid === undefined) return () => {};
  const node = nodeOf(chip);
  let tries = 0;
  let cancel: Cancel = () => {};
  const lookIn = (ms: number) => {
    cancel = clock.at(later(clock.now().mono, ms), 'gpio tool is looked at', look);
  };
  const look = () => {
    if (nodeOf(chip) !== node) return void tool.kill();
    if (!isStopped(pid)) {
      if (tries > 0) events.continued();
      tries = 0;
      return lookIn(LOOK_EVERY);
    }
    if (tries === 0) events.stopped();
    tries += 1;
    // Dead already, or not ours any more: its end is reported elsewhere.
    if (tries > TRIES) return void tool.kill();
    signalTo(pid);
    lookIn(LOOK_AGAIN);
  };
  lookIn(LOOK_EVERY);
  return () => cancel();
}

/** The device node as it is now: another one, or none, once the chip was unplugged. */
function nodeOf(chip: string): string | undefined {
  try {
    const { ino, rdev } = statSync(`/dev/${chip}`);
    return `${ino} ${rdev}`;
  } catch {
    return undefined;
  }
}

/** State T of proc(5). Read synchronously: it costs microseconds, and the thread pool may wait for a stalled card. */
function isStopped(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name before the state stands in brackets and may hold any character.
    return stat.charAt(stat.lastIndexOf(')') + 2) === 'T';
  } catch {
    return false;
  }
}

function signalTo(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT');
  } catch {
    // It died between the look and the signal.
  }
}
