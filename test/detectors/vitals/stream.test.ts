// Vital signs that a wearable tells all the time: what stays beyond a limit.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { home, MINUTE, tell, watch } from './home.ts';

describe('what a wearable tells all the time', () => {
  it('is an early warning once it has stayed beyond the limit for ten minutes, and says value, limit and time', () => {
    const played = tell(home(), watch, 'heartRate', 128, 0, 10 * MINUTE - 10_000);
    expect(played.findings).toEqual([]);
    tell(played, watch, 'heartRate', 128, 10 * MINUTE, 10 * MINUTE);
    expect(played.findings).toMatchObject([
      {
        hazard: 'vital',
        subject: 'person:li',
        deviceId: 'watch',
        active: true,
        severity: 'early',
        because: [{ fact: 'vital-beyond', quantity: 'heartRate', value: 128, limit: 120, side: 'high', minutes: 10 }],
      },
    ]);
  });

  it('is an alarm in half the time beyond the critical limit, and no early warning beside it', () => {
    const played = tell(home(), watch, 'heartRate', 36, 0, 20 * MINUTE);
    expect(played.findings).toMatchObject([
      { severity: 'alarm', at: { mono: 5 * MINUTE }, because: [{ side: 'low' }] },
    ]);
  });

  it('is over once it has been back inside, with room to spare, for as long', () => {
    const played = tell(home(), watch, 'spo2', 92, 0, 5 * MINUTE, 5_000);
    tell(played, watch, 'spo2', 94, 5 * MINUTE + 5_000, 9 * MINUTE, 5_000);
    expect(played.findings).toHaveLength(1);
    tell(played, watch, 'spo2', 94, 9 * MINUTE + 5_000, 12 * MINUTE, 5_000);
    expect(played.findings).toMatchObject([
      { active: true, severity: 'early' },
      { active: false, severity: 'early' },
    ]);
    // At 93.5 of a limit of 93 it would be inside, but only just.
    const near = tell(home(), watch, 'spo2', 92, 0, 5 * MINUTE, 5_000);
    tell(near, watch, 'spo2', 93.5, 5 * MINUTE + 5_000, 30 * MINUTE, 5_000);
    expect(near.findings).toHaveLength(1);
  });

  it('counts for a watch that measures only every five minutes', () => {
    expect(tell(home(), watch, 'heartRate', 125, 0, 10 * MINUTE, 5 * MINUTE).findings).toHaveLength(1);
  });

  it('proves nothing while nothing is heard', () => {
    const played = tell(home(), watch, 'heartRate', 128, 0, 2 * MINUTE);
    tell(played, watch, 'heartRate', 128, 9 * MINUTE, 11 * MINUTE);
    expect(played.findings).toEqual([]);
  });

  it('is not counted where the device calls it no value', () => {
    const played = home();
    for (let at = 0; at < 30 * MINUTE; at += 10_000) played.reading(at, watch, 'heartRate', 150, 'bad');
    expect(played.findings).toEqual([]);
  });

  it('is not counted off the wrist, and what came before does not count on', () => {
    const played = tell(home(), watch, 'heartRate', 128, 0, 8 * MINUTE);
    played.reading(8 * MINUTE, watch, 'worn', false);
    tell(played, watch, 'heartRate', 128, 8 * MINUTE, 30 * MINUTE);
    played.reading(30 * MINUTE, watch, 'worn', true);
    tell(played, watch, 'heartRate', 128, 30 * MINUTE, 39 * MINUTE);
    expect(played.findings).toEqual([]);
    expect(tell(played, watch, 'heartRate', 128, 39 * MINUTE, 40 * MINUTE).findings).toHaveLength(1);
  });

  it('is not counted while the wearer moves', () => {
    const played = home();
    for (let at = 0; at < 30 * MINUTE; at += 10_000) {
      const xyz = Array.from({ length: 25 }, (_, n): [number, number, number] => [0, 0, n % 2 ? 1.3 : 0.7]);
      played.reading(at, watch, 'acceleration', { rateHz: 25, xyz }).reading(at, watch, 'heartRate', 128);
    }
    expect(played.findings).toEqual([]);
    const still: [number, number, number][] = [[0, 0, 1]];
    played.reading(30 * MINUTE, watch, 'acceleration', { rateHz: 1, xyz: Array(60).fill(still[0]) });
    tell(played, watch, 'heartRate', 128, 31 * MINUTE, 41 * MINUTE);
    expect(played.findings).toHaveLength(1);
  });

  it('does not fall for single jumps that no heart can make, and believes a new level', () => {
    const jumping = tell(home(), watch, 'heartRate', (n) => (n % 3 === 1 ? 190 : 75), 0, 30 * MINUTE, 5_000);
    expect(jumping.findings).toEqual([]);
    const risen = tell(home(), watch, 'heartRate', 75, 0, MINUTE, 5_000);
    tell(risen, watch, 'heartRate', 165, MINUTE + 5_000, 8 * MINUTE, 5_000);
    expect(risen.findings).toMatchObject([{ severity: 'alarm' }]);
  });

  it('is not hidden by the half of it that a sensor counts now and then', () => {
    const played = tell(home(), watch, 'heartRate', (n) => (n % 4 === 3 ? 64 : 128), 0, 11 * MINUTE, 5_000);
    expect(played.findings).toMatchObject([{ because: [{ value: 128 }] }]);
  });

  it('begins anew after a restart of the box, and does not say again what it has said', () => {
    const played = tell(home(), watch, 'heartRate', 128, 0, 9 * MINUTE).reboot();
    played.input(9 * MINUTE, (at) => ({ kind: 'start', at }));
    tell(played, watch, 'heartRate', 128, 9 * MINUTE + 10_000, 18 * MINUTE);
    expect(played.findings).toEqual([]);
    tell(played, watch, 'heartRate', 128, 18 * MINUTE, 20 * MINUTE);
    played.reboot().input(20 * MINUTE, (at) => ({ kind: 'start', at }));
    tell(played, watch, 'heartRate', 128, 20 * MINUTE, 40 * MINUTE);
    expect(played.findings).toHaveLength(1);
  });

  it('never speaks of values that were inside for more than a fifth of the time, or of fewer than three', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ gap: fc.integer({ min: 100, max: 200_000 }), value: fc.integer({ min: 20, max: 240 }) }), {
          maxLength: 120,
        }),
        (values) => {
          const played = home();
          let at = 0;
          const heard: { at: number; value: number }[] = [];
          for (const { gap, value } of values) {
            at += gap;
            heard.push({ at, value });
            const before = played.findings.length;
            played.reading(at, watch, 'heartRate', value);
            for (const { active, severity, because } of played.findings.slice(before)) {
              if (!active) continue;
              const [fact] = because;
              const minutes = Number(fact?.minutes);
              const end = at;
              const inTime = heard.filter((one) => one.at >= end - minutes * MINUTE - 10_000);
              const over = inTime.filter((one) =>
                fact?.side === 'high' ? one.value >= Number(fact.limit) : one.value <= Number(fact?.limit),
              );
              expect(over.length).toBeGreaterThanOrEqual(2);
              expect(heard.length).toBeGreaterThanOrEqual(3);
              expect(heard[0]?.at).toBeLessThanOrEqual(end - minutes * MINUTE);
              expect(minutes).toBe(severity === 'alarm' ? 5 : 10);
            }
          }
        },
      ),
    );
  });
});
