import { describe, expect, it } from 'vitest';
import { MINUTE } from '#contract/time.ts';
import { play } from '#fakes/play.ts';
import { coAlarm, gasAlarm, smokeAlarm, waterLeak } from '#src/detectors/certified.ts';
import { gasLevel } from '#src/detectors/gas.ts';

const gas = { id: 'gas-1', kind: 'gas', room: 'kitchen' } as const;

describe.each([
  ['gas', gasAlarm, 'gasAlarm', 'detector-alarm'],
  ['co', coAlarm, 'coAlarm', 'detector-alarm'],
  ['smoke', smokeAlarm, 'smoke', 'detector-alarm'],
  ['water-leak', waterLeak, 'waterLeak', 'water-found'],
] as const)('what a %s detector decides itself', (hazard, detector, quantity, fact) => {
  it('is forwarded as it says: once on, once off', () => {
    const home = play(detector)
      .reading(0, gas, quantity, false)
      .reading(1, gas, quantity, true)
      .reading(2, gas, quantity, true)
      .reading(3, gas, quantity, false)
      .reading(4, gas, quantity, false);
    expect(home.findings).toMatchObject([
      { hazard, active: true, severity: 'alarm', because: [{ fact }] },
      { hazard, active: false, severity: 'alarm' },
    ]);
  });

  it('is believed when it alarms and cannot vouch, and not when it then says all is well', () => {
    const home = play(detector)
      .reading(0, gas, quantity, true, 'uncertain')
      .reading(1, gas, quantity, false, 'uncertain');
    expect(home.findings).toMatchObject([{ active: true }]);
  });

  it('is heard again after an "off" that cannot vouch and has lasted, which a good one still ends', () => {
    const home = play(detector)
      .reading(0, gas, quantity, true, 'uncertain')
      .reading(1, gas, quantity, false, 'uncertain')
      .reading(2, gas, quantity, false, 'uncertain')
      .reading(MINUTE + 1, gas, quantity, true, 'uncertain')
      .reading(MINUTE + 2, gas, quantity, false, 'uncertain')
      .restart()
      .reading(MINUTE + 3, gas, quantity, false);
    expect(home.findings.map(({ active, at }) => [active, at.mono])).toEqual([
      [true, 0],
      [true, MINUTE + 1],
      [false, MINUTE + 3],
    ]);
  });

  it('does not take a bad value for an alarm or for its end', () => {
    expect(play(detector).reading(0, gas, quantity, true, 'bad').findings).toEqual([]);
    expect(
      play(detector).reading(0, gas, quantity, true).reading(1, gas, quantity, false, 'bad').findings,
    ).toHaveLength(1);
  });

  it('remembers over a restart that its alarm is on', () => {
    expect(
      play(detector).reading(0, gas, quantity, true).restart().reading(1, gas, quantity, true).findings,
    ).toHaveLength(1);
  });
});

describe('the early warning of gas', () => {
  it('begins at 10 %LEL and its cause is gone at 5, with nothing between', () => {
    const levels = [0, 9.9, 10, 9, 12, 5.1, 5, 9.9, 10];
    const home = levels.reduce((played, level, at) => played.reading(at, gas, 'gas', level), play(gasLevel));
    expect(home.findings.map(({ active, at }) => [active, at.mono])).toEqual([
      [true, 2],
      [false, 6],
      [true, 8],
    ]);
    expect(home.findings[0]).toMatchObject({
      severity: 'early',
      because: [{ fact: 'level-above', value: 10, limit: 10 }],
    });
  });

  it('warns on a level that the sensor cannot vouch for, and does not clear on one', () => {
    const home = play(gasLevel)
      .reading(0, gas, 'gas', 60, 'bad')
      .reading(1, gas, 'gas', 12, 'uncertain')
      .reading(2, gas, 'gas', 0, 'uncertain')
      .reading(3, gas, 'gas', 0, 'bad')
      .quiet(MINUTE);
    expect(home.findings.map(({ active, at }) => [active, at.mono])).toEqual([[true, 1]]);
  });

  it('keeps sensors apart', () => {
    const other = { id: 'gas-2', kind: 'gas' } as const;
    const home = play(gasLevel)
      .reading(0, gas, 'gas', 20)
      .reading(1, other, 'gas', 0)
      .reading(2, other, 'gas', 20)
      .reading(3, gas, 'gas', 0);
    expect(home.findings.map(({ subject, active }) => [subject, active])).toEqual([
      ['device:gas-1', true],
      ['device:gas-2', true],
      ['device:gas-1', false],
    ]);
  });

  it('refuses options that could never clear, or whose steps are out of order', () => {
    expect(gasLevel.options.safeParse({ earlyAt: 5, clearAt: 5 }).success).toBe(false);
    expect(gasLevel.options.safeParse({ earlyAt: 30, alarmAt: 20 }).success).toBe(false);
    expect(gasLevel.options.safeParse({ alarmAt: 50, criticalAt: 40 }).success).toBe(false);
    expect(gasLevel.options.safeParse({ earlyAt: 30, alarmAt: 30, criticalAt: 40 }).success).toBe(true);
  });
});
