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

/** When the silence of the others began to be hidden, should help be called at `until`. */
function hiddenFrom(signs: readonly Line[], rest: false | 'closed', until: number): number {
  let [from, last] = [FALLS, FALLS];
  let value: unknown = rest;
  for (const line of signs) {
    if (!('value' in line) || line.t > until) continue;
    const isSign = line.value !== value || (line.quantity === 'motion' && line.value === true);
    value = line.value;
    if (!isSign) continue;
    if (line.t - last > SILENT_MS) from = line.t;
    last = line.t;
  }
  return from;
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
        expect(
          (called - hiddenFrom(signs, quantity === 'motion' ? false : 'closed', called)) / HOUR,
        ).toBeLessThanOrEqual(hours + 1 / 60);
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });
});
