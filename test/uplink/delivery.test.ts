// Delivery over a real Mosquitto: what must arrive arrives, in order, once or marked as the same, whatever breaks.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, later, type MonoMs } from '#contract/time.ts';
import { LARGEST_MESSAGE } from '#contract/uplink/envelope.ts';
import { birthMessage, historyMessage, stateMessage } from '#contract/uplink/messages.ts';
import { type Mosquitto, startMosquitto } from '#fakes/mosquitto.ts';
import { systemClock } from '#src/clock/system.ts';
import { alert, fault, reading } from './entries.ts';
import { gateway, platform, quietly, until } from './rig.ts';

let broker: Mosquitto;
const ends: (() => Promise<unknown>)[] = [];
const run = (options: Partial<Parameters<typeof gateway>[0]> = {}) => {
  const made = gateway({ url: broker.url, ...options });
  ends.unshift(made.stop);
  made.start();
  return made;
};
const listen = async (options: Partial<Parameters<typeof platform>[0]> = {}) => {
  const made = await platform({ url: broker.url, ...options });
  ends.push(made.end);
  return made;
};
const count = (ids: string[], id: string) => ids.filter((other) => other === id).length;

beforeEach(async () => {
  broker = await startMosquitto();
});
afterEach(async () => {
  await quietly(ends);
  await broker.stop();
});

describe('an uplink', () => {
  it('says that it is there and what it has, then sends, and tells PUBACK from receipt', async () => {
    const there = await listen();
    const home = run({ outbox: [alert('a', 1)] });
    await there.hears('alert');
    expect(there.heard.map(({ what }) => what)).toEqual(['state', 'birth', 'alert']);
    expect(stateMessage.parse(there.heard[0]?.message).data).toEqual({ online: true, heartbeat: 0, bootId: 'boot' });
    expect(birthMessage.parse(there.heard[1]?.message).data).toMatchObject({
      version: '0.0.0',
      devices: [{ id: 'button-1', kind: 'help-button', room: 'Bedroom' }],
    });
    await until(() => expect(home.sent).toEqual(['a.1']));
    expect(home.received).toEqual([]);
    await there.giveReceipt('a.1');
    await until(() => expect(home.received).toEqual(['a.1']));
    expect(home.session).toEqual(['well']);
  });

  it('says so first even when the news of the session itself makes a fault to send', async () => {
    const there = await listen();
    await broker.kill();
    const made: { offer?: (entry: ReturnType<typeof fault>) => void } = {};
    let seq = 0;
    const session = () => made.offer?.(fault('uplink', { seq: ++seq, msgId: `f${seq}` }));
    const home = run({ events: { session } });
    made.offer = home.offer;
    await until(() => expect(seq).toBe(1));
    await broker.restart();
    await until(() => expect(home.sent).toContain('f2'));
    const log = broker.log.filter((line) => /Received PUBLISH from hearthward/.test(line));
    expect(log.slice(-4).map((line) => /up\/(\w+)/.exec(line)?.[1])).toEqual(['state', 'birth', 'fault', 'fault']);
    expect(there.ids('fault').slice(-1)).not.toEqual(['f1']);
  });

  it('leaves state and birth at the broker for a platform that comes later', async () => {
    const home = run({ outbox: [fault('f')] });
    await until(() => expect(home.sent).toEqual(['fault-f']));
    const there = await listen();
    await there.hears('birth');
    expect(there.heard.map(({ what, retained }) => [what, retained])).toEqual([
      ['state', true],
      ['birth', true],
    ]);
  });

  it('sends again, with the same id, until the receipt comes, and not after', async () => {
    const there = await listen();
    const home = run({ outbox: [alert('a', 1)] });
    await there.hears('alert', 3);
    await there.giveReceipt('a.1');
    await until(() => expect(home.received).toEqual(['a.1']));
    const before = there.ids('alert').length;
    home.offer(alert('b', 1, { seq: 2 }));
    // The time in which `b` is sent three times is enough for one more of `a`.
    await until(() => expect(count(there.ids('alert'), 'b.1')).toBe(3));
    expect(count(there.ids('alert'), 'a.1')).toBe(before);
    expect(new Set(there.ids('alert'))).toEqual(new Set(['a.1', 'b.1']));
  });

  it('is not misled by receipts that are wrong', async () => {
    const there = await listen();
    const home = run({ outbox: [alert('a', 2)] });
    await there.hears('alert');
    await there.giveReceipt('a.3');
    await there.giveReceipt('b.1');
    await there.raw('receipt', 'not JSON');
    await there.raw('receipt', JSON.stringify({ specversion: '1.0' }));
    await there.raw('receipt', Buffer.alloc(1_000, 0xff));
    await there.giveReceipt('a.1');
    await until(() => expect(home.received).toEqual(['a.1']));
    expect(home.logged('receipt not understood')).toHaveLength(3);
    expect(home.logged('receipt of a message that does not wait for one ignored')).toHaveLength(2);
    await there.hears('alert', 2);
    await there.giveReceipt('a.2');
    await until(() => expect(home.received).toEqual(['a.1', 'a.2']));
  });

  it('sends the newest rev of an alert, and closes it by that rev only', async () => {
    const there = await listen();
    const home = run({ times: { resendMs: 60_000, resendMaxMs: 60_000 } });
    home.offer(alert('a', 1));
    await there.hears('alert');
    home.offer(alert('a', 2, { seq: 2 }));
    await there.hears('alert', 2);
    await there.giveReceipt('a.1');
    await there.giveReceipt('a.2');
    await until(() => expect(home.received).toEqual(['a.1', 'a.2']));
    expect(there.ids('alert')).toEqual(['a.1', 'a.2']);
  });

  it('after an outage sends alerts first, by priority and age, then faults, then history', async () => {
    await broker.kill();
    const home = run({ history: Array.from({ length: 120 }, (_, n) => reading(n)) });
    await until(() => expect(home.session).toEqual(['uplink-down']));
    const alerts = Array.from({ length: 100 }, (_, n) => alert(`a${n}`, 1, { seq: 200 - n, priority: n % 2 }));
    const faults = Array.from({ length: 20 }, (_, n) => fault(`f${n}`, { seq: n }));
    for (const entry of [...faults, ...alerts]) home.offer(entry);
    await broker.restart();
    const there = await listen({ receipts: true });
    await until(() => expect(new Set(home.received).size).toBe(100));
    await until(() => expect(home.position()).toBe(120));
    const order = [...alerts].sort((a, b) => a.priority - b.priority || a.seq - b.seq).map(({ msgId }) => msgId);
    // The first sending of each: while the platform was not there yet, the broker may have taken some for nobody.
    expect(firstOf(home.sent).slice(0, 120)).toEqual([...order, ...faults.map(({ msgId }) => msgId)]);
    const batches = (await there.hears('history')).map(({ message }) => historyMessage.parse(message).data);
    expect(batches.every(({ historical }) => historical)).toBe(true);
    expect(home.session).toEqual(['uplink-down', 'well']);
  });

  it('keeps history back while an alert waits, and puts a new one before the next batch', async () => {
    const there = await listen();
    let offered = false;
    const home = run({
      history: Array.from({ length: 300 }, (_, n) => reading(n)),
      times: { resendMs: 60_000, resendMaxMs: 60_000 },
      outbox: [alert('a', 1)],
    });
    there.client.on('message', (topic) => {
      if (!topic.endsWith('history') || offered) return;
      offered = true;
      home.offer(alert('b', 1, { seq: 2 }));
    });
    await until(() => expect(home.position()).toBe(300));
    const kinds = there.heard.map(({ what }) => what).filter((what) => what === 'alert' || what === 'history');
    expect(kinds.slice(0, 2)).toEqual(['alert', 'history']);
    // One batch at most was on its way already.
    expect(kinds.slice(2, 4)).toContain('alert');
    const read = there.heard.filter(({ what }) => what === 'history');
    const positions = read.flatMap(({ message }) => historyMessage.parse(message).data.readings.map((r) => r.position));
    expect(positions).toEqual(Array.from({ length: 300 }, (_, n) => n + 1));
  });

  it('never waits for a moment that passed while it looked', async () => {
    const there = await listen();
    for (let pace = 1; pace <= 12; pace += 1) {
      // A clock that moves on at each look at it: a deadline can pass between any two.
      let mono = 0;
      const real = systemClock();
      const now = () => ({ ...real.now(), mono: ++mono as MonoMs });
      const at: Clock['at'] = (deadline, name, fire) =>
        real.at(later(real.now().mono, Math.max(0, deadline - mono)), name, () => {
          mono = Math.max(mono, deadline);
          fire();
        });
      const home = run({
        clock: { now, at },
        config: { gateway: `home-${pace}` },
        history: Array.from({ length: 400 }, (_, n) => reading(n)),
        times: { historyPaceMs: pace, heartbeatMs: 1_000_000, ackMs: 1_000_000, connectMs: 1_000_000 },
      });
      await until(() => expect(home.position(), `a pace of ${pace}`).toBe(400));
      await home.stop();
    }
    await there.hears('history', 12);
  });

  it('sends what has no receipt again as soon as it is connected again, whatever its turn', async () => {
    const home = run({ outbox: [alert('a', 1)], times: { resendMs: 60_000, resendMaxMs: 60_000 } });
    await until(() => expect(home.sent).toEqual(['a.1']));
    await broker.restart();
    await until(() => expect(home.sent).toEqual(['a.1', 'a.1']));
  });

  it('loses no alert to a broker that acknowledges and dies before it hands anything on', async () => {
    // Nobody listens yet: the broker takes the alert and forgets it at once.
    const home = run({ outbox: [alert('a', 1)] });
    await until(() => expect(home.sent.length).toBeGreaterThan(0));
    await broker.restart();
    const there = await listen({ receipts: true });
    await until(() => expect(home.received).toEqual(['a.1']));
    expect(new Set(there.ids('alert'))).toEqual(new Set(['a.1']));
  });

  it('loses nothing to a broker killed again and again in mid-flow', async () => {
    const there = await listen({ receipts: true });
    const home = run();
    const all: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      for (let n = 0; n < 50; n += 1) {
        all.push(`${round}-${n}.1`);
        home.offer(alert(`${round}-${n}`, 1, { seq: all.length }));
      }
      home.offer(fault(`f${round}`, { seq: all.length }));
      await until(() => expect(home.received.length).toBeGreaterThan(round * 20));
      await broker.restart();
    }
    await until(() => expect(new Set(home.received)).toEqual(new Set(all)));
    expect(new Set(there.ids('alert'))).toEqual(new Set(all));
    await until(() =>
      expect(home.sent).toEqual(expect.arrayContaining(['fault-f0', 'fault-f1', 'fault-f2', 'fault-f3'])),
    );
  });

  it('sends again at once when the platform announces itself anew, once per announcement', async () => {
    const there = await listen();
    await there.birth('2026-01-01T00:00:00.000Z');
    const home = run({ outbox: [alert('a', 1)], times: { resendMs: 60_000, resendMaxMs: 60_000 } });
    await there.hears('alert', 1);
    await until(() => expect(home.sent).toHaveLength(1));
    // The same birth again, a farewell, and one that is none: no reason to send.
    await there.birth('2026-01-01T00:00:00.000Z');
    await there.birth('2026-01-01T00:00:01.000Z', false);
    await there.birth('yesterday');
    await until(() => expect(home.logged("platform's birth not understood")).toHaveLength(1));
    await there.birth('2026-01-02T00:00:00.000Z');
    await there.hears('alert', 2);
    await until(() => expect(home.sent).toHaveLength(2));
    expect(home.logged('platform announced itself: sending again what has no receipt')).toHaveLength(1);
    await there.giveReceipt('a.1');
    await until(() => expect(home.received).toEqual(['a.1']));
    expect(there.ids('alert')).toEqual(['a.1', 'a.1']);
  });

  it('counts its heartbeats, and says offline when it stops', async () => {
    const there = await listen();
    const home = run({ times: { heartbeatMs: 30 } });
    await there.hears('state', 4);
    await home.stop();
    const states = (await there.hears('state', 5)).map(({ message }) => stateMessage.parse(message).data);
    expect(states.slice(0, 4).map(({ heartbeat }) => heartbeat)).toEqual([0, 1, 2, 3]);
    expect(states.at(-1)?.online).toBe(false);
    // An orderly end: the broker had no reason to publish the will.
    expect(states.filter(({ online }) => !online)).toHaveLength(1);
    expect(broker.log.some((line) => /Received DISCONNECT from hearthward-district-home-1/.test(line))).toBe(true);
  });

  it('stops within its second when the broker is frozen, and the will speaks for it', async () => {
    const there = await listen();
    const home = run({ times: { stopMs: 100 } });
    await there.hears('birth');
    broker.freeze();
    await home.stop();
    broker.thaw();
    const last = (await there.hears('state', 2)).at(-1);
    expect(stateMessage.parse(last?.message).data.online).toBe(false);
  });

  it('sends before it stops what was offered before', async () => {
    const there = await listen({ receipts: true });
    const home = run();
    await there.hears('birth');
    for (let n = 0; n < 40; n += 1) home.offer(alert(`a${n}`, 1, { seq: n }));
    await home.stop();
    expect(new Set(home.sent).size).toBe(40);
    await there.hears('alert', 40);
  });

  it('leaves messages of other channels alone', async () => {
    const there = await listen();
    const home = run({ outbox: [alert('city', 1, { channel: 'city' }), alert('mine', 1)] });
    home.offer(alert('city-too', 1, { channel: 'city' }));
    await there.hears('alert', 2);
    expect(new Set(there.ids('alert'))).toEqual(new Set(['mine.1']));
  });
});

describe('commands', () => {
  const by = { name: 'Wang Fang', role: 'operator' };

  it('reach the gateway once, are answered, and a repeat gets the same answer', async () => {
    const there = await listen();
    const home = run();
    await there.hears('birth');
    await there.command('c1', { act: 'acknowledge', by, alertId: 'a' });
    await until(() => expect(home.commands).toMatchObject([{ id: 'c1', act: 'acknowledge', by, alertId: 'a' }]));
    home.answer({ commandId: 'c1', done: false, alertId: 'a', refused: 'no-change' });
    await there.hears('answer');
    await there.command('c1', { act: 'acknowledge', by, alertId: 'a' });
    const [first, second] = await there.hears('answer', 2);
    expect(first?.message.data).toEqual({ commandId: 'c1', done: false, alertId: 'a', refused: 'no-change' });
    expect(second?.message.data).toEqual(first?.message.data);
    expect(second?.id).toBe(first?.id);
    expect(home.commands).toHaveLength(1);
    // Answers made here were never in the journal: nobody is told of them.
    expect(home.sent).toEqual([]);
  });

  it('given while the gateway is away wait at the broker', async () => {
    const home = run();
    const there = await listen();
    await there.hears('birth');
    await home.stop();
    await there.command('c1', { act: 'acknowledge', by });
    const back = run();
    await until(() => expect(back.commands).toMatchObject([{ id: 'c1' }]));
  });

  it('that nobody can understand, that are too large or retained are refused and harm nothing', async () => {
    const there = await listen();
    const home = run();
    await there.hears('birth');
    await there.command('c1', { act: 'open-valve', by });
    const [answer] = await there.hears('answer');
    expect(answer?.message.data).toEqual({ commandId: 'c1', done: false, refused: 'not-understood' });
    await there.raw('command', 'hush!');
    await there.raw('command', Buffer.alloc(LARGEST_MESSAGE + 1, 0x20));
    await until(() => expect(home.logged('command not readable')).toHaveLength(2));
    await there.raw('command', '{}', true);
    await until(() => expect(home.logged('command not readable')).toHaveLength(3));
    await broker.kill();
    await broker.restart();
    await there.command('c2', { act: 'hush', by });
    await until(() => expect(home.commands.map(({ id }) => id)).toEqual(['c2']));
  });

  it('that were left retained are not carried out at each connection', async () => {
    const there = await listen();
    await there.raw('command', JSON.stringify({ id: 'old' }), true);
    const home = run();
    await until(() =>
      expect(home.logged('retained message ignored: only births and states may be retained')).toHaveLength(1),
    );
    expect(home.commands).toEqual([]);
    expect(there.ids('answer')).toEqual([]);
  });
});

/** Each id where it comes first. */
const firstOf = (ids: string[]): string[] => [...new Set(ids)];
