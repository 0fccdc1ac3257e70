// The gateway's own uplink and this receiver, with nothing between them but a real broker.

import { afterEach, expect, it } from 'vitest';
import { startMosquitto } from '#fakes/mosquitto.ts';
import { until } from '#fakes/wait.ts';
import { address, alert, fault, reading } from '../channels/mqtt/entries.ts';
import { gateway } from '../channels/mqtt/rig.ts';
import { cleanups, lineUp, receiver, TENANT } from './rig.ts';

const cleanup = cleanups();
afterEach(cleanup.run);

it('understand each other both ways: alert, receipt, command, answer, birth, fault, history, farewell', async () => {
  expect(address.tenant).toBe(TENANT);
  const broker = cleanup.add(await startMosquitto(), (it) => it.stop());
  const platform = cleanup.add(await receiver(broker.url, cleanup.dir()), (it) => it.stop());
  await Promise.all([lineUp(platform), lineUp(platform, 'records')]);
  const home = cleanup.add(gateway({ url: broker.url, history: [reading(1), reading(2)] }), (it) => it.stop());
  home.start();
  home.offer(alert('a1', 1));
  home.offer(fault('f1'));
  await until(() => expect(home.received).toEqual(['a1.1']));

  const desk = await platform.operator('Li Wei');
  expect(await desk.post('api/alerts/a1/acknowledge')).toMatchObject({ status: 202 });
  await until(() => expect(home.commands).toMatchObject([{ act: 'acknowledge', alertId: 'a1' }]));
  expect(home.commands[0]?.by).toEqual({ name: 'Li Wei', role: 'operator' });
  await platform.heard('answer', ({ done }) => done);
  await platform.heard('fault');
  await until(async () => {
    const { gateways } = await desk.get('api/gateways');
    expect(gateways).toMatchObject([{ gateway: address.gateway, status: 'online', version: '0.0.0', readings: 2 }]);
  });
  await home.stop();
  await platform.heard('gateway', ({ status }) => status === 'offline');
  expect(platform.events.filter(({ kind }) => kind === 'not-understood')).toEqual([]);
});
