// Worse must never mean less: what lies beyond an alarm's value alarms too, whatever came before, and what gets worse is told again.
//
// Authorities: the promise "never silent when it matters"; NEWS2 (Royal College of Physicians, 2017) for what scores three; ADA
// Standards of Care 2024, section 6, for glucose; the plausible ranges of before are what these values lay outside of.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Device } from '#contract/device.ts';
import type { Limited } from '#contract/health.ts';
import { quantities } from '#contract/quantity.ts';
import type { Played } from '#fakes/play.ts';
import { cuff, finger, HOUR, home, MINUTE, meter, pressure, spoken, tell, thermometer, watch } from './home.ts';

const alarms = ({ findings }: Played) => findings.filter(({ active, severity }) => active && severity === 'alarm');
const facts = (played: Played) => played.findings.map(({ because }) => because.map(({ fact }) => fact));

describe('a value beyond what its instrument is made for', () => {
  it.each([
    ['spo2', 58],
    ['spo2', 0],
    ['heartRate', 235],
    ['heartRate', 24],
    ['bodyTemperature', 29.5],
  ] as const)('all the time is an alarm once it lasts, and said to be in doubt: %s %d', (quantity, value) => {
    const played = tell(home(), watch, quantity, value, 0, 30 * MINUTE);
    expect(played.findings).toMatchObject([
      {
        active: true,
        severity: 'alarm',
        because: [{ fact: 'vital-beyond', quantity, value }, { fact: 'vital-in-doubt' }],
      },
    ]);
  });

  it('but a pulse of 0 is a sensor that finds none', () => {
    expect(tell(home(), watch, 'heartRate', 0, 0, 30 * MINUTE).findings).toEqual([]);
  });

  it.each([
    [meter, 'glucose', 35.2],
    [meter, 'glucose', 0.5],
    [thermometer, 'bodyTemperature', 29.5],
    [thermometer, 'bodyTemperature', 43.2],
  ] as const)('measured once is an alarm at once: %o %s %d', (device, quantity, value) => {
    const played = home()
      .reading(0, device, quantity, value)
      .quiet(2 * MINUTE);
    expect(played.findings).toMatchObject([
      { severity: 'alarm', because: [{ fact: 'vital-measured', value }, { fact: 'vital-in-doubt' }] },
    ]);
    expect(played.measurements).toMatchObject([{ outcome: 'measured', values: [{ value, quality: 'uncertain' }] }]);
  });

  it('of a cuff is an alarm, with all that is beyond', () => {
    const played = pressure(pressure(home(), 0, 285, 185), 6 * MINUTE, 285, 185);
    expect(played.findings).toMatchObject([
      {
        severity: 'alarm',
        because: [
          { quantity: 'systolic', value: 285, limit: 220 },
          { quantity: 'diastolic', value: 185, limit: 120 },
          { fact: 'vital-in-doubt' },
        ],
      },
    ]);
  });
});

describe('what gets worse', () => {
  it('calls again at each step, once each, and at the next step only when that has lasted as long', () => {
    const played = tell(home(), watch, 'spo2', 88, 0, 10 * MINUTE);
    expect(alarms(played)).toHaveLength(1);
    tell(played, watch, 'spo2', 84, 10 * MINUTE + 10_000, 12 * MINUTE);
    expect(alarms(played)).toHaveLength(1);
    tell(played, watch, 'spo2', 84, 12 * MINUTE + 10_000, 20 * MINUTE);
    expect(alarms(played)).toMatchObject([{}, { because: [{ value: 84, limit: 91, minutes: 2.5 }] }]);
    tell(played, watch, 'spo2', 69, 20 * MINUTE + 10_000, 60 * MINUTE);
    expect(alarms(played)).toMatchObject([{}, {}, { because: [{ value: 69 }] }]);
    // Better, though never over, and worse again.
    tell(played, watch, 'spo2', 90, 60 * MINUTE + 10_000, 70 * MINUTE);
    tell(played, watch, 'spo2', 69, 70 * MINUTE + 10_000, 80 * MINUTE);
    expect(alarms(played)).toHaveLength(4);
    expect(played.findings.every(({ active }) => active)).toBe(true);
  });

  it('is an alarm though an early warning of it is open, and again though that alarm is', () => {
    const played = tell(home(), watch, 'heartRate', 125, 0, 12 * MINUTE);
    tell(played, watch, 'heartRate', 140, 12 * MINUTE + 10_000, 20 * MINUTE);
    tell(played, watch, 'heartRate', 155, 20 * MINUTE + 10_000, 30 * MINUTE);
    expect(played.findings.map(({ severity }) => severity)).toEqual(['early', 'alarm', 'alarm']);
  });

  it('is told of measurements, at once where somebody has been told already', () => {
    const played = home();
    const measure = (at: number, value: number) => played.reading(at, meter, 'glucose', value).quiet(at + 2_000);
    measure(0, 3.5);
    measure(5 * MINUTE, 3.4);
    expect(played.findings).toMatchObject([{ severity: 'early' }]);
    measure(10 * MINUTE, 2.8);
    measure(15 * MINUTE, 2.7);
    measure(20 * MINUTE, 2.1);
    measure(25 * MINUTE, 2);
    expect(played.findings.map(({ severity, because }) => [severity, because[0]?.value])).toEqual([
      ['early', 3.4],
      ['alarm', 2.8],
      ['alarm', 2.1],
    ]);
    // From too little to too much is no less.
    measure(30 * MINUTE, 25);
    expect(played.findings.at(-2)).toMatchObject({ active: true, severity: 'alarm', because: [{ side: 'high' }] });
  });

  it('is not hidden behind another value of the same cuff', () => {
    const played = pressure(home(), 0, 230, 110, cuff, 70);
    pressure(played, 5 * MINUTE, 230, 110, cuff, 36);
    expect(alarms(played)).toMatchObject([
      { because: [{ quantity: 'systolic' }] },
      { because: [{ quantity: 'systolic' }, { quantity: 'heartRate', value: 36 }] },
    ]);
  });

  it('is told of a finger that is put in again, though it is still open what was told of it an hour ago', () => {
    const played = tell(home(), finger, 'spo2', 90, 0, 10 * MINUTE, 1_000).quiet(HOUR);
    expect(alarms(played)).toHaveLength(1);
    tell(played, finger, 'spo2', 79, HOUR, HOUR + 40_000, 1_000).quiet(2 * HOUR);
    expect(alarms(played)).toMatchObject([{}, { because: [{ value: 79 }] }]);
    tell(played, finger, 'spo2', 97, 3 * HOUR, 3 * HOUR + 40_000, 1_000).quiet(4 * HOUR);
    expect(played.findings.at(-1)).toMatchObject({ active: false, severity: 'alarm' });
  });
});

describe('the meter’s own word', () => {
  const say = (played: Played, at: number, device: Device, word: string) =>
    played.reading(at, device, 'meterStatus', word).quiet(at + 2_000);

  it.each([
    ['glucose-above', 'high', 'above-scale', 22.2],
    ['glucose-below', 'low', 'below-scale', 2.9],
  ] as const)('%s is an alarm, in words, and no number', (word, side, outcome, limit) => {
    const played = say(home(), 0, meter, word);
    expect(played.findings).toMatchObject([
      { severity: 'alarm', because: [{ fact: 'vital-off-scale', quantity: 'glucose', side, limit }] },
    ]);
    expect(JSON.stringify(played.findings)).not.toContain('1000000000');
    expect(played.measurements).toMatchObject([{ outcome, values: [] }]);
    // It is the gravest there is, and a number after it is better.
    say(played, 5 * MINUTE, meter, word);
    expect(played.findings).toHaveLength(1);
  });

  it('above the scale alarms where only an early limit is set, and says nothing where none is', () => {
    expect(say(home(), 0, cuff, 'diastolic-above').findings).toMatchObject([{ severity: 'alarm' }]);
    expect(say(home(), 0, cuff, 'diastolic-below').findings).toEqual([]);
  });

  it('worse than every number that was told calls again', () => {
    const played = home().reading(0, meter, 'glucose', 2).quiet(2_000);
    say(played, 5 * MINUTE, meter, 'glucose-below');
    expect(facts(played)).toEqual([['vital-measured'], ['vital-off-scale']]);
  });

  it('all the time counts as a value that lasts', () => {
    const played = home();
    for (let at = 0; at <= 4 * MINUTE; at += 5_000) played.reading(at, finger, 'meterStatus', 'spo2-below');
    expect(played.findings).toMatchObject([
      { severity: 'alarm', because: [{ fact: 'vital-off-scale', quantity: 'spo2', minutes: 2.5 }] },
    ]);
  });

  it('that it could not measure is a record and is said aloud; and told when no good one follows', () => {
    const played = say(home(), 0, cuff, 'failed');
    expect(played.measurements).toMatchObject([{ outcome: 'failed', person: 'li', values: [] }]);
    expect(spoken(played)).toEqual([['person:li', true, 'Your blood pressure could not be measured']]);
    expect(pressure(say(home(), 0, cuff, 'failed'), 3 * MINUTE, 130, 80).quiet(HOUR).findings).toEqual([]);
    say(played, 5 * MINUTE, cuff, 'failed');
    played.quiet(HOUR);
    expect(played.findings).toMatchObject([
      { severity: 'early', because: [{ fact: 'measure-failed', kind: 'blood-pressure' }, { fact: 'repeat-failed' }] },
    ]);
    expect(pressure(played, 2 * HOUR, 130, 80).findings.at(-1)).toMatchObject({ active: false });
  });

  it('that it could not measure clears nothing, and answers no question', () => {
    const played = pressure(home(), 0, 230, 110);
    say(played, 5 * MINUTE, cuff, 'failed');
    expect(played.findings).toHaveLength(1);
    const repeated = pressure(home(), 0, 185, 95);
    say(repeated, 5 * MINUTE, cuff, 'failed');
    expect(repeated.quiet(HOUR).findings).toMatchObject([
      { because: [{ fact: 'vital-measured', value: 185 }, { fact: 'repeat-failed' }] },
    ]);
  });

  it('one value that could not be had of several clears nothing of that one', () => {
    const played = pressure(home(), 0, 230, 80);
    played.reading(5 * MINUTE, cuff, 'meterStatus', 'failed').reading(5 * MINUTE, cuff, 'diastolic', 80);
    expect(played.quiet(HOUR).findings).toHaveLength(1);
  });
});

describe('worse never means less', () => {
  const sides: [Limited, Device, number, number][] = [
    ['heartRate', watch, 40, 1],
    ['heartRate', watch, 131, quantities.heartRate.range[1]],
    ['spo2', watch, 91, quantities.spo2.range[0]],
    ['bodyTemperature', watch, 35, quantities.bodyTemperature.range[0]],
    ['bodyTemperature', watch, 39.1, quantities.bodyTemperature.range[1]],
    ['glucose', watch, 2.9, quantities.glucose.range[0]],
    ['glucose', watch, 22.2, quantities.glucose.range[1]],
  ];
  const quality = fc.constantFrom('good', 'uncertain', 'bad' as const);
  const told = (played: Played, quantity: Limited, side: string) =>
    alarms(played).some(({ because }) => because.some((one) => one.quantity === quantity && one.side === side));

  it.each(sides)('of what %s tells all the time, from any earlier state: %o %d %d', (quantity, device, limit, end) => {
    const [least, most] = quantities[quantity].range;
    const before = fc.array(
      fc.record({
        gap: fc.integer({ min: 500, max: 300_000 }),
        value: fc.double({ min: least, max: most, noNaN: true }),
        quality,
      }),
      { maxLength: 20 },
    );
    const beyond = fc.double({ min: Math.min(limit, end), max: Math.max(limit, end), noNaN: true });
    fc.assert(
      fc.property(before, fc.array(beyond, { minLength: 1, maxLength: 8 }), (history, values) => {
        const played = home();
        let at = 0;
        for (const one of history) {
          at += one.gap;
          played.reading(at, device, quantity, one.value, one.quality);
        }
        // Beyond for longer than anything has to last.
        for (let n = 0; n < 100; n += 1) {
          at += 20_000;
          played.reading(at, device, quantity, values[n % values.length] as number, n % 3 ? 'good' : 'uncertain');
        }
        expect(told(played, quantity, limit < end ? 'high' : 'low')).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  const meters: [Limited, Device, number, number][] = [
    ['systolic', cuff, 90, quantities.systolic.range[0]],
    ['systolic', cuff, 220, quantities.systolic.range[1]],
    ['heartRate', cuff, 40, 1],
    ['glucose', meter, 2.9, quantities.glucose.range[0]],
    ['glucose', meter, 22.2, quantities.glucose.range[1]],
    ['bodyTemperature', thermometer, 35, quantities.bodyTemperature.range[0]],
    ['bodyTemperature', thermometer, 39.1, quantities.bodyTemperature.range[1]],
  ];
  it.each(meters)('of one %s, from any earlier state: %o %d %d', (quantity, device, limit, end) => {
    const [least, most] = quantities[quantity].range;
    const earlier = fc.array(
      fc.record({
        gap: fc.integer({ min: 1_500, max: 2 * HOUR }),
        value: fc.double({ min: least, max: most, noNaN: true }),
        quality,
      }),
      { maxLength: 8 },
    );
    const beyond = fc.double({ min: Math.min(limit, end), max: Math.max(limit, end), noNaN: true });
    fc.assert(
      fc.property(earlier, beyond, fc.constantFrom('good', 'uncertain' as const), (history, value, how) => {
        const played = home();
        let at = 0;
        for (const one of history) {
          at += one.gap;
          played.reading(at, device, quantity, one.value, one.quality).quiet(at + 95_000);
        }
        // At once, or after the ordinary repeat that never came.
        played.reading(at + 3 * HOUR, device, quantity, value, how).quiet(at + 4 * HOUR);
        expect(told(played, quantity, limit < end ? 'high' : 'low')).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});
