import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '#contract/time.ts';
import { inTurns, play } from '#fakes/play.ts';
import { heat } from '#src/detectors/heat.ts';

const hall = { id: 'temp-1', kind: 'temperature', room: 'hall' } as const;

/** Readings of a temperature over time, °C by ms. */
function room(everyMs: number, to: number, temperature: (at: number) => number, home = play(heat)) {
  for (let at = 0; at <= to; at += everyMs) home.reading(at, hall, 'temperature', temperature(at));
  return home;
}

describe('heat', () => {
  /** Response times of a class A1 detector that starts at 25 °C, seconds (EN 54-5, as commonly tabulated). */
  it.each([
    [1, 1_740, 2_420],
    [3, 433, 820],
    [5, 249, 500],
    [10, 60, 260],
    [20, 30, 140],
    [30, 20, 100],
  ])('at %i °C a minute warns between %i and %i s, however often it is read', (perMinute, notBefore, within) => {
    fc.assert(
      fc.property(fc.integer({ min: 500, max: 10_000 }), (everyMs) => {
        const home = room(everyMs, 45 * MINUTE, (at) => Math.min(90, 25 + (perMinute * at) / MINUTE));
        expect(home.findings.map(({ severity }) => severity)).toEqual(
          perMinute === 1 ? ['early', 'alarm'] : ['early', 'alarm', 'critical'],
        );
        const seconds = (home.findings[0]?.at.mono ?? 0) / SECOND;
        expect(seconds).toBeGreaterThanOrEqual(notBefore);
        expect(seconds).toBeLessThanOrEqual(within);
      }),
      { numRuns: 15 },
    );
  });

  it('warns at 58 °C and not below, ends at 50', () => {
    const levels = [57.9, 58, 57, 51, 50, 57.9];
    const home = levels.reduce(
      (played, level, hour) => played.reading(hour * 60 * MINUTE, hall, 'temperature', level),
      play(heat),
    );
    expect(home.findings).toMatchObject([
      {
        hazard: 'heat',
        subject: 'device:temp-1',
        active: true,
        severity: 'early',
        because: [{ fact: 'level-above', quantity: 'temperature', value: 58, limit: 58 }],
      },
      { active: false, because: [{ fact: 'level-below', value: 50, limit: 50 }] },
    ]);
  });

  it('warns with the first hot reading, however soon after the one before', () => {
    const home = play(heat).reading(0, hall, 'temperature', 24).reading(100, hall, 'temperature', 60);
    expect(home.findings.map(({ at }) => at.mono)).toEqual([100]);
  });

  it('says how fast it rose', () => {
    const home = room(SECOND, 3 * MINUTE, (at) => 20 + (20 * at) / MINUTE);
    expect(home.findings[0]).toMatchObject({ because: [{ fact: 'rising-fast', quantity: 'temperature', value: 40 }] });
    expect(home.findings[0]?.because[0]?.perMinute).toBeGreaterThan(8);
  });

  it('is not taken in by a sunny window, a heated room, or a slow sensor', () => {
    const day = (at: number) => 20 + 30 * Math.sin((Math.PI * at) / (12 * 60 * MINUTE));
    expect(room(30 * SECOND, 12 * 60 * MINUTE, day).findings).toEqual([]);
    // A thermometer that is carried in from the frost, a time constant of two minutes.
    expect(room(SECOND, 30 * MINUTE, (at) => 22 - 32 * Math.exp(-at / (2 * MINUTE))).findings).toEqual([]);
    // 20 °C more, but in ten minutes.
    expect(
      play(heat)
        .reading(0, hall, 'temperature', 30)
        .reading(10 * MINUTE, hall, 'temperature', 50).findings,
    ).toEqual([]);
  });

  it('goes by rooms, not by boilers and gas sensors; in doubt it warns, and does not end', () => {
    for (const kind of ['gas', 'co', 'water', 'switch'] as const)
      expect(play(heat).reading(0, { id: 'other', kind }, 'temperature', 90).findings).toEqual([]);
    expect(play(heat).reading(0, { id: 's', kind: 'smoke' }, 'temperature', 90).findings).toHaveLength(1);
    const home = play(heat).reading(0, hall, 'temperature', 90, 'bad').reading(1, hall, 'temperature', 85, 'uncertain');
    // 85 °C in doubt said nothing.
    expect(home.findings).toMatchObject([{ at: { mono: 1 }, severity: 'critical' }]);
    home.reading(MINUTE, hall, 'temperature', 10, 'bad').reading(2 * MINUTE, hall, 'temperature', 10, 'uncertain');
    expect(home.findings).toHaveLength(1);
  });

  it('knows no rise across a reboot, and keeps its warning', () => {
    const cold = play(heat).reading(0, hall, 'temperature', 20).reboot().reading(1, hall, 'temperature', 45);
    expect(cold.findings).toEqual([]);
    const hot = play(heat).reading(0, hall, 'temperature', 60).reboot().reading(1, hall, 'temperature', 60);
    expect(hot.findings).toHaveLength(1);
    expect(hot.reading(10 * MINUTE, hall, 'temperature', 30).findings.map(({ active }) => active)).toEqual([
      true,
      false,
    ]);
  });

  it('takes any values at any instants', () => {
    const event = fc.tuple(fc.nat(1_000_000), fc.double({ min: -60, max: 1_000, noNaN: true }), fc.boolean());
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const home = play(heat);
        for (const [at, value, reboot] of events)
          (reboot ? home.reboot() : home).reading(at, hall, 'temperature', value);
        for (const { level } of Object.values(home.state() as Record<string, { level: { rise: number } }>))
          expect(Number.isFinite(level.rise)).toBe(true);
        expect(inTurns(home.findings)).toBe(true);
      }),
    );
  });

  it('refuses options that could never clear', () => {
    expect(heat.options.safeParse({ earlyAt: 50, clearAt: 50 }).success).toBe(false);
    expect(heat.options.safeParse({ earlyAt: 50, clearAt: 40, riseFrom: 50 }).success).toBe(false);
    expect(heat.options.safeParse({ earlyAt: 80 }).success).toBe(false);
    expect(heat.options.safeParse({ earlyAt: 80, alarmAt: 90, criticalAt: 95 }).success).toBe(true);
  });
});
