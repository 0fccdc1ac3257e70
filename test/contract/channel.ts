// What every channel keeps to, whatever it speaks: run on each kind with a far end of its own.

import { expect, it } from 'vitest';
import type { AnyChannelKind, Channel, ChannelConfig, ChannelIo, Notice } from '#contract/channel.ts';
import type { OutboxEntry } from '#contract/delivery.ts';
import { until } from '#fakes/wait.ts';

/** The far end, as a test may use it. */
export interface FarEnd {
  /** It can be reached no more, or again. */
  away(): Promise<void>;
  back(): Promise<void>;
  /** Messages that came, in order, as the sender called them. */
  got(): string[];
  /** Says that it has an alert event, in the way that the channel `confirms`. */
  confirm(msgId: string): Promise<void>;
}

export interface ChannelBench {
  kind: AnyChannelKind;
  config: ChannelConfig;
  /** What a channel needs beside its configuration and somebody to report to. */
  io: Omit<ChannelIo, 'config' | 'events'>;
  far: FarEnd;
  close(): Promise<void>;
}

/** What a channel reported, in order: `well`, `trouble`, `sent a.1`, `arrived a.1`. */
interface Opened extends Channel {
  said: string[];
}

function opened({ kind, config, io }: ChannelBench): Opened {
  const said: string[] = [];
  const channel: Channel = kind.open({
    ...io,
    config,
    events: {
      sent: ({ msgId }) => void said.push(`sent ${msgId}`),
      arrived: (msgId) => void said.push(`arrived ${msgId}`),
      command: ({ id }) => ({ commandId: id, done: true }),
      session: (trouble) => void said.push(trouble ? 'trouble' : 'well'),
      limited: () => undefined,
    },
  });
  return { ...channel, said };
}

/**
 * @param bench a far end that is there, and what it takes to open a channel to it
 * @param notice of help call `id` in its revision `rev`, with its sentence
 */
export function channelContract(bench: () => Promise<ChannelBench>, notice: (id: string, rev: number) => Notice): void {
  const on = it.extend<{ here: ChannelBench; run: () => Opened }>({
    // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which fixtures this one needs
    here: async ({}, use) => {
      const made = await bench();
      await use(made);
      await made.close();
    },
    run: async ({ here }, use) => {
      const running: Channel[] = [];
      await use(() => {
        const channel = opened(here);
        running.push(channel);
        return channel;
      });
      for (const channel of running) await channel.stop();
    },
  });

  const rendered = ({ kind, config }: ChannelBench, id: string, rev: number, more: Partial<OutboxEntry> = {}) => ({
    ...{ seq: rev, slot: `alert/${id}`, channel: config.channel, msgId: `${id}.${rev}`, kind: 'alert' as const },
    ...{ priority: 0, body: kind.render(notice(id, rev), config) ?? '', ...more },
  });

  on('makes the same message of the same notice, for its own address', ({ here }) => {
    const [first, second] = [rendered(here, 'a', 1), rendered(here, 'a', 1)];
    expect(first.body).not.toBe('');
    expect(second).toEqual(first);
    expect(here.kind.isFor(first, here.config)).toBe(true);
  });

  on('says first of all that there is a session, and then what has left', async ({ here, run }) => {
    const channel = run();
    channel.start();
    channel.offer(rendered(here, 'a', 1));
    await until(() => expect(channel.said).toEqual(expect.arrayContaining(['well', 'sent a.1'])));
    await until(() => expect(here.far.got()).toContain('a.1'));
    expect(channel.said[0]).toBe('well');
    expect(channel.said.filter((word) => word === 'sent a.1')).toHaveLength(1);
  });

  on('says that there is none, keeps what it is offered, and sends it when there is one', async ({ here, run }) => {
    await here.far.away();
    const channel = run();
    channel.start();
    await until(() => expect(channel.said).toEqual(['trouble']));
    channel.offer(rendered(here, 'a', 1));
    expect(channel.waiting().map(({ msgId }) => msgId)).toEqual(['a.1']);
    await here.far.back();
    channel.retry();
    await until(() => expect(here.far.got()).toContain('a.1'));
    await until(() => expect(channel.said).toEqual(expect.arrayContaining(['well', 'sent a.1'])));
  });

  on('sends of an alert only the newest that waits', async ({ here, run }) => {
    await here.far.away();
    const channel = run();
    channel.start();
    await until(() => expect(channel.said).toEqual(['trouble']));
    channel.offer(rendered(here, 'a', 1));
    channel.offer(rendered(here, 'b', 1));
    channel.offer(rendered(here, 'a', 2));
    await here.far.back();
    channel.retry();
    await until(() => expect(here.far.got()).toEqual(expect.arrayContaining(['a.2', 'b.1'])));
    expect(here.far.got()).not.toContain('a.1');
  });

  on('leaves alone what is offered for another channel', async ({ here, run }) => {
    const channel = run();
    channel.start();
    channel.offer(rendered(here, 'a', 1, { channel: 'another' }));
    channel.offer(rendered(here, 'b', 1));
    await until(() => expect(here.far.got()).toContain('b.1'));
    expect(channel.waiting().map(({ msgId }) => msgId)).not.toContain('a.1');
    expect(here.far.got()).not.toContain('a.1');
  });

  on('says that an alert arrived when its proof came, and never where there is none', async ({ here, run }) => {
    const { confirms } = here.kind.terms(here.config);
    const channel = run();
    channel.start();
    channel.offer(rendered(here, 'a', 1));
    await until(() => expect(here.far.got()).toContain('a.1'));
    await until(() => expect(channel.said).toContain('sent a.1'));
    expect(channel.said).not.toContain('arrived a.1');
    expect(channel.waiting()).toHaveLength(confirms === 'receipt' ? 1 : 0);
    await here.far.confirm('a.1');
    if (confirms !== 'none') await until(() => expect(channel.said).toContain('arrived a.1'));
    expect(channel.said.includes('arrived a.1')).toBe(confirms !== 'none');
    expect(channel.waiting()).toEqual([]);
  });

  on('ends when it is told to, with or without a session, and reports nothing more', async ({ here, run }) => {
    const [connected, alone] = [run(), run()];
    connected.start();
    await until(() => expect(connected.said).toEqual(['well']));
    await Promise.all([connected.stop(), connected.stop()]);
    const { length } = connected.said;
    await here.far.away();
    alone.start();
    await until(() => expect(alone.said).toEqual(['trouble']));
    await alone.stop();
    await here.far.back();
    connected.retry();
    alone.retry();
    connected.offer(rendered(here, 'a', 1));
    expect(connected.said).toHaveLength(length);
    expect(alone.said).toEqual(['trouble']);
    expect(here.far.got()).not.toContain('a.1');
  });
}
