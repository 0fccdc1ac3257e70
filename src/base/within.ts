// Waiting for something for a limited time.

import { type Clock, later } from '#contract/time.ts';

export const LATE = Symbol('late');

/** What `promise` gives, or LATE after `ms`. What arrives later is ignored. `timer` is the timer's name at the clock. */
export async function within<T>(
  clock: Clock,
  ms: number,
  promise: Promise<T>,
  timer = 'waits no longer',
): Promise<T | typeof LATE> {
  const late = Promise.withResolvers<typeof LATE>();
  const cancel = clock.at(later(clock.now().mono, ms), timer, () => late.resolve(LATE));
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    cancel();
  }
}
