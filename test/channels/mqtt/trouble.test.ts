// What is the matter when there is no session, and that the uplink goes on trying whatever it is.

import { describe, expect, it } from 'vitest';
import { until } from '#fakes/wait.ts';
import { defaultTimes } from '#src/channels/mqtt/times.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { alert, fault, reading } from './entries.ts';
import { CONNECT, connack, idOf, PUBLISH, puback, SUBSCRIBE, suback, topicOf } from './raw-broker.ts';
import { stage } from './stage.ts';

const { run, listen, mosquitto, raw, aedes } = stage();

describe('a broker that is not there', () => {
  it('is "down", and the session is well again as soon as it answers', async () => {
    const broker = await mosquitto();
    await broker.kill();
    const home = run({ url: broker.url, outbox: [alert('a', 1)] });
    await until(() => expect(home.session).toEqual(['uplink-down']));
    await broker.restart();
    await until(() => expect(home.session).toEqual(['uplink-down', 'well']));
    await until(() => expect(home.sent[0]).toBe('a.1'));
  });

  it('and takes the connection but never answers is given up in time, and tried again', async () => {
    const hole = await raw();
    const home = run({ url: hole.url, times: { connectMs: 50 } });
    await until(() => expect(hole.connections()).toBeGreaterThan(2));
    expect(home.session).toEqual(['uplink-down']);
    expect(home.details[0]).toMatch(/did not answer/);
    // Silence is no reason to think that it speaks another version.
    expect(hole.seen.every(({ body }) => body[6] === 5)).toBe(true);
  });

  it('that is frozen in mid-session is noticed by the PUBACK it owes', async () => {
    const broker = await mosquitto();
    const home = run({ url: broker.url, times: { ackMs: 200, connectMs: 200 } });
    await until(() => expect(home.logged('uplink connected')).toHaveLength(1));
    const there = await listen({ url: broker.url, receipts: true });
    await there.hears('birth');
    broker.freeze();
    home.offer(alert('a', 1));
    await until(() => expect(home.session).toEqual(['well', 'uplink-down']));
    expect(home.details[0]).toMatch(/silent/);
    broker.thaw();
    await until(() => expect(home.received).toContain('a.1'));
    expect(home.session.at(-1)).toBe('well');
  });

  it('that is frozen while nothing is sent is noticed by its missing PINGRESP', async () => {
    const broker = await mosquitto();
    const home = run({ url: broker.url, config: { keepaliveSeconds: 1 } });
    await until(() => expect(home.logged('uplink connected')).toHaveLength(1));
    await until(() => expect(broker.log.some((line) => line.includes('Sending PINGRESP'))).toBe(true));
    broker.freeze();
    await until(() => expect(home.details[0]).toMatch(/PINGRESP/));
    broker.thaw();
  });
});

describe('a broker that owes a PUBACK', () => {
  it('loses the session over it, and gets the alert again', async () => {
    const broker = await raw((packet) => {
      if (packet.type === CONNECT) packet.send(...connack());
      if (packet.type === SUBSCRIBE) packet.send(...suback(packet));
      // It forgets the alert at the first connection.
      const forgets = broker.connections() === 1 && idOf(packet) === 'a.1';
      if (packet.type === PUBLISH && !forgets) packet.send(...puback(packet));
    });
    const home = run({ url: broker.url, outbox: [alert('a', 1)], times: { ackMs: 100 } });
    await until(() => expect(home.sent).toContain('a.1'));
    expect(broker.connections()).toBe(2);
    expect(home.session).toEqual(['well', 'uplink-down', 'well']);
  });

  it('and takes one connection after the other is down until it gives one', async () => {
    let answers = false;
    const broker = await raw((packet) => {
      if (packet.type === CONNECT) packet.send(...connack());
      if (answers && packet.type === SUBSCRIBE) packet.send(...suback(packet));
      if (answers && packet.type === PUBLISH) packet.send(...puback(packet));
    });
    const home = run({ url: broker.url, outbox: [alert('a', 1)], times: { ackMs: 50 } });
    await until(() => expect(broker.connections()).toBeGreaterThan(4));
    expect(home.session).toEqual(['well', 'uplink-down']);
    answers = true;
    await until(() => expect(home.sent).toContain('a.1'));
    expect(home.session).toEqual(['well', 'uplink-down', 'well']);
  });

  it('never has more of them to give than it asked for, nor more than sixteen', async () => {
    for (const [properties, limit] of [
      [[0x21, 0, 3], 3],
      [[], 16],
    ] as const) {
      let owed = 0;
      let most = 0;
      const broker = await raw((packet) => {
        if (packet.type === CONNECT) packet.send(...connack(0, [...properties]));
        if (packet.type === SUBSCRIBE) packet.send(...suback(packet));
        if (packet.type !== PUBLISH) return;
        owed += 1;
        most = Math.max(most, owed);
        setImmediate(() => {
          owed -= 1;
          packet.send(...puback(packet));
        });
      });
      const outbox = Array.from({ length: 100 }, (_, n) => alert(`a${n}`, 1, { seq: n }));
      const home = run({ url: broker.url, outbox, times: { resendMs: 60_000, resendMaxMs: 60_000 } });
      await until(() => expect(home.sent).toHaveLength(100));
      expect(most).toBe(limit);
    }
  });

  it('is not sent what it says is too large for it', async () => {
    const broker = await raw((packet) => {
      // Maximum packet size: 2,048 bytes.
      if (packet.type === CONNECT) packet.send(...connack(0, [0x27, 0, 0, 8, 0]));
      if (packet.type === SUBSCRIBE) packet.send(...suback(packet));
      if (packet.type === PUBLISH) packet.send(...puback(packet));
    });
    const large = alert('large', 1, { body: JSON.stringify({ id: 'large.1', fill: 'x'.repeat(3_000) }) });
    const home = run({ url: broker.url, outbox: [large, alert('small', 1, { seq: 2 })] });
    await until(() => expect(home.sent).toContain('small.1'));
    expect(home.session).toEqual(['well']);
    expect(home.short).toEqual(['uplink-packet-limit']);
    expect(broker.seen.filter((packet) => idOf(packet) === 'large.1')).toEqual([]);
  });
});

describe('a broker that refuses', () => {
  it('the password is "refused", not "down", and is tried on', async () => {
    const broker = await mosquitto({ users: { gateway: 'right' } });
    const config = { username: 'gateway' };
    const home = run({ url: broker.url, config, secrets: { password: 'wrong' } });
    await until(() => expect(home.logged('uplink session ended').length).toBeGreaterThan(2));
    expect(home.session).toEqual(['uplink-refused']);
    expect(JSON.stringify(home.log)).not.toContain('wrong');
    const other = run({ url: broker.url, config: { ...config, gateway: 'home-2' }, secrets: { password: 'right' } });
    await until(() => expect(other.logged('uplink connected')).toHaveLength(1));
  });

  it('the password in MQTT 3.1.1 is "refused" too', async () => {
    const { broker, url } = await aedes();
    broker.authenticate = (_client, _name, password, done) => done(null, password?.toString() === 'right');
    const home = run({ url, config: { username: 'gateway' }, secrets: { password: 'wrong' } });
    await until(() => expect(home.session).toEqual(['uplink-refused']));
  });

  it('a topic (MQTT 5) makes a fault while it does, and what was refused is tried again', async () => {
    const up = 'hearthward/v1/district/home-1/up';
    const acl = ['state', 'birth', 'alert'].map((what) => `topic write ${up}/${what}`).join('\n');
    const broker = await mosquitto({ acl });
    const times = { resendMs: 60_000, resendMaxMs: 60_000 };
    const home = run({ url: broker.url, outbox: [alert('a', 1), fault('f')], history: [reading(1)], times });
    await until(() => expect(home.session).toEqual(['well', 'uplink-refused']));
    await until(() => expect(home.details[0]).toMatch(/fault refused with reason 0x87/));
    expect(home.sent).toEqual(['a.1']);
    expect(home.position()).toBe(0);
  });

  it('a PUBACK with "quota exceeded" is no success: the message stays, and goes later', async () => {
    let quota = 2;
    const broker = await raw((packet) => {
      if (packet.type === CONNECT) packet.send(...connack());
      if (packet.type === SUBSCRIBE) packet.send(...suback(packet));
      if (packet.type !== PUBLISH) return;
      if (topicOf(packet).endsWith('/fault') && quota-- > 0) packet.send(...puback(packet, 0x97));
      else packet.send(...puback(packet));
    });
    const home = run({ url: broker.url, outbox: [fault('f')], times: { resendMs: 30, resendMaxMs: 60 } });
    await until(() => expect(home.sent).toEqual(['fault-f']));
    expect(home.session).toEqual(['well', 'uplink-busy', 'well']);
    expect(broker.connections()).toBe(1);
  });

  it('the subscription makes a fault, and is asked again', async () => {
    let refusing = true;
    const broker = await raw((packet) => {
      if (packet.type === CONNECT) packet.send(...connack());
      if (packet.type === PUBLISH) packet.send(...puback(packet));
      if (packet.type !== SUBSCRIBE) return;
      packet.send(...suback(packet).map((byte, at) => (refusing && at === 5 ? 0x87 : byte)));
      refusing = false;
    });
    const home = run({ url: broker.url, times: { heartbeatMs: 30 } });
    await until(() => expect(home.session).toEqual(['well', 'uplink-refused', 'well']));
    expect(home.details[0]).toMatch(/subscription refused with reason 0x87/);
  });

  it('MQTT 5 is spoken to in 3.1.1, at once, and again so after a loss', async () => {
    const { versions, url, broker } = await aedes();
    const home = run({ url, outbox: [alert('a', 1)] });
    await listen({ url, receipts: true });
    await until(() => expect(home.received).toContain('a.1'));
    expect(home.session).toEqual(['well']);
    const [client] = Object.values(
      (broker as unknown as { clients: Record<string, { close(): void }> }).clients,
    ).filter((client) => (client as unknown as { id: string }).id.startsWith('hearthward'));
    client?.close();
    await until(() => expect(home.session).toEqual(['well', 'uplink-down', 'well']));
    home.offer(alert('b', 1, { seq: 2 }));
    await until(() => expect(home.received).toContain('b.1'));
    expect(versions.every((version) => version === 4)).toBe(true);
    expect(home.logged('uplink tries the other version of MQTT')).toHaveLength(1);
  });

  it('MQTT 5 by closing without a word is spoken to in 3.1.1 after the second time', async () => {
    const broker = await raw((packet) => {
      if (packet.type === CONNECT && packet.body[6] === 5) packet.close();
      else if (packet.type === CONNECT) packet.send(0x20, 2, 0, 0);
      if (packet.type === SUBSCRIBE) packet.send(0x90, 5, packet.body[0] ?? 0, packet.body[1] ?? 0, 1, 1, 0);
      if (packet.type === PUBLISH) packet.send(0x40, 2, ...puback(packet).slice(2, 4));
    });
    const home = run({ url: broker.url, outbox: [alert('a', 1)] });
    await until(() => expect(home.sent).toContain('a.1'));
    expect(broker.seen.filter(({ type }) => type === CONNECT).map(({ body }) => body[6])).toEqual([5, 5, 4]);
  });

  it('nothing but is given options that cannot be used is "refused", in words, with no crash', async () => {
    const bad = run({ url: 'mqtts://127.0.0.1:1', secrets: { ca: 'x', cert: 'no PEM', key: 'no PEM' } });
    const address = run({ url: 'not an address', config: { gateway: 'home-2' } });
    for (const home of [bad, address]) {
      await until(() => expect(home.logged('uplink session ended').length).toBeGreaterThan(1));
      expect(home.session).toEqual(['uplink-refused']);
    }
  });
});

describe('with a clock in hand', () => {
  it('the first attempt has ten seconds, no more', async () => {
    const hole = await raw();
    const clock = virtualClock();
    const home = run({ url: hole.url, clock, times: defaultTimes });
    await until(() => expect(hole.seen).toHaveLength(1));
    clock.advanceTo(9_999);
    expect(home.session).toEqual([]);
    clock.advanceTo(10_000);
    expect(home.session).toEqual(['uplink-down']);
    expect(clock.waiting()).toEqual(['uplink-reconnect', 'uplink-heartbeat']);
    clock.advanceTo(11_000);
    await until(() => expect(hole.connections()).toBe(2));
  });

  it('a call for help brings the next attempt forward, and further presses no more than one a second', async () => {
    const clock = virtualClock();
    const home = run({ url: 'mqtt://127.0.0.1:1', clock, times: defaultTimes });
    const failed = async (attempts: number) => {
      const ended = () => home.logged('uplink session ended').map(({ fields }) => fields as { retryInMs: number });
      await until(() => expect(ended()).toHaveLength(attempts));
      return ended().at(-1)?.retryInMs ?? Number.NaN;
    };
    for (let attempt = 1; attempt < 9; attempt += 1) clock.advance(await failed(attempt));
    expect(await failed(9)).toBeGreaterThan(45_000);
    clock.advance(5_000);
    home.offer(alert('a', 1));
    clock.advance(0);
    // It fails like those before, and now every ten seconds is tried, not every minute.
    expect(await failed(10)).toBeLessThanOrEqual(12_000);
    home.offer(alert('a', 2, { seq: 2 }));
    clock.advance(999);
    expect(clock.waiting()).toContain('uplink-reconnect');
    clock.advance(1);
    expect(await failed(11)).toBeLessThanOrEqual(12_000);
  });
});
