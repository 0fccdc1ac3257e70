// What the local admin API takes, and no more: nothing that is asked on the box may cost the gateway its work.

import { SECOND } from '#contract/time.ts';

export const LIMITS = {
  /** Beyond, a connection is closed unanswered. */
  connections: 64,
  /** Requests under way, streams included; beyond, the answer is `too-many`. */
  requests: 32,
  streams: 8,
  /** Bytes. */
  headers: 8_192,
  body: 65_536,
  /** For a request to come in, and for its answer; a stream has no end. */
  requestMs: 10 * SECOND,
} as const;
