// A home as long as its gateway has power: the production pipeline on a virtual clock, with stores in memory and no hardware.

import type { OutputSwitch } from '#contract/actuator.ts';
import type { Ids } from '#contract/ids.ts';
import type { Restored } from '#contract/store.ts';
import type { Tap } from '#contract/tap.ts';
import { type VirtualClock, virtualClock } from '#src/clock/virtual.ts';
import { emptyHome, type HomeDevice, type HomeState, type Rules } from '#src/core/home.ts';
import { createPipeline } from '#src/core/pipeline.ts';
import type { Pipeline } from '#src/core/ports.ts';
import { memoryJournal } from '#src/store/memory.ts';

export interface Powered {
  clock: VirtualClock;
  pipeline: Pipeline;
  restored(): Restored;
  /** Resolves when nothing is under way: commits and switched outputs have been answered. */
  calm(): Promise<void>;
  /** Lets everything happen that is due before `t`, or at it with `inclusive`. */
  pass(t: number, inclusive: boolean): Promise<void>;
}

export function powerUp({
  from,
  ids,
  rules,
  devices,
  state,
  restored,
  tap,
}: {
  from: Parameters<typeof virtualClock>[0];
  ids: Ids;
  rules: Rules;
  devices: Iterable<HomeDevice>;
  /** Of a home that goes on, devices and all; without it one begins. */
  state?: HomeState | undefined;
  /** What its journal holds. */
  restored?: Restored | undefined;
  tap: Tap;
}): Powered {
  const clock = virtualClock(from);
  const journal = memoryJournal(restored);
  let under = 0;
  const watched = <Result>(promise: Promise<Result>): Promise<Result> => {
    under += 1;
    // The answer itself is handed on, not a promise made of it, which would be answered some turns after `under` fell.
    const over = () => {
      under -= 1;
    };
    promise.then(over, over);
    return promise;
  };
  const pipeline = createPipeline(
    {
      clock,
      ids,
      journal: { ...journal.journal, commit: (change) => watched(journal.journal.commit(change)) },
      history: { append: () => undefined, flush: () => Promise.resolve() },
      switch: { setState: () => watched(nothingFails()) },
      speaker: { say: () => undefined },
      indicator: { signal: () => undefined },
      wearables: { signal: () => undefined },
      channels: { render: () => undefined, offer: () => undefined },
      tap,
    },
    rules,
    state ?? emptyHome(),
  );
  if (!state) for (const device of devices) pipeline.install(device, null);
  if (restored) pipeline.adopt(restored);
  pipeline.resume();

  async function calm(): Promise<void> {
    while (under > 0) await Promise.resolve();
  }
  return {
    clock,
    pipeline,
    restored: journal.restored,
    calm,
    async pass(t, inclusive) {
      for (let next = clock.next(); next !== undefined && (inclusive ? next <= t : next < t); next = clock.next()) {
        clock.advanceTo(next);
        await calm();
      }
      clock.advanceBefore(t);
    },
  };
}

/** With no hardware, every output does as it is told, and nothing confirms it. */
const nothingFails = async (): ReturnType<OutputSwitch['setState']> => ({ result: 'commanded', attempts: 1 });
