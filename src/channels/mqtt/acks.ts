// Acknowledgements that the broker owes in one session (PUBACK, SUBACK), and how long it may owe them.

import { type Cancel, type Clock, later, type MonoMs } from '#contract/time.ts';
import type { Turns } from './turns.ts';

/** What had no acknowledgement when a session ended. */
export interface Owed {
  /** A topic's last word, or `subscription`. */
  what: string;
  bytes: number;
}

/** PUBACK or SUBACK: taken, or the broker's reason against it. */
export type Outcome = { taken: true } | { taken: false; reason: number };

export interface Acks {
  /** Runs `ask` with a callback that is good once, and only until `stop`. It is given the broker's reason against it, if any. */
  expect(what: Owed, ask: (answered: (reason: number | undefined) => void) => void, done: (o: Outcome) => void): void;
  owed(): Owed[];
  stop(): void;
}

export function createAcks(io: {
  clock: Clock;
  turns: Turns;
  ackMs: number;
  taken(bytes: number): void;
  /** An acknowledgement did not come: the line is dead, or the broker stuck. */
  overdue(): void;
}): Acks {
  const { clock, turns, ackMs } = io;
  /** Oldest first, and when each was asked for. */
  const waiting = new Map<number, Owed & { since: MonoMs }>();
  let stopped = false;
  let nextToken = 0;
  let lastAck = 0 as MonoMs;
  let cancelDeadline: Cancel = () => {};

  const now = () => clock.now().mono;

  // Brokers acknowledge in order: as long as acknowledgements come in, a slow line is not a dead one. Yet none may
  // wait for ever.
  const deadlineOf = (oldest: MonoMs): MonoMs =>
    Math.min(later(Math.max(oldest, lastAck) as MonoMs, ackMs), later(oldest, 6 * ackMs)) as MonoMs;

  function watch(): void {
    cancelDeadline();
    const [oldest] = waiting.values();
    if (oldest !== undefined) cancelDeadline = clock.at(deadlineOf(oldest.since), 'uplink-ack', io.overdue);
  }

  return {
    expect(what, ask, done) {
      const token = nextToken++;
      waiting.set(token, { ...what, since: now() });
      watch();
      ask((reason) => {
        if (stopped || !waiting.delete(token)) return;
        lastAck = now();
        watch();
        if (reason === undefined) io.taken(what.bytes);
        turns.add(() => done(reason === undefined ? { taken: true } : { taken: false, reason }));
      });
    },
    owed: () => [...waiting.values()].map(({ what, bytes }) => ({ what, bytes })),
    stop() {
      stopped = true;
      cancelDeadline();
    },
  };
}
