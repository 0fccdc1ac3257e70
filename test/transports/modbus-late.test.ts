// Answers on RTU that come too late or twice, where nothing in them says what they answer; and whatever slaves do at all.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModbusLink } from '#contract/transport.ts';
import { among, corrupt, doubled, forAnother, half, healthy, late, type Manners, pass, silent } from '#fakes/modbus.ts';
import { codeOf, rig, settled } from './modbus-rig.ts';

describe('an answer that comes too late', () => {
  it('is never the answer to the next question, whenever it comes', async () => {
    // Each ms would be best; each 7th takes a hundredth of the time and meets every phase of the wait as well.
    for (let delay = 480; delay < 4_000; delay += 37) {
      const home = await rig([1]);
      let first = true;
      home.manners.set(1, (answer, say, question) => {
        if (first) late(delay)(answer, say, question);
        else healthy(answer, say, question);
        first = false;
      });
      for (let turn = 0; turn < 4; turn += 1) {
        const result = await settled(home, home.link.readHolding(turn * 10, 2));
        if ('data' in result) expect(result.data, `late by ${delay} ms`).toEqual([1000 + turn * 10, result.number]);
      }
      expect(home.asked.length, 'asked again after a failure').toBeGreaterThan(2);
    }
  });

  it('makes its slave prove itself first, by an answer of another length', async () => {
    const home = await rig([1]);
    home.manners.set(1, silent);
    await settled(home, home.link.readHolding(10, 2));
    home.manners.set(1, healthy);
    await settled(home, home.link.readHolding(10, 2));
    expect(home.asked.map(({ count }) => count)).toEqual([2, 1, 2]);
  });
});

describe('a byte behind an answer', () => {
  it('ends the question, whenever it comes: in the very ms of the deadline, too', async () => {
    for (let delay = 500; delay < 620; delay += 1) {
      const home = await rig([1]);
      home.manners.set(1, (answer, say, question) => {
        late(delay - 3)(answer, say, question);
        late(delay)(Uint8Array.of(0), say, question);
      });
      const first = codeOf(await settled(home, home.link.readHolding(10, 2)));
      expect(first, `a byte after ${delay} ms`).not.toBe('never settled');
      home.manners.set(1, healthy);
      await pass(home.clock, 6_000, 50);
      expect(codeOf(await settled(home, home.link.readHolding(10, 2))), `after a byte after ${delay} ms`).toBe('data');
    }
  });
});

describe('a copy of an answer', () => {
  it('to a proof is not taken for another place whose answer is as long', async () => {
    const home = await rig([1]);
    home.manners.set(1, silent);
    await settled(home, home.link.readHolding(20, 4));
    // It proves itself by three registers; for a while nobody asks it for three others.
    home.manners.set(1, healthy);
    expect(codeOf(await settled(home, home.link.readHolding(20, 4)))).toBe('data');
    expect(home.asked.map(({ count }) => count)).toEqual([4, 3, 4]);
    expect(codeOf(await settled(home, home.link.readHolding(10, 3)))).toBe('modbus-garbled');
    expect(home.asked).toHaveLength(3);
    await pass(home.clock, 6_000, 50);
    expect(await settled(home, home.link.readHolding(10, 3))).toMatchObject({ data: [1010, home.asked.length, 1012] });
  });

  it.each([50, 200, 700])(
    'that comes %i ms behind it is noticed, and its slave proves itself before it is read again',
    async (gapMs) => {
      const home = await rig([1, 2]);
      home.manners.set(1, doubled(gapMs));
      expect(await settled(home, home.link.readHolding(10, 2))).toMatchObject({ data: [1010, 1] });
      await pass(home.clock, 400);
      // It may fall into the neighbour's turn, which is none the worse for it.
      const other = await settled(home, (home.links[1] as ModbusLink).readHolding(20, 2));
      expect(other).toMatchObject({ data: [2020, 2] });
      await pass(home.clock, 400);
      home.manners.set(1, healthy);
      expect(await settled(home, home.link.readHolding(10, 2))).toMatchObject({ data: [1010, 4] });
      expect(home.asked.map(({ unit, count }) => [unit, count])).toEqual([
        [1, 2],
        [2, 2],
        [1, 1],
        [1, 2],
      ]);
    },
  );
});

describe('whatever the slaves do', () => {
  const stray = fc.array(fc.constantFrom(0x00, 0xff), { maxLength: 3 });
  const way: fc.Arbitrary<[Manners, copies: boolean]> = fc.oneof(
    { weight: 3, arbitrary: fc.constant<[Manners, boolean]>([healthy, false]) },
    fc.integer({ min: 0, max: 3_000 }).map((gap): [Manners, boolean] => [doubled(gap), true]),
    fc
      .oneof(
        fc.constant(silent),
        fc.integer({ min: 0, max: 3_000 }).map(late),
        fc
          .tuple(stray, stray, fc.integer({ min: 1, max: 12 }))
          .map(([before, behind, chunk]) => among(before, behind, chunk)),
        fc.tuple(stray, fc.integer({ min: 0, max: 3_000 }), stray).map(
          ([before, ms, behind]): Manners =>
            (answer, say) => {
              say(Uint8Array.from(before), 10);
              say(Uint8Array.of(...answer, ...behind), ms);
            },
        ),
        fc.tuple(stray, fc.constantFrom(1, 2, 3), stray).map(
          ([before, unit, behind]): Manners =>
            (answer, say, question) =>
              forAnother(unit)(answer, (bytes, ms) => say(Uint8Array.of(...before, ...bytes, ...behind), ms), question),
        ),
        fc.integer({ min: 1, max: 8 }).map(half),
        fc.constantFrom(1, 2, 3).map(forAnother),
        fc.tuple(fc.nat(8), fc.integer({ min: 1, max: 255 })).map(([at, flip]) => corrupt(at, flip)),
        fc.uint8Array({ maxLength: 30 }).map(
          (noise): Manners =>
            (_, say) =>
              say(noise, 10),
        ),
      )
      .map((manners): [Manners, boolean] => [manners, false]),
  );
  const step = fc.record({
    slave: fc.constantFrom(0, 1),
    way,
    // As drivers ask: two places are never read with answers of one length.
    place: fc.constantFrom<[number, number]>([0, 2], [10, 3], [20, 4]),
    pauseMs: fc.constantFrom(0, 30, 700),
  });

  it('an answer is the same among stray 00 and FF, whatever the chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        stray,
        stray,
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 247 }),
        async (...given) => {
          const [before, behind, chunk, unit] = given;
          const home = await rig([unit]);
          home.manners.set(unit, among(before, behind, chunk));
          expect(await settled(home, home.link.readHolding(10, 3))).toMatchObject({
            data: [unit * 1_000 + 10, 1, unit * 1_000 + 12].map((word) => word & 0xffff),
          });
          expect(home.asked).toHaveLength(1);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('every value is of the slave and the register it was asked for, and of now', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const home = await rig([1, 2]);
        let copied = false;
        for (const { slave, way, place, pauseMs } of steps) {
          const [address, count] = place;
          home.manners.set(slave + 1, way[0]);
          const result = await settled(home, (home.links[slave] as ModbusLink).readHolding(address, count));
          expect(codeOf(result)).not.toBe('never settled');
          if ('data' in result) {
            const [first, number, ...rest] = result.data;
            expect([first, ...rest]).toEqual(
              [0, 2, 3].slice(0, count - 1).map((at) => (slave + 1) * 1000 + address + at),
            );
            // A copy that is as late as the next reading of the same place is the one thing that RTU cannot show.
            if (!copied) expect(number).toBe(result.number);
          }
          copied ||= way[1];
          await pass(home.clock, pauseMs, 10);
        }
      }),
      { numRuns: 150 },
    );
  });
});
