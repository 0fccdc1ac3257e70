// Channels that nobody here has: added by their kind and their configuration alone, and told of calls by the real pipeline.
// docs/adding-a-channel.md names the places.

import { describe, expect, it, onTestFinished } from 'vitest';
import { seededIds } from '#base/ids.ts';
import type { AnyChannelKind } from '#contract/channel.ts';
import type { Config, UplinkConfig } from '#contract/config.ts';
import { watchedHome } from '#fakes/home.ts';
import { dovecote, type Pigeons, pigeons } from '#fakes/pigeons.ts';
import { mqtt } from '#src/channels/mqtt/index.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { createChannels } from '#src/service/channels.ts';
import { memoryJournal } from '#src/store/memory.ts';
import { ring } from './mqtt/entries.ts';
import { quietLog } from './mqtt/rig.ts';

const operator = { name: 'Li', role: 'operator' } as const;
const loft: Pigeons = { channel: 'loft', town: 'Suzhou' };
const toNobody: UplinkConfig = {
  ...{ channel: 'district', url: 'mqtt://127.0.0.1:1', tenant: 'city', gateway: 'home-1', keepaliveSeconds: 20 },
};
const configOf = (made: readonly Pigeons[], uplinks: readonly UplinkConfig[] = []) =>
  ({ uplinks, pigeons: made }) as unknown as Config;

/** A home with these channels, as the daemon puts it together. */
function homeWith(kinds: readonly AnyChannelKind[], config = configOf([loft])) {
  const channels = createChannels({
    ...{ kinds, clock: virtualClock(), ids: seededIds(2), log: quietLog(), secretsDir: undefined, version: 'test' },
    ...{ pipeline: () => home.pipeline, history: ring([]) as never, journal: memoryJournal().journal, facts: {} },
  });
  onTestFinished(channels.stop);
  const home = watchedHome({ rules: { channels: channels.plan(config) }, channelsPort: channels });
  return {
    ...home,
    /** Another configuration, as it is applied while the gateway runs. */
    async apply(next: Config) {
      home.pipeline.rules({ ...home.rules, channels: channels.plan(next) });
      if (await channels.apply()) home.pipeline.rewrite();
      await home.pass();
    },
    async start() {
      await channels.apply();
      await home.pass();
    },
    resolve: () => home.pipeline.command({ id: 'c1', act: 'resolve', by: operator, note: 'all well' }),
  };
}

async function loftHome(confirms: 'delivery-report' | 'none') {
  const there = dovecote();
  const home = homeWith([mqtt, pigeons(confirms, there)]);
  await home.start();
  return { ...home, there, flown: () => there.got.map(({ msgId }) => msgId) };
}

/** What a restart would find. */
async function cardOf(home: { commits: Parameters<ReturnType<typeof memoryJournal>['journal']['commit']>[0][] }) {
  const { journal, restored } = memoryJournal();
  for (const change of home.commits) await journal.commit(change);
  return restored();
}

describe('a channel that can prove nothing', () => {
  it('tells of a call in its own words, and of it alone', async () => {
    const home = await loftHome('none');
    await home.press();
    home.pipeline.fault('sensor-fault', 'device:gas-1', true);
    await home.pass();
    expect(home.there.got).toEqual([
      { msgId: expect.stringMatching(/\.1$/), body: 'Suzhou: Help call, bedroom: the button was pressed.' },
    ]);
    expect(home.offers.map(({ kind }) => kind)).toEqual(['alert']);
  });

  it('takes a call to "sent", and never to "received" or "still trying"', async () => {
    const home = await loftHome('none');
    await home.press();
    home.there.confirm(home.flown()[0] ?? '');
    home.pipeline.arrived(home.flown()[0] ?? '', 'loft');
    await home.pass(600_000);
    expect(home.stages()).toEqual(['pressed', 'sent']);
    expect(home.faults()).toEqual([]);
  });

  it('is "still trying" while a call does not leave, owes no receipt, and is not any more once it has left', async () => {
    const home = await loftHome('none');
    home.there.set(false);
    await home.press();
    await home.pass(59_999);
    expect(home.stages()).not.toContain('still-trying');
    await home.pass(1);
    expect(home.stages().at(-1)).toBe('still-trying');
    expect(home.faults()).toEqual(['uplink-down@uplink:loft']);
    home.there.set(true);
    await home.pass();
    expect([home.stages().at(-1), home.faults()]).toEqual(['sent', []]);
  });

  it('lets a closed call be forgotten when it has left, and leaves nothing in the journal', async () => {
    const home = await loftHome('none');
    home.there.set(false);
    await home.press();
    home.resolve();
    await home.pass();
    expect(Object.keys(home.pipeline.snapshot().cases)).toHaveLength(1);
    home.there.set(true);
    await home.pass(2_000);
    expect(home.pipeline.snapshot().cases).toEqual({});
    expect(await cardOf(home)).toMatchObject({ alerts: [], outbox: [] });
  });

  it('does not send again after a restart what has left', async () => {
    const home = await loftHome('none');
    await home.press();
    // What is done with leaves the journal within two seconds.
    await home.pass(2_000);
    const after = await loftHome('none');
    after.pipeline.adopt(await cardOf(home));
    await after.pass();
    expect(after.pipeline.openAlerts()).toHaveLength(1);
    expect([after.flown(), after.stages()]).toEqual([[], ['sent']]);
  });

  it('sends after a restart what had not left', async () => {
    const home = await loftHome('none');
    home.there.set(false);
    await home.press();
    const after = await loftHome('none');
    after.pipeline.adopt(await cardOf(home));
    await after.pass();
    expect(after.flown()).toHaveLength(1);
  });
});

describe('a channel that hears that its message was delivered', () => {
  it('takes a call to "sent" only: a network is no platform', async () => {
    const home = await loftHome('delivery-report');
    await home.press();
    home.there.confirm(home.flown()[0] ?? '');
    await home.pass(600_000);
    expect([home.stages(), home.faults()]).toEqual([['pressed', 'sent'], []]);
    expect(home.taps.filter(({ type }) => type === 'received')).toEqual([]);
  });

  it('is "still trying" without the report, with a fault, until it comes', async () => {
    const home = await loftHome('delivery-report');
    await home.press();
    await home.pass(60_000);
    expect([home.stages().at(-1), home.faults()]).toEqual(['still-trying', ['uplink-no-receipt@uplink:loft']]);
    home.there.confirm(home.flown()[0] ?? '');
    await home.pass();
    expect([home.stages().at(-1), home.faults()]).toEqual(['sent', []]);
  });

  it('lets a closed call be forgotten without a report, which may never come', async () => {
    const home = await loftHome('delivery-report');
    await home.press();
    await home.pass(60_000);
    home.resolve();
    await home.pass(2_000);
    expect([home.pipeline.snapshot().cases, home.faults()]).toEqual([{}, []]);
    expect(await cardOf(home)).toMatchObject({ alerts: [], outbox: [] });
  });
});

describe('beside a platform', () => {
  const both = async () => {
    const there = dovecote();
    const home = homeWith([mqtt, pigeons('none', there)], configOf([loft], [toNobody]));
    await home.start();
    return { ...home, there };
  };

  it('only the receipt of the platform makes a call "received", and only the platform owes one', async () => {
    const home = await both();
    await home.press();
    await home.pass(10_000);
    expect(home.stages()).toEqual(['pressed', 'sent']);
    expect(home.faults()).toContain('uplink-no-receipt@uplink:district');
    home.pipeline.arrived(home.offers[0]?.msgId ?? '', 'district');
    await home.pass();
    expect(home.stages().at(-1)).toBe('received');
    expect(home.faults()).not.toContain('uplink-no-receipt@uplink:district');
  });

  it('each makes its own message of a call, and the platform alone is told of a fault', async () => {
    const home = await both();
    await home.press();
    home.pipeline.fault('sensor-fault', 'device:gas-1', true);
    await home.pass();
    const [platform, pigeon] = ['district', 'loft'].map((name) =>
      home.offers.filter(({ channel }) => channel === name),
    );
    expect(platform?.map(({ body }) => JSON.parse(body).type)).toEqual(['hearthward.alert', 'hearthward.fault']);
    expect(pigeon?.map(({ body }) => body)).toEqual(['Suzhou: Help call, bedroom: the button was pressed.']);
  });

  it('a channel whose own defect keeps it from making a message has a fault, and the others tell of the call', async () => {
    const there = dovecote();
    const broken: AnyChannelKind = {
      ...pigeons('none', there),
      kind: 'broken',
      configured: () => [{ channel: 'broken', town: 'nowhere' }],
      render: () => {
        throw new TypeError('no pigeon');
      },
    };
    const home = homeWith([broken, pigeons('none', there)]);
    await home.start();
    await home.press();
    await home.pass();
    expect(there.got.map(({ body }) => body)).toEqual(['Suzhou: Help call, bedroom: the button was pressed.']);
    expect(home.faults()).toEqual(['uplink-refused@uplink:broken']);
  });
});

describe('a channel of another configuration', () => {
  it('is offered what is open, for its own address; one that is gone has no faults', async () => {
    const home = await loftHome('none');
    home.there.set(false);
    await home.press();
    expect(home.faults()).toEqual(['uplink-down@uplink:loft']);
    await home.apply(configOf([{ ...loft, town: 'Hangzhou' }]));
    home.there.set(true);
    await home.pass();
    expect(home.there.got.map(({ body }) => body)).toEqual(['Hangzhou: Help call, bedroom: the button was pressed.']);
    home.there.set(false);
    await home.pass();
    await home.apply(configOf([]));
    expect(home.faults()).toEqual([]);
  });

  it('any number of them may be open', async () => {
    const home = await loftHome('none');
    await home.apply(configOf([loft, { channel: 'tower', town: 'Wuxi' }, { channel: 'barn', town: 'Nanjing' }]));
    await home.press();
    expect(home.there.got.map(({ body }) => body.split(':')[0])).toEqual(['Suzhou', 'Wuxi', 'Nanjing']);
  });
});
