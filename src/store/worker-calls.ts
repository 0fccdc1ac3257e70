// What the main thread and a store's worker say to each other.

import type { StoreEvents } from '#contract/store.ts';
import type { PlainError } from './errors.ts';

export type Trouble = Parameters<StoreEvents['trouble']>[0];

/** To the worker. `wall` is the main thread's wall clock, which names files that are set aside: a worker has no clock. */
export interface Call<Request> {
  id: number;
  wall: number;
  request: Request;
}

/** From the worker: the answer to a call, what is wrong with its file, or something that only the room understands. */
export type Word<Answer, News> =
  | { type: 'answer'; id: number; answer: Answer }
  | { type: 'failure'; id: number; error: PlainError }
  | { type: 'damaged'; detail: string; counts: Record<string, number> }
  | { type: 'newer'; detail: string; context: Record<string, string | number> }
  | { type: 'news'; news: News };
