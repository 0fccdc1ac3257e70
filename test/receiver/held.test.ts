// What is held while the disk takes nothing is bounded, and the home that has most gives way. Authority: docs/receiver.md, "When a home says too much".

import { expect, it } from 'vitest';
import { ulids } from '#base/ids.ts';
import type { AlertMessage } from '#contract/uplink/messages.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { alertBook } from '#src/receiver/alert-book.ts';
import type { Parts } from '#src/receiver/parts.ts';
import { openStore } from '#src/receiver/store.ts';
import { alertOf, cleanups, envelope, silentLog, TENANT, WALL } from './rig.ts';

function book(dir: string) {
  const clock = virtualClock({ wall: WALL });
  const disk = openStore({ dir, wall: () => WALL, log: silentLog, report: () => undefined });
  let full = true;
  const receipts: string[] = [];
  const parts: Parts = {
    ...{ tenant: TENANT, clock, ids: ulids(clock), log: silentLog, tell: () => undefined, changed: () => undefined },
    store: { ...disk, write: (work) => (full ? { ok: false } : disk.write(work)) },
    publish: (topic, payload) => receipts.push(`${topic.split('/')[3]} ${JSON.parse(payload).data.eventId}`),
  };
  const alerts = alertBook(parts);
  return {
    alerts,
    receipts,
    take(gateway: string, alertId: string, body = '{}') {
      const message = { ...envelope(gateway), id: `${alertId}.1`, data: alertOf({ alertId }) } as AlertMessage;
      alerts.take(gateway, message, body, false);
    },
    heal() {
      full = false;
      alerts.retryHeld();
    },
    close: disk.close,
  };
}

it.each([
  ['so many', 1_100, '{}', 1_000],
  ['so much', 80, `"${'x'.repeat(1_000_000)}"`, 64],
])('%s from one home, and the one call of another is kept', (_what, count, body, held) => {
  const cleanup = cleanups();
  const { alerts, receipts, take, heal, close } = book(cleanup.dir());
  take('quiet', 'call');
  for (let n = 0; n < count; n += 1) take('loud', `a${n}`, body);
  expect(alerts.held()).toBeLessThanOrEqual(held);
  expect(alerts.all().filter(({ gateway }) => gateway === 'loud')).toHaveLength(Math.min(count, 100));
  expect(alerts.get('quiet:call')).toMatchObject({ stored: false });
  heal();
  expect(receipts).toContain('quiet call.1');
  // The newest of the loud one: the oldest are said again by their home.
  expect(receipts).toContain(`loud a${count - 1}.1`);
  expect(receipts).not.toContain('loud a0.1');
  close();
  return cleanup.run();
});
