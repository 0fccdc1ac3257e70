// What a person at our receiver sees of a newer gateway's codes and of an alert of the past, in a real browser.

import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Mosquitto, startMosquitto } from '#fakes/mosquitto.ts';
import { until } from '#fakes/wait.ts';
import { launch, logIn, screen } from '../browser/receiver-browser.ts';
import { cleanups, envelope, gateway, lineUp, receiver, stamp } from '../receiver/rig.ts';

const HOUR = 3_600_000;
let broker: Mosquitto;
let browser: Browser;
const tidy = cleanups();
beforeAll(async () => {
  broker = await startMosquitto();
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
  await broker.stop();
});
afterEach(tidy.run);

async function rig() {
  const platform = tidy.add(await receiver(broker.url, tidy.dir()), (running) => running.stop());
  await lineUp(platform);
  const home = tidy.add(await gateway(broker.url, 'home-1'), (playing) => playing.end());
  const say = async (data: object, more: object = {}) => {
    const message = { ...envelope('home-1'), ...more };
    const whole = { ...message, data: { ...message.data, ...data } };
    const before = home.receipts.length;
    await home.say('alert', JSON.stringify({ ...whole, id: `${whole.data.alertId}.${whole.data.rev}` }));
    await until(() => expect(home.receipts).toHaveLength(before + 1));
  };
  return { platform, home, say };
}

const ago = (ms: number) => {
  const at = stamp(Date.now() - ms);
  return { raisedAt: at, calledAt: at, changedAt: at };
};

describe('the desk', () => {
  it('shows an alert of 40 hours ago as past, with its age, open and unacknowledged', async () => {
    const { platform, say } = await rig();
    await say(ago(40 * HOUR), { live: false, age: 144_000 });
    const view = tidy.add(await screen(browser, platform, { locale: 'en-US' }), (open) => open.close());
    await logIn(view);
    const card = view.page.locator('#alarms article');
    await card.locator('.tag.past').waitFor();
    expect(await card.locator('.tag.past').textContent()).toMatch(/^PAST: called 40:00:\d\d before it reached us$/);
    expect(await card.locator('.age-word').textContent()).toBe('Unacknowledged');
    expect(view.complaints).toEqual([]);
  });

  it('keeps the mark through later events of that call, and drops it with a new call', async () => {
    const { platform, say } = await rig();
    const desk = await platform.operator();
    const past = async () => (await desk.get('api/alerts')).alerts[0].past;
    const old = ago(40 * HOUR);
    await say(old, { live: false, age: 144_000 });
    expect((await past()).ageMs).toBeGreaterThanOrEqual(40 * HOUR);
    await say({ ...old, rev: 2, changedAt: stamp(Date.now()) }, { live: true, age: 0 });
    expect((await past()).ageMs).toBeGreaterThanOrEqual(40 * HOUR);
    await say({ ...old, rev: 3, count: 2, calledAt: { ...stamp(Date.now()), mono: 70_000 } }, { live: true, age: 0 });
    expect(await past()).toBeUndefined();
  });

  it('says that it does not know how old a call is, where the home does not', async () => {
    const { platform, say } = await rig();
    const at = stamp(Date.now(), 'estimated');
    await say({ raisedAt: at, calledAt: at, changedAt: at }, { live: false });
    const view = tidy.add(await screen(browser, platform), (open) => open.close());
    await logIn(view);
    const tag = view.page.locator('#alarms article .tag.past');
    await tag.waitFor();
    expect(await tag.textContent()).toBe('过往警报：时间不详');
  });

  it('shows a hazard, a severity and a state that it does not know as they are, among the alarms that nobody has in hand', async () => {
    const { platform, say } = await rig();
    const text = { en: 'Flood in the cellar', 'zh-CN': '地下室进水' };
    const device = { id: 'f', kind: 'flood-gauge', room: 'Cellar' };
    await say({ ...ago(0), hazard: 'flood', severity: 'grave', state: 'shelved', device, text });
    const view = tidy.add(await screen(browser, platform, { locale: 'en-US' }), (open) => open.close());
    await logIn(view);
    const card = view.page.locator('#alarms article');
    await card.waitFor();
    expect(await card.locator('h3').textContent()).toBe('New kind of alert: flood · Cellar');
    expect(await card.locator('.tag.severity').textContent()).toBe('grave');
    expect(await card.locator('.age-word').textContent()).toBe('shelved');
    expect(await card.locator('.text').textContent()).toBe('Flood in the cellar');
    expect(await view.page.locator('#counts li.raised b').textContent()).toBe('1');
    expect(view.complaints).toEqual([]);
  });

  it('shows a fault that only a birth lists, and that it does not know, by its code', async () => {
    const { platform, home } = await rig();
    const faults = [{ code: 'of-tomorrow', subject: 'gateway', since: stamp() }];
    await home.birth({ faults: faults as never[] });
    const told = await platform.heard('fault');
    expect(told).toMatchObject({
      code: 'of-tomorrow',
      active: true,
      text: { en: 'Fault of-tomorrow', 'zh-CN': '故障 of-tomorrow' },
    });
  });
});
