// What docs/uplink says is what happens: the reference is of these schemas, and the sample access list locks what it should.

import { readFileSync } from 'node:fs';
import { connect } from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import { cloudEvent } from '#contract/uplink/envelope.ts';
import { topics } from '#contract/uplink/topics.ts';
import { startMosquitto } from '#fakes/mosquitto.ts';
import { until } from '#fakes/wait.ts';
import { uplinkReference } from '../../../scripts/uplink-reference.ts';
import { address, alert } from './entries.ts';
import { gateway, platform, quietly } from './rig.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(() => quietly(ends));
const doc = (name: string) => readFileSync(new URL(`../../../docs/uplink/${name}`, import.meta.url), 'utf8');

describe('docs/uplink', () => {
  it('has the reference that the schemas give', () => {
    expect(doc('reference.md')).toBe(uplinkReference());
  });

  it('has an access list with which a gateway and a platform can work', async () => {
    const broker = await startMosquitto({ users: { 'home-1': 'a', platform: 'p' }, acl: doc('mosquitto.acl') });
    ends.push(broker.stop);
    const there = await platform({ url: broker.url, username: 'platform', password: 'p', receipts: true });
    ends.unshift(there.end);
    const home = gateway({ url: broker.url, config: { username: 'home-1' }, secrets: { password: 'a' } });
    ends.unshift(home.stop);
    home.start();
    home.offer(alert('a', 1));
    await until(() => expect(home.received).toEqual(['a.1']));
    await there.command('c1', { act: 'acknowledge', by: { name: 'Wang Fang', role: 'operator' } });
    await until(() => expect(home.commands).toHaveLength(1));
    await there.birth('2026-01-02T00:00:00.000Z');
    await until(() => expect(home.log.some(({ message }) => /platform announced itself/.test(message))).toBe(true));
    expect(home.session).toEqual(['well']);
  });

  it('has an access list that keeps one home out of the affairs of another, and from giving itself receipts', async () => {
    const users = { 'home-1': 'a', 'home-2': 'b', platform: 'p' };
    const broker = await startMosquitto({ users, acl: doc('mosquitto.acl') });
    ends.push(broker.stop);
    const rogue = connect(broker.url, { username: 'home-2', password: 'b', protocolVersion: 5, clientId: 'rogue' });
    ends.unshift(() => rogue.endAsync(true));
    await new Promise((resolve) => rogue.once('connect', resolve));
    const other = { ...address, gateway: 'home-2' };
    const body = JSON.stringify(cloudEvent('hearthward.receipt', '/x', 'x', 0, { eventId: 'a.1' }));
    const forbidden = [
      ...(['receipt', 'command'] as const).flatMap((what) => [topics.down(address, what), topics.down(other, what)]),
      ...(['state', 'birth', 'alert'] as const).map((what) => topics.up(address, what)),
      topics.platform(address.tenant),
    ];
    for (const topic of forbidden)
      await expect(rogue.publishAsync(topic, body, { qos: 1 }), topic).rejects.toMatchObject({ code: 0x87 });
    await expect(rogue.publishAsync(topics.up(other, 'alert'), body, { qos: 1 })).resolves.toBeDefined();
  });
});
