// Homes that fall silent, technical faults and history, with raw MQTT clients as the gateways.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { topics } from '#contract/uplink/topics.ts';
import { type Mosquitto, startMosquitto } from '#fakes/mosquitto.ts';
import { until } from '#fakes/wait.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { cleanups, envelope, gateway, lineUp, receiver, stamp, TENANT, WALL } from './rig.ts';
import { scene as sceneAt } from './scene.ts';

const cleanup = cleanups();
let broker: Mosquitto;
beforeAll(async () => {
  broker = await startMosquitto();
});
afterAll(() => broker.stop());
afterEach(cleanup.run);

const scene = (options: Parameters<typeof receiver>[2] = {}) => sceneAt(broker.url, cleanup, options);

describe('homes and faults', () => {
  it('a home without a heartbeat for three minutes is silent, and heard again is online', async () => {
    const clock = virtualClock({ mono: 1_000_000, wall: WALL });
    const { platform, home, name, desk } = await scene({ clock });
    await home.state(true);
    await platform.heard('gateway', ({ gateway, status }) => gateway === name && status === 'online');
    clock.advance(175_000);
    const status = async () =>
      (await desk.get('api/gateways')).gateways.find((one: { gateway: string }) => one.gateway === name);
    expect(await status()).toMatchObject({ status: 'online' });
    clock.advance(15_000);
    expect(await status()).toMatchObject({ status: 'silent', statusSince: WALL, lastHeardAt: WALL });
    await home.state(true, 2);
    await platform.heard('gateway', (event) => event.status === 'silent');
    await until(async () => expect(await status()).toMatchObject({ status: 'online' }));
  });

  it('a retained word proves nothing: only a fresh one makes a home online', async () => {
    const clock = virtualClock({ mono: 1_000_000, wall: WALL });
    const name = 'gw-retained';
    const home = cleanup.add(await gateway(broker.url, name), (it) => it.end());
    await home.state(true, 7, { retain: true });
    const platform = cleanup.add(await receiver(broker.url, cleanup.dir(), { clock }), (it) => it.stop());
    await lineUp(platform);
    const desk = await platform.operator();
    const status = async () =>
      (await desk.get('api/gateways')).gateways.find((one: { gateway: string }) => one.gateway === name);
    await until(async () => expect(await status()).toMatchObject({ status: 'unknown', lastHeardAt: null }));
    clock.advance(190_000);
    expect(await status()).toMatchObject({ status: 'silent', statusSince: null });
    await home.say('state', '', { retain: true });
  });

  it('a will makes the home offline at once', async () => {
    const { platform, name } = await scene();
    const will = JSON.stringify({
      ...envelope(name),
      id: 'w1',
      type: 'hearthward.state',
      data: { online: false, heartbeat: 0, bootId: 'boot-1' },
    });
    const dying = await gateway(broker.url, name, {
      will: {
        topic: topics.up({ tenant: TENANT, gateway: name }, 'state'),
        payload: Buffer.from(will),
        qos: 1,
        retain: false,
      },
    });
    await dying.state(true);
    await platform.heard('gateway', (event) => event.gateway === name && event.status === 'online');
    dying.client.stream.destroy();
    await platform.heard('gateway', (event) => event.gateway === name && event.status === 'offline');
    await dying.end();
  });

  it('faults come and go, a double changes nothing, and a birth ends those it does not list', async () => {
    const { platform, home, desk } = await scene();
    const active = async () => (await desk.get('api/faults')).faults.map(({ code }: { code: string }) => code);
    await home.fault({}, 'f1');
    await home.fault({ code: 'uplink-down', subject: 'uplink:city' }, 'f2');
    await platform.heard('fault', ({ code }) => code === 'uplink-down');
    expect(await active()).toEqual(['device-silent', 'uplink-down']);
    await home.fault({ active: false }, 'f3');
    await platform.heard('fault', ({ code, active: on }) => code === 'device-silent' && !on);
    await home.fault({}, 'f1');
    await home.fault({ code: 'clock-untrusted', subject: 'gateway' }, 'f4');
    await platform.heard('fault', ({ code }) => code === 'clock-untrusted');
    expect(await active()).toEqual(['uplink-down', 'clock-untrusted']);
    // A birth that was cut to what a broker takes does not say what is over.
    await home.birth({ omitted: { devices: 9, openAlerts: 0, faults: 2 } });
    await home.fault({ code: 'journal-stalled', subject: 'store:journal' }, 'f5');
    await platform.heard('fault', ({ code }) => code === 'journal-stalled');
    expect(await active()).toEqual(['uplink-down', 'clock-untrusted', 'journal-stalled']);
    await home.birth();
    await until(async () => expect(await active()).toEqual([]));
  });

  it('alerts that a birth lists and that never came are named, and none is closed for not being listed', async () => {
    const { platform, home, name, desk } = await scene();
    await home.alert();
    await platform.heard('alert');
    await home.birth({ openAlerts: [{ alertId: 'lost', rev: 2 }] });
    await until(async () => {
      const { gateways } = await desk.get('api/gateways');
      expect(gateways.find((one: { gateway: string }) => one.gateway === name)).toMatchObject({ missing: ['lost'] });
    });
    expect((await desk.get('api/alerts')).alerts).toMatchObject([{ data: { alertId: 'a1', state: 'raised' } }]);
  });

  it('history is counted once, whatever comes again', async () => {
    const { home, name, desk } = await scene();
    const readings = [1, 2, 3].map((position) => ({
      position,
      device: 'pir-1',
      quantity: 'motion',
      value: true,
      quality: 'good',
      at: stamp(),
    }));
    const body = JSON.stringify({
      ...envelope(name),
      id: 'h1',
      type: 'hearthward.history',
      data: { historical: true, from: 1, to: 3, readings },
    });
    await home.say('history', body);
    await home.say('history', body);
    await home.fault({ code: 'log-unread', subject: 'gateway' });
    await until(async () => expect((await desk.get('api/faults')).faults).toHaveLength(1));
    const { gateways } = await desk.get('api/gateways');
    expect(gateways.find((one: { gateway: string }) => one.gateway === name)).toMatchObject({ readings: 3 });
  });
});
