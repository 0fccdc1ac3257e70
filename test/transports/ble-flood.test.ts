// When adverts are a flood, and whose.

import { expect, it } from 'vitest';
import type { MonoMs } from '#contract/time.ts';
import { type Flooded, floodMeter, floodWatch } from '#src/transports/ble/flood.ts';

const STRANGERS = Array.from({ length: 700 }, (_, at) => `c0:00:00:00:${at >> 8}:${at & 0xff}`);

function meter(sender = 'a4:c1:38:00:11:22') {
  const flood = floodMeter((address) => address === 'e0:00:00:00:00:01');
  const told: (Flooded | 'over')[] = [];
  let now = 1_000_000;
  const take = (change: Flooded | 'over' | undefined) => {
    if (change) told.push(change);
  };
  return {
    told,
    /** So many seconds with so many adverts each, `mine` of them of one sender. */
    pass(seconds: number, perSecond: number, mine = 0) {
      for (let second = 0; second < seconds; second += 1, now += 1_000) {
        for (let at = 0; at < perSecond; at += 1) {
          const address = at < mine ? sender : (STRANGERS[at % STRANGERS.length] as string);
          take(flood.heard(address, (now + Math.floor((at * 1_000) / perSecond)) as MonoMs));
        }
        if (perSecond === 0) take(flood.quiet(now as MonoMs));
      }
    },
  };
}

it('five hundred a second, and a burst of two thousand for three seconds, are none', () => {
  const { pass, told } = meter();
  pass(60, 500);
  pass(3, 2_000);
  pass(60, 900);
  expect(told).toEqual([]);
});

it('two thousand a second are one within six seconds, told once, of many senders', () => {
  const { pass, told } = meter();
  pass(6, 2_000);
  expect(told).toEqual([{ perSecond: 2_000, address: undefined }]);
  pass(60, 2_000);
  expect(told).toHaveLength(1);
});

it('five hundred a second are one where a device of this home sends them', () => {
  const { pass, told } = meter('e0:00:00:00:00:01');
  pass(60, 900, 50);
  expect(told).toEqual([]);
  pass(8, 900, 500);
  expect(told).toEqual([{ perSecond: 900, address: 'e0:00:00:00:00:01' }]);
});

it('one sender’s is told as that', () => {
  const { pass, told } = meter();
  pass(8, 1_600, 1_300);
  expect(told).toEqual([{ perSecond: 1_600, address: 'a4:c1:38:00:11:22' }]);
});

it.each([500, 0])('is over after half a minute with %i a second, and can begin anew', (after) => {
  const { pass, told } = meter();
  pass(6, 2_000);
  pass(28, after);
  expect(told).toHaveLength(1);
  pass(5, after);
  expect(told.slice(1)).toEqual(['over']);
  pass(60, after);
  pass(7, 2_000);
  expect(told).toHaveLength(3);
});

it('names a device of this home, and no stranger', () => {
  for (const [ours, from] of [
    [true, 'a4:c1:38:00:11:22'],
    [false, 'one sender, none of this home'],
  ] as const) {
    const faults: [boolean, object | undefined][] = [];
    const watch = floodWatch(
      (_, active, context) => faults.push([active, context]),
      () => ours,
    );
    for (let at = 0; at < 20_000; at += 1) watch.heard('a4:c1:38:00:11:22', (1_000_000 + at / 2) as MonoMs);
    expect(faults).toEqual([
      [false, undefined],
      [true, { perSecond: 2_000, from }],
    ]);
  }
});
