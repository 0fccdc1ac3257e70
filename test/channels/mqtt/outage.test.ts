// Delivery over a real Mosquitto that dies: nothing is lost, and what waited goes in order.

import { describe, expect, it } from 'vitest';
import { type Clock, later, type MonoMs } from '#contract/time.ts';
import { historyMessage } from '#contract/uplink/messages.ts';
import { until } from '#fakes/wait.ts';
import { systemClock } from '#src/clock/system.ts';
import { alert, fault, reading } from './entries.ts';
import { brokered } from './stage.ts';

const { broker, run, listen } = brokered();

describe('an outage', () => {
  it('after an outage sends alerts first, by priority and age, then faults, then history', async () => {
    await broker().kill();
    const home = run({ history: Array.from({ length: 120 }, (_, n) => reading(n)) });
    await until(() => expect(home.session).toEqual(['uplink-down']));
    const alerts = Array.from({ length: 100 }, (_, n) => alert(`a${n}`, 1, { seq: 200 - n, priority: n % 2 }));
    const faults = Array.from({ length: 20 }, (_, n) => fault(`f${n}`, { seq: n }));
    for (const entry of [...faults, ...alerts]) home.offer(entry);
    await broker().restart();
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
        times: { historyRestMs: pace, heartbeatMs: 1_000_000, ackMs: 1_000_000, connectMs: 1_000_000 },
      });
      await until(() => expect(home.position(), `a pace of ${pace}`).toBe(400));
      await home.stop();
    }
    await there.hears('history', 12);
  });

  it('sends what has no receipt again as soon as it is connected again, whatever its turn', async () => {
    const home = run({ outbox: [alert('a', 1)], times: { resendMs: 60_000, resendMaxMs: 60_000 } });
    await until(() => expect(home.sent).toEqual(['a.1']));
    await broker().restart();
    await until(() => expect(home.sent).toEqual(['a.1', 'a.1']));
  });

  it('loses no alert to a broker that acknowledges and dies before it hands anything on', async () => {
    // Nobody listens yet: the broker takes the alert and forgets it at once.
    const home = run({ outbox: [alert('a', 1)] });
    await until(() => expect(home.sent.length).toBeGreaterThan(0));
    await broker().restart();
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
      await broker().restart();
    }
    await until(() => expect(new Set(home.received)).toEqual(new Set(all)));
    expect(new Set(there.ids('alert'))).toEqual(new Set(all));
    await until(() =>
      expect(home.sent).toEqual(expect.arrayContaining(['fault-f0', 'fault-f1', 'fault-f2', 'fault-f3'])),
    );
  });
});

/** Each id where it comes first. */
const firstOf = (ids: string[]): string[] => [...new Set(ids)];
