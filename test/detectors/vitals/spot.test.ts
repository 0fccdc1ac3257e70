// Measurements one by one: what makes a record, what is repeated and told, and whose it was.

import { describe, expect, it } from 'vitest';
import { cuff, finger, HOUR, home, MINUTE, meter, order, pressure, shared, spoken, tell, thermometer } from './home.ts';

describe('a measurement', () => {
  it('of a cuff is one record: upper, lower and pulse of one instant, of the one who uses it', () => {
    const played = pressure(home(), 5_000, 135, 85);
    expect(played.measurements).toMatchObject([
      {
        rev: 1,
        outcome: 'measured',
        kind: 'blood-pressure',
        person: 'li',
        whose: 'known',
        deviceId: 'cuff',
        values: [
          { quantity: 'systolic', value: 135, quality: 'good' },
          { quantity: 'diastolic', value: 85, quality: 'good' },
          { quantity: 'heartRate', value: 70, quality: 'good' },
        ],
        at: { mono: 5_000 },
        answers: null,
      },
    ]);
    expect(played.findings).toEqual([]);
  });

  it('beyond its limit is to be repeated; the second one is told', () => {
    const played = pressure(home(), 0, 185, 95);
    expect(played.findings).toEqual([]);
    expect(spoken(played)).toEqual([
      ['person:li', true, 'Please sit down and rest for five minutes, then measure your blood pressure again'],
    ]);
    pressure(played, 6 * MINUTE, 190, 96);
    expect(played.findings).toMatchObject([
      { subject: 'person:li', severity: 'early', because: [{ fact: 'vital-measured', value: 190, limit: 180 }] },
    ]);
    expect(spoken(played).at(-1)).toEqual(['person:li', false, undefined]);
    pressure(played, HOUR, 140, 85);
    expect(played.findings.at(-1)).toMatchObject({ active: false, severity: 'early' });
  });

  it('is dropped when the repetition is good, and told when nobody repeats it', () => {
    expect(pressure(pressure(home(), 0, 185, 95), 6 * MINUTE, 150, 90).quiet(HOUR).findings).toEqual([]);
    expect(pressure(home(), 0, 185, 95).quiet(HOUR).findings).toMatchObject([
      { severity: 'early', at: { mono: 15 * MINUTE + 1_000 }, because: [{ value: 185 }, { fact: 'not-repeated' }] },
    ]);
  });

  it('that is critical is told at once, unless the cuff itself doubts it', () => {
    expect(pressure(home(), 0, 225, 110).findings).toMatchObject([{ severity: 'alarm', because: [{ limit: 220 }] }]);
    const doubted = home().reading(0, cuff, 'systolic', 225, 'uncertain').quiet(2_000);
    expect(doubted.findings).toEqual([]);
    expect(doubted.warnings).toHaveLength(1);
  });

  it.each([
    [meter, 'glucose', 2.5, 'alarm'],
    [thermometer, 'bodyTemperature', 39.4, 'alarm'],
  ] as const)('of %o', (device, quantity, value, severity) => {
    const played = home()
      .reading(0, device, quantity, value)
      .quiet(2 * MINUTE);
    expect(played.findings).toMatchObject([{ severity, because: [{ value }] }]);
  });

  it('of an oximeter is what the finger settled at when it is put away', () => {
    const played = tell(home(), finger, 'spo2', (n) => (n < 5 ? 88 : 97), 0, 40_000, 1_000);
    expect(played.measurements).toEqual([]);
    played.reading(41_000, finger, 'worn', false);
    expect(played.measurements).toMatchObject([{ kind: 'oxygen', values: [{ quantity: 'spo2', value: 97 }] }]);
    expect(played.findings).toEqual([]);
    const low = tell(home(), finger, 'spo2', 88, 0, 40_000, 1_000).quiet(5 * MINUTE);
    expect(low.findings).toMatchObject([{ severity: 'alarm', because: [{ value: 88, limit: 91 }] }]);
    // Two values are no settled ones.
    expect(tell(home(), finger, 'spo2', 88, 0, 1_000, 1_000).quiet(5 * MINUTE).findings).toEqual([]);
  });

  it('that the meter tells again is not taken again, after a restart neither; one of days ago calls nobody', () => {
    const played = home();
    const give = (at: number, key: string, heardMs = 0) =>
      played
        .input(at, (moment) => ({
          kind: 'reading',
          at: moment,
          heardAt: { ...moment, mono: moment.mono + heardMs, wall: moment.wall + heardMs } as typeof moment,
          device: cuff,
          reading: {
            deviceId: 'cuff',
            quantity: 'systolic',
            value: 230,
            quality: 'good',
            at: moment,
            seq: 1,
            record: { key },
          },
        }))
        .quiet(at + heardMs + 2_000);
    give(0, 'one', 3 * 24 * HOUR);
    expect([played.measurements.length, played.findings.length]).toEqual([1, 0]);
    played.reboot().input(3 * 24 * HOUR + 5_000, (at) => ({ kind: 'start', at }));
    give(3 * 24 * HOUR + 10_000, 'one');
    expect([played.measurements.length, played.findings.length]).toEqual([1, 0]);
    give(3 * 24 * HOUR + 20_000, 'two');
    expect([played.measurements.length, played.findings.length]).toEqual([2, 1]);
  });

  it('has an id of its own, whatever comes', () => {
    const played = home();
    for (let n = 0; n < 50; n += 1) pressure(played, n * 3_000, 120, 80, n % 2 ? cuff : shared);
    expect(new Set(played.measurements.map(({ id }) => id)).size).toBe(50);
  });
});

describe('whose it was', () => {
  it('is asked where two share the cuff, said by the platform, and never guessed', () => {
    const played = pressure(home(), 0, 130, 80, shared);
    expect(played.measurements).toMatchObject([{ person: null, whose: 'asked', candidates: ['li', 'wang'] }]);
    expect(spoken(played)).toEqual([['device:shared', true, 'Whose blood pressure was this']]);
    const [{ id } = { id: '' }] = played.measurements;
    order(played, MINUTE, 'c1', { act: 'assign', measurementId: id, person: 'gu' });
    order(played, MINUTE, 'c2', { act: 'assign', measurementId: id, person: 'wang' });
    order(played, MINUTE, 'c3', { act: 'assign', measurementId: id, person: 'li' });
    expect(played.answers).toEqual([
      { done: false, refused: 'no-such-person' },
      { done: true },
      { done: false, refused: 'no-such-measurement' },
    ]);
    expect(played.measurements.at(-1)).toMatchObject({ id, rev: 2, person: 'wang', whose: 'assigned' });
    expect(spoken(played).at(-1)).toEqual(['device:shared', false, undefined]);
  });

  it('stays without a name when nobody says it in time', () => {
    const played = pressure(home(), 0, 130, 80, shared).quiet(25 * HOUR);
    expect(played.measurements).toMatchObject([
      { rev: 1, whose: 'asked' },
      { rev: 2, person: null, whose: 'unknown' },
    ]);
    expect(played.measurements).toHaveLength(2);
  });

  it('is told beyond its limit all the same; a good value, perhaps of the other, takes nothing back', () => {
    const played = pressure(pressure(home(), 0, 185, 95, shared), 5 * MINUTE, 120, 80, shared).quiet(HOUR);
    expect(played.findings).toMatchObject([{ subject: 'device:shared', severity: 'early' }]);
  });
});
