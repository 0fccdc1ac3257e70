// The receiver's page under what a faulty or hostile gateway sends: it shows all of it, obeys none, and stays usable.
// Authority: docs/receiver.md, "When a home says too much"; WCAG 2.2, 2.5.5 (44 px to touch) and 2.5.8 (24 px to click); Unicode 17, 23.2 and UAX 9 for the characters that command.

import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Mosquitto, startMosquitto } from '#fakes/mosquitto.ts';
import { until } from '#fakes/wait.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { cleanups, gateway, lineUp, receiver, stamp, WALL } from '../receiver/rig.ts';
import { launch, logIn, screen } from './receiver-browser.ts';

const cleanup = cleanups();
let broker: Mosquitto;
let browser: Browser;
beforeAll(async () => {
  [broker, browser] = await Promise.all([startMosquitto(), launch()]);
});
afterAll(() => Promise.all([broker.stop(), browser.close()]));
afterEach(cleanup.run);

let homes = 0;
async function scene(options: Parameters<typeof screen>[2] & { bend?: (source: string) => string } = {}) {
  const clock = virtualClock({ mono: 1_000_000, wall: WALL });
  const platform = cleanup.add(await receiver(broker.url, cleanup.dir(), { clock }), (it) => it.stop());
  await Promise.all([lineUp(platform), lineUp(platform, 'records')]);
  const name = `odd-${homes++}`;
  const home = cleanup.add(await gateway(broker.url, name), (it) => it.end());
  const other = cleanup.add(await gateway(broker.url, `${name}-other`), (it) => it.end());
  const desk = cleanup.add(await screen(browser, platform, options), (it) => it.close());
  const { page } = desk;
  const { bend } = options;
  if (bend) {
    await page.route('**/card.js', async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: bend(await answer.text()) });
    });
    await page.reload();
    await page.fill('#login-token', platform.newToken ?? '');
  }
  await logIn(desk);
  const keys = async (list = 'alarms') => {
    const all = await page.locator(`#${list} .card`).evaluateAll((cards) => cards.map((one) => one.dataset.key));
    return all.map((key) => key?.slice(name.length));
  };
  return { clock, platform, home, other, name, desk, page, keys };
}

/** Characters of the longest text that stands in one element, and of all of them together. */
const textSizes = `(() => {
  const sizes = [...document.querySelectorAll('body *')].map((one) =>
    [...one.childNodes].filter((node) => node.nodeType === 3).reduce((sum, node) => sum + node.data.length, 0));
  return { longest: Math.max(...sizes), all: sizes.reduce((sum, size) => sum + size, 0) };
})()`;

describe('a text of 900,000 characters', () => {
  const long = '长'.repeat(290_000);
  const room = 'A'.repeat(300_000);
  const cases = {
    text: { text: { en: 'x'.repeat(450_000), 'zh-CN': 'x'.repeat(450_000) } },
    room: { device: { id: 'help-1', kind: 'help-button', room: 'x'.repeat(900_000) } },
    story: { story: Array.from({ length: 40 }, () => ({ kind: 'x'.repeat(20_000), at: stamp() })) },
    note: { state: 'resolved', resolution: { by: { name: 'W', role: 'operator' as const }, found: long } },
  };
  it.each(Object.entries(cases))(
    'as its %s: little of it is on the page, and the next call is',
    async (_what, part) => {
      const { home, other, name, page, desk } = await scene();
      await home.alert(part);
      await other.alert();
      await until(() => expect(home.receipts).toHaveLength(1));
      await page.locator(`#alarms [data-key="${name}-other:a1"]`).waitFor();
      await page.locator(`.card[data-key="${name}:a1"]`).waitFor({ state: 'attached' });
      for (const more of await page.locator('.card .more:visible').all()) await more.click();
      const sizes = await page.evaluate<{ longest: number; all: number }>(textSizes);
      expect(sizes.longest).toBeLessThanOrEqual(2_100);
      expect(sizes.all).toBeLessThan(30_000);
      expect(await page.locator('.card .tag.cut').count()).toBe(1);
      expect(desk.complaints).toEqual([]);
    },
  );

  it('in faults, measurements and nonsense: little of it is on the page', async () => {
    const { home, page, desk } = await scene();
    await home.fault({ subject: room, text: { en: room, 'zh-CN': long }, advice: { en: room, 'zh-CN': room } });
    await home.measurement({ candidates: Array(200).fill(room.slice(0, 3_000)) });
    await home.say('alert', JSON.stringify({ specversion: '1.0', id: 'x', source: room }));
    await until(async () => expect(await page.textContent('#n-odd')).toBe('3'));
    const sizes = await page.evaluate<{ longest: number; all: number }>(textSizes);
    expect(sizes.longest).toBeLessThanOrEqual(400);
    expect(sizes.all).toBeLessThan(12_000);
    expect(desk.complaints).toEqual([]);
  });
});

describe('characters that command', () => {
  // U+202E turns what follows around; U+0085 and U+001B are C1 and C0.
  const evil = 'gas\u202eenif lla\u2066\u2067\u200f\u061c\u0085\u001b[2J\u0000end';
  const marked = 'gas⟨U+202E⟩enif lla⟨U+2066⟩⟨U+2067⟩⟨U+200F⟩⟨U+061C⟩⟨U+0085⟩⟨U+001B⟩[2J⟨U+0000⟩end';

  it('are shown as marks wherever a home may say them', async () => {
    const { home, page, desk } = await scene({ locale: 'en-GB' });
    const by = { name: evil, role: 'operator' as const };
    const said = { en: evil, 'zh-CN': evil };
    await home.fault({ subject: evil, text: said, advice: said });
    await home.measurement({ candidates: [evil], whose: 'asked' });
    await home.alert({
      ...{ device: { id: evil, kind: 'help-button', room: evil }, text: said, state: 'acknowledged' },
      ...{ acknowledgedBy: by, onTheWay: by },
      story: [
        { kind: 'person', at: stamp(), by, act: evil, note: evil },
        { kind: evil, at: stamp() },
      ],
    });
    await page.locator('#alarms .card').waitFor();
    await until(async () => expect(await page.textContent('#faults')).toContain(marked));
    await until(async () => expect(await page.textContent('#measurements')).toContain(marked));
    for (const part of ['h3', '.where', '.text', '.people', '.story'])
      expect(await page.textContent(`#alarms .card ${part}`)).toContain(marked);
    const whole = await page.evaluate<string>(
      `document.body.innerText + document.title + document.getElementById('announce').textContent +
       [...document.querySelectorAll('[aria-label], [title]')].map((one) => one.ariaLabel + one.title).join()`,
    );
    expect(whole.match(/(?![\t\n\r])\p{Cc}|\p{Bidi_Control}/gu)).toBeNull();
    expect(desk.complaints).toEqual([]);
  });

  it('and letters that run the other way, stay within the name that they are in', async () => {
    const { home, page } = await scene({ locale: 'en-GB' });
    const hebrew = 'חדר שינה';
    await home.alert({ device: { id: hebrew, kind: 'help-button', room: hebrew } });
    await page.locator('#alarms .card').waitFor();
    for (const part of ['h3', '.where']) {
      const isolated = page.locator(`#alarms .card ${part} bdi`);
      expect(await isolated.allTextContents()).toEqual([hebrew]);
    }
  });
});

describe('a card', () => {
  it('with parts that are no words is drawn all the same', async () => {
    const { home, other, name, page, desk } = await scene();
    const no = { toString: null, valueOf: null };
    await home.alert({
      story: [
        { kind: 'output', at: stamp(), outputKind: no, output: no, action: no, result: no, attempts: 2 },
        { kind: 'person', at: stamp(), act: no, by: no, note: no, refused: no },
        { kind: 'hushed', at: stamp(), until: no, untilWall: no },
      ],
    });
    await other.alert();
    await page.locator(`#alarms [data-key="${name}-other:a1"]`).waitFor();
    expect(await page.locator('#alarms .card').count()).toBe(2);
    expect(await page.locator('#alarms .card.bare').count()).toBe(0);
    expect(desk.complaints).toEqual([]);
  });

  it('that cannot be drawn is a bare one with what, where and when, can be dealt with, and stops no other', async () => {
    const bend = (source: string) =>
      source.replace(
        'function tagsOf(view, now, silent) {',
        `$&if (view.data.alertId === 'broken') throw new Error('broken');`,
      );
    const { home, other, name, page } = await scene({ locale: 'en-GB', bend });
    await home.alert({ alertId: 'broken', hazard: 'gas' });
    await other.alert();
    const bare = page.locator(`#alarms [data-key="${name}:broken"]`);
    await bare.waitFor();
    await until(async () => expect(await page.locator('#alarms .card').count()).toBe(2));
    expect(await bare.getAttribute('class')).toContain('bare');
    expect(await bare.textContent()).toMatch(new RegExp(`Gas leak.*${name}.*10:21:00`));
    await bare.locator('[data-act=acknowledge]').click();
    await until(() => expect(home.commands.map(({ data }) => data.act)).toEqual(['acknowledge']));
    await until(async () => expect(await page.textContent('#n-alarms')).toBe('2'));
  });
});

describe('a flood', () => {
  it('from one home stands behind the others, is shown in pieces, and is told', async () => {
    const { home, other, name, page, keys, desk } = await scene({ locale: 'en-GB' });
    const at = (seconds: number) => ({ raisedAt: stamp(WALL - seconds * 1_000) });
    for (let n = 0; n < 120; n += 1) home.alert({ alertId: `f${n}`, ...at(500) });
    await until(() => expect(home.receipts).toHaveLength(120));
    await other.alert({ hazard: 'hot', severity: 'alarm', ...at(1) });
    await until(async () => expect(await keys()).toHaveLength(60));
    await until(async () => expect((await keys()).indexOf('-other:a1')).toBe(10));
    expect(await page.textContent('#n-alarms')).toBe('101');
    expect(await page.textContent('#more-alarms')).toBe('Show 41 more');
    await until(async () =>
      expect(await page.textContent('#notices')).toContain(`Home ${name} has 20 more open alerts than are shown.`),
    );
    await page.click('#more-alarms');
    await until(async () => expect(await keys()).toHaveLength(101));
    expect(await page.isHidden('#more-alarms')).toBe(true);
    await home.alert({ alertId: 'f0', rev: 2, state: 'resolved', ...at(500) });
    await until(async () => expect(await page.textContent('#notices')).toContain(`Home ${name} has 19 more`));
    await until(async () => expect(await keys()).toHaveLength(101));
    expect(desk.complaints).toEqual([]);
  });

  it('of faults and of alerts that never came is counted whole', async () => {
    const { home, other, page } = await scene({ locale: 'en-GB' });
    const faults = Array.from({ length: 400 }, (_, n) => ({ code: 'device-silent', subject: `d${n}`, since: stamp() }));
    const openAlerts = Array.from({ length: 70 }, (_, n) => ({ alertId: `lost-${n}`, rev: 1 }));
    await other.fault({ subject: 'of the other home' });
    await home.birth({ faults: faults as never, openAlerts });
    await until(async () => expect(await page.textContent('#n-faults')).toBe('401'));
    expect(await page.locator('#faults .row').count()).toBe(60);
    expect(await page.textContent('#faults')).toContain('of the other home');
    expect(await page.textContent('#faults')).toContain('and 341 more');
    await until(async () => expect(await page.textContent('#n-missing')).toBe('70'));
    expect(await page.textContent('#missing')).toContain('and 50 more');
  });
});

describe('what is counted', () => {
  it('is one or many in English', async () => {
    const { home, other, page } = await scene({ locale: 'en-GB' });
    await home.state(true);
    await until(async () => expect(await page.textContent('#quiet')).toBe('No open alarm. 1 home is being heard.'));
    await home.fault();
    await until(async () => expect(await page.textContent('#counts .fault span')).toBe('fault'));
    await other.state(true);
    await other.fault();
    await until(async () => expect(await page.textContent('#quiet')).toBe('No open alarm. 2 homes are being heard.'));
    await until(async () => expect(await page.textContent('#counts .fault span')).toBe('faults'));
    await other.state(false);
    await until(async () => expect(await page.textContent('#counts .silent span')).toBe('silent home'));
  });
});

describe('the page', () => {
  it.each([
    ['en-GB', 390, 44],
    ['zh-CN', 390, 44],
    ['en-GB', 1280, 24],
    ['zh-CN', 1280, 24],
  ])('in %s, %i px wide: nothing is cut off, empty, or too small to touch', async (locale, width, touch) => {
    const { home, other, page, desk } = await scene({ locale, width, height: 844 });
    const word = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerk'.repeat(8);
    const by = { name: word.slice(0, 120), role: 'operator' as const };
    await home.alert({
      ...{ device: { id: word, kind: 'help-button', room: word }, text: { en: word, 'zh-CN': word }, count: 12 },
      story: [{ kind: 'person', at: stamp(), by, act: 'resolve', note: word, refused: word }],
    });
    await home.alert({ alertId: 'a2', state: 'acknowledged', acknowledgedBy: by, onTheWay: by });
    await home.alert({ alertId: 'a3', hazard: 'gas', severity: 'early', conditionPresent: false });
    await home.fault({ subject: word, text: { en: word, 'zh-CN': word } });
    await home.measurement({ candidates: [word, 'li'] });
    await home.say('alert', word);
    await other.birth({ openAlerts: [{ alertId: word, rev: 1 }] });
    await other.state(false);
    await until(async () => expect(await page.locator('.card').count()).toBe(3));
    await until(async () => expect(await page.locator('#silent .row').count()).toBe(1));
    await until(async () => expect(await page.locator('#missing .row').count()).toBe(1));
    for (const part of await page.locator('details > summary').all()) await part.click();
    await page.locator('#alarms [data-act=resolve]').first().click();
    const wrong = `(() => {
      const named = (one) => one.id || one.className || one.tagName;
      const seen = [...document.querySelectorAll('body *')].filter((one) => one.checkVisibility() && !one.closest('.unseen, svg, optgroup, datalist'));
      const over = seen.filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0 && getComputedStyle(one).display !== 'inline');
      const out = seen.filter((one) => one.getBoundingClientRect().right > ${width} + 0.5 || one.getBoundingClientRect().left < -0.5);
      const small = seen.filter((one) => one.matches('button, summary, input, select, textarea') && one.getBoundingClientRect().height < ${touch});
      const empty = seen.filter((one) => one.matches('button, #counts span') && one.textContent === '');
      const broken = seen.filter((one) => one.matches('.age-clock, .age-word, #counts span') && one.getClientRects()[0].height > 2.2 * parseFloat(getComputedStyle(one).fontSize));
      return { width: document.documentElement.scrollWidth, over: over.map(named), out: out.map(named), small: small.map(named),
        empty: empty.map(named), broken: broken.map(named) };
    })()`;
    expect(await page.evaluate(wrong)).toEqual({ width, over: [], out: [], small: [], empty: [], broken: [] });
    await page.keyboard.press('Escape');
    expect(await page.evaluate(wrong)).toEqual({ width, over: [], out: [], small: [], empty: [], broken: [] });
    expect(desk.complaints).toEqual([]);
  });
});
