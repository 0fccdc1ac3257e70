// What a call costs in the log of a gateway as it runs in a home: three lines, each said once.

import { expect } from 'vitest';
import { inHouse as it } from './house.ts';

it('a call is three lines: raised, on the disk, at the platform; every stage only at debug', async ({ home }) => {
  const gateway = await home.start({ args: ['--log-level', 'info'] });
  const before = gateway.events.length;
  const alertId = await home.called();
  // Pressed again, it counts up: nothing more came of the call before.
  await home.called();
  const lines = gateway.events.slice(before);
  const until = lines.findIndex(({ count }) => count === 2);
  expect(until).toBeGreaterThan(0);
  expect(lines.slice(0, until).map(({ event, alertId: of }) => [event, of])).toEqual([
    ['alert', alertId],
    ['registered', alertId],
    ['received', alertId],
  ]);
  expect(gateway.count({ event: 'cue' })).toBe(0);
});
