// The receiver's page in a real Chromium: what an operator sees and does.

import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Hazard, hazardNames, hazards } from '#contract/hazard.ts';
import { type Mosquitto, startMosquitto } from '#fakes/mosquitto.ts';
import { until } from '#fakes/wait.ts';
import { type VirtualClock, virtualClock } from '#src/clock/virtual.ts';
import { cleanups, gateway, lineUp, receiver, stamp, WALL } from '../receiver/rig.ts';
import { launch, logIn, type Screen, screen } from './receiver-browser.ts';

const cleanup = cleanups();
let broker: Mosquitto;
let browser: Browser;
beforeAll(async () => {
  [broker, browser] = await Promise.all([startMosquitto(), launch()]);
});
afterAll(() => Promise.all([broker.stop(), browser.close()]));
afterEach(cleanup.run);

let homes = 0;
async function scene(options: Parameters<typeof screen>[2] & { clock?: VirtualClock } = {}) {
  const clock = options.clock ?? virtualClock({ mono: 1_000_000, wall: WALL });
  const platform = cleanup.add(await receiver(broker.url, cleanup.dir(), { clock }), (it) => it.stop());
  await Promise.all([lineUp(platform), lineUp(platform, 'records')]);
  const name = `home-${homes++}`;
  const home = cleanup.add(await gateway(broker.url, name), (it) => it.end());
  const desk = cleanup.add(await screen(browser, platform, options), (it) => it.close());
  return { clock, platform, home, name, desk, page: desk.page };
}

const priorityOf = (key = '') => hazards[key.split(':')[1] as Hazard].priority;
const card = ({ page }: Screen) => page.locator('#alarms .card').first();

describe('logging in', () => {
  it('asks for a name and the token, refuses a wrong one, and takes the token out of the address', async () => {
    const { page, desk, platform } = await scene({ locale: 'en-GB' });
    await page.waitForSelector('#login:not([hidden])');
    expect(await page.inputValue('#login-token')).toBe(platform.newToken);
    await page.fill('#login-token', 'not the token');
    await logInWith(desk, 'Li Wei');
    await until(async () => expect(await page.textContent('#login-error')).toBe('This token is not right.'));
    expect(await page.isHidden('#desk')).toBe(true);
    await page.fill('#login-token', platform.newToken ?? '');
    await logIn(desk, 'Li Wei');
    expect(await page.textContent('#operator')).toBe('Li Wei');
    expect(page.url()).not.toContain('token');
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
    await page.reload();
    await page.waitForSelector('#desk:not([hidden])');
    await page.click('#logout');
    await page.waitForSelector('#login:not([hidden])');
    await page.reload();
    await page.waitForSelector('#login:not([hidden])');
  });
});

describe('an alarm', () => {
  it('appears by itself, is announced, counts, and ages in steps', async () => {
    const { clock, home, page, desk } = await scene();
    await logIn(desk);
    await until(async () => expect(await page.textContent('#quiet')).toContain('当前没有未处置的警报'));
    await home.alert({ raisedAt: stamp(WALL), calledAt: stamp(WALL) });
    await card(desk).waitFor();
    expect(await card(desk).locator('h3').textContent()).toBe('紧急求助 · 卧室');
    expect(await page.textContent('#announce')).toContain('卧室的求助按钮被按下');
    expect(await page.title()).toBe('(1) 未确认 · 居家守望');
    expect(await card(desk).getAttribute('data-age')).toBe('0');
    clock.advance(70_000);
    await until(async () => expect(await card(desk).getAttribute('data-age')).toBe('1'));
    expect(await card(desk).locator('.age').textContent()).toMatch(/^未确认01:1\d$/);
    clock.advance(300_000);
    await until(async () => expect(await card(desk).getAttribute('data-age')).toBe('2'));
    await home.alert({ rev: 2, count: 2, raisedAt: stamp(WALL), calledAt: stamp(WALL + 360_000) });
    await until(async () =>
      expect(await card(desk).locator('.tag.count').textContent()).toBe('共呼叫 2 次，最近 10:27:00'),
    );
    expect(desk.complaints).toEqual([]);
  });

  it('is acknowledged, gone to and resolved with what was found, each as the home answers', async () => {
    const { home, page, desk } = await scene({ locale: 'en-GB' });
    await logIn(desk, 'Li Wei');
    await home.alert();
    const by = { name: 'Li Wei', role: 'operator' } as const;

    await card(desk).locator('[data-act=acknowledge]').click();
    await until(async () =>
      expect(await card(desk).locator('.command').textContent()).toContain('has not answered yet'),
    );
    expect(await card(desk).getAttribute('data-state')).toBe('raised');
    await until(() =>
      expect(home.commands.map(({ data }) => data)).toEqual([{ act: 'acknowledge', by, alertId: 'a1', rev: 1 }]),
    );
    const [acknowledge] = home.commands;
    if (acknowledge) await home.answer(acknowledge);
    await home.alert({ rev: 2, state: 'acknowledged', acknowledgedBy: by });
    await until(async () => expect(await card(desk).getAttribute('data-state')).toBe('acknowledged'));
    expect(await card(desk).locator('.command').count()).toBe(0);
    expect(await page.title()).toBe('Hearthward');

    await card(desk).locator('[data-act=on-the-way]').click();
    await until(() => expect(home.commands).toHaveLength(2));
    await home.alert({ rev: 3, state: 'acknowledged', acknowledgedBy: by, onTheWay: by });
    await until(async () => expect(await card(desk).textContent()).toContain('Li Wei is on the way'));

    await card(desk).locator('[data-act=resolve]').click();
    await page.keyboard.press('Escape');
    await until(async () => expect(await page.isHidden('#resolve')).toBe(true));
    await card(desk).locator('[data-act=resolve]').click();
    await page.locator('#resolve button.primary').click();
    expect(await page.isVisible('#resolve')).toBe(true);
    await page.getByRole('button', { name: 'False alarm, spoken with the resident' }).click();
    expect(await page.isChecked('#resolve [value=false-alarm]')).toBe(true);
    await page.fill('#resolve-note', 'Helped up, unhurt');
    await page.getByLabel('Yes').check();
    await page.locator('#resolve button.primary').click();
    await until(() => expect(home.commands).toHaveLength(3));
    expect(home.commands[2]?.data).toEqual({
      ...{ act: 'resolve', by, alertId: 'a1', rev: 3 },
      ...{ note: 'Helped up, unhurt', outcome: 'genuine' },
    });
    await home.alert({ rev: 4, state: 'resolved', resolution: { by, found: 'Helped up, unhurt' } });
    await until(async () => expect(await page.locator('#alarms .card').count()).toBe(0));
    await page.click('#closed-part summary');
    expect(await page.textContent('#closed')).toContain('Li Wei: Helped up, unhurt');
  });

  it('that the home refuses to act on says so', async () => {
    const { home, desk } = await scene({ locale: 'en-GB' });
    await logIn(desk);
    await home.alert();
    await card(desk).locator('[data-act=hush]').click();
    await until(() => expect(home.commands).toHaveLength(1));
    const [hush] = home.commands;
    if (hush) await home.answer(hush, { done: false, refused: 'no-change' });
    await until(async () =>
      expect(await card(desk).locator('.command.refused').textContent()).toContain('nothing to change'),
    );
  });

  it('of the worst kind that waits longest stands first; early warnings stand apart', async () => {
    const { home, page, desk } = await scene();
    await logIn(desk);
    const at = (seconds: number) => ({ raisedAt: stamp(WALL - seconds * 1_000) });
    const gas = { hazard: 'gas', severity: 'alarm' } as const;
    await home.alert({ alertId: 'held', state: 'acknowledged', ...at(500) });
    await home.alert({ alertId: 'gas-new', ...gas, ...at(5) });
    await home.alert({ alertId: 'gas-old', ...gas, ...at(90) });
    await home.alert({ alertId: 'early', ...gas, severity: 'early', ...at(400) });
    await home.alert({ alertId: 'help', ...at(1) });
    const order = async () => {
      const cards = await page.locator('#alarms .card').all();
      const keys = await Promise.all(cards.map((one) => one.getAttribute('data-key')));
      return keys.map((key) => key?.split(':')[1]);
    };
    await until(async () => expect(await order()).toEqual(['help', 'gas-old', 'gas-new', 'held']));
    expect(await page.locator('#early .card').count()).toBe(1);
  });

  it('with markup for a room is text, whatever it says', async () => {
    const { home, page, desk } = await scene();
    await logIn(desk);
    const room = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    await home.alert({
      device: { id: 'help-1', kind: 'help-button', room },
      text: { en: room, 'zh-CN': room },
      story: [
        { kind: room, at: stamp() },
        { kind: 'person', at: stamp() },
        { kind: 'person', at: stamp(), act: 7, by: [room], refused: 5 },
        { kind: 'hushed', at: stamp(), untilWall: 1e20 },
        { kind: 'hushed', at: stamp(), until: {} },
        { kind: 'output', at: stamp(), outputKind: null, attempts: room },
      ],
    });
    await home.say('alert', room);
    await until(async () => expect(await card(desk).locator('h3').textContent()).toContain(room));
    await until(async () => expect(await page.textContent('#n-odd')).toBe('1'));
    await card(desk).locator('.more').click();
    expect(await card(desk).locator('.story').textContent()).toContain(room);
    expect(desk.complaints).toEqual([]);
    expect(await page.locator('#desk main img').count()).toBe(0);
    expect(await page.title()).toBe('(1) 未确认 · 居家守望');
  });

  it('of every kind that a home can raise has words in both languages, and its place by the contract', async () => {
    const { home, page, desk } = await scene({ locale: 'en-GB', height: 2000 });
    await logIn(desk);
    const byUrgency = hazardNames.toSorted((a, b) => hazards[a].priority - hazards[b].priority);
    for (const hazard of hazardNames) await home.alert({ alertId: hazard, hazard, severity: 'alarm' });
    await until(async () => expect(await page.locator('#alarms .card').count()).toBe(hazardNames.length));
    const titles = () => page.locator('#alarms .card h3').allTextContents();
    expect((await titles()).filter((title) => title.startsWith('New kind'))).toEqual([]);
    const keys = await page.locator('#alarms .card').evaluateAll((cards) => cards.map((card) => card.dataset.key));
    expect(keys.map((key) => priorityOf(key))).toEqual(byUrgency.map((hazard) => hazards[hazard].priority));
    await page.click('header [data-language]');
    expect((await titles()).filter((title) => !/[\u4e00-\u9fff]/.test(title.split(' · ')[0] ?? ''))).toEqual([]);
  });

  it('of a home whose clock is not trusted is marked so', async () => {
    const { home, desk } = await scene();
    await logIn(desk);
    await home.alert({ raisedAt: stamp(0, 'estimated') });
    await until(async () => expect(await card(desk).locator('.where').textContent()).toContain('≈'));
    // Its age is counted from its arrival: 1970 would be no help to anybody.
    expect(await card(desk).locator('.age-clock').textContent()).toMatch(/^00:0\d$/);
  });
});

describe('the rest of the desk', () => {
  it('shows silent homes and faults, and a switch changes every word', async () => {
    const { clock, home, name, page, desk } = await scene();
    await logIn(desk);
    await home.state(true);
    await home.fault();
    await until(async () => expect(await page.textContent('#faults')).toContain('设备无响应'));
    await until(async () => expect(await page.textContent('#silent')).toBe('无'));
    clock.advance(190_000);
    await until(async () => expect(await page.textContent('#silent')).toContain(name));
    expect(await page.textContent('#silent .counter')).toMatch(/^03:\d\d$/);
    await page.click('.tools [data-language]');
    expect(await page.textContent('#h-silent')).toContain('Silent homes: unprotected');
    expect(await page.textContent('#faults')).toContain('Device is silent');
    expect(await page.getAttribute('html', 'lang')).toBe('en');
    await page.reload();
    await until(async () => expect(await page.textContent('#h-silent')).toContain('Silent homes: unprotected'));
  });

  it('says when its picture is old, and is live again when the receiver is back', async () => {
    const dir = cleanup.dir();
    const first = await receiver(broker.url, dir);
    const port = Number(new URL(first.page).port);
    const desk = cleanup.add(await screen(browser, first, { locale: 'en-GB' }), (it) => it.close());
    await logIn(desk);
    await until(async () => expect(await desk.page.textContent('#link')).toBe('Live'));
    await first.stop();
    await until(async () => expect(await desk.page.textContent('#notices')).toContain('this picture is old'));
    cleanup.add(await receiver(broker.url, dir, { http: { host: '127.0.0.1', port } }), (it) => it.stop());
    await until(async () => expect(await desk.page.textContent('#link')).toBe('Live'));
    expect(await desk.page.textContent('#operator')).toBe('李伟');
  });

  it('is not called live while no alarm can arrive', async () => {
    const own = await startMosquitto();
    const platform = cleanup.add(await receiver(own.url, cleanup.dir()), (it) => it.stop());
    const desk = cleanup.add(await screen(browser, platform, { locale: 'en-GB' }), (it) => it.close());
    await logIn(desk);
    await until(async () => expect(await desk.page.textContent('#link')).toBe('Live'));
    await own.stop();
    await until(async () => expect(await desk.page.textContent('#link')).toBe('No alarms arrive'));
    expect(await desk.page.getAttribute('#link', 'class')).toContain('bad');
  });

  it('fits a phone: nothing to scroll sideways for', async () => {
    const { home, page, desk } = await scene({ width: 390, height: 844 });
    await logIn(desk);
    await home.alert({
      device: { id: 'help-1', kind: 'help-button', room: 'a-room-with-a-very-long-name-in-one-word-indeed' },
    });
    await card(desk).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  });
});

async function logInWith({ page }: Screen, name: string): Promise<void> {
  await page.fill('#login-name', name);
  await page.press('#login-name', 'Enter');
}

describe('a measurement of a shared meter', () => {
  it('asks whose it is; the answer goes to its home and is shown as the home says', async () => {
    const { home, name, page, desk, platform } = await scene({ locale: 'en-GB' });
    await logIn(desk);
    const measured = (part: object) =>
      home.measurement({
        ...{ measurementId: 'cuff-1', rev: 1, kind: 'blood-pressure', person: null, whose: 'asked' },
        candidates: ['li', 'wang'],
        values: [
          { quantity: 'systolic', value: 148, unit: 'mm[Hg]', loinc: '8480-6', quality: 'good' },
          { quantity: 'diastolic', value: 86, unit: 'mm[Hg]', loinc: '8462-4', quality: 'good' },
        ],
        ...part,
      });
    await home.birth();
    await measured({});
    await page.click('#measurements-part summary');
    const rows = page.locator('#measurements .row');
    await until(async () => expect(await rows.first().textContent()).toContain('upper 148 mmHg · lower 86 mmHg'));
    expect(await rows.first().textContent()).toContain('nobody named · blood pressure');
    await rows.first().locator('[data-person=wang]').click();
    await platform.heard('command');
    await until(() => expect(home.commands).toHaveLength(1));
    const [command] = home.commands;
    expect(command?.data).toEqual({
      act: 'assign',
      by: { name: '李伟', role: 'operator' },
      assign: { measurementId: 'cuff-1', person: 'wang' },
    });
    await until(async () =>
      expect(await rows.first().textContent()).toContain('Whose it is: wang: sent, the home has not answered yet'),
    );
    if (command) await home.answer(command, { done: false, refused: 'kept-at-home' });
    await until(async () =>
      expect(await rows.first().textContent()).toContain('this person’s measurements stay at home'),
    );
    await measured({ rev: 2, person: 'wang', whose: 'assigned' });
    await until(async () => expect(await rows.first().textContent()).toContain(`${name} · wang · blood pressure`));
    expect(await rows.count()).toBe(1);
    expect(await page.locator('[data-person]').count()).toBe(0);
    expect(desk.complaints).toEqual([]);
  });
});

describe('a home is told', () => {
  it('to ask for a measurement, and who is in it; a dialog that is closed tells nothing', async () => {
    const { home, page, desk } = await scene({ locale: 'en-GB' });
    await logIn(desk);
    await home.birth();
    await page.click('#homes-part summary');
    const button = page.locator('#homes .row button').first();
    await button.click();
    await page.keyboard.press('Escape');
    await button.click();
    await page.selectOption('#order-what', 'measure oxygen');
    await page.fill('#order-who', 'li');
    await page.locator('#order button.primary').click();
    await until(() => expect(home.commands).toHaveLength(1));
    expect(home.commands[0]?.data).toMatchObject({ act: 'measure', measure: { kind: 'oxygen', person: 'li' } });
    await button.click();
    await page.selectOption('#order-what', 'hospital');
    await until(async () => expect(await page.isHidden('#order-who')).toBe(true));
    await page.locator('#order button.primary').click();
    await until(() => expect(home.commands).toHaveLength(2));
    const by = { name: '李伟', role: 'operator' };
    expect(home.commands[1]?.data).toEqual({ act: 'hospital', by });
    if (home.commands[1]) await home.answer(home.commands[1]);
    await until(async () => expect(await page.textContent('#homes')).toContain('In hospital: the home has confirmed'));
    expect(desk.complaints).toEqual([]);
  });
});
