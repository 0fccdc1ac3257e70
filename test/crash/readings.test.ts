// The judge of the readings: what it lets pass, and each thing that it must not.

import { describe, expect, it } from 'vitest';
import type { Quantity } from '#contract/quantity.ts';
import type { MonoMs, WallMs } from '#contract/time.ts';
import { type Evidence, type Forwarded, judgeReadings } from './readings.ts';

/** Two gateways, the first killed at 10,000; a detector answers each half second, and the last answer before the kill is lost. */
const lives = [
  { begun: 0, died: 10_000 },
  { begun: 11_000, died: Number.POSITIVE_INFINITY },
];
const monos = [...Array(20).keys()].map((n) => n * 500 + 400).concat([11_500, 12_000]);
const answers = monos.map((mono, n) => ({ device: 'gas-1', value: n / 100, mono, life: mono > 11_000 ? 1 : 0 }));
const kept = answers.filter(({ mono }) => mono !== 9_900);
const row = (position: number, quantity: Quantity, value: number | boolean, mono: number, device = 'gas-1') => ({
  position,
  reading: {
    deviceId: device,
    quantity,
    value,
    quality: 'good' as const,
    at: { mono: mono as MonoMs, wall: mono as WallMs, wallTrusted: true, bootId: 'boot' },
    seq: position,
  },
});
const ring = kept.flatMap(({ value, mono }, n) => [
  row(10 + 2 * n, 'gas', value, mono + 2),
  row(11 + 2 * n, 'gasAlarm', false, mono + 2),
]);
const sent = (at: number, from = 0, to = ring.length): Forwarded[] =>
  ring.slice(from, to).map(({ position, reading: { deviceId, quantity, value, at: stamp } }) => ({
    position,
    device: deviceId,
    quantity,
    value: value as number | boolean,
    mono: stamp.mono,
    at,
  }));

const judge = (other: Partial<Evidence> = {}) =>
  judgeReadings({
    served: new Map([['gas-1', answers]]),
    ...{ lives, deaths: [{ at: 10_000, slow: 1 }], ring, wire: sent(12_500), platform: sent(12_500) },
    ...other,
  });

describe('the judge of the readings', () => {
  it('has nothing against a ring that lost what was young at the kill', () => {
    expect(judge()).toEqual({
      served: 22,
      kept: 21,
      forwarded: 42,
      again: 0,
      lost: 1,
      longestLossMs: 100,
      problems: [],
    });
  });

  it('lets a batch come again that had come shortly before a kill', () => {
    expect(judge({ wire: [...sent(9_000, 0, 10), ...sent(11_800)] })).toMatchObject({ again: 10, problems: [] });
  });

  it('takes what was under way for older on a machine that was busy at the kill', () => {
    const wire = [...sent(6_000, 0, 10), ...sent(11_800)];
    expect(judge({ wire }).problems).toHaveLength(5);
    expect(judge({ wire, deaths: [{ at: 10_000, slow: 2 }] })).toMatchObject({ again: 10, problems: [] });
  });

  it.each<[string, Partial<Evidence>, string]>([
    ['a value that no detector said', { ring: ring.with(4, row(14, 'gas', 5.5, 1_402)) }, 'the detector said 0.02'],
    ['a reading from before its answer', { ring: ring.with(0, row(10, 'gas', 0, 390)) }, 'the detector said 0 at 400'],
    ['a gap in the middle', { ring: ring.toSpliced(6, 2) }, 'the detector said 0.03'],
    ['a reading stored twice', { ring: [...ring, row(99, 'gas', 0.21, 12_002)] }, 'the detector said nothing more'],
    [
      'a loss that is too old',
      { ring: ring.filter(({ reading: { at } }) => at.mono < 2_000 || at.mono > 11_000) },
      'is in no ring',
    ],
    ['an alarm that no bit held', { ring: ring.with(5, row(15, 'gasAlarm', true, 1_402)) }, 'alarm bit'],
    ['an alarm bit by itself', { ring: [...ring, row(99, 'gasAlarm', false, 12_002)] }, 'alarm bit'],
    ['a batch that comes again with no kill', { wire: [...sent(11_800), ...sent(12_500, 0, 10)] }, 'came again'],
    ['a batch that comes again long after it came', { wire: [...sent(2_000, 0, 2), ...sent(11_800)] }, 'came again'],
    [
      'another value over the wire',
      { wire: sent(12_500).map((one) => (one.position === 14 ? { ...one, value: 9 } : one)) },
      'over the wire',
    ],
    [
      'one answer at the platform under two positions',
      { platform: [...sent(12_500), { ...(sent(12_500)[0] as Forwarded), position: 12 }] },
      'on the platform’s disk twice',
    ],
  ])('finds %s', (_, other, words) => {
    expect(judge(other).problems).toContainEqual(expect.stringContaining(words));
  });
});
