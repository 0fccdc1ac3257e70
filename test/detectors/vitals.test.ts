// Vital signs: what stays beyond a limit, what was measured and whose it was, and what the platform asks for.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HomeView } from '#contract/detector.ts';
import type { Device } from '#contract/device.ts';
import type { HealthOrder } from '#contract/health.ts';
import type { Presence } from '#contract/presence.ts';
import type { Quantity } from '#contract/quantity.ts';
import { type Played, play } from '#fakes/play.ts';
import { vitals } from '#src/detectors/vitals.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const watch: Device = { id: 'watch', kind: 'wearable', placement: 'wrist', wearer: 'li' };
const cuff: Device = { id: 'cuff', kind: 'blood-pressure', wearer: 'li' };
const shared: Device = { id: 'shared', kind: 'blood-pressure', sharedBy: ['li', 'wang'] };
const meter: Device = { id: 'meter', kind: 'glucose-meter', wearer: 'wang' };
const finger: Device = { id: 'finger', kind: 'pulse-oximeter', wearer: 'wang' };
const thermometer: Device = { id: 'ear', kind: 'thermometer' };
const people = [
  { id: 'li', name: 'Li Wei', healthRecord: 'platform' },
  { id: 'wang', name: 'Wang Fang', healthRecord: 'platform' },
  { id: 'gu', name: 'Gu', healthRecord: 'home' },
] as const;
const homeOf = (presence: Presence = 'home'): HomeView => ({
  zone: 'Asia/Shanghai',
  devices: [watch, cuff, shared, meter, finger, thermometer],
  people,
  presence,
});
const home = (options: Record<string, unknown> = {}) => play(vitals, options, homeOf());

/** One value each `everyMs`. */
function tell(
  played: Played,
  device: Device,
  quantity: Quantity,
  value: number | ((n: number) => number),
  from: number,
  to: number,
  everyMs = 10_000,
): Played {
  for (let at = from, n = 0; at <= to; at += everyMs, n += 1)
    played.reading(at, device, quantity, typeof value === 'number' ? value : value(n));
  return played;
}
function pressure(played: Played, at: number, systolic: number, diastolic: number, device = cuff, pulse = 70): Played {
  return played
    .reading(at, device, 'systolic', systolic)
    .reading(at, device, 'diastolic', diastolic)
    .reading(at, device, 'heartRate', pulse)
    .quiet(at + 2_000);
}
const order = (played: Played, at: number, id: string, what: HealthOrder): Played =>
  played.input(at, (moment) => ({ kind: 'order', at: moment, id, order: what }));
const spoken = ({ warnings }: Played) =>
  warnings.map(({ subject, active, say }) => [subject, active, say?.en.split(/[.?]/)[0]]);

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

  it.each([
    ['uncertain', (played: Played, at: number) => played.reading(at, watch, 'heartRate', 150, 'uncertain')],
    ['bad', (played: Played, at: number) => played.reading(at, watch, 'heartRate', 150, 'bad')],
    ['no heart’s', (played: Played, at: number) => played.reading(at, watch, 'heartRate', 255)],
  ])('is not counted where it is %s', (_, give) => {
    const played = home();
    for (let at = 0; at < 30 * MINUTE; at += 10_000) give(played, at);
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
