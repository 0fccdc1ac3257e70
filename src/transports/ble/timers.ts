// Timers by name: setting one again replaces it.

import { type Cancel, type Clock, later } from '#contract/time.ts';

export interface Timers {
  after(ms: number, name: string, fire: () => void): void;
  forget(...names: string[]): void;
  waits(name: string): boolean;
  clear(): void;
}

export function namedTimers(clock: Clock): Timers {
  const timers = new Map<string, Cancel>();
  function forget(...names: string[]): void {
    for (const name of names) {
      timers.get(name)?.();
      timers.delete(name);
    }
  }
  return {
    after(ms, name, fire) {
      forget(name);
      timers.set(
        name,
        clock.at(later(clock.now().mono, ms), `ble-${name}`, () => {
          timers.delete(name);
          fire();
        }),
      );
    },
    forget,
    waits: (name) => timers.has(name),
    clear: () => forget(...timers.keys()),
  };
}
