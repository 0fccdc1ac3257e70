// Brokers that grant no retained messages or no QoS 1: the uplink works with what there is, and says so. Authority: MQTT 5.0
// sections 3.2.2.3.4 (Maximum QoS), 3.2.2.3.5 (Retain Available); mosquitto.conf(5), `max_qos` and `retain_available`.

import { describe, expect, it } from 'vitest';
import { until } from '#fakes/wait.ts';
import { alert, fault, reading } from './entries.ts';
import { onlyOldVersion } from './relay.ts';
import { stage } from './stage.ts';

const { ends, run, listen, mosquitto } = stage();

async function home(version: 5 | 4, extra: string[]) {
  const broker = await mosquitto({ extra });
  const there = await listen({ url: broker.url, receipts: true, qos: 0 });
  const old = version === 4 ? await onlyOldVersion(broker.port) : undefined;
  if (old) ends.push(old.stop);
  const gateway = run({ url: old?.url ?? broker.url, outbox: [alert('a', 1), fault('f')], history: [reading(1)] });
  return { broker, there, gateway };
}

describe.each([5, 4] as const)('MQTT %s', (version) => {
  it('a broker without retained messages: nothing is retained, all else is as ever, and the operator is told', async () => {
    const { broker, there, gateway } = await home(version, ['retain_available false']);
    await until(() => expect(gateway.received).toEqual(['a.1']));
    await there.hears('birth');
    await until(() => expect(gateway.sent).toContain('fault-f'));
    await until(() => expect(gateway.position()).toBe(1));
    expect(gateway.short).toEqual(['uplink-no-retain']);
    expect(gateway.session.at(-1)).toBe('well');
    // The will is kept, only not retained.
    const connected = gateway.logged('uplink connected').length;
    const states = there.heard.filter(({ what }) => what === 'state').length;
    await gateway.stop();
    await there.hears('state', states + 1);
    expect(connected).toBe(1);
    expect(broker.log.filter((line) => /Received PUBLISH from hearthward.*r1,/.test(line))).toEqual([]);
  });

  it('a broker without QoS 1: alerts are sent until their receipt, and the operator is told', async () => {
    const { broker, there, gateway } = await home(version, ['max_qos 0']);
    await until(() => expect(gateway.received).toEqual(['a.1']));
    await there.hears('birth');
    await until(() => expect(gateway.sent).toContain('fault-f'));
    await until(() => expect(gateway.position()).toBe(1));
    expect(gateway.short.at(-1)).toContain('uplink-no-qos');
    expect(gateway.session.at(-1)).toBe('well');
    expect(gateway.logged('uplink connected')).toHaveLength(1);
    expect(broker.log.filter((line) => /Received PUBLISH from hearthward.*q1,/.test(line))).toEqual([]);
  });
});

it('an alert without a receipt is sent again, though nobody acknowledges it', async () => {
  const broker = await mosquitto({ extra: ['max_qos 0'] });
  const there = await listen({ url: broker.url, qos: 0 });
  const gateway = run({ url: broker.url, outbox: [alert('a', 1)], times: { resendMs: 30, resendMaxMs: 60 } });
  await there.hears('alert', 3);
  await there.giveReceipt('a.1');
  await until(() => expect(gateway.received).toEqual(['a.1']));
});
