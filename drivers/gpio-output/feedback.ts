// The input that shows whether an output really switched: debounced, reported as `on`, and waited for.

import type { DriverIo } from '#contract/driver.ts';
import { type Cancel, type Clock, later } from '#contract/time.ts';
import type { LineSpec } from '#contract/transport.ts';

/** Feedback contacts bounce; a level is believed once it has lasted this long, in ms. */
const SETTLED_AFTER = 50;

interface FeedbackOptions {
  feedback?:
    | { chip: string; line: string; activeLow: boolean; bias?: LineSpec['bias'] | 'as-is' | undefined }
    | undefined;
}

export interface Feedback {
  /** Whether the input is at `on`, or gets there within `withinMs`. */
  agrees(on: boolean, withinMs: number): Promise<boolean>;
  close(): Promise<void>;
}

export function watchFeedback(io: DriverIo<'gpio', FeedbackOptions>): Feedback | undefined {
  const { feedback } = io.options;
  if (!feedback) return undefined;
  const { chip, line, activeLow, bias = activeLow ? 'pull-up' : 'pull-down' } = feedback;
  const { clock, device } = io;
  const waiting = new Set<(on: boolean) => void>();
  let settled: boolean | undefined;
  let cancel: Cancel = () => {};

  const watched = io.transport.watch(
    { chip, line, activeLow, ...(bias !== 'as-is' && { bias }) },
    {
      up() {},
      down() {
        cancel();
        // Nothing is known about an input that is not watched; least of all that it agrees.
        settled = undefined;
      },
      line({ active, at }) {
        cancel();
        if (active === settled) return;
        cancel = clock.at(later(clock.now().mono, SETTLED_AFTER), `${device.id} feedback settles`, () => {
          settled = active;
          io.emit({ quantity: 'on', value: active, quality: 'good' }, at);
          for (const listen of waiting) listen(active);
        });
      },
      trouble: ({ trouble, active }) => io.fault(`gpio-${trouble}`, active),
    },
  );
  return {
    agrees: (on, withinMs) => (settled === on ? Promise.resolve(true) : settlesAt(clock, waiting, on, withinMs)),
    async close() {
      cancel();
      await watched.close();
    },
  };
}

function settlesAt(
  clock: Clock,
  waiting: Set<(on: boolean) => void>,
  wanted: boolean,
  withinMs: number,
): Promise<boolean> {
  return new Promise((resolve) => {
    const over = (agreed: boolean) => {
      cancel();
      waiting.delete(listen);
      resolve(agreed);
    };
    const cancel = clock.at(later(clock.now().mono, withinMs), 'feedback agrees', () => over(false));
    const listen = (on: boolean) => {
      if (on === wanted) over(true);
    };
    waiting.add(listen);
  });
}
