// Every care rule: a day on which it must speak, and one close to it on which it must not.

import { describe, expect, it } from 'vitest';
import { textOf } from '#src/alerts/words.ts';
import { careRules } from '#src/detectors/care/index.ts';
import { at, type Day, type Days, MINUTE, quantityOf } from './day.ts';
import { lasting } from './lasting.ts';
import { atFirst, instantOf, replay, spoken } from './play-day.ts';
import { waitedFor } from './waited-for.ts';
import { whereabouts } from './whereabouts.ts';

const days: Days = { ...whereabouts, ...waitedFor, ...lasting };

/** Rules about what is missed: nobody is, who has said that they are away. */
const suspended = [
  'not-up',
  'check-in',
  'water-unused',
  'door-unused',
  'no-motion',
  'bathroom-unused',
  'appliance-unused',
  'bathroom',
];

/** What somebody sets off within a minute, on the way out. */
const leaving: [device: string, ...values: (boolean | number | string)[]][] = [
  ['bath', true, false],
  ['bed', true, false],
  ['hall', true, false],
  ['water', true, false],
  ['door', 'open', 'closed'],
];
const SECOND = 1_000;

describe('a care rule', () => {
  it('has a day on which it speaks and one on which it does not: each of them', () => {
    expect(Object.keys(days).toSorted()).toEqual(careRules.map(({ id }) => id).toSorted());
  });

  describe.each(Object.entries(days))('%s', (id, { hazard = id, fires, not }) => {
    it('speaks, and says when it is over, in a sentence in both languages', async () => {
      const out = await replay(id, fires);
      expect(spoken(out, hazard)).toEqual(fires.expect);
      const text = textOf({ room: 'x', deviceId: 'x', count: 1, ...out.find(({ type }) => type === 'alert') } as never);
      // A fact without words would stand there by its code.
      for (const { fact } of out.flatMap(({ because }) => (because ?? []) as { fact: string }[]))
        expect(`${text.en} ${text['zh-CN']}`).not.toContain(fact);
    });

    it('does not, so close to it', async () => {
      expect(spoken(await replay(id, not), hazard)).toEqual([]);
    });

    it('is off unless it is switched on', async () => {
      expect(spoken(await replay('none', fires), hazard)).toEqual([]);
    });

    if (suspended.includes(id))
      it.each(['away', 'hospital'])(
        'misses nobody of whom "%s" was said, whatever was heard as they left',
        async (say) => {
          // Said a minute after the last sign of life before it would speak; all sensors notice them on their way out, and
          // all that followed on that day follows.
          const speaks = at(String(fires.expect[0]?.[0]));
          const said = Math.max(...fires.day.map(instantOf).filter((t) => t < speaks)) + MINUTE;
          const day: Day['day'] = [
            ...fires.day,
            { t: String(said), line: { say } },
            ...leaving.flatMap(([device, ...values]) =>
              values.map((value, n) => ({
                t: String(said + (2 * n + 1) * SECOND),
                line: { device, quantity: quantityOf[device], value },
              })),
            ),
            { t: String(speaks + 5 * 3_600_000), line: {} },
          ];
          expect(spoken(await replay(id, { ...fires, day }), hazard)).toEqual([]);
        },
      );

    it('speaks at the same time though the power was cut for a minute shortly before', async () => {
      const begun = at(String(fires.expect[0]?.[0])) - 2 * MINUTE;
      // Back again, the sensors tell their states once more.
      const states = new Map(Object.entries(atFirst));
      for (const told of fires.day) {
        const [, device, value] = Array.isArray(told) ? told : [];
        if (device && states.has(device) && instantOf(told) <= begun) states.set(device, value as boolean | string);
      }
      const cut = [
        { t: String(begun), line: { gateway: 'off' } },
        { t: String(begun + MINUTE), line: { gateway: 'on' } },
        ...[...states].map(([device, value]) => ({
          t: String(begun + MINUTE + 1_000),
          line: { device, quantity: quantityOf[device], value },
        })),
      ];
      expect(spoken(await replay(id, { ...fires, day: [...fires.day, ...cut] }), hazard)).toEqual(fires.expect);
    });
  });
});
