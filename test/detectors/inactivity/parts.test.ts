// The parts of inactivity and presence by themselves: what counts as a sign of life, what is remembered and tolerated.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Device } from '#contract/device.ts';
import type { Fault } from '#contract/fault.ts';
import type { Quantity } from '#contract/quantity.ts';
import type { Reading } from '#contract/reading.ts';
import type { MonoMs, WallMs } from '#contract/time.ts';
import { afterFault, afterStart, canWatch, heard, type Levels } from '#src/detectors/activity.ts';
import { beginDay, newMemory, OUT, placeOf, remember, WINDOW_DAYS } from '#src/detectors/inactivity/gaps.ts';
import { ruleMinutes } from '#src/detectors/inactivity/rule.ts';
import { tolerance } from '#src/detectors/inactivity/tolerance.ts';
import { lostWith } from '#src/detectors/lost.ts';
import { uncovered } from '#src/detectors/presence/coverage.ts';
import { outAfterMs, withEntry } from '#src/detectors/presence/entries.ts';

const at = { mono: 1 as MonoMs, wall: 1 as WallMs, wallTrusted: true, bootId: 'b' };
const reading = (quantity: Quantity, value: Reading['value'], quality: Reading['quality'] = 'good'): Reading => ({
  deviceId: 'd-1',
  quantity,
  value,
  quality,
  at,
  seq: 1,
});
const device: Device = { id: 'd-1', kind: 'motion' };

/** Which of these readings of one device are signs of life. */
function signs(readings: Reading[], of: Device = device): boolean[] {
  let levels: Levels = [];
  return readings.map((one) => {
    const { levels: next, active } = heard(levels, one, of);
    levels = next;
    return active;
  });
}

describe('a sign of life', () => {
  it('is a level that changes, not one that is repeated to check in', () => {
    const contact = ['closed', 'closed', 'open', 'open', 'closed', 'closed'].map((value) => reading('contact', value));
    expect(signs(contact)).toEqual([false, false, true, false, true, false]);
    expect(signs([false, true, true, false].map((value) => reading('on', value)))).toEqual([false, true, false, true]);
  });

  it('is motion however often it is told, and each opening where no closing is ever told', () => {
    expect(signs([true, true, false, false, true].map((value) => reading('motion', value)))).toEqual([
      true,
      true,
      true,
      false,
      true,
    ]);
    expect(signs(['open', 'open', 'open'].map((value) => reading('contact', value)))).toEqual([true, true, true]);
  });

  it('is not what a sensor tells first after a start: a window may have been open for hours', () => {
    const { levels } = heard([], reading('contact', 'closed'), device);
    const known = heard(levels, reading('contact', 'open'), device).levels;
    expect(heard(afterStart(known), reading('contact', 'open'), device).active).toBe(false);
    expect(heard(afterStart(known), reading('contact', 'closed'), device).active).toBe(false);
    expect(heard(afterStart(known), reading('motion', true), device).active).toBe(true);
  });

  it('is told anew after an update from a release that kept what was heard in another form', () => {
    const older = { 'd-1': { contact: { value: 'open', rests: true } } } as unknown as Levels;
    expect(heard(afterStart(older), reading('contact', 'closed'), device).active).toBe(false);
  });

  it('is not how a sensor that was lost is found again, which may have been so for hours', () => {
    const { levels } = heard([], reading('contact', 'open'), device);
    const fault = (code: 'device-silent' | 'battery-low', active: boolean) => ({
      fault: { code, subject: 'device:d-1' } as const,
      active,
    });
    const found = (told: ReturnType<typeof fault>, value: string) =>
      heard(afterFault(levels, told), reading('contact', value), device).active;
    expect(found(fault('device-silent', true), 'closed')).toBe(false);
    // It was there all the time.
    expect(found(fault('battery-low', true), 'closed')).toBe(true);
    const again = heard(afterFault(levels, fault('device-silent', true)), reading('contact', 'closed'), device).levels;
    expect(heard(again, reading('contact', 'open'), device).active).toBe(true);
  });

  it('is told by each quantity of a sensor for itself: a radar that checks in with both moves nobody', () => {
    const radar = [reading('occupancy', true), reading('motion', false)];
    expect(signs([...radar, ...radar, ...radar, reading('occupancy', false)])).toEqual([
      ...[true, false, false, false, false, false],
      true,
    ]);
  });

  it('is one whose origin is in doubt, too; no bad reading, nor what a pet does, nor a measurement that makes itself', () => {
    expect(signs([reading('motion', true, 'bad'), reading('motion', true, 'uncertain')])).toEqual([false, true]);
    expect(signs([reading('motion', true)], { ...device, ignoreForActivity: true })).toEqual([false]);
    expect(signs([reading('temperature', 21), reading('power', 90), reading('heartRate', 60)])).toEqual([
      false,
      false,
      false,
    ]);
    expect(signs([reading('weight', 70), reading('button', 'press')])).toEqual([true, true]);
  });

  it('can be seen by one sensor of a room, or by some of things', () => {
    const thing = (id: string): Device => ({ id, kind: 'contact' });
    const exit: Device = { id: 'x', kind: 'door', role: 'exit' };
    expect(canWatch([thing('a'), thing('b'), exit])).toBe(false);
    expect(canWatch([thing('a'), thing('b'), thing('c')])).toBe(true);
    expect(canWatch([device])).toBe(true);
    expect(canWatch([{ ...device, ignoreForActivity: true }])).toBe(false);
    expect(canWatch([{ id: 'b', kind: 'help-button' }])).toBe(false);
  });
});

describe('the memory of pauses', () => {
  it('forgets what is older than eight weeks, and what a wrong clock dated ahead', () => {
    let memory = newMemory();
    for (const day of [1, 40, 60, 400]) memory = remember(memory, { day, minute: 600, place: 1, minutes: 30 });
    memory = beginDay({ ...memory, days: [1, 40, 60, 400] }, 62);
    expect(memory.pauses).toEqual([40, 600, 1, 30, 60, 600, 1, 30]);
    expect(memory.days).toEqual([40, 60, 62]);
  });

  it('counts a day once, also after the clock was set back', () => {
    const days = [5, 5, 6, 5, 6, 7].reduce(beginDay, newMemory()).days;
    expect(new Set(days).size).toBe(days.length);
    expect(days.toSorted()).toEqual([5, 6, 7].filter((day) => days.includes(day)));
  });

  it('stays under 200 kB, whatever is heard', () => {
    let memory = newMemory();
    for (let i = 0; i < 400; i += 1) memory = placeOf(memory, `a room with a name as long as this, number ${i}`).memory;
    for (let i = 0; i < 9_000; i += 1)
      memory = remember(memory, {
        day: 20_000 + (i % WINDOW_DAYS),
        minute: i % 1_440,
        place: i % 200,
        minutes: 5 + (i % 900),
      });
    expect(JSON.stringify(memory).length).toBeLessThan(200_000);
  });

  it('does not keep pauses of a minute', () => {
    expect(remember(newMemory(), { day: 1, minute: 1, place: 1, minutes: 4.9 }).pauses).toEqual([]);
  });
});

describe('the rule', () => {
  it.each([
    [9 * 60, 180],
    [19 * 60, 180],
    [22 * 60, 540],
    [23 * 60, 540],
    // A third of it by day, the rest at the pace of the night.
    [21 * 60, 60 + 360],
    // Four ninths by night, five ninths of three hours by day.
    [4 * 60, 240 + 100],
  ])('allows from minute %i on %i minutes', (minute, minutes) => {
    expect(ruleMinutes(minute)).toBe(minutes);
  });

  it('never ends sooner for a silence that began later', () => {
    for (let minute = 0; minute < 1_440; minute += 1)
      expect(minute + 1 + ruleMinutes(minute + 1 === 1_440 ? 0 : minute + 1)).toBeGreaterThanOrEqual(
        minute + ruleMinutes(minute) - 1,
      );
  });
});

describe('the tolerance', () => {
  const pause = fc.record({
    day: fc.integer({ min: 1, max: 28 }),
    minute: fc.integer({ min: 0, max: 1_439 }),
    place: fc.integer({ min: 0, max: 3 }),
    minutes: fc.integer({ min: 5, max: 900 }),
  });
  const memoryOf = (pauses: { day: number; minute: number; place: number; minutes: number }[]) => ({
    places: ['exit', 'a', 'b', 'c'],
    pauses: pauses.flatMap(({ day, minute, place, minutes }) => [day, minute, place, minutes]),
    busy: Array.from({ length: 96 }, () => 2),
    spell: [0, 0] as [number, number],
    days: Array.from({ length: 28 }, (_, i) => i + 1),
  });

  it('is never shorter where a false alarm is worth more, and stays within its bounds', () => {
    fc.assert(
      fc.property(
        fc.array(pause, { maxLength: 60 }),
        fc.integer({ min: 0, max: 1_439 }),
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 1_000, max: 10_000_000 }),
        (pauses, minute, place, falseAlarm) => {
          const of = (cost: number) => tolerance(memoryOf(pauses), minute, place, cost).minutes;
          expect(of(falseAlarm * 2)).toBeGreaterThanOrEqual(of(falseAlarm));
          expect(of(falseAlarm)).toBeGreaterThanOrEqual(60);
          expect(of(falseAlarm)).toBeLessThanOrEqual(1_440);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('learns of the time of day and the place', () => {
    const naps = Array.from({ length: 28 }, (_, i) => ({
      day: i + 1,
      minute: 780 + (i % 20),
      place: 1,
      minutes: 110 + i,
    }));
    const busy = Array.from({ length: 28 }, (_, i) =>
      [480, 600, 780, 1_020].map((minute) => ({ day: i + 1, minute, place: 2, minutes: 20 })),
    ).flat();
    const memory = memoryOf([...naps, ...busy]);
    const of = (minute: number, place: number) => tolerance(memory, minute, place, 600_000).minutes;
    expect(of(785, 1)).toBeGreaterThan(150);
    expect(of(785, 2)).toBeLessThan(of(785, 1));
    expect(of(540, 2)).toBeLessThan(of(785, 1));
    expect(tolerance(memory, 785, 1, 600_000).longestMinutes).toBe(137);
  });

  it('expects of a habit that it does not take nearly twice as long, and of a few naps nothing', () => {
    const naps = (count: number, longest: number) =>
      Array.from({ length: count }, (_, i) => ({
        ...{ day: i + 1, minute: 780, place: 1 },
        minutes: i === 0 ? longest : 60 + (i % 20),
      }));
    const of = (count: number, longest = 80) => tolerance(memoryOf(naps(count, longest)), 785, 1, 2_000_000).minutes;
    expect(of(28)).toBe(144);
    expect(of(12)).toBe(144);
    expect(of(11)).toBeGreaterThan(160);
    // One that stands out says that more may come.
    expect(of(28, 170)).toBeGreaterThan(170);
  });

  it('expects a night to end by the clock, and a nap after its length', () => {
    // In bed at half past ten for eight hours and a half; every afternoon a nap of two hours and a half.
    const nights = Array.from({ length: 28 }, (_, i) => ({ day: i + 1, minute: 1_350, place: 1, minutes: 510 }));
    const naps = Array.from({ length: 28 }, (_, i) => ({ day: i + 1, minute: 780, place: 2, minutes: 150 }));
    const of = (minute: number, place: number) =>
      tolerance(memoryOf([...nights, ...naps]), minute, place, 600_000).minutes;
    expect(of(1_350 - 60, 1) - of(1_350 + 60, 1)).toBeGreaterThan(45);
    expect(Math.abs(of(780 - 60, 2) - of(780 + 60, 2))).toBeLessThan(20);
  });

  it('keeps who is out apart from who is in', () => {
    const out = Array.from({ length: 28 }, (_, i) => ({ day: i + 1, minute: 600, place: OUT, minutes: 300 }));
    const of = (place: number) => tolerance(memoryOf(out), 600, place, 600_000).minutes;
    expect(of(OUT)).toBeGreaterThan(300);
    expect(of(1)).toBeLessThan(250);
  });
});

describe('the sensors that work', () => {
  const devices: Device[] = [
    { id: 'a', kind: 'motion' },
    { id: 'b', kind: 'motion' },
    { id: 'c', kind: 'motion' },
    { id: 'x', kind: 'door', role: 'exit' },
  ];
  const lost = (...ids: string[]) => Object.fromEntries(ids.map((id) => [id, ['device-lost' as const]]));

  it('cover the home by what they usually notice, and by their number until that is known', () => {
    expect(uncovered(devices, {}, {})).toBeUndefined();
    expect(uncovered(devices, lost('a'), {})).toBeUndefined();
    expect(uncovered(devices, lost('a', 'b'), {})).toBe('sensors');
    expect(uncovered(devices, lost('a', 'b'), { a: 10, b: 10, c: 80 })).toBeUndefined();
    expect(uncovered(devices, lost('c'), { a: 10, b: 10, c: 80 })).toBe('sensors');
    expect(uncovered(devices, lost('x'), { a: 10, b: 10, c: 80 })).toBe('exit-door');
  });

  it('are lost by any of several faults, and back when all are gone', () => {
    const fault = (code: 'device-lost' | 'device-silent' | 'battery-low') =>
      ({ code, subject: 'device:a', since: at, dependsOn: [], context: {} }) satisfies Fault;
    let state = lostWith({}, fault('device-lost'), true);
    state = lostWith(state, fault('device-lost'), true);
    state = lostWith(state, fault('device-silent'), true);
    state = lostWith(state, fault('battery-low'), true);
    expect(state).toEqual({ a: ['device-lost', 'device-silent'] });
    state = lostWith(lostWith(state, fault('device-silent'), false), fault('device-lost'), false);
    expect(state).toEqual({});
  });
});

describe('the time until somebody who came in is heard', () => {
  it('is learned, and bounded', () => {
    const learned = (seconds: number) =>
      outAfterMs(Array.from({ length: 20 }).reduce<number[]>((entries) => withEntry(entries, seconds * 1_000), []));
    expect(outAfterMs([])).toBe(15 * 60_000);
    expect(learned(30)).toBe(5 * 60_000);
    expect(learned(600)).toBe(15 * 60_000);
    expect(learned(1_700)).toBe(30 * 60_000);
    expect(withEntry([], 31 * 60_000)).toEqual([]);
  });
});
