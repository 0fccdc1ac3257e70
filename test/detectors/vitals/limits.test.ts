// The limits of a person: in the config, from the platform, or off.

import { describe, expect, it } from 'vitest';
import type { HealthOrder } from '#contract/health.ts';
import { vitals } from '#src/detectors/vitals.ts';
import { home, MINUTE, order, tell, watch } from './home.ts';

describe('limits of a person', () => {
  const limits = (version: number, high: number): HealthOrder => ({
    act: 'limits',
    person: 'li',
    version,
    values: { heartRate: { high } },
  });

  it('stand in the config, by person', () => {
    const played = home({ people: { li: { heartRate: { high: 100, sustainMinutes: 2 } } } });
    expect(tell(played, watch, 'heartRate', 105, 0, 2 * MINUTE).findings).toMatchObject([
      { because: [{ limit: 100, minutes: 2 }] },
    ]);
  });

  it('come from the platform, last through a restart, and an older message never replaces a newer', () => {
    const played = home();
    order(played, 0, 'c1', limits(2, 100));
    order(played, 1, 'c2', limits(1, 140));
    order(played, 2, 'c3', limits(2, 100));
    order(played, 3, 'c4', limits(2, 105));
    expect(played.answers).toEqual([
      { done: true },
      { done: false, refused: 'outdated' },
      { done: true },
      { done: false, refused: 'outdated' },
    ]);
    played.reboot().input(10, (at) => ({ kind: 'start', at }));
    expect(tell(played, watch, 'heartRate', 105, 0, 10 * MINUTE).findings).toMatchObject([
      { because: [{ limit: 100 }] },
    ]);
  });

  it('are refused for nobody, and where they stand in no order', () => {
    const played = home();
    order(played, 0, 'c1', { ...limits(1, 100), person: 'nobody' } as HealthOrder);
    order(played, 1, 'c2', limits(1, 30));
    expect(played.answers).toEqual([
      { done: false, refused: 'no-such-person' },
      { done: false, refused: 'limits-out-of-order' },
    ]);
    expect(() => vitals.options.parse({ heartRate: { high: 30 } })).toThrow();
  });

  it('off, say nothing', () => {
    const played = home();
    const values = { heartRate: { high: null, criticalHigh: null } };
    order(played, 0, 'c1', { act: 'limits', person: 'li', version: 1, values });
    expect(tell(played, watch, 'heartRate', 150, 0, 30 * MINUTE).findings).toEqual([]);
  });
});
