// A clock that moves only when told: for replays and tests.

import type { Cancel, Clock, Moment, MonoMs, WallMs } from '#contract/time.ts';

interface Timer {
  deadline: number;
  name: string;
  order: number;
  fire: () => void;
}

export interface VirtualClock extends Clock {
  /** Moves to `mono`, firing on the way whatever falls due up to and including it, each at its own instant, in order. */
  advanceTo(mono: number): void;
  advance(ms: number): void;
  /** Moves to `mono` as `advanceTo`, but leaves what is due at that very instant: a reading there comes first. */
  advanceBefore(mono: number): void;
  /** Steps the wall clock alone. */
  stepWall(ms: number): void;
  setTrusted(trusted: boolean): void;
  /** The soonest deadline. */
  next(): number | undefined;
  /** Names of what is waiting, soonest first. */
  waiting(): string[];
}

export function virtualClock(
  start: { mono?: number; wall?: number; bootId?: string; wallTrusted?: boolean } = {},
): VirtualClock {
  let mono = start.mono ?? 0;
  let offset = (start.wall ?? 0) - mono;
  let wallTrusted = start.wallTrusted ?? true;
  const bootId = start.bootId ?? 'virtual-boot';
  let timers: Timer[] = [];
  let order = 0;

  const now = (): Moment => ({ mono: mono as MonoMs, wall: (mono + offset) as WallMs, wallTrusted, bootId });

  function soonest(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of timers) {
      if (!first || timer.deadline < first.deadline || (timer.deadline === first.deadline && timer.order < first.order))
        first = timer;
    }
    return first;
  }

  function run(until: number, inclusive: boolean): void {
    for (let next = soonest(); next && (inclusive ? next.deadline <= until : next.deadline < until); next = soonest()) {
      const due = next;
      timers = timers.filter((timer) => timer !== due);
      mono = Math.max(mono, due.deadline);
      due.fire();
    }
    mono = Math.max(mono, until);
  }

  return {
    now,
    at(deadline, name, fire): Cancel {
      const timer = { deadline, name, order: order++, fire };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advanceTo: (to) => run(to, true),
    advance: (ms) => run(mono + ms, true),
    advanceBefore: (to) => run(to, false),
    stepWall: (ms) => {
      offset += ms;
    },
    setTrusted: (trusted) => {
      wallTrusted = trusted;
    },
    next: () => soonest()?.deadline,
    waiting: () => timers.toSorted((a, b) => a.deadline - b.deadline || a.order - b.order).map(({ name }) => name),
  };
}
