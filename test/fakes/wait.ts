// Waiting in tests: for what happens, never for a time. A deadline only says when to give up. It is generous, since only a
// red test waits for it, and later on a busy machine, so that red means the change and not the neighbour.

import { availableParallelism, getPriority, loadavg } from 'node:os';
import { setTimeout as elapsed } from 'node:timers/promises';

/** HEARTHWARD_TEST_PATIENCE: how many times longer than they would by themselves all waits go on. */
const knob = Number(process.env.HEARTHWARD_TEST_PATIENCE ?? 1);
if (!(knob > 0)) throw new Error('HEARTHWARD_TEST_PATIENCE must be a number above 0');

/** What a wait may take on an idle machine, in seconds. */
const ENOUGH = 60;

/** No machine is taken for slower than this many times. */
const SLOWEST = 60;

/** How many times longer than alone on the machine something takes now, as far as load and priority tell. */
export function slowness(load = loadavg()[0] ?? 0, processors = availableParallelism(), nice = getPriority()): number {
  const shared = load / processors;
  if (shared <= 1) return 1;
  // sched(7): a step of nice is a weight 1.25 times smaller.
  return Math.min(SLOWEST, shared * 1.25 ** Math.max(0, nice));
}

const LOOK_MS = 100;

/**
 * Calls `late` after so many seconds, stretched by the machine's slowness, and gives it what passed, in ms. A moment at which
 * this process did not run counts little: whatever it waits for did not run either. Returns what calls it off.
 */
export function deadline(late: (ms: number) => void, seconds = ENOUGH): () => void {
  const started = performance.now();
  let left = seconds * 1_000 * knob;
  let last = started;
  const timer = setInterval(() => {
    const now = performance.now();
    left -= Math.min(now - last, 5 * LOOK_MS) / slowness();
    last = now;
    if (left > 0) return;
    clearInterval(timer);
    late(now - started);
  }, LOOK_MS);
  return () => clearInterval(timer);
}

/** A deadline for those that keep it themselves, as a browser does: `seconds` at the slowness of this moment, in ms. */
export const patienceMs = (seconds = ENOUGH): number => seconds * 1_000 * knob * slowness();

/** What a promise gives; rejects, with what was awaited, when it has not settled at the deadline. */
export const within = <T>(promise: Promise<T>, what: string, seconds?: number): Promise<T> =>
  beforeDeadline(promise, seconds, (waited) => new Error(`${waited} for ${what}`));

/**
 * Looks again and again until `look` neither throws nor gives `false`; what it gave then. At the deadline it rejects with
 * what was awaited and with what `look` threw or gave last. `what` may be left out where the code of `look` says it.
 */
export async function until<T>(
  look: () => T | Promise<T>,
  what: string = look.toString(),
  seconds?: number,
): Promise<Exclude<T, false>> {
  const started = performance.now();
  let seen: unknown = new Error('it never answered');
  let over = false;
  async function looking(): Promise<Exclude<T, false>> {
    while (!over) {
      try {
        const found = await look();
        if (found !== false) return found as Exclude<T, false>;
        seen = new Error('it was false');
      } catch (error) {
        seen = error;
      }
      // Often at first, then seldom: those who are waited for need the processor.
      await elapsed(Math.min(50, 2 + (performance.now() - started) / 20));
    }
    throw new Error('nobody waits any more');
  }
  try {
    return await beforeDeadline(looking(), seconds, (waited) => withWords(seen, `${waited} for ${what}`));
  } finally {
    over = true;
  }
}

/** The error itself, since an assertion's knows the difference. */
function withWords(seen: unknown, words: string): Error {
  const error = seen instanceof Error ? seen : new Error(String(seen));
  error.message = `${error.message}\n\n${words}`;
  return error;
}

async function beforeDeadline<T>(
  promise: Promise<T>,
  seconds: number | undefined,
  error: (waited: string) => Error,
): Promise<T> {
  let cancel: () => void = () => undefined;
  const late = new Promise<never>((_, reject) => {
    cancel = deadline((ms) => reject(error(`waited ${(ms / 1_000).toFixed(1)} s`)), seconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    cancel();
  }
}

/** Does something now and every so many ms, as a device says the same again and again. Returns what ends it. */
export function repeat(everyMs: number, does: () => void): () => void {
  does();
  const timer = setInterval(does, everyMs);
  return () => clearInterval(timer);
}

/** What a promise gives, with something done again and again until it has settled. */
export async function meanwhile<T>(promise: Promise<T>, everyMs: number, does: () => void): Promise<T> {
  const end = repeat(everyMs, does);
  try {
    return await promise;
  } finally {
    end();
  }
}
