// When each of many things is to be looked at again. The soonest time is known without a look at all of them.

import { type MonoMs, soonest } from '#contract/time.ts';

export interface Agenda {
  /** Takes the place of an earlier time; undefined takes the thing off the agenda. */
  set(id: string, at: MonoMs | undefined): void;
  /** Not later than the soonest time. It may be earlier, where that was postponed or taken off; then nothing is due. */
  soonestAt(): MonoMs | undefined;
  /** What is due by now; it stays due until it is set anew. */
  due(now: MonoMs): string[];
}

export function agenda(): Agenda {
  const times = new Map<string, MonoMs>();
  let bound: MonoMs | undefined;

  return {
    set(id, at) {
      if (at === undefined) times.delete(id);
      else times.set(id, at);
      bound = soonest(bound, at);
    },
    soonestAt: () => bound,
    due(now) {
      if (bound === undefined || bound > now) return [];
      const due = [...times].filter(([, at]) => at <= now).map(([id]) => id);
      bound = soonest(...times.values());
      return due;
    },
  };
}
