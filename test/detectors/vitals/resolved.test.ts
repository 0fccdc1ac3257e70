// A person has dealt with the alert. A resolved alarm whose cause lasts is raised again: nobody is to believe that it is over
// because it was resolved.

import { describe, expect, it } from 'vitest';
import type { Played } from '#fakes/play.ts';
import { cuff, HOUR, home, MINUTE, pressure, spoken, tell, watch } from './home.ts';

const resolve = (
  played: Played,
  at: number,
  deviceId: string,
  severity: 'early' | 'alarm' | 'critical' = 'alarm',
  subject: 'person:li' | 'person:wang' = 'person:li',
) =>
  played.input(at, (moment) => ({
    kind: 'resolved',
    at: moment,
    hazard: 'vital',
    subject,
    deviceId,
    severity,
    level: false,
    act: 'resolve',
    heard: true,
  }));

describe('a resolved alarm of what is told all the time', () => {
  it('is raised again within a minute where its cause lasts, and says that it does', () => {
    const played = tell(home(), watch, 'spo2', 86, 0, 10 * MINUTE);
    resolve(played, 10 * MINUTE + 1_000, 'watch');
    tell(played, watch, 'spo2', 86, 10 * MINUTE + 10_000, 11 * MINUTE);
    expect(played.findings).toMatchObject([
      { active: true },
      { active: true, severity: 'alarm', because: [{ fact: 'still-present' }, { fact: 'vital-beyond', value: 86 }] },
    ]);
    // And once: until somebody deals with that one.
    tell(played, watch, 'spo2', 86, 11 * MINUTE + 10_000, 30 * MINUTE);
    expect(played.findings).toHaveLength(2);
    resolve(played, 30 * MINUTE + 1_000, 'watch', 'critical');
    expect(played.quiet(31 * MINUTE + 1_000).findings).toHaveLength(3);
  });

  it('is found again for a watch that measures only every few minutes', () => {
    const played = tell(home(), watch, 'heartRate', 36, 0, 20 * MINUTE, 2 * MINUTE);
    resolve(played, 20 * MINUTE + 1_000, 'watch');
    expect(played.quiet(21 * MINUTE + 1_000).findings).toHaveLength(2);
  });

  it('stays closed where it is over, where the watch is off, or where nothing was heard for long', () => {
    const over = tell(home(), watch, 'spo2', 86, 0, 10 * MINUTE);
    tell(over, watch, 'spo2', 97, 10 * MINUTE + 10_000, 20 * MINUTE);
    resolve(over, 20 * MINUTE + 1_000, 'watch');
    expect(over.quiet(HOUR).findings).toHaveLength(2);
    const off = tell(home(), watch, 'spo2', 86, 0, 10 * MINUTE).reading(10 * MINUTE, watch, 'worn', false);
    resolve(off, 10 * MINUTE + 1_000, 'watch');
    expect(off.quiet(HOUR).findings).toHaveLength(1);
    const silent = tell(home(), watch, 'spo2', 86, 0, 10 * MINUTE);
    resolve(silent, HOUR, 'watch');
    expect(silent.quiet(2 * HOUR).findings).toHaveLength(1);
    // Heard again, it is found as at first.
    expect(tell(silent, watch, 'spo2', 86, 2 * HOUR, 2 * HOUR + 5 * MINUTE).findings).toHaveLength(2);
  });

  it('of another person, hazard or level changes nothing', () => {
    const played = tell(home(), watch, 'spo2', 86, 0, 10 * MINUTE);
    resolve(played, 10 * MINUTE + 1_000, 'watch', 'early');
    resolve(played, 10 * MINUTE + 1_000, 'watch', 'alarm', 'person:wang');
    expect(tell(played, watch, 'spo2', 86, 10 * MINUTE + 10_000, 20 * MINUTE).findings).toHaveLength(1);
  });
});

describe('a resolved alarm of a measurement', () => {
  it('asks for another one, of which nothing follows if it is not made', () => {
    const played = pressure(home(), 0, 230, 110);
    resolve(played, 10 * MINUTE, 'cuff');
    expect(spoken(played)).toEqual([
      ['person:li', true, 'Please sit down and rest for five minutes, then measure your blood pressure again'],
    ]);
    expect(played.quiet(HOUR).findings).toHaveLength(1);
    expect(spoken(played).at(-1)).toEqual(['person:li', false, undefined]);
  });

  it('calls anew at the next value beyond a limit, critical or not', () => {
    const played = resolve(pressure(home(), 0, 230, 110), 10 * MINUTE, 'cuff');
    expect(pressure(played, 15 * MINUTE, 229, 110, cuff).findings).toMatchObject([{}, { severity: 'alarm' }]);
    const early = resolve(pressure(home(), 0, 230, 110), 10 * MINUTE, 'cuff');
    expect(pressure(early, 15 * MINUTE, 190, 100, cuff).findings).toMatchObject([{}, { severity: 'early' }]);
    const good = resolve(pressure(home(), 0, 230, 110), 10 * MINUTE, 'cuff');
    expect(pressure(good, 15 * MINUTE, 130, 80, cuff).quiet(HOUR).findings).toHaveLength(1);
  });
});
