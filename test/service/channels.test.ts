// The channels of a running gateway when their configuration changes.

import { expect, it } from 'vitest';
import { startMosquitto } from '#fakes/mosquitto.ts';
import { until } from '#fakes/wait.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { alert, fault } from '../channels/mqtt/entries.ts';
import { channels, measured, toNobody } from './channel-rig.ts';

it('what waited while the address was wrong goes to the right one, and never in the name of another home', async ({
  onTestFinished,
}) => {
  const broker = await startMosquitto();
  const uplinks = channels();
  onTestFinished(async () => {
    await uplinks.end();
    await broker.stop();
  });

  await uplinks.apply([{ ...toNobody, gateway: 'home-2' }]);
  uplinks.offer({
    ...measured,
    slot: 'measurement/m0',
    msgId: 'm0.1',
    body: JSON.stringify({ source: '/city/home-2' }),
  });
  await uplinks.apply([toNobody]);
  uplinks.offer(measured);
  await uplinks.apply([{ ...toNobody, url: broker.url }]);
  await until(() => expect(uplinks.sent).toEqual(['m1.1']));
});

it('what the journal kept for an earlier address is not sent to this one: alerts are made anew, the rest is dropped', async ({
  onTestFinished,
}) => {
  const broker = await startMosquitto();
  const uplinks = channels();
  onTestFinished(async () => {
    await uplinks.end();
    await broker.stop();
  });
  await uplinks.apply([{ ...toNobody, url: broker.url }]);
  // Both have the source /district/home-1; this gateway is /city/home-1 now.
  uplinks.offer(alert('old', 1, { channel: 'district' }));
  uplinks.offer(fault('old', { channel: 'district' }));
  uplinks.offer({ ...measured, body: JSON.stringify({ source: '/city/home-1' }) });
  await until(() => expect(uplinks.sent).toEqual(['m1.1']));
  expect(uplinks.rewritten()).toBe(1);
  expect(uplinks.written.flatMap(({ drop = [] }) => drop.map(({ msgId }) => msgId))).toEqual(['fault-old']);
});

it('a reload, and a network that is another one, bring the next attempt forward', async ({ onTestFinished }) => {
  const clock = virtualClock();
  let network = 'none';
  const uplinks = channels({ clock, network: () => network });
  const broker = await startMosquitto();
  onTestFinished(async () => {
    await uplinks.end();
    await broker.stop();
  });
  await broker.kill();
  const config = { ...toNobody, url: broker.url };
  /** Until the next attempt is far off: each one ends in a retry that is due later than the one before. */
  const failing = async () => {
    for (let waits = 0; waits < 7; waits += 1) {
      await until(() => expect(clock.waiting()).toContain('uplink-reconnect'));
      clock.advance(70_000);
    }
    await until(() => expect(clock.waiting()).toContain('uplink-reconnect'));
  };
  await uplinks.apply([config]);
  await failing();
  expect(uplinks.faults.has('uplink-down')).toBe(true);
  await broker.restart();
  await uplinks.apply([config]);
  clock.advance(1_000);
  await until(() => expect(uplinks.faults.has('uplink-down')).toBe(false));
  await broker.kill();
  await until(() => expect(uplinks.faults.has('uplink-down')).toBe(true));
  await failing();
  await broker.restart();
  network = 'eth0 192.0.2.7';
  clock.advance(2_000);
  clock.advance(1_000);
  await until(() => expect(uplinks.faults.has('uplink-down')).toBe(false));
});

it('a channel with another configuration, or in a new process, has the faults of before until it says how it is', async ({
  onTestFinished,
}) => {
  const broker = await startMosquitto();
  const uplinks = channels();
  onTestFinished(async () => {
    await uplinks.end();
    await broker.stop();
  });
  // Of before a restart.
  for (const code of ['uplink-refused', 'uplink-packet-limit', 'uplink-no-retain']) uplinks.faults.set(code, {});
  await uplinks.apply([toNobody]);
  await until(() => expect(uplinks.faults.has('uplink-down')).toBe(true));
  // Which of them it is has been seen; what the broker grants has not.
  expect(uplinks.over).toEqual(['uplink-refused']);
  await uplinks.apply([{ ...toNobody, keepaliveSeconds: 30 }]);
  expect(uplinks.over).toEqual(['uplink-refused']);
  await uplinks.apply([{ ...toNobody, url: broker.url }]);
  await until(() => expect([...uplinks.faults]).toEqual([]));
});
