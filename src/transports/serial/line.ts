// What a device node and a serial server have in common: one opening of a line, which ends once and for all.

import type { Ids } from '#contract/ids.ts';
import type { Log } from '#contract/log.ts';
import type { Clock } from '#contract/time.ts';
import type { LinkDown } from '#contract/transport.ts';

export interface SerialSurroundings {
  clock: Clock;
  log: Log;
  /** For the jitter of the retries. */
  ids: Ids;
}

export interface LineEvents {
  /** The line is open. `identity` distinguishes a device node from one that takes its name later. */
  opened(identity?: string): void;
  bytes(chunk: Uint8Array): void;
  /** It could not be opened, or is gone. At most once, and not after `close`. */
  lost(why: LinkDown): void;
}

/** Its events come later than the call that made it, never within. */
export interface Line {
  /** `done` may never be called: a lost device takes the bytes and says nothing. */
  write(bytes: Uint8Array, done: (error?: Error | null) => void): void;
  /** Lets go of everything, in whatever state it is; resolves when that is done. Never rejects. */
  close(): Promise<void>;
}
