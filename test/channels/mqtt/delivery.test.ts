// Delivery over a real Mosquitto while it lives: receipts, re-sending, revs, and what the platform's birth causes.

import { describe, expect, it } from 'vitest';
import { birthMessage, stateMessage } from '#contract/uplink/messages.ts';
import { until } from '#fakes/wait.ts';
import { alert, fault } from './entries.ts';
import { brokered } from './stage.ts';

const { run, listen } = brokered();

describe('an uplink', () => {
  it('sends the alert, then says that it is there and what it has, and tells PUBACK from receipt', async () => {
    const there = await listen();
    const home = run({ outbox: [alert('a', 1)] });
    await there.hears('birth');
    expect(there.heard.map(({ what }) => what)).toEqual(['alert', 'state', 'birth']);
    expect(stateMessage.parse(there.heard[1]?.message).data).toEqual({ online: true, heartbeat: 0, bootId: 'boot' });
    expect(birthMessage.parse(there.heard[2]?.message).data).toMatchObject({
      version: '0.0.0',
      devices: [{ id: 'button-1', kind: 'help-button', room: 'Bedroom' }],
    });
    await until(() => expect(home.sent).toEqual(['a.1']));
    expect(home.received).toEqual([]);
    await there.giveReceipt('a.1');
    await until(() => expect(home.received).toEqual(['a.1']));
    expect(home.session).toEqual(['well']);
  });

  it('leaves state and birth at the broker for a platform that comes later', async () => {
    const home = run({ outbox: [fault('f')] });
    await until(() => expect(home.sent).toEqual(['fault-f']));
    const there = await listen();
    await there.hears('birth');
    expect(there.heard.map(({ what, retained }) => [what, retained])).toEqual([
      ['state', true],
      ['birth', true],
    ]);
  });

  it('sends again, with the same id, until the receipt comes, and not after', async () => {
    const there = await listen();
    const home = run({ outbox: [alert('a', 1)] });
    await there.hears('alert', 3);
    await there.giveReceipt('a.1');
    await until(() => expect(home.received).toEqual(['a.1']));
    const before = there.ids('alert').length;
    home.offer(alert('b', 1, { seq: 2 }));
    // The time in which `b` is sent three times is enough for one more of `a`.
    await until(() => expect(count(there.ids('alert'), 'b.1')).toBe(3));
    expect(count(there.ids('alert'), 'a.1')).toBe(before);
    expect(new Set(there.ids('alert'))).toEqual(new Set(['a.1', 'b.1']));
  });

  it('is not misled by receipts that are wrong', async () => {
    const there = await listen();
    const home = run({ outbox: [alert('a', 2)] });
    await there.hears('alert');
    await there.giveReceipt('a.3');
    await there.giveReceipt('b.1');
    await there.raw('receipt', 'not JSON');
    await there.raw('receipt', JSON.stringify({ specversion: '1.0' }));
    await there.raw('receipt', Buffer.alloc(1_000, 0xff));
    await there.giveReceipt('a.1');
    await until(() => expect(home.received).toEqual(['a.1']));
    expect(home.logged('receipt not understood')).toHaveLength(3);
    expect(home.logged('receipt of a message that does not wait for one ignored')).toHaveLength(2);
    await there.hears('alert', 2);
    await there.giveReceipt('a.2');
    await until(() => expect(home.received).toEqual(['a.1', 'a.2']));
  });

  it('sends the newest rev of an alert, and closes it by that rev only', async () => {
    const there = await listen();
    const home = run({ times: { resendMs: 60_000, resendMaxMs: 60_000 } });
    home.offer(alert('a', 1));
    await there.hears('alert');
    home.offer(alert('a', 2, { seq: 2 }));
    await there.hears('alert', 2);
    await there.giveReceipt('a.1');
    await there.giveReceipt('a.2');
    await until(() => expect(home.received).toEqual(['a.1', 'a.2']));
    expect(there.ids('alert')).toEqual(['a.1', 'a.2']);
  });

  it('sends again at once when the platform announces itself anew, once per announcement', async () => {
    const there = await listen();
    await there.birth('2026-01-01T00:00:00.000Z');
    const home = run({ outbox: [alert('a', 1)], times: { resendMs: 60_000, resendMaxMs: 60_000 } });
    await there.hears('alert', 1);
    await until(() => expect(home.sent).toHaveLength(1));
    // The same birth again, a farewell, and one that is none: no reason to send.
    await there.birth('2026-01-01T00:00:00.000Z');
    await there.birth('2026-01-01T00:00:01.000Z', false);
    await there.birth('yesterday');
    await until(() => expect(home.logged("platform's birth not understood")).toHaveLength(1));
    await there.birth('2026-01-02T00:00:00.000Z');
    await there.hears('alert', 2);
    await until(() => expect(home.sent).toHaveLength(2));
    expect(home.logged('platform announced itself: sending again what has no receipt')).toHaveLength(1);
    await there.giveReceipt('a.1');
    await until(() => expect(home.received).toEqual(['a.1']));
    expect(there.ids('alert')).toEqual(['a.1', 'a.1']);
  });

  it('leaves messages of other channels alone', async () => {
    const there = await listen();
    const home = run({ outbox: [alert('city', 1, { channel: 'city' }), alert('mine', 1)] });
    home.offer(alert('city-too', 1, { channel: 'city' }));
    await there.hears('alert', 2);
    expect(new Set(there.ids('alert'))).toEqual(new Set(['mine.1']));
  });
});

const count = (ids: string[], id: string) => ids.filter((other) => other === id).length;
