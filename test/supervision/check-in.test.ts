// Who should have been heard by now.

import { expect, it } from 'vitest';
import type { MonoMs } from '#contract/time.ts';
import { type CheckIns, heard, overdue } from '#src/supervision/check-in.ts';

const at = (ms: number) => ms as MonoMs;

it('marks a silent device once, and ends that when it is heard', () => {
  const checkIns: CheckIns = { d: { everyMs: 100, heardAt: at(0), silent: false } };
  expect(overdue(checkIns, at(99))).toEqual({ silent: [], nextAt: 100 });
  expect(overdue(checkIns, at(100)).silent).toEqual(['d']);
  expect(overdue(checkIns, at(200)).silent).toEqual([]);
  expect(heard(checkIns, 'd', at(300))).toBe(true);
  expect(heard(checkIns, 'd', at(301))).toBe(false);
  expect(overdue(checkIns, at(400))).toEqual({ silent: [], nextAt: 401 });
});

it('knows no device by what every object has, such as `constructor`', () => {
  for (const id of ['constructor', 'toString', 'hasOwnProperty']) expect(heard({}, id, at(5))).toBe(false);
  expect(Object.hasOwn(Object, 'heardAt')).toBe(false);
});
