import { describe, expect, it } from 'vitest';
import type { Alert } from '#contract/alert.ts';
import type { OutboxEntry } from '#contract/delivery.ts';
import { watchedHome } from '#fakes/home.ts';
import { memoryJournal } from '#src/store/memory.ts';

type Home = ReturnType<typeof watchedHome>;

/** What the card holds after everything that `home` committed. */
async function cardOf(home: Home) {
  const { journal, restored } = memoryJournal();
  for (const change of home.commits) await journal.commit(change);
  return restored();
}

const entries = (home: Home, kind: OutboxEntry['kind']) => home.offers.filter((entry) => entry.kind === kind);

/** Of the alert events that were handed to a channel. */
const revs = (home: Home) => entries(home, 'alert').map(({ msgId }) => Number(msgId.split('.').at(-1)));

describe('a restart', () => {
  it('goes on with what is open: the same alert, waiting for its receipt, and the siren', async () => {
    const before = watchedHome();
    await before.hear('smoke-1', 'smoke', true);
    const after = watchedHome();
    after.pipeline.adopt(await cardOf(before));
    await after.pass();
    expect(after.pipeline.openAlerts()).toMatchObject([{ hazard: 'smoke', state: 'raised', count: 1 }]);
    expect(entries(after, 'alert').map(({ msgId }) => msgId)).toContain(entries(before, 'alert').at(-1)?.msgId);
    expect(Math.max(...revs(after))).toBeGreaterThan(1_000);
    expect(after.switched).toContainEqual(['siren-1', 'on']);
  });

  it('does not take the alarm that was on for a new one', async () => {
    const before = watchedHome();
    await before.hear('smoke-1', 'smoke', true);
    const after = watchedHome();
    after.pipeline.adopt(await cardOf(before));
    await after.hear('smoke-1', 'smoke', true);
    expect(after.pipeline.openAlerts()).toMatchObject([{ count: 1 }]);
    await after.hear('smoke-1', 'smoke', false);
    expect(after.pipeline.openAlerts()).toMatchObject([{ conditionPresent: false }]);
  });

  it('hears the next press as one more of the call that is open', async () => {
    const before = watchedHome();
    await before.press();
    const after = watchedHome();
    after.pipeline.adopt(await cardOf(before));
    await after.press();
    expect(after.pipeline.openAlerts()).toMatchObject([{ count: 2 }]);
  });

  it('from a card that could be read only late takes up what is not known yet, and nothing that is', async () => {
    const before = watchedHome();
    await before.press();
    await before.hear('smoke-1', 'smoke', true);
    const card = await cardOf(before);
    const after = watchedHome({ state: before.pipeline.snapshot() });
    await after.press();
    const [known] = after.pipeline.openAlerts();
    after.pipeline.adopt({ ...card, alerts: [...card.alerts, { ...card.alerts[0], id: 'found-late' } as Alert] });
    expect(after.pipeline.openAlerts()).toContainEqual(known);
    expect(after.pipeline.openAlerts().map(({ id }) => id)).toContain('found-late');
  });

  it('gives no number to two messages', async () => {
    const before = watchedHome();
    await before.press();
    const after = watchedHome();
    after.pipeline.adopt(await cardOf(before));
    await after.press();
    const later = after.offers.filter(({ msgId }) => msgId !== before.offers[0]?.msgId);
    const seqs = [...before.offers, ...later].map(({ seq }) => seq);
    expect(later.length).toBeGreaterThan(0);
    expect(new Set(seqs).size).toBe(seqs.length);
  });

  it('waits for no receipt that has come', async () => {
    const before = watchedHome();
    await before.press();
    await before.puback();
    await before.receipt();
    await before.pass(2_000);
    const after = watchedHome();
    after.pipeline.adopt(await cardOf(before));
    await after.pass(60_000);
    // It is sent anew, for a rev that the disk has not seen may have left; no call waits for that.
    expect([after.stages(), after.faults(), revs(after)]).toEqual([['received'], [], [1_001]]);
  });

  it('nor when a person has acknowledged', async () => {
    const before = watchedHome();
    await before.press();
    await before.receipt();
    before.pipeline.command({ id: 'c1', act: 'acknowledge', by: { name: 'Li', role: 'operator' } });
    await before.pass();
    await before.receipt();
    await before.pass(2_000);
    const after = watchedHome();
    after.pipeline.adopt(await cardOf(before));
    await after.pass(60_000);
    expect([after.stages(), after.faults(), revs(after)]).toEqual([['confirmed'], [], [1_002]]);
  });

  it('tells a platform that saw more than the disk that the alert is open here', async () => {
    const before = watchedHome();
    await before.press();
    const disk = await cardOf(before);
    before.card.mode = 'slow';
    before.pipeline.command({ id: 'c1', act: 'resolve', by: { name: 'Li', role: 'operator' }, note: 'all well' });
    // It has left, and the power goes before the disk has it.
    expect(revs(before)).toEqual([1, 2]);
    const after = watchedHome();
    after.pipeline.adopt(disk);
    await after.pass();
    expect(after.pipeline.openAlerts()).toMatchObject([{ state: 'raised' }]);
    expect(Math.max(...revs(after))).toBeGreaterThan(2);
  });

  it('once more before the mark of a receipt was written waits for the receipt of the double', async () => {
    const before = watchedHome();
    await before.press();
    await before.receipt();
    const after = watchedHome();
    after.pipeline.adopt(await cardOf(before));
    await after.pass();
    await after.receipt();
    await after.pass(60_000);
    expect([after.stages().at(-1), after.faults()]).toEqual(['received', []]);
  });

  it('offers an open alert anew of which the card knows neither a receipt nor that it waits', async () => {
    const before = watchedHome();
    await before.press();
    const after = watchedHome();
    after.pipeline.adopt({ ...(await cardOf(before)), outbox: [] });
    await after.pass();
    expect(revs(after)).toEqual([1_001]);
    await after.receipt();
    await after.pass(60_000);
    expect([after.stages().at(-1), after.faults()]).toEqual(['received', []]);
  });

  it('offers an open alert to a channel that is new in the config', async () => {
    const before = watchedHome({ channels: ['district'] });
    await before.press();
    const after = watchedHome({ channels: ['district', 'city'] });
    after.pipeline.adopt(await cardOf(before));
    await after.pass();
    expect(new Set(entries(after, 'alert').map(({ channel }) => channel))).toEqual(new Set(['district', 'city']));
  });

  it('sounds only for what is left of the five minutes, and for all of them when nobody knows how long it was off', async () => {
    const before = watchedHome();
    await before.hear('smoke-1', 'smoke', true);
    const card = await cardOf(before);
    const soon = watchedHome();
    soon.clock.advance(299_000);
    soon.pipeline.adopt(card);
    await soon.pass(1_000);
    expect(soon.switched).toEqual([
      ['siren-1', 'on'],
      ['siren-1', 'off'],
    ]);
    const unknown = watchedHome();
    unknown.clock.setTrusted(false);
    const elsewhere = card.alerts.map((alert) => ({ ...alert, calledAt: { ...alert.calledAt, bootId: 'another' } }));
    unknown.pipeline.adopt({ ...card, alerts: elsewhere });
    await unknown.pass(299_000);
    expect(unknown.switched).toEqual([['siren-1', 'on']]);
  });
});
