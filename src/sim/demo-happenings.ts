// What the demo waits for: events of its programs, each with a bound, and pauses. Nothing of it outlives the demo.

import { type Clock, later, SECOND } from '#contract/time.ts';

export type Source = 'gateway' | 'receiver';
/** An event of a program's log: NDJSON, read. */
export type Event = Record<string, unknown>;

export interface Happenings {
  heard(from: Source, event: Event): void;
  /** The next event that has all these fields. */
  next(from: Source, fields: Event): Promise<Event>;
  /** The same with a bound; false, and reported as missed, when it did not come. */
  happens(what: string, from: Source, fields: Event, withinMs?: number): Promise<boolean>;
  pause(ms: number): Promise<void>;
  /** What is waited for never comes, and nothing is reported as missed. */
  end(): void;
}

export function watchHappenings(clock: Clock, missed: (what: string) => void): Happenings {
  const listeners = new Set<(from: Source, event: Event) => void>();
  const timers = new Set<() => void>();
  let over = false;

  function after(ms: number, name: string, fire: () => void): () => void {
    if (over) return () => undefined;
    const stop = clock.at(later(clock.now().mono, ms), name, () => {
      timers.delete(stop);
      fire();
    });
    timers.add(stop);
    return () => {
      timers.delete(stop);
      stop();
    };
  }

  function listen(from: Source, fields: Event, found: (event: Event) => void): () => void {
    const wanted = Object.entries(fields);
    const listener = (source: Source, event: Event) => {
      if (source !== from || !wanted.every(([key, value]) => event[key] === value)) return;
      listeners.delete(listener);
      found(event);
    };
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  return {
    heard(from, event) {
      for (const listener of listeners) listener(from, event);
    },
    next: (from, fields) => new Promise((resolve) => listen(from, fields, resolve)),
    happens(what, from, fields, withinMs = 60 * SECOND) {
      return new Promise((resolve) => {
        const stopWaiting = after(withinMs, 'demo-wait', () => {
          stopListening();
          missed(what);
          resolve(false);
        });
        const stopListening = listen(from, fields, () => {
          stopWaiting();
          resolve(true);
        });
      });
    },
    pause: (ms) => new Promise((resolve) => after(ms, 'demo-pause', resolve)),
    end() {
      over = true;
      for (const stop of timers) stop();
    },
  };
}
