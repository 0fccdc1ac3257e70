// Measurements and orders through the whole pipeline: on the card before they leave, only where the person allows it, after a
// restart too; and the same in a replay.

import { describe, expect, it } from 'vitest';
import type { HealthOrder } from '#contract/health.ts';
import { measurementMessage } from '#contract/uplink/messages.ts';
import { watchedHome } from '#fakes/home.ts';
import { replay } from '#fakes/replay.ts';
import type { HomeDevice } from '#src/core/home.ts';
import { memoryJournal } from '#src/store/memory.ts';

const MINUTE = 60_000;
const cuff: HomeDevice = { id: 'cuff', kind: 'blood-pressure', room: 'kitchen', wearer: 'li' };
const shared: HomeDevice = { id: 'shared', kind: 'blood-pressure', sharedBy: ['li', 'gu'] };
const people = [
  { id: 'li', name: 'Li Wei', healthRecord: 'platform' },
  { id: 'gu', name: 'Gu' },
] as const;
const operator = { name: 'Chen', role: 'operator' } as const;

function homeWith(devices: HomeDevice[]) {
  const home = watchedHome({ devices, rules: { people } });
  return {
    ...home,
    async measure(device: string, systolic: number, diastolic: number) {
      await home.hear(device, 'systolic', systolic);
      await home.hear(device, 'diastolic', diastolic);
      await home.pass(2_000);
    },
    ask: (id: string, order: HealthOrder) => home.pipeline.command({ id, act: order.act, by: operator, order }),
    sent: () => home.offers.filter(({ kind }) => kind === 'measurement'),
  };
}

describe('a value that stays beyond its limit', () => {
  it('is on the card with its alert, and not told again after a restart', async () => {
    const watch: HomeDevice = { id: 'watch', kind: 'wearable', wearer: 'li' };
    const stays = async (home: ReturnType<typeof homeWith>) => {
      for (let n = 0; n <= 120; n += 1) {
        await home.hear('watch', 'heartRate', 125);
        await home.pass(10_000);
      }
    };
    const home = homeWith([watch]);
    await stays(home);
    expect(home.pipeline.openAlerts()).toMatchObject([{ subject: 'person:li', severity: 'early', count: 1 }]);
    const { journal, restored } = memoryJournal();
    for (const change of home.commits) await journal.commit(change);
    const next = homeWith([watch]);
    next.pipeline.adopt(restored());
    await stays(next);
    expect(next.pipeline.openAlerts()).toMatchObject([{ count: 1 }]);
  });
});

describe('a measurement', () => {
  it('is on the card with what it was made of before it leaves, and off it once the broker has it', async () => {
    const home = homeWith([cuff]);
    await home.measure('cuff', 135, 85);
    const [entry] = home.sent();
    expect(measurementMessage.parse(JSON.parse(entry?.body ?? '')).data).toMatchObject({
      ...{ rev: 1, person: 'li', kind: 'blood-pressure', device: 'cuff', at: { quality: 'synced' } },
      values: [
        { quantity: 'systolic', value: 135, unit: 'mm[Hg]', loinc: '8480-6' },
        { quantity: 'diastolic', value: 85, unit: 'mm[Hg]', loinc: '8462-4' },
      ],
    });
    const commit = home.commits.find(({ put }) => put?.some(({ msgId }) => msgId === entry?.msgId));
    expect(commit?.checkpoints?.vitals).toMatchObject({ made: 1 });
    expect(home.order.indexOf('commit')).toBeLessThan(home.order.indexOf('offer measurement'));
    if (entry) home.pipeline.sent(entry);
    await home.pass(2_000);
    expect(home.commits.at(-1)?.drop).toMatchObject([{ slot: entry?.slot, msgId: entry?.msgId }]);
  });

  it('leaves only where everybody it may be of allows it; the alert it causes leaves in any case', async () => {
    const home = homeWith([{ ...cuff, wearer: 'gu' }, shared]);
    await home.measure('cuff', 230, 110);
    await home.measure('shared', 120, 80);
    expect(home.sent()).toEqual([]);
    expect(home.pipeline.openAlerts()).toMatchObject([
      { hazard: 'vital', subject: 'person:gu', severity: 'alarm', state: 'raised', room: 'kitchen' },
    ]);
    expect(home.ask('c1', { act: 'measure', kind: 'blood-pressure', person: 'gu', withinMinutes: 30 })).toMatchObject({
      done: false,
      refused: 'kept-at-home',
    });
  });

  it('asked for is said again and again, and told as not measured after a restart', async () => {
    const home = homeWith([cuff]);
    const measure = { act: 'measure', kind: 'blood-pressure', person: 'li', withinMinutes: 30 } as const;
    expect(home.ask('c1', measure)).toEqual({ commandId: 'c1', done: true });
    await home.pass(21 * MINUTE);
    const words = 'Li Wei, please measure your blood pressure now.';
    expect(home.said).toEqual([words, words, words]);
    expect(home.ask('c1', measure)).toEqual({ commandId: 'c1', done: true });
    const { journal, restored } = memoryJournal();
    for (const change of home.commits) await journal.commit(change);

    const next = homeWith([cuff]);
    next.pipeline.adopt(restored());
    await next.pass(0);
    expect(next.said).toEqual([words]);
    await next.pass(31 * MINUTE);
    expect(next.sent().map(({ body }) => JSON.parse(body).data)).toMatchObject([
      { measurementId: 'asked-c1', outcome: 'not-measured', person: 'li', values: [], answers: 'c1' },
    ]);
  });

  it('waits on a card that is full, and is written when it takes it', async () => {
    const home = homeWith([cuff]);
    home.card.mode = 'full';
    await home.measure('cuff', 135, 85);
    expect(home.sent()).toHaveLength(1);
    home.card.mode = 'good';
    const refused = home.commits.length;
    await home.pass(6_000);
    const written = home.commits.slice(refused).find(({ put }) => put?.some(({ kind }) => kind === 'measurement'));
    expect(written?.checkpoints?.vitals).toMatchObject({ made: 1 });
  });
});

describe('vital signs, replayed', () => {
  const T = 1_790_000_000_000;
  const every = (quantity: string, value: number, minutes: number) =>
    Array.from({ length: minutes * 6 + 1 }, (_, n) => ({ t: T + n * 10_000, device: 'w', quantity, value }));

  it.each([
    ['heartRate', 128, 'early', 10],
    ['heartRate', 38, 'alarm', 5],
    ['spo2', 90, 'alarm', 2.5],
  ] as const)('%s %d', async (quantity, value, severity, minutes) => {
    const out = await replay(
      { declare: { id: 'w', kind: 'wearable', room: 'bedroom' } },
      ...every(quantity, value, 12),
    );
    expect(out).toMatchObject([
      {
        ...{ t: T + minutes * MINUTE, type: 'alert', hazard: 'vital', subject: 'device:w', state: 'raised', severity },
        because: [{ fact: 'vital-beyond', quantity, value, minutes }],
      },
    ]);
  });

  it('asks for a second measurement as a warning, and takes orders', async () => {
    const wearer = 'li';
    const out = await replay(
      { declare: { id: 'cuff', kind: 'blood-pressure', wearer } },
      { t: T, device: 'cuff', quantity: 'systolic', value: 190 },
      { t: T + 20 * MINUTE },
      { t: T + 20 * MINUTE, order: { act: 'cancel-measure', command: 'none' } },
      { t: T + 20 * MINUTE, order: { act: 'sing' } },
    );
    expect(out).toMatchObject([
      { t: T + 1_000, type: 'warning', active: true, hazard: 'vital', subject: 'person:li' },
      { type: 'alert', severity: 'early', because: [{ value: 190, limit: 180 }, { fact: 'not-repeated' }] },
      { type: 'warning', active: false },
      { refused: expect.stringContaining('order') },
    ]);
  });
});
