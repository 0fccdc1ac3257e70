// Whether water is used, played reading by reading: use and its end, drips, resets, leaps and gaps.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOUR, later, type MonoMs, SECOND } from '#contract/time.ts';
import { type Limits, type WaterState, type WaterStep, water, waterAtStart } from './water.ts';

const POLL = 5 * SECOND;
/** A pipe of 20 mm, a meter that tells no flow. */
const counting: Limits = {
  mostLitresPerHour: 11_310,
  leastLitresPerHour: 20,
  countM3: 0.1,
  idleMs: 60 * SECOND,
  freshMs: 60 * SECOND,
};
/** The same with a flow at each reading. */
const measuring: Limits = { ...counting, idleMs: 0 };

type Seen = { total?: number; flow?: number };

/** Reading by reading, 5 s apart; the state is written down and read again at each. */
function play(limits: Limits, ...readings: (Seen & { afterMs?: number })[]): (WaterStep & { at: number })[] {
  let state: WaterState = waterAtStart;
  let at = 0 as MonoMs;
  return readings.map(({ total, flow, afterMs = POLL }) => {
    at = later(at, afterMs);
    const step = water(JSON.parse(JSON.stringify(state)), { total, flow }, at, limits);
    state = step.water;
    return { ...step, at };
  });
}
const flowing = (steps: WaterStep[]): string => steps.map((step) => (step.flowing ? '~' : '.')).join('');
const doubts = (steps: WaterStep[]) => steps.map(({ doubt }) => doubt);
const totals = (...all: number[]): Seen[] => all.map((total) => ({ total }));
const times = <Reading>(count: number, reading: Reading): Reading[] => Array.from({ length: count }, () => reading);

describe('a meter that tells a total only', () => {
  it('has used nothing at its first reading, whatever it says', () => {
    expect(flowing(play(counting, ...totals(1_234.5, 1_234.5)))).toBe('..');
  });

  it('uses water from the first rise until it has stood still for the idle time', () => {
    expect(flowing(play(counting, ...totals(5, 5, 5.001, 5.002), ...times(14, { total: 5.002 })))).toBe(
      '..~~~~~~~~~~~~~...',
    );
  });

  it('takes a drip for none, as far as its total is fine enough to tell', () => {
    // 10 l/h, and 30 l/h.
    const litres = (perHour: number) =>
      Array.from({ length: 5 }, (_, at) => ({ total: 5 + (perHour * at * POLL) / HOUR / 1_000 }));
    expect(flowing(play(counting, ...litres(10)))).toBe('.....');
    expect(flowing(play(counting, ...litres(30)))).toBe('.~~~~');
  });

  it('uses none at its first reading after a gap: what passed meanwhile was not now', () => {
    const steps = play(counting, { total: 5 }, { total: 5.2, afterMs: 61 * SECOND }, { total: 5.2 });
    expect(flowing(steps)).toBe('...');
    expect(doubts(steps)).toEqual([undefined, undefined, undefined]);
    expect(flowing(play(counting, { total: 5 }, { total: 5.05, afterMs: 60 * SECOND }))).toBe('.~');
  });

  it('may take its whole step at once', () => {
    const coarse = { ...counting, countM3: 1 };
    expect(doubts(play(coarse, ...totals(5, 6, 6, 7)))).toEqual(times(4, undefined));
    expect(doubts(play(counting, ...totals(5, 6)))).toEqual([undefined, 'total-jumped']);
  });
});

describe('a meter that tells its flow', () => {
  it('uses water while it says so, and for as long as its total rises', () => {
    const seen = [{ flow: 0 }, { flow: 19.9 }, { flow: 20 }, { flow: 600 }, { flow: 0 }, { flow: -80 }];
    expect(flowing(play(measuring, ...seen))).toBe('..~~..');
    const short = [
      { total: 5, flow: 0 },
      { total: 5.0005, flow: 0 },
      { total: 5.0005, flow: 0 },
    ];
    expect(flowing(play(measuring, ...short))).toBe('.~.');
  });

  it('is not believed where no pipe could pass it, forward or back, and its total is not looked at then', () => {
    const steps = play(
      measuring,
      { total: 5, flow: 0 },
      { total: 9, flow: 12_000 },
      { total: 5, flow: -12_000 },
      { total: 5, flow: 0 },
    );
    expect(doubts(steps)).toEqual([undefined, 'flow-impossible', 'flow-impossible', undefined]);
    expect(flowing(steps)).toBe('....');
    expect(steps.at(-1)?.water.base).toMatchObject({ total: 5 });
  });
});

describe('a total that cannot be', () => {
  it('is forgotten when the next one goes on from before: a glitch is no use and no reset', () => {
    for (const glitch of [0, 4.9, 900]) {
      const steps = play(counting, ...totals(5, glitch, 5, 5));
      expect(doubts(steps)).toEqual([undefined, glitch < 5 ? 'total-backwards' : 'total-jumped', undefined, undefined]);
      expect(flowing(steps)).toBe('....');
      expect(steps.some(({ rebased }) => rebased)).toBe(false);
    }
  });

  it.each([
    ['set back', 0],
    ['exchanged for one that has counted more', 900],
  ])('is where counting begins anew when the meter stands by it: it was %s', (_, total) => {
    const steps = play(counting, ...totals(5, 5.01, total, total + 0.001, total + 0.001, total + 0.001, total + 0.002));
    expect(steps.map(({ rebased }) => rebased)).toEqual([false, false, false, false, true, false, false]);
    // What was used before ends with the old meter; what the new one counted while it was doubted is not made up.
    expect(flowing(steps)).toBe('.~~~..~');
  });

  it('says nothing of a flow that the meter tells beside it', () => {
    const flow = 600;
    const steps = play(measuring, { total: 5, flow }, ...times(3, { total: 900, flow }), { total: 900, flow: 0 });
    expect(steps.map(({ rebased }) => rebased)).toEqual([false, false, false, true, false]);
    expect(flowing([steps[0], steps[3], steps[4]] as WaterStep[])).toBe('~~.');
  });

  it('is no reset and no lasting doubt when it comes and goes', () => {
    const steps = play(counting, ...totals(5, 900, 5, 900, 5, 900, 5, 900, 5));
    expect(steps.some(({ rebased }) => rebased)).toBe(false);
    expect(steps.map(({ water: { doubts } }) => doubts)).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0]);
  });

  it('is remembered over a reading without one', () => {
    expect(doubts(play(measuring, { total: 5, flow: 0 }, { flow: 0 }, { total: 4, flow: 0 })).at(-1)).toBe(
      'total-backwards',
    );
  });

  it('is never believed from a meter that says another each time', () => {
    const steps = play(counting, ...totals(5, 900, 20, 700, 3, 800, 10, 600));
    expect(
      doubts(steps)
        .slice(1)
        .every((doubt) => doubt !== undefined),
    ).toBe(true);
    expect(steps.at(-1)?.water).toMatchObject({ base: { total: 5 }, doubts: 7 });
  });
});

describe('whatever a meter says', () => {
  const reading = fc.record(
    {
      total: fc.oneof(fc.double({ min: 0, max: 1_000, noNaN: true }), fc.constantFrom(0, 5, 5.1)),
      flow: fc.double({ min: -20_000, max: 20_000, noNaN: true }),
      afterMs: fc.integer({ min: 1, max: 90_000 }),
    },
    { requiredKeys: ['afterMs'] },
  );

  it('a total is believed only from one that it can follow, or once the meter has stood by it', () => {
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 40 }), fc.constantFrom(counting, measuring), (readings, limits) => {
        const steps = play(limits, ...readings);
        for (const [
          index,
          {
            water: { base },
            rebased,
            at,
          },
        ] of steps.entries()) {
          const before = steps[index - 1]?.water.base;
          if (!before || !base || rebased) continue;
          const litres = (base.total - before.total) * 1_000;
          expect(litres).toBeGreaterThanOrEqual(-0.0011);
          const hours = (at - before.at) / HOUR;
          expect(litres).toBeLessThanOrEqual(limits.mostLitresPerHour * hours + limits.countM3 * 1_000 + 0.0011);
        }
      }),
    );
  });

  it('water is used only where a flow or a rise within the idle time proves it', () => {
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 40 }), fc.constantFrom(counting, measuring), (readings, limits) => {
        const steps = play(limits, ...readings);
        for (const [index, step] of steps.entries()) {
          if (!step.flowing) continue;
          const proofs = steps.slice(0, index + 1).filter(({ at }, earlier) => {
            const { flow = 0, total } = readings[earlier] ?? {};
            const before = steps[earlier - 1]?.water.base;
            const rose = total !== undefined && before !== undefined && before !== null && total > before.total;
            return (at === step.at || step.at - at < limits.idleMs) && (flow >= limits.leastLitresPerHour || rose);
          });
          expect(proofs.length).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('a steady meter is never doubted, and uses water exactly while it flows', () => {
    const perHour = fc.oneof(fc.constant(0), fc.integer({ min: 60, max: 3_000 }));
    fc.assert(
      fc.property(fc.array(perHour, { minLength: 2, maxLength: 60 }), (flows) => {
        let total = 123.456;
        const steps = play(
          measuring,
          ...flows.map((flow) => {
            total += (flow * POLL) / HOUR / 1_000;
            return { total, flow };
          }),
        );
        expect(doubts(steps)).toEqual(flows.map(() => undefined));
        expect(steps.map((step) => step.flowing)).toEqual(flows.map((flow) => flow > 0));
      }),
    );
  });
});
