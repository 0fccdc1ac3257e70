// `--seconds` are seconds of listening: a radio that has to start first does not use them up.

import { expect, it } from 'vitest';
import type { Near } from '#contract/control/pairing.ts';
import { SECOND } from '#contract/time.ts';
import { type Borrowed, hearOnce, look } from '#src/cli/pair/radio.ts';
import { virtualClock } from '#src/clock/virtual.ts';

function scene() {
  const clock = virtualClock({ mono: 1_000, wall: 1_000_000 });
  let report: ((near: Near) => void) | undefined;
  let ended = 0;
  const radio: Borrowed = {
    nearby(each) {
      report = each;
      return () => {
        ended += 1;
      };
    },
    trial: () => () => {
      ended += 1;
    },
    gone: new Promise(() => undefined),
    close: async () => undefined,
  };
  /** Each second of a radio that listens. */
  const listens = async (seconds: number, near: Near = { devices: [], trouble: [] }) => {
    for (let second = 0; second < seconds; second += 1) {
      clock.advance(SECOND);
      report?.(near);
      await Promise.resolve();
    }
  };
  return { clock, radio, listens, ended: () => ended };
}

it('a search of three seconds listens for three, though the radio needed twenty to start', async () => {
  const { clock, radio, listens, ended } = scene();
  const heard: number[] = [];
  let result: Near | 'gone' | undefined;
  void look(
    radio,
    clock,
    3,
    (_near, second) => heard.push(second),
    () => false,
  ).then((near) => {
    result = near;
  });
  clock.advance(20 * SECOND);
  await listens(2);
  expect([result, heard]).toEqual([undefined, [21, 22]]);
  await listens(1, { devices: [], trouble: ['bluetooth-missing'] });
  expect([ended(), result]).toEqual([1, { devices: [], trouble: [] }]);
});

it('a trial as well; one that hears nothing of a radio for a minute ends all the same', async () => {
  const { clock, radio, listens, ended } = scene();
  const device = { id: 'b', kind: 'wearable', driver: 'band', options: {} } as const;
  const results: unknown[] = [];
  const trial = () =>
    void hearOnce(radio, clock, 3, () => undefined, device, undefined).then((result) => results.push(result));
  trial();
  clock.advance(20 * SECOND);
  await listens(2);
  expect(results).toEqual([]);
  await listens(2);
  expect([ended(), results]).toEqual([2, ['silent']]);

  trial();
  clock.advance(62 * SECOND);
  await Promise.resolve();
  expect(results).toHaveLength(1);
  clock.advance(SECOND);
  await Promise.resolve();
  expect([ended(), results]).toEqual([4, ['silent', 'silent']]);
});
