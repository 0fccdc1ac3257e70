// The main thread's half of a store: calls its worker, restarts it when it died, and never waits for it.

import { Worker } from 'node:worker_threads';
import { LATE, within as waited } from '#base/within.ts';
import { reasonOf } from '#contract/errors.ts';
import type { Log } from '#contract/log.ts';
import type { Clock } from '#contract/time.ts';
import { revive, StoreError } from './errors.ts';
import type { Call, Word } from './worker-calls.ts';

export interface WorkerLink<Request, Answer> {
  /** Answered in the order of calls. Rejects with a StoreError. */
  call(request: Request): Promise<Answer>;
  /**
   * Says goodbye with `last` and waits for the end, at most `withinMs`.
   * @throws StoreError `stalled` when the card does not let go; the thread is then left behind, not holding up the process' loop.
   */
  close(last: Request, withinMs: number): Promise<void>;
}

interface Waiting<Answer> {
  resolve(answer: Answer): void;
  reject(error: StoreError): void;
}

export function linkWorker<Request, Answer, News>(options: {
  name: string;
  module: URL;
  workerData: object;
  clock: Clock;
  log: Log;
  onDamaged(detail: string, counts: Record<string, number>): void;
  onNewer(detail: string, context: Record<string, string | number>): void;
  onNews(news: News): void;
}): WorkerLink<Request, Answer> {
  const { name, clock, log } = options;
  const waiting = new Map<number, Waiting<Answer>>();
  let worker: Worker | undefined;
  let calls = 0;
  let reason = 'it stopped';

  function start(): Worker {
    const made = new Worker(options.module, {
      name,
      workerData: options.workerData,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 2 },
    });
    made.unref();
    made.on('message', (word: Word<Answer, News>) => take(word));
    made.on('error', (error) => {
      reason = reasonOf(error);
    });
    made.on('exit', () => {
      if (made === worker) died();
    });
    return made;
  }

  function take(word: Word<Answer, News>): void {
    if (word.type === 'damaged') options.onDamaged(word.detail, word.counts);
    else if (word.type === 'newer') options.onNewer(word.detail, word.context);
    else if (word.type === 'news') options.onNews(word.news);
    else settle(word);
  }

  function settle(word: Extract<Word<Answer, News>, { id: number }>): void {
    const call = waiting.get(word.id);
    waiting.delete(word.id);
    if (waiting.size === 0) worker?.unref();
    if (word.type === 'answer') call?.resolve(word.answer);
    else call?.reject(revive(word.error));
  }

  function died(): void {
    worker = undefined;
    log.error({ store: name, reason }, 'store writer died');
    const error = new StoreError('unwritable', `the writer of the ${name} died: ${reason}`, { store: name });
    const lost = [...waiting.values()];
    waiting.clear();
    for (const { reject } of lost) reject(error);
  }

  function call(request: Request): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    worker ??= start();
    worker.ref();
    const id = ++calls;
    waiting.set(id, { resolve, reject });
    worker.postMessage({ id, wall: clock.now().wall, request } satisfies Call<Request>);
    return promise;
  }

  // It takes a while to come up: started at once, it is there when it is needed.
  worker = start();

  async function close(last: Request, withinMs: number): Promise<void> {
    const leaving = worker;
    if (!leaving) return;
    await within(clock, withinMs, `the ${name} did not close`, call(last)).finally(() => {
      worker = undefined;
      leaving.unref();
    });
    await leaving.terminate();
  }

  return { call, close };
}

/** @throws StoreError `stalled` after `ms`; what was begun continues. */
export async function within<T>(clock: Clock, ms: number, what: string, begun: Promise<T>): Promise<T> {
  const outcome = await waited(clock, ms, begun, what);
  if (outcome === LATE) throw new StoreError('stalled', `${what} within ${ms} ms`);
  return outcome;
}
