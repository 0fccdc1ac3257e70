// Encrypted adverts judged by counter and bytes: what is new, what the device repeats, what somebody sends again, and a
// device whose battery was changed.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '#contract/time.ts';
import { HEALED, openedAdverts } from '#driver-kit/opened-adverts.ts';

const SIZE = 2 ** 32;
/** An advert of one life of a device: another battery, other bytes. */
const advert = (count: number, life = 0, more = 0) =>
  Uint8Array.from([life, more, count & 0xff, (count >>> 8) & 0xff, (count >>> 16) & 0xff, count >>> 24]);

function hearing(...given: Parameters<typeof openedAdverts> extends [number, ...infer Rest] ? Rest : never) {
  const adverts = openedAdverts(SIZE, ...given);
  let mono = 1_000_000;
  return {
    pass(ms: number) {
      mono += ms;
    },
    /** `full`, `low` or `repeat`. */
    hear(count: number, life = 0, more = 0) {
      const verdict = adverts.hear(count, advert(count, life, more), mono);
      return verdict.kind === 'repeat' ? 'repeat' : verdict.trust;
    },
  };
}

describe('encrypted adverts', () => {
  it.each([2 ** 8, 2 ** 16, 2 ** 24, 2 ** 32])('go on where the counter wraps or carries at %i', (end) => {
    const { hear } = hearing();
    expect([end - 2, end - 1, end, end + 1].map((count) => hear(count % SIZE))).toEqual(Array(4).fill('full'));
  });

  it('believe a leap ahead, of a device that was out of reach or counts by time', () => {
    const { hear } = hearing();
    expect([5, 5_000_000, 4_000_000_000].map((count) => hear(count))).toEqual(['full', 'full', 'full']);
  });

  it('tell a second message under one counter, and each of the two once', () => {
    const { hear, pass } = hearing();
    expect([hear(7, 0, 1), hear(7, 0, 2), hear(7, 0, 1), hear(7, 0, 2)]).toEqual(['full', 'full', 'repeat', 'repeat']);
    pass(10 * MINUTE);
    expect([hear(7, 0, 1), hear(7, 0, 2), hear(7, 0, 3)]).toEqual(['repeat', 'repeat', 'full']);
  });

  it('take two adverts that a device sends in turn for what they are', () => {
    const { hear, pass } = hearing();
    const told: string[] = [];
    for (let turn = 0; turn < 20; turn += 1) {
      told.push(hear(7), hear(8));
      pass(SECOND);
    }
    expect(told).toEqual(['full', 'full', ...Array(38).fill('repeat')]);
  });

  it('doubt the same advert when it comes again long after others', () => {
    const { hear, pass } = hearing();
    hear(7);
    hear(8);
    pass(2 * MINUTE);
    expect([hear(7), hear(8), hear(9)]).toEqual(['low', 'repeat', 'full']);
  });

  it('take what comes first under the counter of before a restart for its repetition, and the next for news', () => {
    const { hear } = hearing({ last: 7 });
    expect([hear(7), hear(7), hear(7, 0, 1), hear(6), hear(8)]).toEqual(['repeat', 'repeat', 'full', 'low', 'full']);
  });
});

/** A new life from `start` on: verdicts of so many adverts, one each `ms`. */
function live(home: ReturnType<typeof hearing>, start: number, count: number, ms: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    home.pass(ms);
    return home.hear(start + index, 1);
  });
}

describe('a change of battery', () => {
  it.each([0, 1, 300, 4_900])(
    'is believed again when its new counters, from %i on, have gone on long enough',
    (start) => {
      const home = hearing();
      for (let count = 4_800; count <= 5_000; count += 1) home.hear(count);
      const told = live(home, start, 40, MINUTE);
      expect(told.slice(0, 30)).toEqual(Array(30).fill('low'));
      expect(told.slice(30)).toEqual(Array(10).fill('full'));
      // Old adverts below the new mark, and those of the old life above it.
      expect([home.hear(start, 2), home.hear(4_999, 2)]).toEqual(start === 4_900 ? ['low', 'full'] : ['low', 'low']);
    },
  );

  it('is not believed for many counters in a short time, nor for few in a long one', () => {
    const fast = hearing({ last: 5_000 });
    expect(new Set(live(fast, 0, 900, SECOND))).toEqual(new Set(['low']));
    const slow = hearing({ last: 5_000 });
    expect(live(slow, 0, HEALED.counters, 10 * MINUTE)).toEqual([...Array(HEALED.counters - 1).fill('low'), 'full']);
  });

  it('heals though an old advert from above its new counters was sent again in its name', () => {
    const home = hearing({ last: 5_000 });
    home.hear(4_900);
    expect(live(home, 0, 31, MINUTE)).toEqual([...Array(30).fill('low'), 'full']);
  });

  it('outlives a restart, with what may be recorded of before', () => {
    const { hear } = hearing({ last: 40, old: 5_000 });
    expect([hear(41), hear(4_000), hear(5_000), hear(42), hear(6_000)]).toEqual(['full', 'low', 'low', 'full', 'full']);
  });

  it('heals at any lower start, at any pace', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(99_999), fc.integer({ min: 1, max: 3_600 }), (mark, start, seconds) => {
        const home = hearing();
        home.hear(mark + 1);
        const needed = HEALED.counters + Math.ceil(HEALED.ms / (seconds * SECOND));
        const told = live(home, Math.min(start, mark), needed, seconds * SECOND);
        expect(told.at(-1)).toBe('full');
      }),
      { numRuns: 200 },
    );
  });
});

describe('a recording that is sent again', () => {
  it('never becomes the device’s word, however often and slowly, once the device went on', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 600 }),
        fc.integer({ min: 1, max: 4 }),
        (recorded, more, seconds, times) => {
          const home = hearing();
          for (let count = 1; count <= recorded + more; count += 1) expect(home.hear(count)).toBe('full');
          home.pass(5 * MINUTE);
          for (let time = 0; time < times; time += 1)
            for (let count = 1; count <= recorded; count += 1) {
              home.pass(seconds * SECOND);
              // What was said a minute ago may be a repetition still; it is not told again.
              expect(home.hear(count)).not.toBe('full');
            }
          expect(home.hear(recorded + more + 1)).toBe('full');
        },
      ),
      { numRuns: 150 },
    );
  });

  it('is not believed either where the gateway never heard it, as long as the device speaks', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 1, max: 11 }), (recorded, every) => {
        const home = hearing({ last: 5_000 });
        let own = 5_000;
        for (let count = 1; count <= recorded; count += 1) {
          home.pass(5 * MINUTE);
          expect(home.hear(count)).toBe('low');
          if (count % every !== 0) continue;
          own += 1;
          expect(home.hear(own)).toBe('full');
        }
      }),
      { numRuns: 100 },
    );
  });

  it('of the old life is not believed after a change of battery', () => {
    const home = hearing();
    for (let count = 4_000; count <= 5_000; count += 1) home.hear(count);
    expect(live(home, 0, 60, MINUTE).at(-1)).toBe('full');
    for (let count = 3_000; count <= 3_011; count += 1) {
      home.pass(MINUTE);
      expect(home.hear(count)).toBe('low');
    }
    expect(home.hear(60, 1)).toBe('full');
  });
});
