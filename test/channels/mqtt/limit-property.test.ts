// Whatever a broker takes and whatever waits: no message over the limit leaves, and an alert that fits leaves within a second.
// Authority: MQTT 5.0 section 3.2.2.3.6, [MQTT-3.2.2-15].

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OutboxEntry } from '#contract/delivery.ts';
import type { Device } from '#contract/device.ts';
import { until } from '#fakes/wait.ts';
import { defaultTimes } from '#src/channels/mqtt/times.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { alert, bigAlert, fault, reading } from './entries.ts';
import { CONNECT, connack, idOf, PUBLISH, puback, type RawPacket, SUBSCRIBE, suback, topicOf } from './raw-broker.ts';
import { stage } from './stage.ts';

const { run, raw } = stage();

/** Bytes of a packet on the wire (section 2.1.4). */
const bytesOf = ({ body }: RawPacket) => 1 + (body.length < 128 ? 1 : body.length < 16_384 ? 2 : 3) + body.length;

/** What an alert has that is never cut, as a body of its own. */
function least({ body }: OutboxEntry): number {
  const message = JSON.parse(body) as { data: object };
  const data = { ...message.data, because: [], story: [], text: { en: '', 'zh-CN': '' } };
  const cut = { evidence: undefined, scaip: undefined };
  // And what is said of it: `live` and `age`, what was cut, the packet around it.
  return Buffer.byteLength(JSON.stringify({ ...message, data: { ...data, ...cut } })) + 250;
}

const devicesOf = (count: number): Device[] =>
  Array.from({ length: count }, (_, n) => ({ id: `motion-${n}`, kind: 'motion', room: `Room ${n}` }));

const alerts = fc.array(fc.record({ big: fc.boolean(), text: fc.integer({ min: 0, max: 400 }) }), {
  minLength: 1,
  maxLength: 5,
});

const entriesOf = (made: { big: boolean; text: number }[]): OutboxEntry[] =>
  made.map(({ big, text }, n) => {
    const entry = (big ? bigAlert : alert)(`a${n}`, 1, { seq: n });
    const message = JSON.parse(entry.body) as { data: object };
    const words = { en: 'e'.repeat(text), 'zh-CN': '文'.repeat(text) };
    return { ...entry, body: JSON.stringify({ ...message, data: { ...message.data, text: words } }) };
  });

describe('with a limit that the broker announces', () => {
  it('nothing larger leaves, and every alert that fits does while the clock stands still', async () => {
    const home = fc.record({
      limit: fc.integer({ min: 300, max: 6_000 }),
      devices: fc.integer({ min: 0, max: 80 }),
      faults: fc.integer({ min: 0, max: 5 }),
      made: alerts,
    });
    await fc.assert(
      fc.asyncProperty(home, async ({ limit, devices, faults, made }) => {
        const broker = await raw((packet) => {
          if (packet.type === CONNECT) packet.send(...connack(0, [0x27, 0, 0, limit >> 8, limit & 0xff]));
          if (packet.type === SUBSCRIBE) packet.send(...suback(packet));
          if (packet.type === PUBLISH) packet.send(...puback(packet));
        });
        const outbox = [...Array.from({ length: faults }, (_, n) => fault(`f${n}`, { seq: n })), ...entriesOf(made)];
        const gateway = run({
          ...{ url: broker.url, outbox, history: Array.from({ length: 60 }, (_, n) => reading(n)) },
          ...{ clock: virtualClock({ wall: 1_790_000_000_000, bootId: 'boot' }), times: defaultTimes },
          inventory: () => ({ devices: devicesOf(devices), alerts: [], faults: [] }),
        });
        const fit = outbox.filter(({ kind, body }) => kind === 'alert' && least({ body } as OutboxEntry) <= limit);
        await until(() => expect(gateway.sent).toEqual(expect.arrayContaining(fit.map(({ msgId }) => msgId))));
        // All that can go has gone: birth and history too, or it is told that they are held back.
        await until(() => expect(broker.seen.some(says('history')) || gateway.short.length > 0).toBe(true));
        const after = broker.seen.filter(({ type }) => type !== CONNECT);
        expect(Math.max(...after.map(bytesOf))).toBeLessThanOrEqual(limit);
        // Alerts are the first that is published.
        const kinds = broker.seen.filter(({ type }) => type === PUBLISH).map(kindOf);
        if (fit.length > 0) expect(kinds.slice(0, fit.length)).toEqual(fit.map(() => 'alert'));
        expect(broker.connections()).toBe(1);
        await gateway.stop();
        await broker.stop();
      }),
      { numRuns: 40 },
    );
  });

  it('a text is cut to the very byte', async () => {
    for (let limit = 1_050; limit < 1_060; limit += 1) {
      const broker = await raw((packet) => {
        if (packet.type === CONNECT) packet.send(...connack(0, [0x27, 0, 0, limit >> 8, limit & 0xff]));
        if (packet.type === SUBSCRIBE) packet.send(...suback(packet));
        if (packet.type === PUBLISH) packet.send(...puback(packet));
      });
      const [entry] = entriesOf([{ big: false, text: 400 }]);
      const ascii = entry && { ...entry, body: entry.body.replace(/文+/, '-') };
      const gateway = run({ url: broker.url, outbox: ascii ? [ascii] : [] });
      await until(() => expect(gateway.sent).toEqual(['a0.1']));
      const sent = broker.seen.find((packet) => idOf(packet) === 'a0.1');
      // The ellipsis has three bytes.
      expect(limit - (sent ? bytesOf(sent) : 0)).toBeLessThan(3);
    }
  });
});

describe('in MQTT 3.1.1, where nothing is announced', () => {
  /** Takes packets of `limit` bytes and closes at larger ones, as Mosquitto does. */
  const closing = (limit: () => number) =>
    raw((packet) => {
      if (packet.type === CONNECT) packet.send(0x20, 2, 0, packet.body[6] === 5 ? 1 : 0);
      else if (bytesOf(packet) > limit()) packet.close();
      else if (packet.type === SUBSCRIBE) packet.send(0x90, 5, packet.body[0] ?? 0, packet.body[1] ?? 0, 1, 1, 0);
      else if (packet.type === PUBLISH) packet.send(0x40, 2, ...puback(packet).slice(2, 4));
    });
  const inventory = () => ({ devices: devicesOf(80), alerts: [], faults: [] });

  it('the size that ends sessions is learned, small alerts leave meanwhile, and no second client is suspected', async () => {
    const broker = await closing(() => 2_000);
    const history = Array.from({ length: 120 }, (_, n) => reading(n));
    const gateway = run({ url: broker.url, history, outbox: [alert('before', 1)], inventory });
    await until(() => expect(gateway.sent).toContain('before.1'));
    await until(() => expect(gateway.session).toContain('uplink-down'));
    gateway.offer(alert('between', 1, { seq: 2 }));
    await until(() => expect(gateway.sent).toContain('between.1'));
    await until(() => expect(gateway.position()).toBe(120));
    expect(gateway.session.at(-1)).toBe('well');
    expect(gateway.session).not.toContain('uplink-taken-over');
    expect(gateway.short.at(-1)).toBe('uplink-packet-limit');
    // It does not find out anew each time.
    const connections = broker.connections();
    gateway.offer(fault('after', { seq: 3 }));
    await until(() => expect(gateway.sent).toContain('fault-after'));
    expect(broker.connections()).toBe(connections);
  });

  it('what was learned is tried without after a while: a broker that was set right has the whole birth again', async () => {
    let limit = 2_000;
    const broker = await closing(() => limit);
    const gateway = run({ url: broker.url, inventory, times: { sizeMs: 100 } });
    await until(() => expect(gateway.short.at(-1)).toBe('uplink-packet-limit'));
    limit = 100_000;
    const from = broker.seen.length;
    const isWhole = (packet: RawPacket) => says('birth')(packet) && !/"omitted"/.test(packet.body.toString());
    const whole = () => broker.seen.slice(from).some(isWhole);
    // Sessions end for other reasons now and then, with nothing unanswered.
    for (let session = 1; !whole(); session += 1) {
      gateway.offer(fault('f', { seq: session, msgId: `f${session}` }));
      await until(() => expect(gateway.sent).toContain(`f${session}`));
      if (whole()) break;
      const connections = broker.connections();
      broker.seen.at(-1)?.close();
      await until(() => expect(broker.connections()).toBeGreaterThan(connections));
    }
    await until(() => expect(gateway.short.at(-1)).toBe(''));
  });

  it('an alert is not kept back by what was learned, however small that is', async () => {
    // It closes at whatever is larger than a state: all sizes are learned down to the smallest.
    const broker = await closing(() => 520);
    const gateway = run({ url: broker.url, inventory });
    await until(() => expect(gateway.short.length).toBeGreaterThan(0));
    await until(() => expect(gateway.session.at(-1)).toBe('well'));
    const before = broker.seen.length;
    gateway.offer(alert('a', 1));
    await until(() => expect(broker.seen.slice(before).some((packet) => idOf(packet) === 'a.1')).toBe(true));
  });
});

const kindOf = (packet: RawPacket) => topicOf(packet).split('/').at(-1);
const says = (what: string) => (packet: RawPacket) => packet.type === PUBLISH && kindOf(packet) === what;
