// The receiver against a real Mosquitto and against aedes, with raw MQTT clients as the gateways.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { topics } from '#contract/uplink/topics.ts';
import { type Mosquitto, startMosquitto } from '#fakes/mosquitto.ts';
import { until } from '#fakes/wait.ts';
import { startAedes } from './aedes.ts';
import { cleanups, envelope, gateway, lineUp, platformWords, receiver, TENANT } from './rig.ts';
import { scene as sceneAt } from './scene.ts';

const cleanup = cleanups();
let broker: Mosquitto;
beforeAll(async () => {
  broker = await startMosquitto();
});
afterAll(() => broker.stop());
afterEach(cleanup.run);

const scene = (options: Parameters<typeof receiver>[2] = {}, until = cleanup) => sceneAt(broker.url, until, options);

describe('an alert', () => {
  it('is stored, shown, and given its receipt', async () => {
    const { platform, home, name, desk } = await scene();
    await home.alert();
    await until(() => expect(home.receipts).toHaveLength(1));
    expect(home.receipts[0]).toMatchObject({ source: `/${TENANT}/platform`, data: { eventId: 'a1.1' } });
    const { alerts } = await desk.get('api/alerts');
    expect(alerts).toMatchObject([{ key: `${name}:a1`, gateway: name, stored: true, data: { rev: 1, count: 1 } }]);
    const { events } = await desk.get('api/events');
    expect(events).toMatchObject([{ gateway: name, eventId: 'a1.1', message: { id: 'a1.1' } }]);
    expect(platform.events.map(({ kind }) => kind)).toContain('receipt');
  });

  it('that comes twice is stored once and receipted twice', async () => {
    const { platform, home, desk } = await scene();
    await home.alert();
    await home.alert({ text: { en: 'other', 'zh-CN': '别的' } });
    await until(() => expect(home.receipts.map(({ data }) => data.eventId)).toEqual(['a1.1', 'a1.1']));
    expect((await desk.get('api/events')).events).toHaveLength(1);
    expect((await desk.get('api/alerts')).alerts[0].data.text.en).toMatch(/bedroom/);
    expect(platform.events.flatMap((event) => (event.kind === 'alert' ? [event.as] : []))).toEqual(['new', 'double']);
  });

  it('of an older rev is stored and receipted, but does not take the alert back', async () => {
    const { home, desk } = await scene();
    const by = { name: 'Wang', role: 'operator' } as const;
    await home.alert({ rev: 3, state: 'acknowledged', acknowledgedBy: by, count: 2 });
    await home.alert({ rev: 2, count: 2 });
    await until(() => expect(home.receipts.map(({ data }) => data.eventId)).toEqual(['a1.3', 'a1.2']));
    const { alerts } = await desk.get('api/alerts');
    expect(alerts).toMatchObject([{ eventId: 'a1.3', data: { rev: 3, state: 'acknowledged' } }]);
    expect((await desk.get('api/events')).events).toHaveLength(2);
  });

  it('with the id of another home’s alert is an alert of its own', async () => {
    const { home, name, desk } = await scene();
    const other = cleanup.add(await gateway(broker.url, `${name}x`), (it) => it.end());
    await home.alert();
    await other.alert({ rev: 2, state: 'resolved' });
    await until(() => expect(other.receipts).toHaveLength(1));
    const { alerts } = await desk.get('api/alerts');
    expect(alerts.find((one: { gateway: string }) => one.gateway === name).data.state).toBe('raised');
    expect(alerts).toHaveLength(2);
  });

  it('is there after a restart, and so are doubles', async () => {
    const { dir, platform, home } = await scene();
    await home.alert();
    await until(() => expect(home.receipts).toHaveLength(1));
    await platform.stop();
    const again = cleanup.add(await receiver(broker.url, dir), (it) => it.stop());
    await lineUp(again);
    expect(again.newToken).toBeUndefined();
    await home.alert();
    await until(() => expect(home.receipts).toHaveLength(2));
    const desk = await again.operator('Li Wei', platform.newToken);
    expect((await desk.get('api/events')).events).toHaveLength(1);
    expect((await desk.get('api/alerts')).alerts).toHaveLength(1);
  });

  it('that came while the receiver was away waits for it at the broker', async () => {
    const { dir, platform, home } = await scene();
    await platform.stop();
    await home.alert();
    const again = cleanup.add(await receiver(broker.url, dir), (it) => it.stop());
    await until(() => expect(home.receipts).toHaveLength(1));
    expect(await again.heard('alert')).toMatchObject({ as: 'new' });
  });
});

describe('what is not understood', () => {
  const cases: [string, (home: Awaited<ReturnType<typeof scene>>['home'], name: string) => Promise<unknown>, RegExp][] =
    [
      ['no JSON', (home) => home.say('alert', Buffer.from([0xff, 0xfe, 0x00])), /not JSON in UTF-8/],
      ['another shape', (home) => home.say('alert', '{"id":"a1.1"}'), /specversion/],
      [
        'another home’s source',
        async (home, name) => {
          const liar = await gateway(broker.url, `${name}-liar`);
          const message = await liar.alert();
          await liar.end();
          return home.say('alert', JSON.stringify(message));
        },
        /source: is .*-liar/,
      ],
      [
        'an id that is not its alert’s',
        (home, name) => home.say('alert', JSON.stringify({ ...envelope(name), id: 'a9.9' })),
        /id: is a9\.9, expected <alertId>\.<rev>, a1\.1/,
      ],
      ['more than a megabyte', (home) => home.say('history', Buffer.alloc(1_000_001, 0x20)), /larger than/],
    ];
  const shared = cleanups();
  let stage: Awaited<ReturnType<typeof scene>>;
  beforeAll(async () => {
    stage = await scene({}, shared);
  });
  afterAll(shared.run);

  it.each(cases)('%s: is kept with the reason, and gets no receipt', async (what, send, why) => {
    const { platform, home, name, desk } = stage;
    const before = home.receipts.length;
    await send(home, name);
    await platform.heard('not-understood', (event) => why.test(event.why));
    const { messages } = await desk.get('api/not-understood');
    expect(messages[0]).toMatchObject({
      topic: expect.stringContaining(`/${name}/up/`),
      why: expect.stringMatching(why),
    });
    expect(messages[0].start.length).toBeLessThanOrEqual(4_096);
    // The next good one is handled as if nothing had been.
    await home.alert({ alertId: what });
    await until(() => expect(home.receipts.slice(before).map(({ data }) => data.eventId)).toEqual([`${what}.1`]));
  });
});

describe('the platform’s word', () => {
  it('is retained: here while it is connected and subscribed, gone when it stops or dies', async () => {
    const watch = cleanup.add(await platformWords(broker.url), (it) => it.end());
    const { platform } = await scene();
    await until(() => expect(watch.words.at(-1)).toBe(true));
    await platform.stop();
    await until(() => expect(watch.words.at(-1)).toBe(false));
  });

  it('comes again when a killed broker is back, and commands without answer with it', async () => {
    const { platform, home, name, desk } = await scene();
    await home.alert();
    await until(() => expect(home.receipts).toHaveLength(1));
    const { status } = await desk.post(`api/alerts/${name}:a1/acknowledge`);
    expect(status).toBe(202);
    await until(() => expect(home.commands).toHaveLength(1));
    const upBefore = platform.events.filter((event) => event.kind === 'broker' && event.up).length;
    await broker.restart();
    await until(() => expect(home.client.connected).toBe(true));
    await home.client.subscribeAsync(topics.down({ tenant: TENANT, gateway: name }, 'command'), { qos: 1 });
    await until(() =>
      expect(platform.events.filter((event) => event.kind === 'broker' && event.up).length).toBeGreaterThan(
        upBefore + 1,
      ),
    );
    await home.birth();
    await until(() => expect(home.commands.length).toBeGreaterThan(1));
    expect(new Set(home.commands.map(({ id }) => id)).size).toBe(1);
  });
});

describe('a command', () => {
  it('is in the operator’s name, is remembered, and shows its answer', async () => {
    const { platform, home, name, desk } = await scene();
    await home.alert();
    await platform.heard('alert');
    await desk.post(`api/alerts/${name}:a1/resolve`, { note: '已扶起', outcome: 'genuine' });
    await until(() => expect(home.commands).toHaveLength(1));
    const [command] = home.commands;
    expect(command?.data).toEqual({
      act: 'resolve',
      by: { name: 'Li Wei', role: 'operator' },
      alertId: 'a1',
      note: '已扶起',
      outcome: 'genuine',
    });
    expect((await desk.get('api/alerts')).alerts[0].commands).toMatchObject([{ state: 'waiting', by: 'Li Wei' }]);
    if (command) await home.answer(command, { alertId: 'a1' });
    await platform.heard('answer');
    expect((await desk.get('api/alerts')).alerts[0].commands).toMatchObject([{ state: 'done' }]);
  });

  it('says what its operator had seen and when they acted, also when it is sent again; after a newer call it is another', async () => {
    const { platform, home, name, desk } = await scene();
    await home.alert();
    await platform.heard('alert');
    await desk.post(`api/alerts/${name}:a1/acknowledge`, { rev: 1 });
    await until(() => expect(home.commands).toHaveLength(1));
    // A home that comes back is told again what it has not answered.
    await home.birth();
    await until(() => expect(home.commands.length).toBeGreaterThan(1));
    const [first, second] = home.commands;
    expect(first?.data).toMatchObject({ act: 'acknowledge', alertId: 'a1', rev: 1 });
    expect(second).toEqual(first);
    const newer = await desk.post(`api/alerts/${name}:a1/acknowledge`, { rev: 2 });
    expect(newer.json).toMatchObject({ command: { rev: 2 } });
    expect((newer.json as { command: { id: string } }).command.id).not.toBe(first?.id);
  });

  it('to resolve closes here an alert that its home no longer knows, and nothing else does', async () => {
    const { platform, home, name, desk } = await scene();
    await home.alert();
    await platform.heard('alert');
    const state = async () => (await desk.get('api/alerts')).alerts[0].data.state;
    for (const [act, after] of [
      ['acknowledge', 'raised'],
      ['resolve', 'resolved'],
    ] as const) {
      await desk.post(`api/alerts/${name}:a1/${act}`, { note: '已电话确认' });
      await until(() => expect(home.commands.at(-1)?.data.act).toBe(act));
      const command = home.commands.at(-1);
      if (command) await home.answer(command, { done: false, refused: 'no-such-alert' });
      await platform.heard('answer', ({ commandId }) => commandId === command?.id);
      expect(await state()).toBe(after);
    }
  });

  it('given twice is one command while it waits', async () => {
    const { platform, home, name, desk } = await scene();
    await home.alert();
    await platform.heard('alert');
    const first = await desk.post(`api/alerts/${name}:a1/hush`);
    const second = await desk.post(`api/alerts/a1/hush`);
    expect(second.json).toMatchObject({ command: { id: (first.json as { command: { id: string } }).command.id } });
  });

  it('about no alert is sent to a home that is known, says what its act needs, and is the same while it waits', async () => {
    const { platform, home, name, desk } = await scene();
    const values = { heartRate: { high: 110 } };
    const order = (act: string, body: object = {}, gateway = name) => desk.post(`api/gateways/${gateway}/${act}`, body);
    expect((await order('measure', { kind: 'oxygen' })).status).toBe(404);
    await home.birth();
    await platform.heard('gateway', ({ gateway }) => gateway === name);
    for (const [act, body] of [
      ['measure', { kind: 'height' }],
      ['measure', {}],
      ['assign', { measurementId: 'm1' }],
      ['limits', { person: 'li', version: 0, values }],
      ['resolve', { note: 'x' }],
    ] as const)
      expect([act, (await order(act, body)).status]).toEqual([act, 400]);
    expect(home.commands).toEqual([]);
    await order('limits', { person: 'li', version: 3, values });
    await order('away');
    await order('measure', { kind: 'oxygen', person: 'li' });
    await order('measure', { kind: 'oxygen', person: 'li', withinMinutes: 30 });
    await order('measure', { kind: 'oxygen', person: 'wang' });
    await until(() => expect(home.commands).toHaveLength(4));
    expect(home.commands.map(({ data: { by, ...data } }) => data)).toEqual([
      { act: 'limits', limits: { person: 'li', version: 3, values } },
      { act: 'away' },
      { act: 'measure', measure: { kind: 'oxygen', person: 'li', withinMinutes: 30 } },
      { act: 'measure', measure: { kind: 'oxygen', person: 'wang', withinMinutes: 30 } },
    ]);
    const [limits] = home.commands;
    if (limits) await home.answer(limits);
    await platform.heard('answer');
    const [shown] = (await desk.get('api/gateways')).gateways;
    expect(shown.commands).toMatchObject([
      { act: 'limits', state: 'done', by: 'Li Wei' },
      { act: 'away', state: 'waiting' },
      ...[{ act: 'measure' }, { act: 'measure' }],
    ]);
  });

  it('outlives the receiver: asked again under the same id after a restart', async () => {
    const { dir, platform, home, name, desk } = await scene();
    await home.alert();
    await platform.heard('alert');
    await desk.post(`api/alerts/${name}:a1/acknowledge`);
    await until(() => expect(home.commands).toHaveLength(1));
    await platform.stop();
    cleanup.add(await receiver(broker.url, dir), (it) => it.stop());
    await until(() => expect(home.commands).toHaveLength(2));
    expect(home.commands[1]?.id).toBe(home.commands[0]?.id);
  });

  it('is refused for an alert that nobody knows or that is closed, and a resolve needs what was found', async () => {
    const { platform, home, name, desk } = await scene();
    await home.alert({ state: 'resolved', resolution: { by: { name: 'W', role: 'operator' }, found: 'ok' } });
    await home.alert({ alertId: 'a2' });
    await platform.heard('alert', ({ alertId }) => alertId === 'a2');
    expect((await desk.post('api/alerts/nobody/acknowledge')).status).toBe(404);
    expect((await desk.post(`api/alerts/${name}:a1/acknowledge`)).status).toBe(409);
    expect((await desk.post(`api/alerts/${name}:a2/resolve`, { note: '  ' })).status).toBe(400);
    expect((await desk.post(`api/alerts/${name}:a2/resolve`, { note: 'x', outcome: 'perhaps' })).status).toBe(400);
    expect((await desk.post(`api/alerts/${name}:a2/open-the-valve`)).status).toBe(400);
    expect(home.commands).toEqual([]);
  });
});

describe('a broker that speaks MQTT 3.1.1 only', () => {
  it('is spoken to in 3.1.1', async () => {
    const old = cleanup.add(await startAedes(), (it) => it.stop());
    const platform = cleanup.add(await receiver(old.url, cleanup.dir()), (it) => it.stop());
    await lineUp(platform);
    const home = cleanup.add(await gateway(old.url, 'gw-old'), (it) => it.end());
    await home.alert();
    await until(() => expect(home.receipts).toHaveLength(1));
  });
});
