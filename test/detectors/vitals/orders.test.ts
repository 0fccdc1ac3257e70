// What the platform asks for: a measurement now.

import { describe, expect, it } from 'vitest';
import type { HomeView } from '#contract/detector.ts';
import type { HealthOrder } from '#contract/health.ts';
import { play } from '#fakes/play.ts';
import { vitals } from '#src/detectors/vitals.ts';
import { cuff, HOUR, home, homeOf, MINUTE, order, pressure, shared, spoken } from './home.ts';

describe('measure now', () => {
  const ask = (person?: string, withinMinutes = 30): HealthOrder => ({
    act: 'measure',
    kind: 'blood-pressure',
    withinMinutes,
    ...(person !== undefined && { person }),
  });

  it('is said by name, and what is measured then is that person’s, on a shared cuff too', () => {
    const played = order(home(), 0, 'c1', ask('wang'));
    expect(played.answers).toEqual([{ done: true }]);
    expect(spoken(played)).toEqual([['device:shared', true, 'Wang Fang, please measure your blood pressure now']]);
    pressure(played, 3 * MINUTE, 130, 80, shared);
    expect(played.measurements).toMatchObject([{ person: 'wang', whose: 'known', answers: 'c1' }]);
    expect(spoken(played).at(-1)).toEqual(['device:shared', false, undefined]);
    // It comes again: answered, and nobody is asked again.
    order(played, 5 * MINUTE, 'c1', ask('wang'));
    expect(played.answers.at(-1)).toEqual({ done: true });
    expect(played.quiet(2 * HOUR).measurements).toHaveLength(1);
  });

  it('names nobody when two were asked, or when another’s meter was used', () => {
    const both = order(order(home(), 0, 'c1', ask('wang')), 1, 'c2', ask('li'));
    expect(pressure(both, MINUTE, 130, 80, shared).measurements).toMatchObject([{ person: null, answers: null }]);
    const other = order(home(), 0, 'c1', ask('wang'));
    expect(pressure(other, MINUTE, 130, 80, cuff).measurements).toMatchObject([{ person: 'li', answers: null }]);
  });

  it('is told as not measured at its deadline, across a restart, and as cancelled', () => {
    const played = order(home(), 0, 'c1', ask('li')).reboot();
    played.input(10 * MINUTE, (at) => ({ kind: 'start', at }));
    expect(spoken(played).at(-1)?.[1]).toBe(true);
    played.quiet(29 * MINUTE);
    expect(played.measurements).toEqual([]);
    played.quiet(31 * MINUTE);
    expect(played.measurements).toMatchObject([{ id: 'asked-c1', outcome: 'not-measured', values: [], answers: 'c1' }]);
    order(played, HOUR, 'c2', ask());
    order(played, HOUR, 'c3', { act: 'cancel-measure', command: 'c2' });
    order(played, HOUR, 'c4', { act: 'cancel-measure', command: 'c2' });
    order(played, HOUR, 'c5', { act: 'cancel-measure', command: 'c9' });
    expect(played.measurements.at(-1)).toMatchObject({ outcome: 'cancelled', answers: 'c2' });
    expect(played.answers.slice(-3)).toEqual([
      { done: true },
      { done: false, refused: 'already-closed' },
      { done: false, refused: 'no-such-measurement' },
    ]);
  });

  it('is refused without a meter, without the person, and where the result would stay at home', () => {
    const played = home();
    order(played, 0, 'c1', { act: 'measure', kind: 'weight', withinMinutes: 30 });
    order(played, 0, 'c2', ask('nobody'));
    order(played, 0, 'c3', ask('gu'));
    expect(played.answers).toEqual([
      { done: false, refused: 'no-such-meter' },
      { done: false, refused: 'no-such-person' },
      { done: false, refused: 'no-such-meter' },
    ]);
    const gus: HomeView = { ...homeOf(), devices: [{ ...cuff, wearer: 'gu' }] };
    expect(order(play(vitals, {}, gus), 0, 'c1', ask('gu')).answers).toEqual([
      { done: false, refused: 'kept-at-home' },
    ]);
  });

  it('wakes nobody: it is said when the person is up', () => {
    const view = { ...homeOf('asleep') };
    const played = order(play(vitals, {}, view), 0, 'c1', ask('li'));
    expect([played.answers, played.warnings]).toEqual([[{ done: true }], []]);
    view.presence = 'home';
    played.input(MINUTE, (at) => ({ kind: 'presence', at, presence: 'home' }));
    expect(played.warnings).toHaveLength(1);
  });
});
