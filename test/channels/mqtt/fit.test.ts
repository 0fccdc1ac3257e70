// Messages cut to size: what is never cut, what a reader makes of the rest, and the size that is learned.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MonoMs } from '#contract/time.ts';
import { alertMessage, birthMessage, faultMessage, written } from '#contract/uplink/messages.ts';
import type { DisconnectReason } from '#src/channels/mqtt/disconnect.ts';
import { fitBody, largest } from '#src/channels/mqtt/fit.ts';
import { birthBody } from '#src/channels/mqtt/messages.ts';
import { noSizes, type Sizes, sizesAfter, sizesAt, sizeTaken } from '#src/channels/mqtt/sizes.ts';
import { isMisfit, noTakeover, takeoverAfter } from '#src/channels/mqtt/takeover.ts';
import { defaultTimes } from '#src/channels/mqtt/times.ts';
import { address, alert, bigAlert, fault, moment, outboxOf } from './entries.ts';

const at = (ms: number) => ms as MonoMs;
const bytes = (text: string) => Buffer.byteLength(text);

describe('an alert', () => {
  const whole = bigAlert('a', 1).body;
  const message = JSON.parse(whole);

  it('is cut to any size that its core fits in, is a valid message at each, and says what is missing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes(whole) + 10 }), (room) => {
        const { body, cut, fits } = fitBody('alert', whole, room);
        if (fits) expect(bytes(body)).toBeLessThanOrEqual(room);
        else expect(room).toBeLessThan(1_000);
        const read = alertMessage.parse(JSON.parse(body));
        expect(written.alertMessage.safeParse(JSON.parse(body)).success).toBe(true);
        expect(read.data.truncated ?? []).toEqual(cut);
        expect(read.id).toBe(message.id);
        for (const never of [
          ...(['alertId', 'rev', 'hazard', 'severity', 'state', 'conditionPresent', 'count', 'subject'] as const),
          ...(['raisedAt', 'calledAt', 'changedAt', 'contactId'] as const),
        ])
          expect(read.data[never], never).toEqual(message.data[never]);
        // The newest of the story stays.
        const { story } = read.data;
        expect(story).toEqual(story.length === 0 ? [] : message.data.story.slice(-story.length));
      }),
    );
  });

  it('loses evidence first, then its story, and its words last', () => {
    const order: string[] = [];
    for (let room = bytes(whole); room > 600; room -= 50)
      for (const part of fitBody('alert', whole, room).cut) if (!order.includes(part)) order.push(part);
    expect(order).toEqual(['evidence', 'story', 'scaip', 'because', 'text']);
    const inRoom = { ...message, data: { ...message.data, device: { ...message.data.device, room: 'Bedroom' } } };
    const by = { name: 'Wang Fang', role: 'operator' };
    const dealtWith = JSON.stringify({ ...inRoom, data: { ...inRoom.data, acknowledgedBy: by, onTheWay: by } });
    const { body, cut } = fitBody('alert', dealtWith, 0);
    expect(cut).toEqual([...order, 'people', 'room']);
    expect(alertMessage.parse(JSON.parse(body)).data.device).toEqual(message.data.device);
  });

  it('keeps who found what when it has to be short about it', () => {
    const by = { name: 'Wang Fang', role: 'operator' };
    const told = JSON.stringify({
      ...message,
      data: { ...message.data, resolution: { by, found: 'x'.repeat(2_000) } },
    });
    const { body, cut } = fitBody('alert', told, 1_300);
    expect(JSON.parse(body).data.resolution).toMatchObject({ by });
    expect(cut).toContain('resolution');
  });
});

it('what is no message of ours is left as it is, and said not to fit', () => {
  for (const body of ['x'.repeat(50), '[1,2,3,4,5,6,7]', '{"data":1,"more":"text"}', '{"data":null,"more":"t"}'])
    for (const kind of ['alert', 'fault', 'answer', 'measurement'] as const)
      expect(fitBody(kind, body, 10)).toEqual({ body, cut: [], fits: false });
});

it('a fault loses its advice, then its context, then its words', () => {
  const { body } = fault('f');
  const message = JSON.parse(body);
  const words = { en: 'A sentence of some length', 'zh-CN': '一句话' };
  const told = JSON.stringify({
    ...message,
    data: { ...message.data, advice: words, text: words, context: { reason: 'y'.repeat(300) } },
  });
  const order: string[] = [];
  for (let room = bytes(told); room > 300; room -= 5) {
    const fitted = fitBody('fault', told, room);
    faultMessage.parse(JSON.parse(fitted.body));
    for (const part of fitted.cut) if (!order.includes(part)) order.push(part);
  }
  expect(order).toEqual(['advice', 'context', 'text']);
});

it('a measurement is whole or waits', () => {
  const body = JSON.stringify({ data: { values: [1, 2, 3], candidates: ['li', 'wang'] } });
  expect(fitBody('measurement', body, 20)).toEqual({ body, cut: [], fits: false });
});

describe('a birth', () => {
  const all = {
    devices: Array.from({ length: 30 }, (_, n) => ({ id: `m${n}`, kind: 'motion' as const })),
    alerts: Array.from({ length: 5 }, (_, n) => ({ id: `a${n}`, rev: 1 })),
    faults: Array.from({ length: 20 }, (_, n) => ({
      ...{
        code: 'device-silent' as const,
        subject: `device:m${n}` as const,
        since: moment(),
        dependsOn: [],
        context: {},
      },
    })),
  } as unknown as Parameters<typeof birthBody>[1];
  const making = { address, id: 'b', at: moment() };
  const about = { version: '1', bootId: 'boot' };

  it('lists what there is room for and counts the rest; devices go first, faults last', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 12_000 }), (room) => {
        const { body, listed, fits } = birthBody(making, all, about, room);
        const { devices, openAlerts, faults, omitted } = birthMessage.parse(JSON.parse(body)).data;
        expect((omitted?.devices ?? 0) + devices.length).toBe(30);
        expect((omitted?.openAlerts ?? 0) + openAlerts.length).toBe(5);
        expect((omitted?.faults ?? 0) + faults.length).toBe(20);
        expect(listed.faults).toHaveLength(faults.length);
        if (fits) expect(bytes(body)).toBeLessThanOrEqual(room);
        if (devices.length > 0) expect(openAlerts).toHaveLength(5);
        if (openAlerts.length > 0) expect(faults).toHaveLength(20);
        expect(written.birthMessage.safeParse(JSON.parse(body)).success).toBe(true);
      }),
    );
  });

  it('that is whole says nothing of it', () => {
    expect(birthBody(making, all, about, Number.POSITIVE_INFINITY).body).not.toContain('omitted');
  });
});

it('the largest number that will do is found, and none where none does', () => {
  fc.assert(
    fc.property(fc.integer({ min: -2, max: 300 }), fc.integer({ min: -2, max: 300 }), (most, border) => {
      const found = largest(most, (count) => count <= border);
      expect(found).toBe(border < 0 || most < 0 ? undefined : Math.min(most, border));
    }),
  );
});

describe('a size that sessions end over', () => {
  const lost: DisconnectReason = { cause: 'lost', detail: '' };
  const play = (sizes: Sizes, ...ends: [DisconnectReason, number][]) =>
    ends.reduce((now, [end, owed]) => sizesAfter(now, end, owed, at(0), defaultTimes), sizes);

  it('is learned at the second loss, and at once where the broker says so', () => {
    expect(play(noSizes, [lost, 8_000]).limit).toBeUndefined();
    expect(play(noSizes, [lost, 8_000], [lost, 8_000]).limit).toBe(4_000);
    expect(play(noSizes, [{ cause: 'dismissed', reason: 0x95 }, 8_000]).limit).toBe(4_000);
    expect(play(sizeTaken(noSizes, 6_000), [lost, 8_000], [lost, 8_000]).limit).toBe(6_000);
  });

  it('is not the reason where nothing large was unanswered, nor where as much was taken since', () => {
    expect(
      play(noSizes, ...Array.from({ length: 9 }, (): [DisconnectReason, number] => [lost, 400])).limit,
    ).toBeUndefined();
    const between = sizeTaken(play(noSizes, [lost, 8_000]), 8_000);
    expect(play(between, [lost, 8_000], [lost, 8_000]).limit).toBeUndefined();
    expect(
      play(noSizes, [{ cause: 'dismissed', reason: 0x8b }, 8_000], [{ cause: 'dismissed', reason: 0x8b }, 8_000]).limit,
    ).toBeUndefined();
  });

  it('is doubted late where it was taken before, and believed in the end: the broker was set to take less', () => {
    const sizes = sizeTaken(noSizes, 8_000);
    expect(play(sizes, [lost, 8_000], [lost, 8_000]).limit).toBeUndefined();
    expect(play(sizes, [lost, 8_000], [lost, 8_000], [lost, 8_000]).limit).toBe(4_000);
  });

  it('is tried without after an hour, then after two: what held before is back at the first loss', () => {
    const learned = sizeTaken(play(noSizes, [lost, 8_000], [lost, 8_000]), 3_900);
    expect(sizesAt(learned, at(3_599_999)).limit).toBe(4_000);
    const lifted = sizesAt(learned, at(3_600_000));
    expect(lifted.limit).toBeUndefined();
    const again = sizesAfter(lifted, lost, 8_000, at(3_600_000), defaultTimes);
    expect(again).toMatchObject({ limit: 4_000, until: 3_600_000 + 7_200_000 });
  });

  it('is never believed to be below 512 bytes, whatever happens', () => {
    const step = fc.record({ owed: fc.nat(20_000), taken: fc.nat(20_000), now: fc.nat(10_000_000) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let sizes = noSizes;
        for (const { owed, taken, now } of steps) {
          sizes = sizesAt(sizeTaken(sizes, taken), at(now));
          sizes = sizesAfter(sizes, lost, owed, at(now), defaultTimes);
          expect(sizes.limit ?? 512).toBeGreaterThanOrEqual(512);
        }
      }),
    );
  });
});

describe('a close that leaves something unanswered', () => {
  it('is no second client, and a broker that goes on so is told as one that does not fit', () => {
    const lost: DisconnectReason = { cause: 'lost', detail: '' };
    let known = noTakeover;
    for (let n = 0; n < 5; n += 1) {
      known = takeoverAfter(known, lost, 100, defaultTimes, true);
      expect(known.suspected).toBe(false);
      expect(isMisfit(known)).toBe(n >= 2);
    }
    expect(isMisfit(takeoverAfter(known, lost, 60_000, defaultTimes, true))).toBe(false);
  });

  it('blames what was in flight: a fault then goes alone and later, an alert after the others, the smaller first', () => {
    const outbox = outboxOf(
      [bigAlert('big', 1, { seq: 1 }), alert('small', 1, { seq: 2 }), fault('f', { seq: 3 })],
      defaultTimes,
    );
    const send = (now: number, alone: boolean) => {
      const entry = outbox.next(at(now), 'anything', alone);
      if (entry) outbox.sent(entry, at(now));
      return entry?.msgId;
    };
    // Once may be the line: alerts go as ever, the fault waits until it is alone.
    expect([send(0, true), send(0, false), send(0, false)]).toEqual(['big.1', 'small.1', 'fault-f']);
    outbox.interrupted(at(1));
    outbox.resumed();
    expect([send(1, true), send(1, false), send(1, false), send(1, true)]).toEqual([
      'big.1',
      'small.1',
      undefined,
      'fault-f',
    ]);
    outbox.interrupted(at(2));
    outbox.resumed();
    outbox.offer(alert('new', 1, { seq: 9 }));
    expect([send(2, true), send(2, false), send(2, false), send(2, true)]).toEqual([
      'new.1',
      'small.1',
      'big.1',
      undefined,
    ]);
    expect(outbox.dueAt()).toBe(10_002);
    expect(send(10_002, true)).toBe('fault-f');
  });

  it('at a word of the broker that it was too large, the alert is last in the very next session', () => {
    const outbox = outboxOf([bigAlert('big', 1, { seq: 1 })], defaultTimes);
    const first = outbox.next(at(0), 'anything');
    if (first) outbox.sent(first, at(0));
    outbox.interrupted(at(1), true);
    outbox.resumed();
    outbox.offer(alert('small', 1, { seq: 2, priority: 1 }));
    expect(outbox.next(at(1), 'anything')?.msgId).toBe('small.1');
  });
});
