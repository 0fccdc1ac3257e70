// The worker's half of a store: takes one call at a time, and answers each.

import { flushCompileCache } from 'node:module';
import { parentPort } from 'node:worker_threads';
import { plain, storeError } from './errors.ts';
import type { Call, Word } from './worker-calls.ts';

export interface Voice<News> {
  damaged(detail: string, counts: Record<string, number>): void;
  /** The file is of a later version, or holds what only that version knows. */
  newer(detail: string, context: Record<string, string | number>): void;
  news(news: News): void;
}

/** Serves until the room says that it is done. `after` runs once the answer is out: work that nobody waits for. */
export function serve<Request, Answer, News>(
  make: (voice: Voice<News>) => {
    answer(request: Request, wall: number): Answer;
    after(request: Request): void;
  },
): void {
  const port = parentPort;
  if (!port) throw new Error('this module runs as a worker only');
  const post = (word: Word<Answer, News>) => port.postMessage(word);
  const room = make({
    damaged: (detail, counts) => post({ type: 'damaged', detail, counts }),
    newer: (detail, context) => post({ type: 'newer', detail, context }),
    news: (news) => post({ type: 'news', news }),
  });
  let first = true;
  port.on('message', ({ id, wall, request }: Call<Request>) => {
    try {
      post({ type: 'answer', id, answer: room.answer(request, wall) });
    } catch (error) {
      post({ type: 'failure', id, error: plain(storeError(error)) });
    }
    room.after(request);
    // The worker's own code is in a cache of its own, which is otherwise kept only at a clean exit.
    if (first) flushCompileCache();
    first = false;
  });
}
