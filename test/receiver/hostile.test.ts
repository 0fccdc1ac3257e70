// A gateway that says too much, or says it strangely: its alerts are taken, receipted and shown, and nobody else's are drowned.
// Authority: docs/uplink/README.md, "Sizes", and docs/receiver.md, duty 15.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LIMITS } from '#contract/uplink/limits.ts';
import type { AlertMessage } from '#contract/uplink/messages.ts';
import { type Mosquitto, startMosquitto } from '#fakes/mosquitto.ts';
import { until } from '#fakes/wait.ts';
import { cleanups, type Desk, envelope, gateway, receiver, stamp } from './rig.ts';
import { scene as sceneAt } from './scene.ts';

const cleanup = cleanups();
let broker: Mosquitto;
beforeAll(async () => {
  broker = await startMosquitto();
});
afterAll(() => broker.stop());
afterEach(cleanup.run);

const scene = (options: Parameters<typeof receiver>[2] = {}) => sceneAt(broker.url, cleanup, options);
const long = (length: number, of = '长') => of.repeat(length);
const sizeOf = (json: unknown) => JSON.stringify(json).length;
const alertsOf = async (desk: Desk) => (await desk.get('api/alerts')).alerts;

/** The stream's first event, which fills a page: the whole picture. */
async function pictureOf(page: string, { cookie }: Desk) {
  const answer = await fetch(`${page}api/stream`, { headers: { cookie } });
  let text = '';
  for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (text.includes('\n\n')) break;
  }
  return JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '');
}

describe('an alert that is too long in one place', () => {
  const cases: [string, Partial<AlertMessage['data']>][] = [
    ['its text', { text: { en: long(280_000), 'zh-CN': long(20_000) } }],
    ['its room', { device: { id: 'help-1', kind: 'help-button', room: long(300_000) } }],
    ['its device', { device: { id: long(300_000), kind: 'help-button' } }],
    ['its subject', { subject: long(300_000) }],
    ['a fact behind it', { because: [{ fact: long(300_000) }] }],
    ['a key of a fact', { because: [{ fact: 'pressed', [long(300_000)]: 1 }] }],
    ['its many facts', { because: Array.from({ length: 20_000 }, (_, n) => ({ fact: `f${n}` })) }],
    ['one fact of many parts', { because: [{ fact: 'x', ...Object.fromEntries(Array(20_000).fill(1).entries()) }] }],
    ['its story', { story: Array.from({ length: 5_000 }, (_, n) => ({ kind: `k${n}`, at: stamp() })) }],
    ['a note in its story', { story: [{ kind: 'person', at: stamp(), note: long(300_000) }] }],
    [
      'nesting in its story',
      { story: [{ kind: 'x', at: stamp(), deep: JSON.parse('['.repeat(2_000) + ']'.repeat(2_000)) }] },
    ],
    ['who acknowledged', { acknowledgedBy: { name: long(120), role: 'operator' } }],
    ['what was found', { resolution: { by: { name: 'W', role: 'operator' }, found: long(300_000) } }],
    ['a fraction of a second', { changedAt: { ...stamp(), wall: `2026-11-03T02:21:00.${'0'.repeat(300_000)}Z` } }],
    ['its boot', { calledAt: { ...stamp(), bootId: long(300_000) } }],
    [
      'its evidence',
      { evidence: { deviceId: 'w', pulse: [], batches: [{ ms: 0, rateHz: 50, mg: 'AAAA'.repeat(50_000) }] } },
    ],
  ];
  it.each(cases)('%s: is receipted and shown, cut, and is kept whole', async (what, part) => {
    const { home, name, desk, platform } = await scene();
    await home.alert(part);
    await until(() => expect(home.receipts.map(({ data }) => data.eventId)).toEqual(['a1.1']));
    const [alert] = await alertsOf(desk);
    expect(alert).toMatchObject({ key: `${name}:a1`, stored: true, data: { hazard: 'help', state: 'raised' } });
    expect(sizeOf(alert)).toBeLessThan(40_000);
    expect(sizeOf(await pictureOf(platform.page, desk))).toBeLessThan(50_000);
    const [event] = (await desk.get('api/events')).events;
    expect(event.message.data).toEqual(JSON.parse(JSON.stringify({ ...event.message.data, ...part })));
    // It is told that something was cut, once, however often the gateway repeats itself. Evidence is for the file, not for the page.
    await home.alert(part);
    await until(() => expect(home.receipts).toHaveLength(2));
    const { messages } = await desk.get('api/not-understood');
    const told = messages.map(({ why }: { why: string }) => why);
    expect(told).toEqual(/acknowledged|evidence/.test(what) ? [] : [expect.stringMatching(/^shown cut: data\./)]);
  });

  it('keeps the beginning of its text, the newest of its story, and says so in the alert', async () => {
    const { home, desk } = await scene();
    const story = Array.from({ length: 60 }, (_, n) => ({ kind: `k${n}`, at: stamp() }));
    await home.alert({ text: { en: `Pressed ${long(5_000)}`, 'zh-CN': '卧室' }, story });
    await until(() => expect(home.receipts).toHaveLength(1));
    const [{ data, cut }] = await alertsOf(desk);
    expect(data.text.en).toMatch(/^Pressed 长+…$/);
    expect(data.text.en).toHaveLength(LIMITS.text);
    expect(data.text['zh-CN']).toBe('卧室');
    expect(data.story.map(({ kind }: { kind: string }) => kind)).toEqual(story.slice(-40).map(({ kind }) => kind));
    expect(cut).toBe(true);
  });

  it('its id: two that begin alike are two alerts, each with its own receipt', async () => {
    const { home, desk } = await scene();
    const ids = ['x', 'y'].map((end) => `${long(20_000, 'a')}${end}`);
    for (const alertId of ids) await home.alert({ alertId });
    await until(() => expect(home.receipts.map(({ data }) => data.eventId)).toEqual(ids.map((id) => `${id}.1`)));
    const alerts = await alertsOf(desk);
    expect(alerts).toHaveLength(2);
    for (const { key, data } of alerts) {
      expect(key.length).toBeLessThan(300);
      expect((await desk.post(`api/alerts/${encodeURIComponent(key)}/acknowledge`)).status).toBe(202);
      expect(data.alertId).toHaveLength(LIMITS.name);
    }
  });

  it('its depth: it is shown, and hides no other event from those who read them', async () => {
    const { home, name, desk } = await scene();
    const deep = 400_000;
    const body = JSON.stringify({
      ...envelope(name),
      data: { ...envelope(name).data, because: [{ fact: 'deep', x: '@' }] },
    });
    await home.say('alert', body.replace('"@"', '['.repeat(deep) + ']'.repeat(deep)));
    await home.alert({ alertId: 'a2' });
    await until(() => expect(home.receipts.map(({ data }) => data.eventId)).toEqual(['a1.1', 'a2.1']));
    expect(await alertsOf(desk)).toHaveLength(2);
    const { events } = await desk.get('api/events');
    expect(events.map(({ eventId }: { eventId: string }) => eventId)).toEqual(['a1.1', 'a2.1']);
  });

  it('is cut also where a receiver before this one has stored it whole', async () => {
    const { home, dir, platform } = await scene();
    await home.alert();
    await until(() => expect(home.receipts).toHaveLength(1));
    await platform.stop();
    const { default: Database } = await import('better-sqlite3');
    const store = new Database(`${dir}/platform.db`);
    store.prepare("UPDATE alerts SET kept = json_set(kept, '$.data.text.en', ?)").run(long(900_000));
    store.close();
    const again = cleanup.add(await receiver(broker.url, dir), (it) => it.stop());
    const [alert] = await alertsOf(await again.operator('Li Wei', platform.newToken));
    expect(alert.data.text.en).toHaveLength(LIMITS.text);
  });
});

describe('other messages that are too long', () => {
  it('a fault, a measurement, a birth, an answer and nonsense leave the picture small', async () => {
    const { home, name, desk, platform } = await scene();
    await home.fault({
      subject: long(200_000),
      text: { en: long(90_000), 'zh-CN': '' },
      context: { [long(9_000)]: 1 },
    });
    await home.measurement({ candidates: Array(20_000).fill('li'), person: long(90_000) });
    await home.alert();
    await desk.post(`api/alerts/${name}:a1/hush`);
    await until(() => expect(home.commands).toHaveLength(1));
    const [hush] = home.commands;
    if (hush) await home.answer(hush, { done: false, text: { en: long(200_000), 'zh-CN': '' } });
    await platform.heard('answer');
    const openAlerts = Array.from({ length: 20_000 }, (_, n) => ({ alertId: `lost-${n}`, rev: 1 }));
    await home.birth({ openAlerts });
    await home.say('birth', JSON.stringify({ ...envelope(name), [long(90_000)]: 1 }));
    await home.say('fault', JSON.stringify({ ...envelope(name), type: 'x', source: long(200_000) }));
    await home.say('alert', JSON.stringify({ ...envelope(name), source: long(200_000) }));
    await platform.heard('not-understood', ({ why }) => why.startsWith('source'));
    const picture = await pictureOf(platform.page, desk);
    expect(sizeOf(picture)).toBeLessThan(100_000);
    const [home1] = picture.gateways;
    expect(home1.missing).toHaveLength(20);
    expect(home1.missing.length + home1.missingMore).toBe(LIMITS.openAlerts);
    const { messages } = await desk.get('api/not-understood');
    for (const { why } of messages) expect(why.length).toBeLessThanOrEqual(300);
    for (const event of platform.events) expect(sizeOf(event)).toBeLessThan(20_000);
  });

  it('a birth with thousands of devices and of faults', async () => {
    const { home, name, desk, platform } = await scene();
    const devices = Array.from({ length: 9_000 }, (_, n) => ({ id: `d${n}`, kind: 'gas' }));
    const faults = Array.from({ length: 3_000 }, (_, n) => ({
      code: 'device-silent',
      subject: `d${n}`,
      since: stamp(),
    }));
    const data = { version: '1', bootId: 'b', devices, openAlerts: [], faults };
    await home.say('birth', JSON.stringify({ ...envelope(name), id: 'b1', type: 'hearthward.birth', data }));
    const other = cleanup.add(await gateway(broker.url, `${name}-other`), (it) => it.end());
    await other.fault();
    await platform.heard('fault', (event) => event.gateway === other.name);
    const picture = await pictureOf(platform.page, desk);
    const shown = (of: string) => picture.faults.filter((fault: { gateway: string }) => fault.gateway === of).length;
    expect([shown(name), shown(other.name)]).toEqual([100, 1]);
    const [mine] = picture.gateways.filter((one: { gateway: string }) => one.gateway === name);
    expect(mine).toMatchObject({ devices: 9_000, faultsMore: 2_900 });
    // A birth that lists none ends them all, those that were not shown too.
    await home.birth();
    await until(async () => expect((await desk.get('api/faults')).faults).toHaveLength(1));
    const { gateways } = await desk.get('api/gateways');
    expect(gateways.find((one: { gateway: string }) => one.gateway === name).faultsMore).toBe(0);
  });

  it('many events in one answer of the API come in pieces, each whole', async () => {
    const { home, desk } = await scene();
    for (let n = 0; n < 12; n += 1) await home.alert({ alertId: `a${n}`, because: [{ fact: long(800_000, 'x') }] });
    await until(() => expect(home.receipts).toHaveLength(12));
    const seen: string[] = [];
    for (let after = 0; ; ) {
      const answer = await desk.get(`api/events?after=${after}&limit=1000`);
      if (answer.events.length === 0) break;
      expect(sizeOf(answer)).toBeLessThan(9_000_000);
      seen.push(...answer.events.map(({ eventId }: { eventId: string }) => eventId));
      after = answer.events.at(-1).seq;
    }
    expect(seen).toEqual(Array.from({ length: 12 }, (_, n) => `a${n}.1`));
  });
});

describe('a flood from one home', () => {
  const early = { hazard: 'door-open', severity: 'early' } as const;

  it('is shown to a hundred, the most urgent; the rest is counted, and comes up as those before are closed', async () => {
    const { home, name, desk, dir, platform } = await scene();
    for (let n = 0; n < 104; n += 1) await home.alert({ ...early, alertId: `door-${n}` });
    await home.alert({ alertId: 'call' });
    await until(() => expect(home.receipts).toHaveLength(105));
    const shown = async (at = desk) =>
      (await alertsOf(at)).map(({ data }: { data: { alertId: string } }) => data.alertId);
    const more = async (at = desk) => (await at.get('api/gateways')).gateways[0].more;
    expect(await shown()).toHaveLength(100);
    expect(await shown()).toContain('call');
    expect(await more()).toBe(5);
    // The events are on the disk, all of them.
    expect((await desk.get('api/events?limit=1000')).events).toHaveLength(105);
    await home.alert({ ...early, alertId: 'door-0', rev: 2, state: 'resolved' });
    await until(async () => expect(await more()).toBe(4));
    const open = (await alertsOf(desk)).filter(({ data }: { data: { state: string } }) => data.state === 'raised');
    expect(open).toHaveLength(100);
    // One that is not shown and is closed is not counted any more.
    const [hidden = ''] = Array.from({ length: 104 }, (_, n) => `door-${n}`).filter(
      (id) => !open.some(({ data }: { data: { alertId: string } }) => data.alertId === id) && id !== 'door-0',
    );
    await home.alert({ ...early, alertId: hidden, rev: 2, state: 'resolved' });
    await until(async () => expect(await more()).toBe(3));
    await platform.stop();
    const again = cleanup.add(await receiver(broker.url, dir), (it) => it.stop());
    const after = await again.operator('Li Wei', platform.newToken);
    expect(await more(after)).toBe(3);
    expect(await shown(after)).toContain('call');
    expect((await alertsOf(after)).filter(({ gateway: of }: { gateway: string }) => of === name)).toHaveLength(102);
  });

  it('does not push out what another home closed, measured, or said that was not understood', async () => {
    const { home, name, desk, platform } = await scene();
    const other = cleanup.add(await gateway(broker.url, `${name}-other`), (it) => it.end());
    await other.alert({ state: 'resolved' });
    await other.measurement({});
    await other.say('fault', 'nonsense');
    await until(async () => expect((await desk.get('api/not-understood')).messages).toHaveLength(1));
    for (let n = 0; n < 520; n += 1) home.say('state', `nonsense ${n}`);
    for (let n = 0; n < 300; n += 1) home.alert({ alertId: `a${n}`, state: 'resolved' });
    for (let n = 0; n < 60; n += 1) home.measurement({ measurementId: `m${n}` });
    await until(() => expect(home.receipts).toHaveLength(300));
    await home.fault();
    await until(async () => expect((await desk.get('api/faults')).faults).toHaveLength(1));
    const ofOther = (list: { gateway?: string; topic?: string }[]) =>
      list.filter((one) => one.gateway === other.name || one.topic?.includes(`/${other.name}/`)).length;
    expect(ofOther(await alertsOf(desk))).toBe(1);
    expect(ofOther((await desk.get('api/not-understood')).messages)).toBe(1);
    expect(ofOther((await pictureOf(platform.page, desk)).measurements)).toBe(1);
  });
});

describe('names that JavaScript knows', () => {
  it.each(['constructor', 'toString', 'hasOwnProperty'])(
    'a gateway called %s is one like any other',
    async (called) => {
      const { desk, platform } = await scene();
      const home = cleanup.add(await gateway(broker.url, called), (it) => it.end());
      const odd = JSON.parse(
        '{"fact":"pressed","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
      );
      await home.alert({
        ...{ alertId: '__proto__', hazard: 'constructor', subject: 'device:__proto__', because: [odd] },
        device: { id: '__proto__', kind: 'constructor', room: 'prototype' },
      });
      const fault = { code: 'constructor', subject: '__proto__', since: stamp() } as never;
      await home.fault({ code: 'constructor', subject: '__proto__', context: JSON.parse('{"__proto__":"x"}') });
      await home.measurement({ measurementId: '__proto__', kind: 'constructor', person: '__proto__' });
      await platform.heard('fault');
      await home.birth({ openAlerts: [{ alertId: 'constructor', rev: 1 }], faults: [fault] });
      await platform.heard('gateway');
      await until(() => expect(home.receipts.map(({ data }) => data.eventId)).toEqual(['__proto__.1']));
      expect((await desk.post(`api/alerts/${called}:__proto__/acknowledge`)).status).toBe(202);
      const picture = await pictureOf(platform.page, desk);
      expect(picture.alerts).toMatchObject([{ key: `${called}:__proto__`, gateway: called, priority: 9 }]);
      expect(picture.faults).toMatchObject([{ code: 'constructor', subject: '__proto__' }]);
      expect(picture.gateways).toMatchObject([{ gateway: called, missing: ['constructor'] }]);
      expect(({} as { polluted?: number }).polluted).toBeUndefined();
    },
  );
});
