// Switches outputs: some attempts, each with a deadline, and a result that says how sure it is.

import type { OutputSwitch } from '#contract/actuator.ts';
import type { OutputAction, OutputResult } from '#contract/alert.ts';
import { type Clock, later, MINUTE } from '#contract/time.ts';

const ATTEMPTS = 3;
/** A driver that has not answered by then has failed; the longest pulse of a valve and its feedback fit in. */
const DEADLINE_MS = 3 * MINUTE;
const PAUSE_MS = 500;

/** Carries out one action once, through the driver of the output. */
export type Perform = (outputId: string, action: OutputAction) => Promise<OutputResult>;

/** A newer action on an output ends the retries of the older one. */
export function outputSwitch({ clock, perform }: { clock: Clock; perform: Perform }): OutputSwitch {
  const newest = new Map<string, symbol>();

  async function attempt(outputId: string, action: OutputAction): Promise<OutputResult> {
    const { promise: tooLate, resolve } = Promise.withResolvers<OutputResult>();
    const cancel = clock.at(later(clock.now().mono, DEADLINE_MS), 'output-deadline', () => resolve('failed'));
    try {
      return await Promise.race([perform(outputId, action), tooLate]);
    } catch {
      return 'failed';
    } finally {
      cancel();
    }
  }

  return {
    async setState(outputId, action) {
      const mine = Symbol(outputId);
      newest.set(outputId, mine);
      for (let attempts = 1; ; attempts++) {
        const result = await attempt(outputId, action);
        const done = result === 'commanded' || result === 'confirmed';
        if (done || attempts === ATTEMPTS) return { result, attempts };
        await new Promise<void>((resume) => clock.at(later(clock.now().mono, PAUSE_MS), 'output-retry', resume));
        if (newest.get(outputId) !== mine) return { result, attempts };
      }
    },
  };
}
