// How an uplink begins, beats and ends.

import { describe, expect, it } from 'vitest';
import { stateMessage } from '#contract/uplink/messages.ts';
import { until } from '#fakes/wait.ts';
import { alert, fault } from './entries.ts';
import { brokered } from './stage.ts';

const { broker, run, listen } = brokered();

describe('an uplink', () => {
  it('says so first even when the news of the session itself makes a fault to send', async () => {
    const there = await listen();
    await broker().kill();
    const made: { offer?: (entry: ReturnType<typeof fault>) => void } = {};
    let seq = 0;
    const session = () => made.offer?.(fault('uplink', { seq: ++seq, msgId: `f${seq}` }));
    const home = run({ events: { session } });
    made.offer = home.offer;
    await until(() => expect(seq).toBe(1));
    await broker().restart();
    await until(() => expect(home.sent).toContain('f2'));
    const log = broker().log.filter((line) => /Received PUBLISH from hearthward/.test(line));
    // The news that the session is there takes the place of the news that it was not.
    expect(log.slice(-3).map((line) => /up\/(\w+)/.exec(line)?.[1])).toEqual(['state', 'birth', 'fault']);
    expect(there.ids('fault').slice(-1)).not.toEqual(['f1']);
  });

  it('counts its heartbeats, and says offline when it stops', async () => {
    const there = await listen();
    const home = run({ times: { heartbeatMs: 30 } });
    await there.hears('state', 4);
    await home.stop();
    const states = (await there.hears('state', 5)).map(({ message }) => stateMessage.parse(message).data);
    // A beat that finds the one before still waiting takes its place, so a busy machine may skip some.
    const beats = states.map(({ heartbeat }) => heartbeat);
    expect(beats.slice(0, 4)).toEqual([...new Set(beats.slice(0, 4))].toSorted((a, b) => a - b));
    expect(states.at(-1)?.online).toBe(false);
    // An orderly end: the broker had no reason to publish the will.
    expect(states.filter(({ online }) => !online)).toHaveLength(1);
    expect(broker().log.some((line) => /Received DISCONNECT from hearthward-district-home-1/.test(line))).toBe(true);
  });

  it('stops within its second when the broker is frozen, and the will speaks for it', async () => {
    const there = await listen();
    const home = run({ times: { stopMs: 100 } });
    await there.hears('birth');
    broker().freeze();
    await home.stop();
    broker().thaw();
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
});
