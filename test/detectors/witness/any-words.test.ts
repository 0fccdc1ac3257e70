// Whatever one sensor says, and when: the silence of the others is heard.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '#contract/time.ts';
import { homes } from '../presence/homes.ts';
import { learned, played } from '../presence/play-days.ts';
import type { Line } from '../presence/scripted-days.ts';
import { airing, downWhile, FALLS, more } from './days.ts';

const words = fc.array(
  fc.record({
    // Mostly no longer than a home may be silent: what is quiet for longer hides nothing.
    afterMs: fc.oneof(fc.integer({ min: 1_000, max: 90 * MINUTE }), fc.integer({ min: 1_000, max: 15 * MINUTE })),
    active: fc.boolean(),
  }),
  { minLength: 10, maxLength: 120 },
);

/** By the rule; twice as long for a sensor that is often the only one to speak. Whoever uses the door may be out for 12 h. */
const sensors = [
  { device: 'window', quantity: 'contact', hours: 3 },
  { device: 'bathroom', quantity: 'motion', hours: 3 },
  { device: 'living', quantity: 'motion', hours: 6 },
  { device: 'door-1', quantity: 'contact', hours: 12 },
] as const;

const known = homes.map((home) => learned(home, 'none', more, airing(home)));

/** How long a sensor may be silent itself: after that it hides nothing, and the silence counts from its next sign. */
const SILENT_MS = 2 * HOUR;

/** And one visit to its room, nobody heard after it, is a sign of life like any other. */
const VISIT_MS = 15 * MINUTE;

/** It is asked aloud first. */
const ASKS_MS = 15 * MINUTE;

/** When the silence of the others has to be heard at the latest, by what the sensor has said until `called`. */
function latestCall(signs: readonly Line[], rest: false | 'closed', called: number, hours: number): number {
  let [from, last] = [FALLS, FALLS];
  let value: unknown = rest;
  let alone: number | undefined;
  let shown: number | undefined;
  for (const line of signs) {
    if (!('value' in line) || line.t > called) continue;
    const isSign = line.value !== value || (line.quantity === 'motion' && line.value === true);
    value = line.value;
    if (!isSign) continue;
    if (line.t - last > SILENT_MS) [from, alone, shown] = [line.t, undefined, undefined];
    if (line.t - from >= VISIT_MS) alone ??= line.t;
    if (alone !== undefined && line.t - alone >= VISIT_MS) shown ??= line.t;
    last = line.t;
  }
  if (alone !== undefined && shown === undefined) return last + hours * HOUR;
  return Math.max(from + hours * HOUR, (shown ?? from) + ASKS_MS);
}

describe.each(sensors)('the silence of all others', ({ device, quantity, hours }) => {
  it(`is hidden by ${device} for no longer than ${hours} h`, async () => {
    const wordOf = (active: boolean) => (quantity === 'motion' ? active : active ? 'open' : 'closed');
    await fc.assert(
      fc.asyncProperty(fc.nat(homes.length - 1), words, async (home, said) => {
        let signs: Line[] = [];
        const script = downWhile('kitchen', (from) => {
          let t = from;
          signs = said.map(({ afterMs, active }): Line => {
            t += afterMs;
            return { t, device, quantity, value: wordOf(active) };
          });
          return signs;
        });
        const outcome = await played(await (known[home] as (typeof known)[number]), { script: () => script });
        expect(outcome).toMatchObject({ hours: expect.any(Number), hazard: 'inactivity', early: [] });
        const called = FALLS + (outcome.hours ?? 0) * HOUR;
        const rest = quantity === 'motion' ? false : 'closed';
        expect((called - latestCall(signs, rest, called, hours)) / MINUTE).toBeLessThanOrEqual(1);
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });
});
