// Brokers that take only small messages. Authority: MQTT 5.0 section 3.2.2.3.6 ("the Client MUST NOT send packets exceeding
// Maximum Packet Size"), mosquitto.conf(5) for `max_packet_size` and `message_size_limit`; the promise that a call for help
// leaves first, whatever else is too large.

import { describe, expect, it } from 'vitest';
import type { Alert } from '#contract/alert.ts';
import type { Notice } from '#contract/channel.ts';
import type { Device } from '#contract/device.ts';
import type { Fault } from '#contract/fault.ts';
import { alertMessage, birthMessage, historyMessage } from '#contract/uplink/messages.ts';
import { topics } from '#contract/uplink/topics.ts';
import { until } from '#fakes/wait.ts';
import { textOf } from '#src/alerts/words.ts';
import { fitBody } from '#src/channels/mqtt/fit.ts';
import { publishBytes } from '#src/channels/mqtt/packet.ts';
import { render } from '#src/channels/mqtt/render.ts';
import { entryOf } from '#src/core/outgoing.ts';
import { alert, bigAlert, fault, moment, reading } from './entries.ts';
import { onlyOldVersion } from './relay.ts';
import type { GatewayOptions } from './rig.ts';
import { stage } from './stage.ts';

const { ends, run, listen, mosquitto } = stage();

const homeOf = (count: number, faults: Fault[] = []) => {
  const devices: Device[] = Array.from({ length: count }, (_, n) => ({
    id: `temperature-bedroom-${n}`,
    kind: 'motion',
    room: `Bedroom ${n}`,
  }));
  return () => ({ devices, alerts: [], faults });
};
const history = Array.from({ length: 120 }, (_, n) => reading(n));

/** In each version a home on a broker that takes `limit` bytes, with birth and history waiting behind a call for help. */
async function home(version: 5 | 4, limit: number, options: Partial<GatewayOptions> & { count: number }) {
  const broker = await mosquitto({ extra: [`max_packet_size ${limit}`] });
  const there = await listen({ url: broker.url, receipts: true });
  const old = version === 4 ? await onlyOldVersion(broker.port) : undefined;
  if (old) ends.push(old.stop);
  const gateway = run({ url: old?.url ?? broker.url, history, inventory: homeOf(options.count), ...options });
  return { broker, there, gateway };
}

describe.each([5, 4] as const)('MQTT %s', (version) => {
  it.each([
    [1_024, 14],
    [4_096, 80],
  ])(
    'with a broker that takes %i bytes and %i devices: the call for help arrives, and then all else',
    async (limit, count) => {
      const { broker, there, gateway } = await home(version, limit, { count, outbox: [alert('help', 1), fault('f')] });
      await until(() => expect(gateway.received).toEqual(['help.1']));
      await until(() => expect(gateway.sent).toContain('fault-f'));
      const birth = (await there.hears('birth')).at(-1)?.message;
      const { devices, omitted } = birthMessage.parse(birth).data;
      expect((omitted?.devices ?? 0) + devices.length).toBe(count);
      expect(omitted?.devices).toBeGreaterThan(0);
      await until(() => expect(gateway.position()).toBe(120));
      const positions = there.heard
        .filter(({ what }) => what === 'history')
        .flatMap(({ message }) => historyMessage.parse(message).data.readings.map((one) => one.position));
      expect([...new Set(positions)]).toEqual(Array.from({ length: 120 }, (_, n) => n + 1));
      // A close over a size is no second client.
      expect(gateway.session).not.toContain('uplink-taken-over');
      expect(gateway.session.at(-1)).toBe('well');
      expect(gateway.short.at(-1)).toBe('uplink-packet-limit');
      if (version === 5) expect(broker.log.filter((line) => /oversize/.test(line))).toEqual([]);
    },
  );

  it('with an alert larger than the broker takes: cut, told, and received; the small one beside it goes first', async () => {
    const { there, gateway } = await home(version, 2_048, {
      count: 2,
      outbox: [bigAlert('large', 1), alert('small', 1, { seq: 2 })],
    });
    await until(() => expect(gateway.received.toSorted()).toEqual(['large.1', 'small.1']));
    const large = alertMessage.parse(there.heard.findLast(({ id }) => id === 'large.1')?.message).data;
    const whole = JSON.parse(bigAlert('large', 1).body).data;
    expect(large.truncated).toEqual(version === 5 ? ['evidence', 'story'] : expect.arrayContaining(['evidence']));
    for (const field of [
      'alertId',
      'rev',
      'hazard',
      'severity',
      'subject',
      'state',
      'raisedAt',
      'calledAt',
      'changedAt',
    ] as const)
      expect(large[field], field).toEqual(whole[field]);
    await until(() => expect(gateway.short.at(-1)).toBe('uplink-packet-limit'));
    expect(gateway.session).not.toContain('uplink-taken-over');
  });

  it('with an alert that comes while all else is too large: it leaves in the very session', async () => {
    const { gateway } = await home(version, 1_024, { count: 40 });
    await until(() => expect(gateway.session).toContain('well'));
    gateway.offer(alert('late', 1));
    await until(() => expect(gateway.received).toEqual(['late.1']));
  });
});

it('a call for help as a home makes it, with all that was done about it, fits in 1,024 bytes with names of some length', async () => {
  const broker = await mosquitto({ extra: ['max_packet_size 1024'] });
  const there = await listen({ url: broker.url, receipts: true });
  const bootId = '7d1f9a3e-5c1b-4e0a-9f5d-2b8c6a1e4f70';
  const at = { ...moment(86_412_000), bootId };
  const call: Alert = {
    ...{ id: '01JBRG5SXZ3N8Q4W5E6R7T8Y9U', hazard: 'help', subject: 'device:button-bed', deviceId: 'button-bed' },
    ...{ deviceKind: 'help-button', room: 'Bedroom upstairs', state: 'raised', severity: 'alarm', count: 3, rev: 41 },
    ...{ conditionPresent: true, raisedAt: at, changedAt: at, calledAt: at, callRev: 41 },
    because: [{ fact: 'pressed', device: 'button-bed' }],
    story: Array.from({ length: 40 }, (_, n) => ({
      ...{
        kind: 'output',
        at,
        output: `light-${n}`,
        outputKind: 'light',
        action: 'on',
        result: 'confirmed',
        attempts: 1,
      },
    })) as Alert['story'],
  };
  const notice: Notice = { kind: 'alert', at, alert: call, text: textOf(call) };
  const entry = entryOf(notice, {
    ...{ channel: 'main', seq: 1, body: render(notice, { tenant: 'district', gateway: 'home-1' }) },
  });
  const gateway = run({ url: broker.url, outbox: [entry], inventory: homeOf(14) });
  await until(() => expect(gateway.received).toEqual([entry.msgId]));
  const { data } = alertMessage.parse(there.heard.find(({ what }) => what === 'alert')?.message);
  expect(data).toMatchObject({ hazard: 'help', state: 'raised', subject: 'device:button-bed', count: 3 });
  const packet = publishBytes(
    topics.up({ tenant: 'district', gateway: 'home-1' }, 'alert'),
    Buffer.byteLength(fitBody('alert', entry.body, 0).body),
    { version: 5, qos: 1, bare: true },
  );
  // `live` and `age` come to it when it is sent.
  expect(packet + '"live":false,"age":86400,'.length).toBeLessThan(1_000);
});

it('faults that a birth had no room for are told by messages of their own', async () => {
  const faults = Array.from(
    { length: 30 },
    (_, n): Fault => ({
      code: 'device-silent',
      subject: `device:sensor-${n}`,
      since: moment(),
      dependsOn: [],
      context: {},
    }),
  );
  const broker = await mosquitto({ extra: ['max_packet_size 1024'] });
  const there = await listen({ url: broker.url });
  const gateway = run({ url: broker.url, inventory: homeOf(3, faults) });
  const birth = birthMessage.parse((await there.hears('birth'))[0]?.message).data;
  expect(birth.devices).toEqual([]);
  expect(birth.omitted).toMatchObject({ devices: 3, faults: 30 - birth.faults.length });
  const told = await there.hears('fault', 30 - birth.faults.length);
  const subjects = [...birth.faults, ...told.map(({ message }) => message.data)].map(({ subject }) => subject);
  expect(new Set(subjects)).toEqual(new Set(faults.map(({ subject }) => subject)));
  // Nobody offered them, so nobody is told that they were sent.
  expect(gateway.sent).toEqual([]);
});

it('a broker that drops what is too large for it, with a PUBACK and without a word, has the alert small in the end', async () => {
  // mosquitto.conf(5), message_size_limit: larger ones are not accepted; in MQTT 3.1.1 nothing says so.
  const broker = await mosquitto({ extra: ['message_size_limit 1500'] });
  const there = await listen({ url: broker.url, receipts: true });
  const old = await onlyOldVersion(broker.port);
  ends.push(old.stop);
  const gateway = run({ url: old.url, outbox: [bigAlert('large', 1)], times: { resendMs: 20, resendMaxMs: 40 } });
  await until(() => expect(gateway.received).toEqual(['large.1']));
  expect(there.heard.filter(({ what }) => what === 'alert').length).toBeGreaterThan(0);
});

it('a broker that says so in MQTT 5, with a PUBACK that the standard does not know, has it cut', async () => {
  const broker = await mosquitto({ extra: ['message_size_limit 1500'] });
  await listen({ url: broker.url, receipts: true });
  const gateway = run({ url: broker.url, outbox: [bigAlert('large', 1), alert('small', 1, { seq: 2 })] });
  await until(() => expect(gateway.received.toSorted()).toEqual(['large.1', 'small.1']));
  expect(gateway.session).not.toContain('uplink-taken-over');
});
