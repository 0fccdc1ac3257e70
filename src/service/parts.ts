// The parts of a gateway: each begins after those before it in the list, and ends before them.

import { reasonOf } from '#contract/errors.ts';
import type { Log } from '#contract/log.ts';

/** A part of the gateway, with how it begins and how it ends. */
export interface Part {
  name: string;
  start?(): unknown;
  stop?(): unknown;
}

/** @throws what a part threw at its start; those that had begun have ended by then, and so has that part */
export async function beginAll(parts: readonly Part[], log: Log): Promise<void> {
  for (const [index, { start }] of parts.entries()) {
    try {
      await start?.();
    } catch (thrown) {
      // A start that failed leaves no socket, no process and no lock behind.
      await endAll(parts.slice(0, index + 1), log);
      throw thrown;
    }
  }
}

/** From the last to the first. What one cannot end does not keep the others from it: the first of the list frees the data. */
export async function endAll(parts: readonly Part[], log: Log): Promise<void> {
  for (const { name, stop } of parts.toReversed()) {
    try {
      await stop?.();
    } catch (thrown) {
      log.error({ part: name, err: reasonOf(thrown) }, 'did not end as it should');
    }
  }
}

/** A part whose start returns what ends it. */
export function running(name: string, start: () => () => void): Part {
  let end: (() => void) | undefined;
  return {
    name,
    start() {
      end = start();
    },
    stop: () => end?.(),
  };
}
