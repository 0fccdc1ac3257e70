// The card stops answering: the journal's syncs are held up from outside the process until all that must not wait for them
// has happened.

import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { buildSlowDisk } from '#fakes/slow-disk.ts';
import { type House, house } from './house.ts';

let home: House;
beforeEach(async () => {
  home = await house();
});
afterEach(() => home.close());

it('sounds, calls and hears again while the card hangs, says what is wrong, and claims nothing it has not stored', async () => {
  const disk = buildSlowDisk(join(home.dir, 'disk'));
  const gateway = await home.start({ env: disk.env });
  const { platform } = home;

  disk.hold('sync');
  const pressedAt = home.press();
  const { alertId } = await gateway.waitFor({ event: 'received' });
  await home.switches('LIGHT', true, pressedAt);
  await gateway.waitFor({ event: 'cue', stage: 'pressed', alertId });
  expect((await platform.stored()).map((stored) => stored.alertId)).toContain(alertId);
  await home.release();
  await platform.waitFor({ kind: 'fault', code: 'journal-stalled', active: true });

  // A leak meanwhile: siren and platform.
  const leakAt = Date.now();
  home.chip.set('GAS', false);
  await home.switches('SIREN', true, leakAt);
  const leak = await gateway.waitFor({ event: 'alert', hazard: 'gas' });
  await platform.waitFor({ kind: 'receipt', eventId: `${leak.alertId}.${leak.rev}` });

  // A second press is heard, shown and received.
  home.press();
  const again = await gateway.waitFor({ event: 'alert', alertId, count: 2 });
  await gateway.waitFor({ event: 'cue', stage: 'pressed', alertId, rev: again.rev });
  await platform.waitFor({ kind: 'receipt', eventId: `${alertId}.${again.rev}` });
  await home.release();

  expect(disk.held()).toBe(true);
  // All this time nothing was on the card, and nothing was said to be.
  expect(gateway.count({ event: 'registered' })).toBe(0);
  expect(gateway.count({ event: 'cue', stage: 'registered' })).toBe(0);
  expect(gateway.count({ event: 'fault', code: 'journal-stalled', active: false })).toBe(0);

  const releasedAt = Date.now();
  disk.release();
  const registered = await gateway.waitFor({ event: 'registered', alertId });
  expect(registered.time).toBeGreaterThanOrEqual(releasedAt);
  await home.fault('journal-stalled', false);
  await platform.waitFor({ kind: 'fault', code: 'journal-stalled', active: false });

  // What was called meanwhile is on the card now.
  await gateway.kill();
  const restarted = await home.start();
  home.press();
  expect(await restarted.waitFor({ event: 'alert', alertId, count: 3 })).toMatchObject({ state: 'raised' });
});
