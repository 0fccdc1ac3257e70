// Commands over a real Mosquitto: once, answered, and no harm from what is none.

import { describe, expect, it } from 'vitest';
import { LARGEST_MESSAGE } from '#contract/uplink/envelope.ts';
import { until } from '#fakes/wait.ts';
import { brokered } from './stage.ts';

const { run, listen } = brokered();

describe('commands', () => {
  const by = { name: 'Wang Fang', role: 'operator' };

  it('reach the gateway once, are answered, and a repeat gets the same answer', async () => {
    const there = await listen();
    const home = run({
      answerTo: ({ id }) => ({ commandId: id, done: false, alertId: 'a', refused: 'no-change' }),
    });
    await there.hears('birth');
    await there.command('c1', { act: 'acknowledge', by, alertId: 'a' });
    await until(() => expect(home.commands).toMatchObject([{ id: 'c1', act: 'acknowledge', by, alertId: 'a' }]));
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
