import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '#contract/time.ts';
import { inTurns, play } from '#fakes/play.ts';
import { coAlarm, gasAlarm, smokeAlarm, waterLeak } from '#src/detectors/certified.ts';
import { gasLevel } from '#src/detectors/gas.ts';
import { heat } from '#src/detectors/heat.ts';

const device = { id: 'constructor', kind: 'smoke', room: 'kitchen' } as const;
const kinds = [
  ['smoke', smokeAlarm, 'smoke'],
  ['gas', gasAlarm, 'gasAlarm'],
  ['co', coAlarm, 'coAlarm'],
  ['water-leak', waterLeak, 'waterLeak'],
] as const;
const calls = (home: ReturnType<typeof play>) => home.findings.filter(({ active, again }) => active && !again);

/** ISA-18.2: an alarm that comes and goes in rapid succession is chattering; it is one, and a nuisance to be mended. */
describe.each(kinds)('a %s contact that chatters', (hazard, detector, quantity) => {
  it('is one call, a few words and a fault, however fast it is', () => {
    // 166 calls and 334 messages in 20 s.
    const fast = play(detector);
    for (let n = 0; n < 333; n++) fast.reading(n * 60, device, quantity, n % 2 === 0);
    expect(calls(fast)).toHaveLength(1);
    expect(fast.findings.length).toBeLessThanOrEqual(3);
    expect(fast.faults).toMatchObject([
      { code: 'alarm-chattering', subject: 'device:constructor', active: true, context: { hazard } },
    ]);
    // 3,600 calls an hour.
    const wet = play(detector);
    for (let n = 0; n < 3_600; n++) wet.reading(n * SECOND, device, quantity, n % 2 === 0);
    expect(calls(wet)).toHaveLength(1);
    expect(wet.findings.length).toBeLessThanOrEqual(3);
  });

  it('is told as gone when it has rested, and calls again after that', () => {
    const home = play(detector);
    for (let n = 0; n < 100; n++) home.reading(n * SECOND, device, quantity, n % 2 === 0);
    home.quiet(10 * MINUTE);
    expect(home.findings.at(-1)).toMatchObject({ active: false, at: { mono: 99 * SECOND + MINUTE } });
    expect(home.faults.at(-1)).toMatchObject({ code: 'alarm-chattering', active: false });
    home.reading(11 * MINUTE, device, quantity, true);
    expect(calls(home)).toHaveLength(2);
  });

  it('calls once more when it comes to stay on, a minute later', () => {
    const home = play(detector);
    for (let n = 0; n < 21; n++) home.reading(n * SECOND, device, quantity, n % 2 === 0);
    home.quiet(HOUR);
    expect(calls(home).map(({ at }) => at.mono)).toEqual([0, 20 * SECOND + MINUTE]);
    expect(home.faults.at(-1)).toMatchObject({ code: 'alarm-chattering', active: false });
  });

  it('is not chattering where it comes on, goes, and comes on again after a while: each is a call', () => {
    const home = play(detector);
    for (const at of [0, 10 * MINUTE, 30 * MINUTE])
      home.reading(at, device, quantity, true).reading(at + MINUTE, device, quantity, false);
    expect(calls(home).map(({ at }) => at.mono)).toEqual([0, 10 * MINUTE, 30 * MINUTE]);
    expect(home.faults).toEqual([]);
  });

  it('calls each time where it was quiet for half an hour, however often it did', () => {
    const home = play(detector);
    for (let n = 0; n < 20; n++)
      home.reading(n * 31 * MINUTE, device, quantity, true).reading(n * 31 * MINUTE + SECOND, device, quantity, false);
    expect(calls(home)).toHaveLength(20);
  });

  it('calls less and less often where it keeps coming back', () => {
    const home = play(detector);
    for (let n = 0; n < 24 * 30; n++) home.reading(n * MINUTE, device, quantity, n % 2 === 0);
    expect(calls(home).length).toBeLessThanOrEqual(3);
  });
});

describe('what comes and goes', () => {
  const word = fc.record({
    ms: fc.constantFrom(10, 500, SECOND, 20 * SECOND, MINUTE, 5 * MINUTE, 2 * HOUR),
    on: fc.boolean(),
    quality: fc.constantFrom('good', 'good', 'uncertain', 'bad'),
    what: fc.constantFrom('word', 'word', 'word', 'word', 'restart', 'reboot'),
  });

  it('begins before it ends, never ends in doubt, and calls at once when it was quiet', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        const home = play(smokeAlarm);
        let at = 0;
        let quietSince = -HOUR;
        for (const { ms, on, quality, what } of words) {
          at += ms;
          if (what !== 'word') {
            home[what]();
            continue;
          }
          const before = home.findings.length;
          home.quiet(at - 1);
          const called = calls(home).length;
          home.reading(at, device, 'smoke', on, quality);
          if (on && quality !== 'bad' && at - quietSince >= HOUR) expect(calls(home).length).toBe(called + 1);
          if (on && quality !== 'bad') quietSince = Number.POSITIVE_INFINITY;
          else if (!on && quality === 'good' && quietSince === Number.POSITIVE_INFINITY) quietSince = at;
          const ended = home.findings.slice(before).some(({ active }) => !active);
          if (ended && quality !== 'good') expect(quality).toBe('bad');
        }
        expect(inTurns(home.findings)).toBe(true);
      }),
    );
  });

  it('ends by what is vouched for alone', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        const home = play(smokeAlarm).reading(0, device, 'smoke', true);
        let at = 0;
        for (const { ms, on } of words) {
          at += ms;
          home.reading(at, device, 'smoke', on, 'uncertain');
        }
        expect(home.findings.filter(({ active }) => !active)).toEqual([]);
      }),
    );
  });
});

describe('a level that flickers about a step', () => {
  const sensor = (kind: 'gas' | 'temperature') => ({ id: 'd', kind, room: 'kitchen' }) as const;

  it.each([
    ['gas', gasLevel, 21, 19, 12],
    ['temperature', heat, 66, 64, 57],
  ] as const)('of %s is one call, and calls again when it had left it', (kind, detector, above, about, left) => {
    const home = play(detector);
    for (let n = 0; n < 60; n++) home.reading(n * MINUTE, sensor(kind), kind, n % 2 === 0 ? above : about);
    expect(calls(home)).toHaveLength(1);
    expect(home.faults).toEqual([]);
    home.reading(60 * MINUTE, sensor(kind), kind, left).reading(90 * MINUTE, sensor(kind), kind, above);
    expect(calls(home)).toHaveLength(2);
  });

  it('of a thermometer that speaks each second rises fast in time, from the cool on', () => {
    const home = play(heat);
    for (let second = 0; second < 300; second++)
      home.reading(second * SECOND, sensor('temperature'), 'temperature', Math.min(57, 20 + (12 * second) / 60));
    expect(calls(home)).toMatchObject([{ severity: 'early', because: [{ fact: 'rising-fast' }] }]);
    expect(calls(home)[0]?.at.mono).toBeLessThan(2 * MINUTE);
  });
});
