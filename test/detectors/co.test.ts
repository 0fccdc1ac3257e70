import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '#contract/time.ts';
import { each, inTurns, type Played, play } from '#fakes/play.ts';
import { coLevel } from '#src/detectors/co.ts';
import { doseModel } from '#src/detectors/co-dose.ts';

const co = { id: 'co-1', kind: 'co', room: 'kitchen' } as const;
const HOUR = 60 * MINUTE;

/** Good readings of `level` each `everyMs` from `from` up to `to`. */
const air = (
  home: Played,
  from: number,
  to: number,
  everyMs: number,
  level: number | ((at: number) => number),
): Played => each(home, co, 'co', typeof level === 'number' ? level : (_, at) => level(at), { from, to, everyMs });

const warnedAt = (home: Played): number | undefined => home.findings.find(({ active }) => active)?.at.mono;
const inMinutes = (ms: number | undefined) => (ms ?? Number.POSITIVE_INFINITY) / MINUTE;

/** Numbers from 0 to 1, the same for the same seed. */
function stream(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const everySeconds = fc.integer({ min: 1, max: 60 });
const seed = fc.nat();

/** EN 50291-1: ppm, and the minutes before and within which there must be an alarm. */
const points = [
  { ppm: 30, notBefore: 120, within: Number.POSITIVE_INFINITY, hours: 3 },
  { ppm: 50, notBefore: 60, within: 90, hours: 2 },
  { ppm: 100, notBefore: 10, within: 40, hours: 1 },
  { ppm: 300, notBefore: 0, within: 3, hours: 0.2 },
];

describe.each(points)('$ppm ppm', ({ ppm, notBefore, within, hours }) => {
  /** Minutes from the exposure's begin; the first sample comes up to one interval after it. */
  const minutesToAlarm = (seconds: number, phase: number, level: () => number) =>
    inMinutes(warnedAt(air(play(coLevel), phase * seconds * SECOND, hours * HOUR, seconds * SECOND, level)));

  it('alarms in its band, whatever the sampling interval and however the samples fall', () => {
    fc.assert(
      fc.property(everySeconds, fc.integer({ min: 0, max: 99 }), (seconds, phase) => {
        const minutes = minutesToAlarm(seconds, phase / 100, () => ppm);
        expect(minutes).toBeGreaterThanOrEqual(notBefore);
        if (within < Number.POSITIVE_INFINITY) expect(minutes).toBeLessThanOrEqual(within);
      }),
      {
        numRuns: 20,
        examples: [
          [1, 0],
          [60, 0],
          [60, 99],
        ],
      },
    );
  });

  it('alarms in its band with a noise of ±20 % around it, and with a sensor that is 5 % off all the time', () => {
    const inBand = (minutes: number) =>
      minutes >= notBefore && (minutes <= within || within === Number.POSITIVE_INFINITY);
    fc.assert(
      fc.property(everySeconds, seed, (seconds, start) => {
        const next = stream(start);
        // At an interval of a minute three samples make the whole exposure to 300 ppm: no noise averages out there.
        const width = ppm === 300 ? 0.05 : 0.2;
        expect(minutesToAlarm(seconds, 0, () => ppm * (1 - width + 2 * width * next()))).toSatisfy(inBand);
      }),
      { numRuns: 15 },
    );
    for (const off of [0.95, 1.05])
      for (const seconds of [1, 7, 60]) expect(minutesToAlarm(seconds, 0, () => ppm * off)).toSatisfy(inBand);
  });
});

describe('carbon monoxide by dose', () => {
  it('never warns of a constant level of 30 ppm and below', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 30, noNaN: true }), everySeconds, (level, seconds) => {
        expect(air(play(coLevel), 0, 3 * HOUR, seconds * 10 * SECOND, level).findings).toEqual([]);
      }),
      { numRuns: 20 },
    );
    // Ten days.
    expect(air(play(coLevel), 0, 240 * HOUR, 5 * MINUTE, 30).findings).toEqual([]);
    const next = stream(1);
    expect(air(play(coLevel), 0, 240 * HOUR, 5 * MINUTE, () => 28 * (0.9 + 0.2 * next())).findings).toEqual([]);
  });

  it('warns sooner, or at the same time, when the level is higher', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 31, max: 2_000, noNaN: true }),
        fc.double({ min: 1, max: 2, noNaN: true }),
        (low, factor) => {
          const model = doseModel(240);
          expect(model.msToAlarm(0, low * factor) ?? 0).toBeLessThanOrEqual(model.msToAlarm(0, low) ?? 0);
        },
      ),
    );
  });

  it('gives the same dose however time is cut into samples, and never one below 0', () => {
    const level = fc.double({ min: 0, max: 10_000, noNaN: true });
    fc.assert(
      fc.property(
        level,
        level,
        fc.nat(HOUR),
        fc.nat(HOUR),
        fc.double({ min: 0, max: 2, noNaN: true }),
        (ppm, then, a, b, dose) => {
          const model = doseModel(240);
          const once = model.after(dose, ppm, a + b);
          expect(model.after(model.after(dose, ppm, a), ppm, b)).toBeCloseTo(once, 9);
          expect(model.after(once, then, a)).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });

  it('keeps the times of the table for any half-life', () => {
    for (const halfLife of [60, 240, 480]) {
      const minutes = [50, 100, 300].map((ppm) => inMinutes(doseModel(halfLife).msToAlarm(0, ppm)));
      expect(minutes.map((value) => Math.round(value * 100) / 100)).toEqual([72, 22, 1.75]);
      expect(doseModel(halfLife).msToAlarm(0, 30)).toBeUndefined();
    }
  });

  it('forgets a dose in clean air: half of it in four hours, all of it in two days', () => {
    const spoiled = () => air(play(coLevel), 0, 15 * MINUTE, 10 * SECOND, 100);
    const again = (home: Played, from: number) =>
      inMinutes((warnedAt(air(home, from, from + HOUR, 10 * SECOND, 100)) ?? 0) - from);
    expect(again(spoiled(), 15 * MINUTE)).toBeCloseTo(7, 1);
    const afterFour = air(spoiled(), 15 * MINUTE, 255 * MINUTE, MINUTE, 0);
    expect(again(afterFour, 255 * MINUTE)).toBeCloseTo(14.6, 0);
    const afterDays = air(spoiled(), 15 * MINUTE, 60 * HOUR, MINUTE, 0);
    expect(afterDays.state()).toEqual({});
    expect(again(afterDays, 60 * HOUR)).toBeCloseTo(22, 1);
  });

  it('adds up an exposure that comes and goes', () => {
    // Half of the time 100 ppm: a little more than twice the 22 minutes, since clean air takes some away.
    const home = air(play(coLevel), 0, 2 * HOUR, 10 * SECOND, (at) => (Math.floor(at / MINUTE) % 2 === 0 ? 100 : 0));
    expect(inMinutes(warnedAt(home))).toBeGreaterThan(44);
    expect(inMinutes(warnedAt(home))).toBeLessThan(50);
    // Three pans a day that smoke for ten minutes at 60 ppm are no dose.
    const cooking = air(play(coLevel), 0, 120 * HOUR, MINUTE, (at) => (at % (8 * HOUR) < 10 * MINUTE ? 60 : 1));
    expect(cooking.findings).toEqual([]);
  });

  it('is not raised by one stray sample of a sensor that is read each second', () => {
    const home = air(play(coLevel), 0, HOUR, SECOND, (at) => (at === 30 * MINUTE ? 10_000 : 2));
    expect(home.findings).toEqual([]);
  });

  it('says what it went by', () => {
    expect(air(play(coLevel), 0, 2 * HOUR, 10 * SECOND, 50).findings).toMatchObject([
      {
        hazard: 'co',
        subject: 'device:co-1',
        active: true,
        severity: 'early',
        because: [{ fact: 'dose-reached', quantity: 'co', value: 50, above: 30, minutes: 72 }],
      },
    ]);
  });

  it('ends with ten minutes of 20 ppm and below, and begins again with less than a whole dose', () => {
    const home = air(play(coLevel), 0, 30 * MINUTE, 10 * SECOND, 100).reading(31 * MINUTE, co, 'co', 25);
    air(home, 32 * MINUTE, 45 * MINUTE, MINUTE, 20).reading(46 * MINUTE, co, 'co', 29);
    expect(home.findings.map(({ active, at }) => [active, Math.floor(at.mono / MINUTE)])).toEqual([
      [true, 22],
      [false, 42],
    ]);
    air(home, 47 * MINUTE, 55 * MINUTE, 10 * SECOND, 100);
    expect(home.findings.slice(2).map(({ active, at }) => [active, Math.floor(at.mono / MINUTE)])).toEqual([
      [true, 47],
    ]);
  });

  it('ends at once in clean air when the dose has come down by a tenth', () => {
    const home = air(play(coLevel), 0, 22 * MINUTE, 10 * SECOND, 100);
    air(home, 23 * MINUTE, 8 * HOUR, MINUTE, 25);
    expect(home.findings.map(({ active }) => active)).toEqual([true]);
    home.reading(8 * HOUR + MINUTE, co, 'co', 20);
    expect(home.findings.map(({ active }) => active)).toEqual([true, false]);
  });

  it('is one call, however a level swings about its ends while the dose is full', () => {
    // 60 and 15 ppm in turns gave 134 calls in eight hours.
    for (const turn of [30 * SECOND, 100 * SECOND, 5 * MINUTE, 9 * MINUTE]) {
      const swings = (at: number) => (at < 2 * HOUR || Math.floor(at / turn) % 2 === 0 ? 60 : 15);
      const { findings } = air(play(coLevel), 0, 8 * HOUR, 10 * SECOND, swings);
      expect(findings.map(({ active, severity }) => [active, severity])).toEqual([
        [true, 'early'],
        [true, 'alarm'],
      ]);
    }
  });

  it('calls again, graver, when the dose is one by which any certified detector has alarmed, and at 300 ppm', () => {
    // EN 50291-1: 300 ppm within 3 minutes. From 60 to 560 ppm there was no word.
    const home = air(play(coLevel), 0, 80 * MINUTE, 10 * SECOND, 60);
    air(home, 80 * MINUTE, 90 * MINUTE, 10 * SECOND, 560);
    expect(home.findings.map(({ severity, because }) => [severity, because[0]?.value])).toEqual([
      ['early', 60],
      ['critical', 560],
    ]);
    const steady = air(play(coLevel), 0, 3 * HOUR, 10 * SECOND, 100);
    expect(steady.findings.map(({ severity, at }) => [severity, Math.floor(at.mono / MINUTE)])).toEqual([
      ['early', 22],
      ['alarm', 39],
    ]);
  });
});

describe('what a sensor cannot vouch for', () => {
  it('says nothing where it is bad; in doubt it raises the dose, and never ends the warning', () => {
    const bad = play(coLevel);
    for (let at = 0; at < HOUR; at += SECOND) bad.reading(at, co, 'co', 900, 'bad');
    expect(bad.findings).toEqual([]);
    expect(bad.state()).toEqual({});
    const doubt = play(coLevel);
    for (let at = 0; at < 10 * MINUTE; at += SECOND) doubt.reading(at, co, 'co', 300, 'uncertain');
    expect(warnedAt(doubt)).toBe(105 * SECOND);
    const warned = air(play(coLevel), 0, 2 * MINUTE, SECOND, 300);
    expect(warned.findings).toHaveLength(1);
    for (let at = 121; at < 36_000; at++) warned.reading(at * SECOND, co, 'co', 0, at % 2 ? 'bad' : 'uncertain');
    expect(warned.findings.filter(({ active }) => !active)).toEqual([]);
  });

  it('leaves the last good level standing for five minutes, which is enough at 300 ppm', () => {
    const dies = play(coLevel)
      .reading(0, co, 'co', 300)
      .reading(10 * SECOND, co, 'co', 0, 'bad')
      .quiet(HOUR);
    expect(warnedAt(dies)).toBe(105 * SECOND);
    const lower = play(coLevel).reading(0, co, 'co', 60);
    expect(lower.wakesAt()).toBeUndefined();
    expect(lower.quiet(48 * HOUR).findings).toEqual([]);
  });

  it('is held once, and not again each time that another sensor has its deadline', () => {
    const others = (home: Played) => {
      for (let round = 1; round <= 20; round++)
        home.reading(round * 7 * MINUTE, { id: `other-${round}`, kind: 'co' }, 'co', 300);
      return [...new Set(home.quiet(4 * HOUR).findings.map(({ subject }) => subject))];
    };
    const home = play(coLevel).reading(0, co, 'co', 100);
    expect(others(home)).toHaveLength(20);
    const mine = (played: Played) => played.findings.filter(({ subject }) => subject === 'device:co-1');
    expect(mine(home.reading(4 * HOUR, co, 'co', 40))).toEqual([]);
    const off = play(coLevel).reading(0, co, 'co', 200).reboot();
    expect(others(off)).toHaveLength(20);
    expect(mine(off.reading(4 * HOUR, co, 'co', 40))).toEqual([]);
  });

  it('counts no time twice when readings come late', () => {
    const home = play(coLevel);
    for (let at = 10 * SECOND; at <= 2 * HOUR; at += 10 * SECOND)
      home.reading(at, co, 'co', 50).reading(at - 9 * SECOND, co, 'co', 50);
    expect(inMinutes(warnedAt(home))).toBeGreaterThan(71);
  });

  it('holds the dose over a gap: nothing is added, nothing is taken away', () => {
    // 15 of the 22 minutes, five more by the hold, then ten hours of nothing.
    const home = air(play(coLevel), 0, 15 * MINUTE, 10 * SECOND, 100).quiet(10 * HOUR);
    expect(home.findings).toEqual([]);
    air(home, 10 * HOUR, 11 * HOUR, 10 * SECOND, 100);
    expect(inMinutes((warnedAt(home) ?? 0) - 10 * HOUR)).toBeCloseTo(2, 1);
  });

  it('takes a sensor that speaks rarely at its word for as long as the config says', () => {
    const hourly = (options: object) => air(play(coLevel, { ...options }), 0, 6 * HOUR, HOUR, 50);
    expect(inMinutes(warnedAt(hourly({ holdSeconds: 3_600 })))).toBeCloseTo(72, 1);
    expect(hourly({}).findings).toEqual([]);
  });
});

describe('a restart', () => {
  it('goes on with the dose, and over a reboot with a clock that begins anew', () => {
    for (const again of ['restart', 'reboot'] as const) {
      const home = air(play(coLevel), 0, 40 * MINUTE, 10 * SECOND, 50)[again]();
      const from = again === 'restart' ? 40 * MINUTE : 3 * SECOND;
      air(home, from, from + HOUR, 10 * SECOND, 50);
      expect(inMinutes((warnedAt(home) ?? 0) - from)).toBeCloseTo(32, 0);
    }
  });

  it('counts nothing for the time without power, however long, and does not warn by the clock of before', () => {
    const home = air(play(coLevel), 0, 100 * SECOND, SECOND, 300)
      .reboot()
      .quiet(HOUR);
    expect(home.findings).toEqual([]);
    home.reading(2 * HOUR, co, 'co', 0).quiet(4 * HOUR);
    expect(home.findings).toEqual([]);
  });

  it('keeps a warning that is on, and ends it with ten minutes of clean air that are vouched for', () => {
    const home = air(play(coLevel), 0, 30 * MINUTE, 10 * SECOND, 100).reboot();
    home.reading(5, co, 'co', 100);
    for (let at = MINUTE; at < 30 * MINUTE; at += MINUTE) home.reading(at, co, 'co', 3, 'uncertain');
    air(home, 30 * MINUTE, 45 * MINUTE, MINUTE, 3);
    expect(home.findings.map(({ active, at }) => [active, at.bootId, Math.floor(at.mono / MINUTE)])).toEqual([
      [true, 'boot-1', 22],
      [false, 'boot-2', 40],
    ]);
  });

  it('is never led astray by instants that go back, by boots and by levels of all kinds', () => {
    const event = fc.record({
      at: fc.nat(10 * HOUR),
      level: fc.oneof(fc.constantFrom(0, 29, 30, 31, 50, 300, 10_000), fc.double({ min: 0, max: 10_000, noNaN: true })),
      what: fc.constantFrom('reading', 'reading', 'reading', 'quiet', 'restart', 'reboot'),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const home = play(coLevel);
        for (const { at, level, what } of events) {
          if (what === 'reading') home.reading(at, co, 'co', level);
          else if (what === 'quiet') home.quiet(at);
          else home[what]();
          const levels = Object.values(home.state() as Record<string, { level: Record<string, number> }>);
          for (const { dose, left, aboveMs } of levels.map(({ level }) => level)) {
            expect(dose).toBeGreaterThanOrEqual(0);
            expect(dose).toBeLessThanOrEqual(2);
            expect(left).toBeGreaterThanOrEqual(0);
            expect(aboveMs).toBeGreaterThanOrEqual(0);
          }
        }
        expect(inTurns(home.findings)).toBe(true);
      }),
    );
  });
});

describe('several sensors', () => {
  it('are rooms of their own, each woken in time', () => {
    const other = { id: 'co-2', kind: 'co' } as const;
    const home = play(coLevel)
      .reading(0, co, 'co', 300)
      .reading(30 * SECOND, other, 'co', 300)
      .reading(40 * SECOND, { id: 'co-3', kind: 'co' }, 'co', 0)
      .quiet(4 * MINUTE);
    expect(home.findings.map(({ subject, severity, at }) => [subject, severity, Math.floor(at.mono / SECOND)])).toEqual(
      [
        ['device:co-1', 'early', 105],
        ['device:co-2', 'early', 135],
        ['device:co-1', 'critical', 184],
        ['device:co-2', 'critical', 214],
      ],
    );
  });
});
