// What drivers say of their devices, in a replay, which has none: a stand-in that knows when, in the place of a detector.

import { z } from 'zod';
import { type AnyDetector, defineDetector, type FoundFault } from '#contract/detector.ts';
import { type Quantity, quantities } from '#contract/quantity.ts';
import type { MonoMs } from '#contract/time.ts';
import type { DriverFault } from './compile.ts';

/** How far the plan has been reported, ms since the Unix epoch; null: nothing yet, as after a start. */
type State = { reported: number | null };

const options = z.strictObject({}).describe('What drivers would say of their devices.');

/** A replay's monotonic clock is `t`: the plan's times are the pipeline's. */
export const driversStandIn = (plan: readonly DriverFault[]): AnyDetector => {
  const edges = plan
    .flatMap(({ from, until }) => [from, ...(until === undefined ? [] : [until])])
    .toSorted((a, b) => a - b);

  const sayings = (after: number, upTo: number): FoundFault[] =>
    plan.flatMap(({ device, code, from, until }): FoundFault[] => {
      const over = until !== undefined && until <= upTo;
      const on = from <= upTo && !over;
      const news = on ? from > after : over && until > after && from <= after;
      // It stands where a detector does, and says what only a driver may.
      const found = { code, subject: `device:${device}`, active: on, context: {} } as FoundFault;
      return news ? [found] : [];
    });

  return defineDetector<State, typeof options>({
    id: 'drivers-stand-in',
    hazard: null,
    // Only what comes in wakes a detector for the first time.
    consumes: Object.keys(quantities) as Quantity[],
    options,
    // A driver that starts anew finds out anew.
    checkpoint: 'none',
    start: () => ({ reported: null }),
    step({ reported }, { at, kind }) {
      const now = at.mono;
      const next = edges.find((edge) => edge > now);
      const wakeAt = next as MonoMs | undefined;
      // A fault that it raised itself is shown to it like to any other.
      if (kind === 'fault' || (reported !== null && reported >= now))
        return { state: { reported }, findings: [], wakeAt };
      return {
        state: { reported: now },
        findings: [],
        faults: sayings(reported ?? Number.NEGATIVE_INFINITY, now),
        wakeAt,
      };
    },
  });
};
