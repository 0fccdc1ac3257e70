// Why the local admin API has no answer: the gateway's word to a caller, or the caller's own about the gateway.

import type { controlErrors } from '#contract/control/route.ts';
import { HearthwardError } from '#contract/errors.ts';

export type Refusal = (typeof controlErrors)[number];

export const statusOf: Readonly<Record<Refusal, number>> = {
  'not-found': 404,
  'wrong-method': 405,
  'not-permitted': 403,
  'bad-request': 400,
  'too-large': 413,
  'too-many': 503,
  'too-slow': 504,
  failed: 500,
};

/** The gateway refuses a request. The message is shown to a person: what is wrong, and what to do. */
export class RequestRefused extends HearthwardError {
  declare readonly code: Refusal;

  constructor(code: Refusal, message: string) {
    super(code, message);
  }
}

/** What keeps a caller from an answer, before or instead of the gateway's own word. */
export type NoAnswer =
  /** Nobody listens: no gateway runs on this directory, or one was killed and its socket is left. */
  | 'no-gateway'
  /** The socket belongs to another user. */
  | 'denied'
  /** A gateway is there and says nothing in time. */
  | 'silent'
  /** It went away in the middle. */
  | 'gone'
  /** It is of another version and has no such route, or its answer has another form. */
  | 'other-version';

export class GatewayUnanswered extends HearthwardError {
  declare readonly code: NoAnswer;

  constructor(code: NoAnswer, message: string, cause?: unknown) {
    super(code, message, {}, cause);
  }
}
