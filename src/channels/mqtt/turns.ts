// Work that arrives in one lump (sixteen acknowledgements in one packet of TCP, hundreds of receipts), done a millisecond or
// two at a time: between two turns the event loop hears the buttons, and a press does not wait for a backlog to drain.

import type { Clock, MonoMs } from '#contract/time.ts';

/** A turn that has lasted so long is over; the task it is at is finished. */
export const TURN_MS = 1;

export interface Turns {
  /** At once while the turn has time, and nothing waits; else in one of the next turns. Tasks keep their order. */
  add(task: () => void): void;
  /** Whether what can wait should wait for the next turn. */
  isOver(): boolean;
  /** All that waits, at once. */
  flush(): void;
}

export function createTurns(clock: Clock): Turns {
  const waiting: (() => void)[] = [];
  /** Undefined when none is under way: the loop has been round since. */
  let begun: MonoMs | undefined;
  let working = false;

  const isOver = () => begun !== undefined && clock.now().mono - begun >= TURN_MS;
  const hasTime = () => !isOver();

  function begin(): void {
    const { mono } = clock.now();
    begun = mono;
    clock.at(mono, 'uplink-turn', () => {
      begun = undefined;
      if (waiting.length === 0) return;
      begin();
      work(hasTime);
    });
  }

  /** One task at least, however slow the machine is. */
  function work(goesOn: () => boolean): void {
    if (working) return;
    working = true;
    try {
      do waiting.shift()?.();
      while (waiting.length > 0 && goesOn());
    } finally {
      working = false;
    }
  }

  return {
    add(task) {
      waiting.push(task);
      if (isOver()) return;
      if (begun === undefined) begin();
      work(hasTime);
    },
    isOver,
    flush: () => work(() => true),
  };
}
