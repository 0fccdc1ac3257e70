// Silences that began at the door to the outside, or on a trip at night: sooner than others, and never later than before.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Device } from '#contract/device.ts';
import { type Memory, newMemory, OUT, placeOf, remember } from '#src/detectors/inactivity/gaps.ts';
import { falseAlarmCost, limitOf } from '#src/detectors/inactivity/limit.ts';
import { findingOf } from '#src/detectors/inactivity/reasons.ts';
import { type Silence, silenceLimit } from '#src/detectors/inactivity/silence.ts';

const devices: Device[] = [
  { id: 'kitchen', kind: 'motion', room: 'kitchen' },
  { id: 'fridge', kind: 'contact', room: 'kitchen' },
  { id: 'door-1', kind: 'door', role: 'exit', room: 'hall' },
];
const home = { presence: 'home', devices } as const;
const cost = falseAlarmCost.normal;

/** A home that is known for thirty days, lively from eight to eight, with these pauses: place, minute of the day, minutes. */
function known(pauses: readonly (readonly [place: string, minute: number, minutes: number])[]): Memory {
  let memory: Memory = { ...newMemory(), days: Array.from({ length: 30 }, (_, day) => day) };
  for (const [n, [name, minute, minutes]] of pauses.entries()) {
    const { memory: with_, place } = name === 'out' ? { memory, place: OUT } : placeOf(memory, name);
    memory = remember(with_, { day: n % 30, minute, place, minutes });
  }
  const busy = memory.places.flatMap(() => Array.from({ length: 24 }, (_, hour) => (hour >= 8 && hour < 20 ? 100 : 0)));
  return { ...memory, busy };
}

const silence = (memory: Memory, name: string, more: Partial<Silence>): Silence =>
  ({
    ...{ mono: 0, bootId: 'boot-1', day: 30, minute: 660, dated: true, deviceId: 'door-1', room: 'hall' },
    ...{ place: memory.places.indexOf(name), door: 'back', doubt: null },
    ...(more as object),
  }) as Silence;

const minutesOf = (memory: Memory, name: string, more: Partial<Silence>) =>
  silenceLimit(memory, silence(memory, name, more), cost, home).minutes;

describe('a silence at the door', () => {
  const name = 'the door, back';
  const outings = Array.from({ length: 10 }, (_, n) => ['out', 660, 200 + 20 * n] as const);

  it('of somebody who came home has the limit of that, of an open door half an hour', () => {
    const memory = known([
      [name, 660, 5],
      ['the door, open', 660, 5],
    ]);
    expect(minutesOf(memory, name, { doubt: 'back' })).toBe(85);
    expect(minutesOf(memory, 'the door, open', { doubt: 'open' })).toBe(30);
  });

  it('after a guest has that of a guest, or a fifth more than the longest such', () => {
    const guest = 'the door, guest';
    const of = (minutes: number) =>
      minutesOf(known([[guest, 660, minutes], ...outings]), 'exit', { doubt: 'guest', place: OUT });
    expect([of(5), of(120), of(200)]).toEqual([145, 145, 240]);
  });

  it('is reported as one in which somebody may lie there', () => {
    const memory = known([[name, 660, 5]]);
    const one = silence(memory, name, { doubt: 'back' });
    const { because } = findingOf(one, silenceLimit(memory, one, cost, home), {} as never);
    expect(because).toEqual([{ fact: 'may-be-inside-since', time: '11:00' }]);
  });

  it('says nothing of how long it is quiet elsewhere', () => {
    const quiet = [
      ['kitchen', 660, 60],
      [name, 660, 5],
    ] as const;
    const inDoubt = Array.from({ length: 20 }, () => [name, 660, 400] as const);
    const of = (pauses: Parameters<typeof known>[0]) => minutesOf(known(pauses), 'kitchen', { door: null });
    expect(of([...quiet, ...inDoubt])).toBe(of(quiet));
  });

  it('is never waited for longer than an absence, whatever was seen before', () => {
    const minutes = fc.integer({ min: 0, max: 1_439 });
    const ways = ['back', 'open', 'guest'] as const;
    const pause = fc.tuple(
      fc.constantFrom('out', name, 'the door, guest', 'kitchen'),
      fc.integer({ min: 0, max: 1_439 }),
      fc.integer({ min: 5, max: 4_000 }),
    );
    fc.assert(
      fc.property(fc.array(pause, { maxLength: 60 }), minutes, fc.constantFrom(...ways), (pauses, minute, doubt) => {
        const memory = known([[name, 660, 5], ...pauses]);
        const one = silence(memory, name, { doubt, minute });
        const out = limitOf(memory, { ...one, place: OUT }, 'home', cost);
        expect(silenceLimit(memory, one, cost, home).minutes).toBeLessThanOrEqual(out.minutes);
      }),
    );
  });
});

describe('a silence at night', () => {
  const nights = Array.from({ length: 12 }, () => ['bedroom', 120, 300] as const);
  const up = { deviceId: 'kitchen', room: 'kitchen', door: null, minute: 183 } as const;

  it('in a room where nobody stays is a trip that did not end', () => {
    const memory = known([...nights, ['kitchen', 600, 40]]);
    const one = silence(memory, 'kitchen', up);
    const limit = silenceLimit(memory, one, cost, home);
    expect(limit).toMatchObject({ minutes: 80, by: 'trip' });
    expect(findingOf(one, limit, {} as never).because.map(({ fact }) => fact)).toEqual([
      'no-movement-since',
      'up-at-night',
    ]);
  });

  it.each<[string, Parameters<typeof known>[0], Partial<Silence>]>([
    ['where somebody has stayed before', [['kitchen', 120, 60]], up],
    ['by a sensor that sees no room', [['kitchen', 600, 40]], { ...up, deviceId: 'fridge' }],
    ['by day', [['kitchen', 600, 40]], { ...up, minute: 720 }],
  ])('is none %s', (_, more, where) => {
    const memory = known([...nights, ...more]);
    expect(silenceLimit(memory, silence(memory, 'kitchen', where), cost, home).by).toBe('learned');
  });

  it('is none where the bed is not known', () => {
    const memory = known([['kitchen', 600, 40]]);
    expect(silenceLimit(memory, silence(memory, 'kitchen', up), cost, home).by).toBe('learned');
  });
});
